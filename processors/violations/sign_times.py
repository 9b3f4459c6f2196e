"""SignTimes: when a sign holds, by the day and the hour, from a zone's limits. Pure."""

from datetime import timedelta
from typing import Final, NamedTuple

from processors.rules.articles import country
from processors.rules.place import Place
from processors.violations.hours import Hours, hours_of, local_hour
from processors.violations.sign_days import SignDays, days_of
from schemas.messages import Zone

DAY: Final = timedelta(days=1)


class SignTimes(NamedTuple):
    """Times at which a sign holds.

    Attributes:
        hours: of the local day; None: all of it.
        days: None: every day.
    """

    hours: Hours | None
    days: SignDays | None

    def hold_throughout(self, since_us: int, at_us: int, margin_us: int) -> bool:
        """Say whether it surely holds from one instant to another, microseconds since the Unix epoch.

        What a vehicle does lasts seconds, hours and days last longer: both ends lie in them, or part of it does not.

        Args:
            since_us: the first instant.
            at_us: the last one.
            margin_us: by which the clock may be wrong, microseconds.
        """
        return all(self._holds(instant, surely=True) for instant in (since_us - margin_us, at_us + margin_us))

    def may_hold(self, since_us: int, at_us: int, margin_us: int) -> bool:
        """Say whether it may hold at any time from one instant to another; arguments as of `hold_throughout`."""
        return any(self._holds(instant, surely=False) for instant in (since_us - margin_us, at_us + margin_us))

    def in_words(self) -> str:
        """Return them for the end of a sentence, with a blank before; empty where it always holds."""
        days = "" if self.days is None else f" {self.days.in_words()}"
        return days if self.hours is None else f"{days} from {self.hours.from_h:g} to {self.hours.to_h:g} h"

    def measures(self, sign: str) -> dict[str, float]:
        """Return them as measures for the officer, named as a sign's limits are."""
        hours = {} if self.hours is None else {f"{sign}_from_h": self.hours.from_h, f"{sign}_to_h": self.hours.to_h}
        return {**hours, **({} if self.days is None else {f"{sign}_{name}": 1.0 for name in self.days.names()})}

    def _holds(self, at_us: int, *, surely: bool) -> bool:
        if self.hours is not None and not self.hours.hold_at(at_us):
            return False
        if self.days is None:
            return True
        day = country().local_day(at_us)
        if self.hours is None or not self.hours.began_the_day_before(local_hour(at_us)):
            return self.days.surely_hold_on(day) if surely else self.days.may_hold_on(day)
        # Hours that go over midnight: whether the small hours belong to the day before, no plate says.
        if surely:
            return self.days.surely_hold_on(day) and self.days.surely_hold_on(day - DAY)
        return self.days.may_hold_on(day) or self.days.may_hold_on(day - DAY)


def times_of(place: Place, zone: Zone, sign: str, what: str, *, always: bool) -> SignTimes | None:
    """Return when a sign holds; None where a zone's limits give no such time, which `place.problems` says.

    Args:
        place: the camera.
        zone: the zone.
        sign: what the names of its limits begin with: `<sign>_from_h` and `<sign>_to_h`, both; `<sign>_on_` and days.
        what: is left out without them, for the sentence.
        always: without both hours it holds at all of them; else it needs them.
    """
    names = f"{sign}_from_h", f"{sign}_to_h"
    given = zone.limits.get(names[0]), zone.limits.get(names[1])
    hours = None
    if not always or given != (None, None):
        hours = hours_of(place, zone, names, given, what=what, also=", or neither" if always else "")
        if hours is None:
            return None
    days, usable = days_of(place, zone, sign, what)
    return SignTimes(hours, days) if usable else None
