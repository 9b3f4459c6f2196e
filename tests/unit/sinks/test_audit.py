"""The audit's balance of one partition."""

from hypothesis import given
from hypothesis import strategies as st

from sinks.clickhouse.audit import Stored, balance


@given(st.lists(st.sampled_from(["row", "double", "dead", "missing"]), max_size=40), st.integers(0, 5))
def test_every_offset_is_accounted_for(fates: list[str], lag: int) -> None:
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


def test_gaps_beyond_the_list_are_not_exact() -> None:
    """Where more gaps are there than are looked into, the rest counts as missing."""
    found = balance("t", 0, 0, 10, 10, Stored(6, 6, [(0, 0), (2, 2)]), [0, 2])
    assert not found.missing
    assert found.unlisted == 2
    assert not found.exact
