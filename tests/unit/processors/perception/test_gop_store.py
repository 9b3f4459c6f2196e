"""Groups of GOPs under way: found whole or not at all, in bounded memory."""

import dataclasses
from collections.abc import Sequence

from hypothesis import given
from hypothesis import strategies as st

from processors.perception.gop_store import GopStore
from schemas.messages import Frames
from tests.unit.processors.perception.streams import EPOCH_US
from tests.unit.processors.perception.test_policy import group

#: Bytes of the packets of a group of these tests.
SIZE = sum(len(packet.data) for packet in group().packets)


def of(camera_id: str, number: int) -> Frames:
    """Return a camera's group."""
    return dataclasses.replace(group(number), camera_id=camera_id)


def filled(store: GopStore, camera_id: str, numbers: Sequence[int]) -> None:
    """Put a camera's groups; the first begins a GOP."""
    for number in numbers:
        store.put(of(camera_id, number), begins_gop=number == numbers[0])


def test_groups_come_back_in_order_or_not_at_all() -> None:
    """A GOP with a hole is no GOP."""
    store = GopStore(10 * SIZE)
    filled(store, "K-1", [3, 4, 5, 7])
    assert [one.sequence for one in store.get("K-1", EPOCH_US, 3, 6) or ()] == [3, 4, 5]
    assert store.get("K-1", EPOCH_US, 3, 8) is None
    assert store.get("K-1", EPOCH_US, 2, 4) is None
    assert store.get("K-1", EPOCH_US + 1, 3, 6) is None
    assert store.get("K-2", EPOCH_US, 3, 6) is None
    assert store.get("K-2", EPOCH_US, 3, 3) == ()


def test_a_new_gop_and_a_new_epoch_drop_what_was_before() -> None:
    """Nothing before the keyframe is needed again."""
    store = GopStore(10 * SIZE)
    filled(store, "K-1", [0, 1, 2])
    store.put(of("K-1", 3), begins_gop=True)
    assert store.size_bytes == SIZE
    assert store.get("K-1", EPOCH_US, 2, 3) is None
    store.put(dataclasses.replace(of("K-1", 4), epoch_us=EPOCH_US + 1), begins_gop=False)
    assert store.size_bytes == SIZE


def test_the_least_recently_used_camera_goes_first() -> None:
    """Three cameras, room for two."""
    store = GopStore(2 * SIZE)
    for name in ("K-1", "K-2", "K-3"):
        filled(store, name, [0])
    assert [bool(store.get(name, EPOCH_US, 0, 1)) for name in ("K-1", "K-2", "K-3")] == [False, True, True]


@given(st.lists(st.tuples(st.sampled_from("ABC"), st.integers(0, 6), st.booleans()), max_size=30))
def test_the_bound_holds_and_sizes_add_up(puts: list[tuple[str, int, bool]]) -> None:
    """Whatever comes in whatever order, repeats included."""
    store = GopStore(3 * SIZE + 1)
    for name, number, begins in puts:
        store.put(of(name, number), begins_gop=begins)
        held = sum(store.get(one, EPOCH_US, n, n + 1) is not None for one in "ABC" for n in range(7))
        assert store.size_bytes == held * SIZE <= 3 * SIZE + 1
