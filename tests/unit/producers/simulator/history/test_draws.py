"""Draws are functions of seed, stream and number: any slice of them, on any machine, is the same."""

import numpy as np
import pytest

from producers.simulator.history.draws import RANGE, Draws, choose, ladder, quantile, share
from producers.simulator.history.heavy_tail import heavy_tailed

NUMBERS = np.arange(100_000, dtype=np.int64)


def test_a_slice_is_drawn_as_in_the_whole() -> None:
    """A row's draw does not depend on which rows are drawn with it; seeds and streams differ."""
    draws = Draws(7)
    whole = draws.wide("a", NUMBERS)
    assert np.array_equal(whole[500:600], draws.wide("a", NUMBERS[500:600]))
    assert not np.any(whole == Draws(8).wide("a", NUMBERS))
    assert not np.any(whole == draws.wide("b", NUMBERS))


def test_draws_are_pinned() -> None:
    """Another machine or release that draws otherwise makes another history: these numbers may not change."""
    pinned = [13948052078788740276, 2650497641199218780, 7134705807736721706]
    assert Draws(1).wide("pinned", NUMBERS[:3]).tolist() == pinned


def test_draws_are_uniform() -> None:
    """Each of 16 equal classes has its share, within five standard deviations."""
    counts = np.bincount(choose(Draws(3).draw("a", NUMBERS), ladder([1] * 16)), minlength=16)
    assert np.abs(counts - 6250).max() < 5 * np.sqrt(6250)


def test_classes_take_their_shares_and_none_of_weight_0_is_drawn() -> None:
    """The ends of the range fall into the first and the last class that have a weight."""
    ends = ladder([0, 1, 3, 0])
    assert choose(np.array([0, RANGE // 4 - 1, RANGE // 4, RANGE - 1]), ends).tolist() == [1, 1, 2, 2]
    with pytest.raises(ValueError, match="none below 0"):
        ladder([1, -1])
    with pytest.raises(ValueError, match="0 to 1"):
        share(1.5)


def test_quantiles_are_met_at_their_draws() -> None:
    """The draw 0 gives the least value, each K-th of the range its quantile, and all lie between."""
    values = np.array([10, 20, 100], np.int64)
    assert quantile(np.array([0, RANGE // 4, RANGE // 2, RANGE - 1]), values).tolist() == [10, 15, 20, 99]


def test_few_are_drawn_often() -> None:
    """Ranks fall off as 1 / sqrt(rank + head), within the count; the head keeps the first from towering."""
    counts = np.bincount(heavy_tailed(Draws(1).draw("v", NUMBERS), 1000, 10), minlength=1000)
    assert len(counts) == 1000
    expected = 1 / np.sqrt(np.arange(1000) + 10.5)
    expected *= len(NUMBERS) / expected.sum()
    assert np.abs(counts - expected).max() < 6 * np.sqrt(expected.max())
    assert counts[:10].sum() > 5 * counts[-10:].sum()
