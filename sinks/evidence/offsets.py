"""What may be committed of one partition: everything before the first message that is not done. Pure."""


class PartitionOffsets:
    """Follows one partition, whose messages are done in any order."""

    def __init__(self) -> None:
        self._open: dict[int, None] = {}
        self._next: int | None = None
        self._committed: int | None = None

    def begin(self, offset: int) -> None:
        """Note a message that was read; offsets rise."""
        self._open[offset] = None
        self._next = offset + 1

    def done(self, offset: int) -> None:
        """Note that a message's evidence is stored, or that it has none, or that it is a dead letter."""
        self._open.pop(offset, None)

    def due(self) -> int | None:
        """Return the position to commit, or None where Kafka knows it."""
        position = next(iter(self._open), self._next)
        return position if position != self._committed else None

    def committed(self, position: int) -> None:
        """Note that Kafka knows a position."""
        self._committed = position
