"""Vehicles that a complete table lacks."""

import pytest

from infra.vehicles.absence import AbsenceError, absent

HELD = frozenset(bytes([n]) * 32 for n in range(100))


def test_what_is_held_and_not_listed_is_absent_in_order() -> None:
    """What the table has beyond it is new, and not absent."""
    assert absent(HELD, HELD, None) == []
    assert absent(HELD, (HELD - {b"\x07" * 32, b"\x02" * 32}) | {b"n" * 32}, None) == [b"\x02" * 32, b"\x07" * 32]
    assert absent(frozenset(), HELD, None) == []


def test_a_table_that_was_cut_off_takes_nothing_out() -> None:
    """More than one in twenty are never taken out unasked; the sentence names the number to ask with."""
    listed = frozenset(sorted(HELD)[:94])
    assert len(absent(HELD, frozenset(sorted(HELD)[:95]), None)) == 5
    with pytest.raises(AbsenceError, match=r"lacks 6 of the 100 vehicles .* at most 5\..*--most-removed 6"):
        absent(HELD, listed, None)
    assert len(absent(HELD, listed, 6)) == 6
    with pytest.raises(AbsenceError, match="at most 0"):
        absent(HELD, listed, 0)
