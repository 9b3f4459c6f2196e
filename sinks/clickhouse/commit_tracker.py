"""What may be committed of one partition: the contiguous prefix of acknowledged ranges. Pure."""

from sinks.clickhouse.pending import Pending


class CommitTracker:
    """Follows one partition. One range is under way at a time, so what is acknowledged is always a prefix.

    Args:
        position: the offset that is committed, or None where nothing is yet.
    """

    def __init__(self, position: int | None) -> None:
        self._position = position
        self._under_way: Pending | None = None
        self._noted = True

    @property
    def under_way(self) -> Pending | None:
        """The range whose insert has begun and is not acknowledged."""
        return self._under_way

    @property
    def dirty(self) -> bool:
        """True where Kafka does not yet know the acknowledged position."""
        return not self._noted

    @property
    def position(self) -> int | None:
        """The next offset to read after a restart."""
        return self._position

    def begin(self, pending: Pending) -> None:
        """Note a range before its first attempt.

        Raises:
            ValueError: another one is under way: a programming error.
        """
        if self._under_way is not None:
            raise ValueError(f"range {self._under_way} is under way; {pending} may not begin")
        self._under_way = pending
        self._position = pending.first

    def acknowledge(self, pending: Pending) -> None:
        """Note that the whole of a range is in ClickHouse or in dead-letters.

        Raises:
            ValueError: it is not the one under way.
        """
        if self._under_way is None or (pending.first, pending.last) != (self._under_way.first, self._under_way.last):
            raise ValueError(f"range {pending} is not the one under way, {self._under_way}")
        self._under_way = None
        self._position = pending.last + 1
        self._noted = False

    def put_back(self) -> None:
        """Note that the range under way was not begun after all; it is begun again later."""
        self._under_way = None

    def committed(self) -> None:
        """Note that Kafka knows the position."""
        self._noted = True
