"""The beam: what CTC says a reading is, held against all ways that there are."""

from itertools import product

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from processors.perception.plates.beam import WIDTH, beam
from processors.perception.plates.plate_models import SYMBOLS

#: Symbols of the small readings: blank, 0, 1, A.
SMALL = (0, 1, 2, 11)


def rows(*places: dict[str, float]) -> NDArray[np.float32]:
    """Return a reading; "" is the blank."""
    out = np.zeros((len(places), 1 + len(SYMBOLS)), np.float32)
    for n, place in enumerate(places):
        for symbol, ratio in place.items():
            out[n, 1 + SYMBOLS.index(symbol) if symbol else 0] = ratio
    return out


def every_way(reading: NDArray[np.float32]) -> dict[str, float]:
    """Return each text's probability by going through all paths."""
    out: dict[str, float] = {}
    for path in product(SMALL, repeat=len(reading)):
        text, last = "", 0
        for symbol in path:
            if symbol not in (0, last):
                text += SYMBOLS[symbol - 1]
            last = symbol
        ratio = float(np.prod([float(reading[n, symbol]) for n, symbol in enumerate(path)]))
        out[text] = out.get(text, 0.0) + ratio
    return out


@settings(max_examples=40, deadline=None)
@given(st.lists(st.lists(st.integers(1, 100), min_size=4, max_size=4), min_size=1, max_size=4))
def test_a_texts_probability_is_the_sum_over_all_its_ways(weights: list[list[int]]) -> None:
    """Against brute force, for every reading of up to four places and three symbols."""
    reading = np.zeros((len(weights), 1 + len(SYMBOLS)), np.float32)
    for n, place in enumerate(weights):
        reading[n, list(SMALL)] = np.array(place, np.float32) / sum(place)
    found = dict(beam(reading, 1_000))
    for text, ratio in every_way(reading).items():
        assert found[text] == pytest.approx(ratio, abs=2e-5)


def test_a_repeat_is_one_character_unless_a_blank_lies_between() -> None:
    """How "11" is told from "1"."""
    assert beam(rows({"1": 1.0}, {"1": 1.0}))[0] == ("1", 1.0)
    assert beam(rows({"1": 1.0}, {"": 1.0}, {"1": 1.0}))[0] == ("11", 1.0)


def test_the_likeliest_text_is_not_always_the_likeliest_path() -> None:
    """Graves's point: "" is the best path (0.36), "A" has more ways (0.64)."""
    text, ratio = beam(rows({"": 0.6, "A": 0.4}, {"": 0.6, "A": 0.4}))[0]
    assert text == "A"
    assert ratio == pytest.approx(0.64)


def test_no_more_than_its_width_and_equal_texts_by_name() -> None:
    """A flat reading has many texts; which are kept does not hang on a dictionary's order."""
    flat = np.full((40, 1 + len(SYMBOLS)), 1 / 37, np.float32)
    found = beam(flat)
    assert len(found) == WIDTH
    assert found == sorted(found, key=lambda item: (-item[1], item[0]))
    assert [text for text, _ in beam(rows({"B": 0.5, "A": 0.5}))[:2]] == ["A", "B"]


def test_other_writing_counts_against_all() -> None:
    """A row that sums to less than 1 lowers every text; a row of nothing leaves none."""
    assert sum(ratio for _, ratio in beam(rows({"1": 0.6}))) == pytest.approx(0.6)
    assert beam(rows({"1": 1.0}, {})) == []
