"""Encoded groups in bounded memory."""

import dataclasses

from processors.perception.gop_store import GopStore
from tests.unit.processors.perception.streams import EPOCH_US, stream


def test_the_store_of_groups_stays_below_its_bound() -> None:
    """The camera that was silent longest goes first."""
    (whole, *_) = stream(1)
    frames = dataclasses.replace(whole, packets=[dataclasses.replace(whole.packets[0], data=bytes(10_000))])
    store = GopStore(25_000)
    for number in range(10):
        for name in ("a", "b", "c"):
            one = dataclasses.replace(frames, camera_id=name, sequence=number)
            store.put(one, begins_gop=True)
            assert store.size_bytes <= 25_000
    assert store.get("c", EPOCH_US, 9, 10) is not None
    assert store.get("a", EPOCH_US, 9, 10) is None
    assert store.get("c", EPOCH_US, 8, 10) is None
    assert store.get("a", EPOCH_US, 5, 5) == ()
