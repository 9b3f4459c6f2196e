"""The audit's balance of one partition."""

from types import SimpleNamespace
from typing import Any, cast

import pytest
from confluent_kafka import Consumer, TopicPartition
from hypothesis import given
from hypothesis import strategies as st

from sinks.clickhouse import audit as module
from sinks.clickhouse.audit import Stored, balance, wait_until_stored


@given(st.lists(st.sampled_from(["row", "double", "dead", "missing"]), max_size=40), st.integers(0, 5))
def test_14_every_offset_is_accounted_for(fates: list[str], lag: int) -> None:
    """Rows, repeats, dead letters and missing messages are told apart, offset by offset."""
    begin = 100
    offsets = range(begin, begin + len(fates))
    without = [o for o, fate in zip(offsets, fates, strict=True) if fate in {"dead", "missing"}]
    gaps: list[tuple[int, int]] = []
    for offset in without:
        if gaps and gaps[-1][1] == offset - 1:
            gaps[-1] = (gaps[-1][0], offset)
        else:
            gaps.append((offset, offset))
    doubles = fates.count("double")
    distinct = fates.count("row") + doubles
    dead = [o for o, fate in zip(offsets, fates, strict=True) if fate == "dead"]
    missing = [o for o, fate in zip(offsets, fates, strict=True) if fate == "missing"]
    committed = begin + len(fates)
    found = balance("t", 0, begin, committed + lag, committed, Stored(distinct + doubles, distinct, gaps), dead * 2)
    assert [o for first, last in found.missing for o in range(first, last + 1)] == missing
    assert [o for first, last in found.dead_lettered for o in range(first, last + 1)] == dead
    assert (found.duplicated, found.lag, found.unlisted) == (doubles, lag, 0)
    assert found.exact == (not missing and not doubles)


def test_14_gaps_beyond_the_list_are_not_exact() -> None:
    """Where more gaps are there than are looked into, the rest counts as missing."""
    found = balance("t", 0, 0, 10, 10, Stored(6, 6, [(0, 0), (2, 2)]), [0, 2])
    assert not found.missing
    assert found.unlisted == 2
    assert not found.exact


class Group:
    """A topic of one partition that holds ten messages, of which ever more are committed."""

    def __init__(self, positions: list[int]) -> None:
        self._positions = positions

    def list_topics(self, name: str, timeout: float) -> Any:
        """Describe the topic."""
        del timeout
        return SimpleNamespace(topics={name: SimpleNamespace(error=None, partitions={0: None, 1: None})})

    def get_watermark_offsets(self, place: TopicPartition, timeout: float) -> tuple[int, int]:
        """Say what the partitions hold: ten messages, and none."""
        del timeout
        return (0, 10) if place.partition == 0 else (4, 4)

    def committed(self, places: list[TopicPartition], timeout: float) -> list[TopicPartition]:
        """Say what is committed by now."""
        del timeout
        position = self._positions.pop(0) if len(self._positions) > 1 else self._positions[0]
        return [TopicPartition(p.topic, p.partition, position if p.partition == 0 else -1001) for p in places]


@pytest.mark.parametrize(("positions", "stored"), [([-1001, 9, 10], True), ([10], True), ([-1001, 9], False)])
def test_14_dead_letters_on_their_way_are_waited_for(
    monkeypatch: pytest.MonkeyPatch, positions: list[int], *, stored: bool
) -> None:
    """A message refused a moment ago is not missing while its letter is in Kafka and not yet in its table."""
    monkeypatch.setattr(module, "LOOK_EVERY_S", 0.001)
    assert wait_until_stored(cast("Consumer", Group(positions)), "t.dead-letters", 0.05) is stored
