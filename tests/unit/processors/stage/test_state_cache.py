"""Where a key's state is found between batches."""

import pytest

from processors.stage.failures import NotReadyError
from processors.stage.stamped_state import pack
from processors.stage.state_cache import NOTHING_APPLIED, LiveState, StateCache
from tests.unit.processors.stage.counting_core import Count, CountingCore


def packed(messages: int, sequence: int) -> bytes:
    """Return a stored state."""
    return pack((1, sequence), -1, CountingCore().to_bytes(Count(messages, 0)))


def cache(table: dict[bytes, bytes], most: int = 10) -> StateCache[Count]:
    """Return a cache over a table."""
    return StateCache(CountingCore(), table.get, most)


def test_a_key_without_state_begins_below_every_stamp() -> None:
    """So its first message counts as new, whatever its epoch."""
    live = cache({}).take(b"a", "a")
    assert (live.state, live.stamp) == (Count(0, 0), NOTHING_APPLIED)


def test_a_taken_object_is_not_found_again_until_it_is_kept() -> None:
    """A core that failed half way may have changed it; the next try starts from what is stored."""
    states = cache({b"a": packed(3, 3)})
    states.take(b"a", "a").state.messages = 99
    assert states.take(b"a", "a").state.messages == 3


def test_bytes_on_their_way_go_before_the_table() -> None:
    """The next batch works while the last one's states are not yet durable."""
    table = {b"a": packed(3, 3)}
    states = cache(table)
    states.keep(b"a", LiveState(Count(4, 0), (1, 4), -1), packed(4, 4))
    states.forget_live()
    assert states.take(b"a", "a").state.messages == 4


def test_stored_bytes_are_dropped_but_newer_ones_stay() -> None:
    """Two batches of one key may be on their way at once."""
    table: dict[bytes, bytes] = {}
    states = cache(table)
    first, second = packed(4, 4), packed(5, 5)
    states.keep(b"a", LiveState(Count(4, 0), (1, 4), -1), first)
    states.keep(b"a", LiveState(Count(5, 0), (1, 5), -1), second)
    states.stored({b"a": first})
    states.forget_live()
    assert states.restore(b"a", "a").state.messages == 5
    states.stored({b"a": second})
    assert states.restore(b"a", "a").state.messages == 0


def test_the_least_recently_used_objects_leave() -> None:
    """Memory is bounded; a state that left is restored from its bytes."""
    states = cache({}, most=2)
    for number, key in enumerate((b"a", b"b", b"c")):
        states.keep(key, LiveState(Count(number, 0), (1, number), -1), packed(number, number))
    assert len(states) == 2
    assert states.take(b"a", "a").state == Count(0, 0)


@pytest.mark.parametrize("stored", [b"\x09 of another version", pack((1, 1), -1, b"\x02" + bytes(16))])
def test_a_state_of_another_version_stops_the_stage(stored: bytes) -> None:
    """Beginning anew in silence would forget everything that the key has seen."""
    with pytest.raises(NotReadyError, match=r"the stored state of a cannot be read: .*run the version that wrote it"):
        cache({b"a": stored}).take(b"a", "a")
