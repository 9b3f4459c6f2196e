"""Hours: the hours of the local day in which a sign holds. Pure."""

from typing import NamedTuple

from processors.rules.articles import country
from processors.rules.place import Place
from schemas.messages import Zone

#: Hours of a day.
DAY_H = 24.0


class Hours(NamedTuple):
    """Hours of a day.

    Attributes:
        from_h: local hour from which on it holds, 0 to 24.
        to_h: local hour from which on it does not; below from_h: of the next day.
    """

    from_h: float
    to_h: float

    def hold_at(self, at_us: int) -> bool:
        """Say whether they hold at an instant, microseconds since the Unix epoch."""
        hour, (first, last) = local_hour(at_us), self
        return first <= hour < last if first < last else hour >= first or hour < last

    def began_the_day_before(self, hour: float) -> bool:
        """Say whether a local hour within them is of those that go on over midnight."""
        return self.from_h > self.to_h and hour < self.to_h


def hours_of(
    place: Place, zone: Zone, names: tuple[str, str], given: tuple[float | None, float | None], *, what: str, also: str
) -> Hours | None:
    """Return the hours that a zone gives; None where they are none, which `place.problems` says.

    The whole day is from 0 to 24. Equal hours would hold for as long, and a typing error make a ban of all day.

    Args:
        place: the camera.
        zone: the zone.
        names: of the two limits.
        given: the two hours.
        what: is left out without them, for the sentence.
        also: what else is expected, likewise; may be empty.
    """
    first, last = given
    # From 24 to 0 is as empty as from 0 to 0.
    if first is not None and last is not None and first != last and given != (DAY_H, 0.0):
        hours = Hours(first, last)
        if all(0.0 <= hour <= DAY_H for hour in hours):
            return hours
    place.name_problem(
        f"camera {place.camera.camera_id} version {place.camera.version}: zone {zone.zone_id}: {names[0]} is {first} "
        f"and {names[1]} is {last}; expected two different hours from 0 to 24 (0 and 24: the whole day){also}; "
        f"{what} left out; correct it in the registry"
    )
    return None


def local_hour(at_us: int) -> float:
    """Return the hours since local midnight of an instant, microseconds since the Unix epoch."""
    law = country()
    return (at_us - law.day_start_us(law.local_day(at_us))) / 3.6e9
