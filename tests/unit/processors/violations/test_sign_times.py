"""A sign holds on its days and in its hours, by the country's clock and calendar; what no plate says proves nothing."""

from dataclasses import replace
from datetime import UTC, datetime

import pytest

from processors.rules.place import Place
from processors.violations.hours import Hours
from processors.violations.sign_days import SignDays
from processors.violations.sign_times import SignTimes, times_of
from schemas.messages import Zone
from tests.unit.processors.rules.street import EPOCH_US, camera, zone

SECOND_US = 1_000_000
WORKING = SignDays(working=True, off=False, weekdays=frozenset())
OFF = SignDays(working=False, off=True, weekdays=frozenset())
#: Saturdays and Sundays by name, Fridays, Wednesdays.
WEEKEND, FRIDAY, WEDNESDAY = (SignDays(False, False, frozenset(n)) for n in ({6, 7}, {5}, {3}))
NIGHT = Hours(22.0, 6.0)


def local_us(text: str) -> int:
    """Return an instant of Almaty's clock since March 2024 as microseconds since the Unix epoch."""
    return round((datetime.fromisoformat(text).replace(tzinfo=UTC).timestamp() - 5 * 3600) * 1e6)


@pytest.mark.parametrize(
    ("hours", "begin_s", "end_s", "surely", "maybe"),
    [
        (Hours(13.0, 14.0), 0, 10, True, True),
        (Hours(13.0, 14.0), 390, 396, False, True),
        (Hours(14.0, 13.0), 0, 10, False, False),
        (Hours(14.0, 13.0), 390, 396, False, True),
        (Hours(14.0, 13.0), 420, 430, True, True),
    ],
)
def test_hours_hold_surely_or_maybe(hours: Hours, begin_s: int, end_s: int, *, surely: bool, maybe: bool) -> None:
    """Both ends within them, one, or none, each with five seconds of doubt; 400 s after the begin it is two o'clock."""
    since_us, at_us = (EPOCH_US + n * SECOND_US for n in (begin_s, end_s))
    assert SignTimes(hours, None).hold_throughout(since_us, at_us, 5 * SECOND_US) is surely
    assert SignTimes(hours, None).may_hold(since_us, at_us, 5 * SECOND_US) is maybe


@pytest.mark.parametrize(
    ("when", "days", "surely", "maybe"),
    [
        ("2026-05-05T12:00", WORKING, True, True),
        ("2026-05-05T12:00", OFF, False, False),
        ("2026-05-02T12:00", WORKING, False, False),
        ("2026-05-02T12:00", OFF, True, True),
        ("2026-05-02T12:00", WEEKEND, True, True),
        # Victory Day is a Saturday and made up for on Monday
        ("2026-05-11T12:00", WORKING, False, False),
        ("2026-05-11T12:00", OFF, True, True),
        ("2026-05-11T12:00", WEEKEND, False, False),
        # a Saturday that was worked for a Wednesday, and that Wednesday: the government's, no plate speaks of them
        ("2024-05-04T12:00", WORKING, False, True),
        ("2024-05-04T12:00", OFF, False, True),
        ("2024-05-04T12:00", WEEKEND, True, True),
        ("2024-05-08T12:00", WORKING, False, True),
        ("2024-05-08T12:00", OFF, False, True),
        ("2024-05-08T12:00", WEDNESDAY, True, True),
        # a day ends at local midnight, and the clock may be wrong
        ("2026-05-01T23:59:50", FRIDAY, True, True),
        ("2026-05-01T23:59:57", FRIDAY, False, True),
        ("2026-05-02T00:00:10", FRIDAY, False, False),
    ],
)
def test_days_are_the_laws_calendars(when: str, days: SignDays, *, surely: bool, maybe: bool) -> None:
    """Working days and all others, holidays and what makes up for them; days of the week are by their name."""
    at_us = local_us(when)
    for hours in (None, Hours(0.0, 24.0)):
        times = SignTimes(hours, days)
        assert times.hold_throughout(at_us, at_us, 5 * SECOND_US) is surely
        assert times.may_hold(at_us, at_us, 5 * SECOND_US) is maybe


@pytest.mark.parametrize(
    ("when", "surely", "maybe"),
    [
        ("2026-06-04T23:00", False, False),
        # Friday's small hours are Thursday's night, Saturday's are Friday's night or Saturday's
        ("2026-06-05T03:00", False, True),
        ("2026-06-05T12:00", False, False),
        ("2026-06-05T23:00", True, True),
        ("2026-06-06T03:00", False, True),
        ("2026-06-06T23:00", False, False),
    ],
)
def test_small_hours_are_of_either_day(when: str, *, surely: bool, maybe: bool) -> None:
    """From 22 to 6 on Fridays: no plate says whose the hours after midnight are, so both days must have them."""
    times, at_us = SignTimes(NIGHT, FRIDAY), local_us(when)
    assert times.hold_throughout(at_us, at_us, 0) is surely
    assert times.may_hold(at_us, at_us, 0) is maybe
    both = SignTimes(NIGHT, SignDays(False, False, frozenset(range(1, 8))))
    assert both.hold_throughout(at_us, at_us, 0) is ("T23" in when or "T03" in when)


def limited(**limits: float) -> tuple[Place, Zone]:
    """Return a camera whose zone has these limits, and the zone."""
    place = Place(camera(replace(zone("here", "roadway"), limits=limits)))
    return place, place.zones[0]


def test_limits_name_hours_and_days() -> None:
    """Without any of them a sign always holds, where it need have no hours."""
    place, here = limited(ban_from_h=7.0, ban_to_h=9.5, ban_on_days_off=1.0, ban_on_monday=1.0, ban_on_friday=0.0)
    times = times_of(place, here, "ban", "the ban is", always=False)
    assert times == SignTimes(Hours(7.0, 9.5), SignDays(False, True, frozenset({1})))
    assert times.in_words() == " on days off, Monday from 7 to 9.5 h"
    assert times.measures("ban") == {
        "ban_from_h": 7.0, "ban_to_h": 9.5, "ban_on_days_off": 1.0, "ban_on_monday": 1.0
    }  # fmt: skip
    assert times_of(place, here, "other", "it is", always=True) == SignTimes(None, None)
    assert place.problems == []


@pytest.mark.parametrize(
    ("limits", "found"),
    [
        ({"ban_on_workdays": 1.0, "ban_on_monday": 1.0}, "ban_on_workdays is 1;"),
        ({"ban_on_working_days": 5.0}, "ban_on_working_days is 5;"),
        ({"ban_on_monday": float("nan")}, "ban_on_monday is nan;"),
        ({"ban_on_monday": 0.0, "ban_on_days_off": 0.0}, "ban_on_days_off is 0, ban_on_monday is 0;"),
    ],
)
def test_days_that_are_none_leave_the_sign_out_and_are_named(limits: dict[str, float], found: str) -> None:
    """Misspelt, a sign of some days would be one of all days; a sentence says what was found, expected, and to do."""
    place, here = limited(**limits)
    assert [times_of(place, here, "ban", "the ban is", always=True) for _ in range(2)] == [None, None]
    (problem,) = place.problems
    assert f"zone here: {found} expected 1 or 0 for ban_on_working_days, ban_on_days_off, ban_on_monday" in problem
    assert problem.endswith("the ban is left out; correct it in the registry")
