"""Plates: what a track's reads say together, what may be taken for sure, formats, regions and look-alikes."""

import random
from collections.abc import Sequence
from datetime import date

import pytest

from processors.plates.plate_formats import format_of, latin, region_of
from processors.tracking.plates import MOST_CANDIDATES, MOST_TEXTS, PlateVote, is_confident, reading
from schemas.messages import PlateCandidate

#: Every format of plates.toml is in force.
DAY = date(2026, 7, 1)


def voted(*reads: Sequence[tuple[str, float]], day: date = DAY) -> list[tuple[str, float]]:
    """Return the candidates after these reads."""
    vote = PlateVote()
    for read in reads:
        vote.add([PlateCandidate(text, ratio) for text, ratio in read])
    return [(one.text, one.probability_ratio) for one in vote.candidates(day)]


def confident(*reads: Sequence[tuple[str, float]]) -> bool:
    """Return whether the best text of these reads is confident."""
    text, ratio = voted(*reads)[0]
    return is_confident(text, ratio, len(reads), DAY)


def test_reads_that_agree_make_a_plate_confident() -> None:
    """Not one alone, however probable; each further one makes it likelier, up to the highest that is ever stated."""
    one = [("123ABC02", 0.9)]
    ratios = [voted(*[one] * n)[0][1] for n in (1, 2, 3, 5, 9)]
    assert ratios == sorted(ratios)
    assert not confident(one)
    assert confident(*[one] * 5)
    assert ratios[-1] == reading().calibration[-1][1]


def test_reads_that_disagree_do_not() -> None:
    """Two vehicles' plates on one track, five reads each: the tracker switched, or the reader saw the neighbour's."""
    a, b = [("123ABC02", 0.9)], [("987XYZ05", 0.9)]
    assert not confident(*[a, b] * 5)
    assert not confident(*[a] * 6, *[b] * 4)


def test_a_plate_that_was_never_read_whole_is_found() -> None:
    """Each read has another character wrong: the right one at each place has the most votes."""
    ranked = voted([("128ABC02", 0.5)], [("123A8C02", 0.5)], [("123ABCO2", 0.5)], [("123AEC02", 0.5)])
    assert ranked[0][0] == "123ABC02"


def test_a_known_format_goes_before_none() -> None:
    """0 and O look alike; where the letter stands for a digit, the format tells which it was."""
    assert voted([("123ABCO2", 0.5), ("123ABC02", 0.45)])[0][0] == "123ABC02"


def test_what_has_no_certain_format_is_never_confident() -> None:
    """A person reads it."""
    for text in ("12", "ABCDEFGH", "123ABC21", "D12345", "12AB02"):
        assert not is_confident(text, 1.0, 50, DAY)
    assert not is_confident("123ABC02", 1.0, 1, DAY)
    assert is_confident("123ABC02", 0.99, 2, DAY)
    assert not is_confident("123ABC02", 0.9899, 2, DAY)


def test_unreadable_stays_unreadable() -> None:
    """No candidates, or only ones of no probability, give nothing or nothing sure."""
    assert voted([]) == []
    assert not confident([("123ABC02", 0.0)], [("123ABC02", 0.0)])


def test_probabilities_are_ranked_and_add_up_to_one_at_most() -> None:
    """For any reads; and their order changes nothing but what leaves a full memory."""
    draws = random.Random(5)
    for _ in range(200):
        reads = []
        for _ in range(draws.randint(1, 6)):
            text = list("123ABC02")
            for place in range(len(text)):
                if draws.random() < 0.15:
                    text[place] = draws.choice("0123456789ABCO")
            reads.append([("".join(text), round(draws.random(), 4))])
        ranked = voted(*reads)
        assert len(ranked) <= MOST_CANDIDATES
        ratios = [ratio for _, ratio in ranked]
        assert ratios == sorted(ratios, reverse=True)
        assert all(0.0 <= ratio < 1.0 for ratio in ratios)
        assert sum(ratios) <= 1.0 + 1e-3
        assert [ratio for _, ratio in voted(*reversed(reads))] == ratios


def test_memory_is_bounded() -> None:
    """The least likely texts leave."""
    vote = PlateVote()
    for n in range(100):
        vote.add([PlateCandidate("123ABC02", 0.9), PlateCandidate(f"{n:03d}XYZ05", 0.05)])
    assert len(vote.weights) == MOST_TEXTS
    assert vote.candidates(DAY)[0].text == "123ABC02"


def test_cyrillic_letters_are_taken_for_latin_ones() -> None:
    """Those that look alike; the same plate read in either is one text."""
    assert latin("123АВС02") == "123ABC02"  # noqa: RUF001  Cyrillic on purpose
    assert latin("123ABC02") == "123ABC02"
    assert [text for text, _ in voted([("123АВС02", 0.9)], [("123ABC02", 0.9)])] == ["123ABC02"]  # noqa: RUF001


@pytest.mark.parametrize(
    ("text", "name", "region"),
    [
        ("123ABC02", "2012 private", "Almaty"),
        ("123AB20", "2012 legal entity", "Ulytau"),
        ("A123BCD", "1993 private", None),
        ("A123BC", "1993 legal entity", None),
        ("B12345", "rental scooter", None),
        ("12ABC17", "trailer or motorcycle", "Shymkent"),
        ("12AB01", "trailer or motorcycle", "Astana"),
        ("H123402", "foreign owner", "Almaty"),
        ("CMD1234", "diplomatic", None),
        ("123ABC21", None, None),
        ("123ABC00", None, None),
        ("123abc02", None, None),
        ("G123BCD", None, None),
    ],
)
def test_formats_and_regions(text: str, name: str | None, region: str | None) -> None:
    """Those of the reference, and none for what is like them."""
    known = format_of(text, DAY)
    assert (known.name if known else None) == name
    assert region_of(text, DAY) == region


@pytest.mark.parametrize(
    ("day", "in_force"), [(date(2024, 5, 6), False), (date(2026, 6, 30), False), (DAY, True), (date(2027, 1, 1), True)]
)
def test_a_format_holds_from_its_day_on(day: date, in_force: bool) -> None:  # noqa: FBT001
    """A12345 is a rental scooter from 2026-07-01 on; before, no such plate was given out and none is confident."""
    assert (format_of("A12345", day) is not None) is in_force
    assert is_confident("A12345", 1.0, 50, day) is in_force
    assert is_confident("123ABC02", 1.0, 50, day)


def test_a_vote_weighs_a_format_by_the_day() -> None:
    """The same reads: a text that is a plate of the day goes before an equally read one that is none, else not."""
    reads = [[("A12345", 0.5)], [("A1234S", 0.45)]]
    before, since = (dict(voted(*reads, day=day)) for day in (date(2026, 6, 30), DAY))
    assert before["A12345"] < since["A12345"]
    assert before["A1234S"] > since["A1234S"]


def test_a_diplomats_plate_needs_no_scooters_day() -> None:
    """Its format was there before, takes what looks like a scooter's with D or T, and is never certain."""
    for day in (date(2024, 5, 6), DAY):
        known = format_of("D12345", day)
        assert known is not None
        assert known.name == "diplomatic"
