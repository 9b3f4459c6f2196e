"""Candidates: what a plate can be decides between texts that the reader cannot tell apart."""

import dataclasses
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from processors.perception.plates.candidates import (
    MOST_CANDIDATES,
    calibrated,
    candidates_of,
    may_go_on,
    mean_of,
    meanings,
    posterior,
    ranking,
)
from processors.perception.plates.plate_models import SYMBOLS

DAY = date(2026, 7, 1)
EXACT = dataclasses.replace(ranking(), calibration=[[0.0, 0.0], [1.0, 1.0]])


def best(*texts: tuple[str, float]) -> str:
    """Return the likeliest plate."""
    return posterior(texts, EXACT, DAY)[0][0]


def test_a_format_wins_over_a_text_that_has_none() -> None:
    """The reader's own favourite is no plate; its second is."""
    assert best(("123A8C0", 0.5), ("123ABC02", 0.3)) == "123ABC02"


@pytest.mark.parametrize(
    ("read", "plate"),
    [
        ("12OABC02", "120ABC02"),  # a letter where only a digit can be
        ("123A8C02", "123ABC02"),
        ("KZ123ABC02", "123ABC02"),  # the strip at the left
        ("E123ABC02", "123ABC02"),  # an edge
        ("123AB021", "123AB02"),
        ("A123BCD", "A123BCD"),  # 1993: a format of its own, nothing is taken off
    ],
)
def test_what_a_format_explains_is_read_as_it(read: str, plate: str) -> None:
    """Look-alikes by place, and what was read beside the plate."""
    assert best((read, 0.9)) == plate


def test_a_text_that_no_format_explains_stays_with_little_weight() -> None:
    """A foreign plate may be read by a person; rubbish of two characters is nobody's plate."""
    assert best(("WX999YZ", 0.9)) == "WX999YZ"
    assert best(("AB123CD", 0.9)) == "AB123CD"
    assert meanings("AB123CD", EXACT, DAY) == [("AB123CD", EXACT.unformatted_ratio)]
    assert posterior([("AB123CD", 1.0)], EXACT, DAY) == [("AB123CD", 0.5)]
    assert meanings("7K", EXACT, DAY) == []
    assert posterior([("7K", 0.9)], EXACT, DAY) == []


def test_unreadable_stays_unreadable() -> None:
    """Below the least ratio there is no candidate at all, not a weak one."""
    texts = [("123ABC02", 0.2), ("128ABC02", 0.2), ("129ABC02", 0.2), ("123ABC03", 0.2)]
    assert candidates_of(texts, EXACT, 0.3, DAY) == []
    assert len(candidates_of(texts, EXACT, 0.2, DAY)) == 4
    assert candidates_of([], EXACT, 0.0, DAY) == []


def test_the_rest_keeps_its_proportions_below_the_best() -> None:
    """A calibration moves the best; the others share what is left and never stand above it."""
    half = dataclasses.replace(EXACT, calibration=[[0.0, 0.0], [1.0, 0.5]])
    found = candidates_of([("123ABC02", 0.6), ("128ABC02", 0.3), ("129ABC02", 0.1)], half, 0.0, DAY)
    assert [one.probability_ratio for one in found] == pytest.approx([0.3, 0.3, 0.175])


def test_a_plate_that_may_be_part_of_another_is_known() -> None:
    """A 1993 plate of a firm is a private one without its last letter; nothing can follow a region."""
    assert may_go_on("B825TY", DAY)
    assert not may_go_on("B825TYN", DAY)
    assert not may_go_on("123ABC02", DAY)
    assert not may_go_on("ABC", DAY)


def test_a_plate_that_is_given_out_from_a_day_on_has_no_format_before() -> None:
    """A scooter's, read a day early, is as little a plate as a foreign one: half of the probability at most."""
    eve = date(2026, 6, 30)
    assert meanings("A12377", EXACT, DAY) == [("A12377", 1.0)]
    assert meanings("A12377", EXACT, eve) == [("A12377", EXACT.unformatted_ratio)]
    assert posterior([("A12377", 1.0)], EXACT, DAY) == [("A12377", 1.0)]
    assert posterior([("A12377", 1.0)], EXACT, eve) == [("A12377", 0.5)]
    assert dict(meanings("A12345", EXACT, eve))["A123AS"] > EXACT.unformatted_ratio  # 4 and 5 for A and S
    assert may_go_on("A12340", DAY)
    assert not may_go_on("A12340", eve)


def test_two_readings_that_differ_leave_no_certainty() -> None:
    """What only one of them says has half; what both say stays."""
    assert mean_of([("B825TY", 1.0)], [("B825TYN", 1.0)]) == [("B825TY", 0.5), ("B825TYN", 0.5)]
    assert dict(mean_of([("B825TY", 0.9), ("B825TV", 0.1)], [("B825TY", 0.7)]))["B825TY"] == pytest.approx(0.8)


@given(
    st.lists(st.tuples(st.text(SYMBOLS, max_size=10), st.floats(0, 0.2)), max_size=20, unique_by=lambda item: item[0])
)
def test_candidates_are_probabilities(texts: list[tuple[str, float]]) -> None:
    """At most five, in order, different, to four digits, together no more than 1."""
    found = candidates_of(texts, ranking(), 0.0, DAY)
    ratios = [one.probability_ratio for one in found]
    assert len(found) <= MOST_CANDIDATES
    assert len({one.text for one in found}) == len(found)
    assert ratios == sorted(ratios, reverse=True)
    assert all(round(one, 4) == one and 0 <= one <= 1 for one in ratios)
    assert sum(ratios) <= 1.0 + 1e-3


def test_the_shipped_calibration_never_falls_and_states_no_certainty() -> None:
    """More weight never means less, and no single read is stated as certain."""
    knots = ranking().calibration
    assert [knots[0][0], knots[-1][0]] == [0.0, 1.0]
    weights, shares = zip(*knots, strict=True)
    assert list(weights) == sorted(weights)
    assert list(shares) == sorted(shares)
    assert shares[-1] < 1.0
    assert calibrated(1.0, knots) == shares[-1]
