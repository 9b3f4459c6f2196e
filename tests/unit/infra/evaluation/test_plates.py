"""Plates against true ones, counted by hand."""

from dataclasses import replace

import pytest

from infra.evaluation.assignment import assign
from infra.evaluation.document import plate_documents
from infra.evaluation.plate_score import PlateScore, PlateTally, format_of
from infra.evaluation.pooled import pooled_plates
from infra.evaluation.stated_plate import StatedPlate
from tests.unit.infra.evaluation.street import S
from tests.unit.infra.evaluation.test_tracking import camera


def tally(*votes: StatedPlate) -> PlateTally:
    """Count three tracks of three vehicles, each in a place of its own, and track 9 of nobody."""
    one = camera([(1, 1, 0), (1, 2, 1), (2, 3, 2)], [(1, 11, 0), (1, 12, 1), (2, 13, 2)])
    plates = {1: "123ABC02", 2: "456DE02", 3: "789XYZ05"}
    one = replace(one, plate_of=plates, votes=votes)
    out = PlateTally()
    out.add(one, assign(one))
    return out


def vote(track: int, text: str, probability: float = 0.995, reads: int = 3, at_s: int = 1) -> StatedPlate:
    """Return a vote."""
    return StatedPlate(track, at_s * S, text, probability, reads)


def test_votes_are_counted_by_the_true_plates_format() -> None:
    """A right and a wrong vote, a vehicle without one: read, right and confident are told apart by format."""
    scores = tally(vote(11, "123ABC02"), vote(12, "456DF02", 0.5), vote(9, "999ZZZ01")).scores()
    assert scores["2012 private"] == PlateScore(2, 1, 1, 1, 1)
    assert scores["2012 legal entity"] == PlateScore(1, 1, 0, 0, 0)
    assert scores["all"] == PlateScore(3, 2, 1, 1, 1)


def test_a_tracks_last_vote_holds() -> None:
    """What was thought of a plate earlier does not count, whatever the order in which votes are handed over."""
    early, late = vote(11, "128ABC02", at_s=1), vote(11, "123ABC02", at_s=2)
    assert tally(late, early).scores() == tally(early, late).scores()
    assert tally(early, late).scores()["all"].n_right == 1


@pytest.mark.parametrize(("probability", "reads", "sure"), [(0.99, 2, 1), (0.9899, 2, 0), (0.99, 1, 0)])
def test_confidence_wants_probability_and_reads(probability: float, reads: int, sure: int) -> None:
    """A vote below either threshold is not confident; wrong and confident counts against the goal."""
    score = tally(vote(11, "123ABC03", probability, reads)).scores()["all"]
    assert (score.n_confident, score.n_confident_right) == (sure, 0)


def test_cameras_that_read_no_plate_are_not_asked() -> None:
    """Without a vote there is no plate camera, hence no row."""
    assert tally().scores() == {}
    assert plate_documents(tally().scores()) == []


def test_runs_add_up() -> None:
    """Two runs as one have the sum of their counts."""
    one = tally(vote(11, "123ABC02"))
    assert pooled_plates([one, one]).scores()["all"] == PlateScore(6, 2, 2, 2, 2)
    document = plate_documents(one.scores())[-1]
    assert (document["format"], document["read_ratio"], document["confident_right_ratio"]) == ("all", 0.3333, 1.0)


def test_formats_are_those_of_the_reference() -> None:
    """Kazakh plates of 2012 and 1993; a region above 20 or anything else is none of them."""
    names = ["123ABC02", "123AB20", "A123BCD", "A123BC", "123ABC21", "12ABC02"]
    expected = ["2012 private", "2012 legal entity", "1993 private", "1993 legal entity", "other", "other"]
    assert [format_of(name) for name in names] == expected
