"""Counting: a row's shares are those of its trials, and a calibration never falls."""

import numpy as np
import pytest

from infra.plates.study import knots, row_of
from infra.plates.trial import Trial
from schemas.messages import PlateCandidate


def trial(text: str, read: str, ratio: float, *, found: bool = True) -> Trial:
    """Return a trial that read so; "" is no read."""
    candidates = [PlateCandidate(read, ratio)] if read else []
    return Trial(text, "2012 private", 80.0, found, ratio, read, candidates)


def test_a_row_counts_its_trials() -> None:
    """Unread is not wrong; a confident read needs its probability and a certain format."""
    row = row_of(
        "80 px",
        [
            trial("123ABC02", "123ABC02", 0.995),
            trial("124ABC02", "121ABC02", 0.995),
            trial("125ABC02", "125ABC02", 0.9),
            trial("H123402", "H123402", 0.999),
            trial("126ABC02", "", 0.0, found=False),
        ],
    )
    assert (row.draws, row.found, row.read, row.right) == (5, 4, 4, 3)
    assert (row.confident, row.confident_right) == (2, 1)
    assert row.texts == ["124ABC02 as 121ABC02 0.99"]


def test_a_read_on_a_real_vehicle_is_shown_whatever_it_says() -> None:
    """Nothing was drawn there, so each read is one to look at."""
    row = row_of("real", [trial("", "123ABC02", 0.5), trial("", "", 0.0, found=False)])
    assert (row.draws, row.read, row.right, row.texts) == (2, 1, 0, ["as 123ABC02 0.50"])


def test_knots_follow_what_was_right() -> None:
    """Of reads that state their weight and are right so often, the calibration is near the identity, and rises."""
    generator = np.random.default_rng(1)
    weights = generator.uniform(0, 1, 4000)
    reads = [(float(weight), bool(generator.random() < weight)) for weight in weights]
    found = knots(reads)
    assert [found[0][0], found[-1][0]] == [0.0, 1.0]
    shares = [share for _, share in found]
    assert shares == sorted(shares)
    assert all(share == pytest.approx(weight, abs=0.06) for weight, share in found[1:-1])


def test_knots_of_few_reads_are_cautious() -> None:
    """Three right of three are no certainty."""
    assert knots([(0.999, True)] * 3)[-1][1] == pytest.approx(3.5 / 4)
    assert knots([]) == [[0.0, 0.0], [1.0, 1.0]]
