"""SignDays: the days on which a sign holds, as the plate under it says. Pure."""

from datetime import date
from typing import Final, NamedTuple

from processors.rules.articles import country
from processors.rules.place import Place
from schemas.messages import Zone

#: What a limit's name says behind its sign's name: each is 1 (it holds on them) or 0. Plates 8.5.1 (Saturdays, Sundays
#: and holidays), 8.5.2 (working days) and 8.5.3 (days of the week) of the traffic rules.
WORKING_DAYS: Final = "on_working_days"
DAYS_OFF: Final = "on_days_off"
WEEKDAYS: Final = (
    "on_monday",
    "on_tuesday",
    "on_wednesday",
    "on_thursday",
    "on_friday",
    "on_saturday",
    "on_sunday",
)
NAMES: Final = (WORKING_DAYS, DAYS_OFF, *WEEKDAYS)


class SignDays(NamedTuple):
    """Days on which a sign holds: those that any of these names.

    Attributes:
        working: working days by the law's calendar.
        off: all other days.
        weekdays: ISO numbers of days of the week, 1 (Monday) to 7.
    """

    working: bool
    off: bool
    weekdays: frozenset[int]

    def surely_hold_on(self, day: date) -> bool:
        """Say whether the sign surely holds on a local day.

        Whether a plate means a day that the government moved (a Saturday that is worked for a Wednesday that is not) by
        what is done on it or by its name is for no machine to say: on such a day `working` and `off` prove nothing.
        """
        if day.isoweekday() in self.weekdays:
            return True
        return not _moved(day) and (self.working if country().calendar.works(day) else self.off)

    def may_hold_on(self, day: date) -> bool:
        """Say whether the sign may hold on a local day."""
        return self.surely_hold_on(day) or (_moved(day) and (self.working or self.off))

    def names(self) -> tuple[str, ...]:
        """Return the names of the limits that give them."""
        named = (self.working, self.off, *(n in self.weekdays for n in range(1, 8)))
        return tuple(name for name, on in zip(NAMES, named, strict=True) if on)

    def in_words(self) -> str:
        """Return them for a sentence: "on working days, Saturday"."""
        words = (name.removeprefix("on_").replace("_", " ") for name in self.names())
        return f"on {', '.join(word if ' ' in word else word.title() for word in words)}"


def days_of(place: Place, zone: Zone, sign: str, what: str) -> tuple[SignDays | None, bool]:
    """Return the days that a zone's limits give, None: every day; and whether they can be used.

    A day that is misspelt would make a sign of some days one of all days: where a limit is none of the names, neither 0
    nor 1, or no day is left, `place.problems` says so.

    Args:
        place: the camera.
        zone: the zone.
        sign: what the names of its limits begin with.
        what: is left out with them, for the sentence.
    """
    begin = f"{sign}_on_"
    given = {name.removeprefix(f"{sign}_"): value for name, value in zone.limits.items() if name.startswith(begin)}
    if not given:
        return None, True
    wrong = {name: value for name, value in given.items() if name not in NAMES or value not in {0.0, 1.0}}
    if not wrong and any(given.values()):
        weekdays = frozenset(n for n, name in enumerate(WEEKDAYS, 1) if given.get(name))
        return SignDays(bool(given.get(WORKING_DAYS)), bool(given.get(DAYS_OFF)), weekdays), True
    found = ", ".join(f"{sign}_{name} is {value:g}" for name, value in sorted((wrong or given).items()))
    place.name_problem(
        f"camera {place.camera.camera_id} version {place.camera.version}: zone {zone.zone_id}: {found}; expected 1 or "
        f"0 for {begin}working_days, {begin}days_off, {begin}monday to {begin}sunday and 1 for one at least, or "
        f"none of them (every day); {what} left out; correct it in the registry"
    )
    return None, False


def _moved(day: date) -> bool:
    """Say whether the calendar has a day as a single one: a moved one, or a feast of no fixed date."""
    return any(on == day for on, _ in country().calendar.single)
