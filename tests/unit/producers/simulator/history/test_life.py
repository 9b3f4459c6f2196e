"""The courses of cases keep to the law's terms, whatever is drawn."""

from dataclasses import replace
from datetime import date
from typing import Any

import numpy as np
import pytest

from producers.simulator.history.almaty_days import DAY_S
from producers.simulator.history.behaviour import Behaviour
from producers.simulator.history.cases import cases
from producers.simulator.history.city import City
from producers.simulator.history.fate import APPEALED, DELIVERED, PAYS, STEPS, TAKES, Fate
from producers.simulator.history.law import table
from producers.simulator.history.life import Life, lives
from producers.simulator.history.plan import plan
from producers.simulator.history.settings import HistorySettings

CITY = City.of(HistorySettings(date(2024, 1, 1), date(2024, 12, 31), 40_000, 0, seed=11))
NUMBERS = np.arange(40_000, dtype=np.int64)
AT = {step: number for number, step in enumerate(STEPS)}


def courses(behaviour: Behaviour = CITY.behaviour) -> Life:
    """Return many courses, of offences of two months around the change of the clock."""
    first = CITY.calendar.number(date(2024, 2, 1))
    occurred_us = CITY.calendar.at(first + NUMBERS % 60, NUMBERS * 2 % DAY_S)
    return lives(NUMBERS, occurred_us, NUMBERS % 500 == 0, CITY.draws, CITY.calendar, behaviour)


def test_every_fate_occurs() -> None:
    """What follows is of all of them."""
    assert set(np.unique(courses().fate)) == {int(fate) for fate in Fate}


def test_the_steps_of_a_case_follow_one_another() -> None:
    """Each step is taken later than the one before it, or at its instant."""
    life = courses()
    for fate in Fate:
        steps_us = life.steps_us[life.fate == fate][:, TAKES[fate]]
        assert len(steps_us)
        assert (np.diff(steps_us, axis=1) >= 0).all(), fate


def test_the_discount_is_taken_within_seven_days_of_delivery() -> None:
    """Nobody pays the half later than the end of the seventh day after it, nor before it."""
    life = courses()
    half = life.fate == Fate.DISCOUNTED
    delivered_us, paid_us = life.at("DELIVERED")[half], life.at("DISCOUNTED")[half]
    days = CITY.calendar.of(paid_us) - CITY.calendar.of(delivered_us)
    assert (paid_us > delivered_us).all()
    assert days.min() == 0
    assert days.max() == 7


def test_a_penalty_comes_into_force_after_15_and_10_days_and_is_paid_within_30() -> None:
    """Without an appeal at the midnight after the 25th day; the payment's last day is the 30th after that day."""
    life = courses()
    untouched = DELIVERED[life.fate] & ~APPEALED[life.fate]
    in_force_us = life.at("IN_FORCE")
    day = CITY.calendar.of(in_force_us)
    assert (day - CITY.calendar.of(life.at("DELIVERED")))[untouched].tolist() == [26] * int(untouched.sum())
    assert np.array_equal(in_force_us[untouched], CITY.calendar.midnights_us[day[untouched]])
    full = np.isin(life.fate, (Fate.PAID, Fate.APPEALED_PAID))
    late = (CITY.calendar.of(life.executed_us) - day)[full]
    assert late.min() >= 0
    assert late.max() <= 30
    unpaid = np.isin(life.fate, (Fate.ENFORCED, Fate.APPEALED_ENFORCED))
    assert set((CITY.calendar.of(life.at("ENFORCED")) - day)[unpaid]) == {31}


def test_an_appeal_lies_in_its_ten_days() -> None:
    """From the 16th to the 25th day after delivery; the decision comes later."""
    life = courses()
    asked = APPEALED[life.fate]
    days = (CITY.calendar.of(life.at("APPEALED")) - CITY.calendar.of(life.at("DELIVERED")))[asked]
    assert 16 <= days.min() <= days.max() <= 25
    assert (life.ruled_us > life.at("APPEALED"))[asked].all()


def test_only_payers_execute_and_only_confirmed_cases_are_issued() -> None:
    """No payment of another fate has an instant; ISSUED follows CONFIRMED only, and money DELIVERED only."""
    life = courses()
    assert np.array_equal(life.executed_us > 0, PAYS[life.fate])
    for before, after in (
        ("CONFIRMED", "ISSUED"),
        ("ISSUED", "DELIVERED"),
        ("DELIVERED", "DISCOUNTED"),
        ("IN_FORCE", "PAID"),
    ):
        assert (~TAKES[:, AT[after]] | TAKES[:, AT[before]]).all(), after
    assert TAKES[:, AT["REJECTED"]].tolist() == [fate is Fate.REJECTED for fate in Fate]


def test_a_judges_case_and_one_without_a_plate_are_never_issued() -> None:
    """The former ends with the officer's confirmation, the latter with a rejection."""
    life = courses()
    issued = TAKES[life.fate, AT["ISSUED"]]
    assert not issued[NUMBERS % 500 == 0].any()
    assert (life.fate[life.unread] == Fate.REJECTED).all()
    assert life.unread.any()


def test_shares_are_those_of_the_table() -> None:
    """All pay the half where the share is 1; none does where it is 0."""
    for discounted, expected in ((1 << 32, True), (0, False)):
        life = courses(replace(CITY.behaviour, discounted=discounted))
        delivered = DELIVERED[life.fate]
        assert ((life.fate == Fate.DISCOUNTED)[delivered] == expected).all()


def test_a_delay_that_overruns_its_term_is_refused() -> None:
    """A payer who takes the discount on the eighth day would be no payer of the law's."""
    data: dict[str, Any] = {**table("behaviour")}
    data["payment"] = {**data["payment"], "discount_wait_s": [0, 7 * DAY_S + 1]}
    with pytest.raises(ValueError, match="discount takes up to 604801 s; its term is 604800 s"):
        Behaviour.from_toml(data)


def test_the_index_is_that_of_the_day_on_which_the_prescription_is_sent() -> None:
    """An offence of December that is sent in January costs the new year's index; it was proposed at the old one's."""
    city = City.of(HistorySettings(date(2024, 12, 25), date(2024, 12, 31), 2_000, 0))
    found = cases(city, plan(city), 0, 2_000)
    year_ends_us = city.calendar.midnights_us[city.calendar.number(date(2025, 1, 1))]
    later = found.life.at("ISSUED") >= year_ends_us
    fined = found.proposed_kzt > 0
    assert (later & fined).any()
    assert (~later & fined).any()
    assert (found.proposed_kzt % 3_692 == 0).all()
    ratio = np.where(later, 3_932, 3_692)
    assert np.array_equal(found.imposed_kzt * 3_692, found.proposed_kzt * ratio)


def test_the_half_is_whole_tenge() -> None:
    """An odd fine's half is rounded up: 3 MRP of 2026 are 12,975, and half of it 6,488."""
    city = City.of(HistorySettings(date(2026, 3, 1), date(2026, 3, 2), 500, 0))
    found = cases(city, plan(city), 0, 500)
    odd = found.imposed_kzt == 3 * 4_325
    assert odd.any()
    assert set(found.half_kzt[odd].tolist()) == {6_488}
    assert (np.abs(2 * found.half_kzt - found.imposed_kzt) <= 1).all()
