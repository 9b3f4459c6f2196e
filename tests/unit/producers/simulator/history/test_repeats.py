"""The repeat tier, against a search through all earlier cases."""

import numpy as np

from producers.simulator.history.almaty_days import DAY_S, SECOND_US
from producers.simulator.history.repeats import lawful_repeats

DAY_US = DAY_S * SECOND_US


def test_a_repeat_needs_an_executed_penalty_of_the_year_before() -> None:
    """From the instant of the execution on, for less than the window, for the same article of the same vehicle."""
    at = np.array([100, 110, 110, 110, 474, 475]) * DAY_US
    executed = np.array([110, 0, 0, 0, 0, 0]) * DAY_US
    vehicle, article = np.array([1, 1, 1, 2, 1, 1]), np.array([3, 3, 4, 3, 3, 3])
    assert lawful_repeats(vehicle, article, at, executed, 365).tolist() == [False, True, False, False, True, False]


def test_it_is_what_a_search_finds() -> None:
    """On random cases of few vehicles with many offences each."""
    rng = np.random.default_rng(5)
    count = 600
    at = np.sort(rng.integers(0, 800, count)) * DAY_US
    executed = np.where(rng.random(count) < 0.6, at + rng.integers(0, 90, count) * DAY_US, 0)
    vehicle, article = rng.integers(0, 12, count), rng.integers(0, 3, count)
    found = lawful_repeats(vehicle, article, at, executed, 365)
    for number in range(count):
        earlier = [
            executed[other]
            for other in range(number)
            if vehicle[other] == vehicle[number] and article[other] == article[number] and executed[other] > 0
        ]
        assert found[number] == any(0 <= at[number] - instant < 365 * DAY_US for instant in earlier), number
