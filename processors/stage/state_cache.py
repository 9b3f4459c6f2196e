"""The states a stage works on: live objects between batches, bytes on their way to the table, the table itself."""

from collections import OrderedDict
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Generic, Protocol, TypeVar

from processors.stage.failures import NotReadyError
from processors.stage.stamped_state import NO_INTERVAL, unpack

S = TypeVar("S")
Made_co = TypeVar("Made_co", covariant=True)

#: A stamp below every message's.
NOTHING_APPLIED = (-(2**63), -(2**63))


class StateCodec(Protocol[Made_co]):
    """The part of a core that makes and restores states; see StageCore."""

    def initial(self, key: str) -> Made_co: ...  # noqa: D102
    def from_bytes(self, key: str, data: bytes) -> Made_co: ...  # noqa: D102


@dataclass(slots=True)
class LiveState(Generic[S]):
    """A state as an object.

    Attributes:
        state: the core's state.
        stamp: (epoch_us, sequence) of the last applied message.
        interval: index of the event-time interval last seen.
    """

    state: S
    stamp: tuple[int, int]
    interval: int


class StateCache(Generic[S]):
    """Finds the state of a key: as object, else among the bytes not stored yet, else in the table.

    Args:
        core: makes and restores states.
        read: reads the table: key to stamped bytes, or None.
        most: live objects kept.
    """

    def __init__(self, core: StateCodec[S], read: Callable[[bytes], bytes | None], most: int) -> None:
        self._core = core
        self._read = read
        self._most = most
        self._live: OrderedDict[bytes, LiveState[S]] = OrderedDict()
        self._on_the_way: dict[bytes, bytes] = {}

    def __len__(self) -> int:
        return len(self._live)

    def take(self, key: bytes, name: str) -> LiveState[S]:
        """Return a key's state and forget the object: the core may change it, and only keep() vouches for it.

        Raises:
            NotReadyError: the stored bytes are of a format that this version cannot read.
        """
        live = self._live.pop(key, None)
        if live is not None:
            return live
        return self.restore(key, name)

    def restore(self, key: bytes, name: str) -> LiveState[S]:
        """Return a key's state from the bytes last stored; see take."""
        packed = self._on_the_way.get(key)
        if packed is None:
            packed = self._read(key)
        if packed is None:
            return LiveState(self._core.initial(name), NOTHING_APPLIED, NO_INTERVAL)
        return self.unpacked(packed, name)

    def unpacked(self, packed: bytes, name: str) -> LiveState[S]:
        """Return the state in stamped bytes; see take."""
        try:
            stamped = unpack(packed)
            return LiveState(self._core.from_bytes(name, stamped.state), stamped.stamp, stamped.interval)
        except ValueError as error:
            raise NotReadyError(
                f"the stored state of {name} cannot be read: {error}; run the version that wrote it, or delete the"
                " stage's changelog and group to begin anew"
            ) from error

    def keep(self, key: bytes, live: LiveState[S], packed: bytes) -> None:
        """Keep a new state: the object for the next batch, the bytes until stored() is told they are in the table."""
        self._on_the_way[key] = packed
        self.keep_live(key, live)

    def keep_live(self, key: bytes, live: LiveState[S]) -> None:
        """Keep a state object whose bytes are stored already."""
        self._live[key] = live
        if len(self._live) > self._most:
            self._live.popitem(last=False)

    def stored(self, states: Mapping[bytes, bytes]) -> None:
        """Drop bytes that are in the table now, unless newer ones are on their way."""
        for key, packed in states.items():
            if self._on_the_way.get(key) is packed:
                del self._on_the_way[key]

    def forget_live(self) -> None:
        """Drop all objects: the partitions change hands, or a batch was given up."""
        self._live.clear()
