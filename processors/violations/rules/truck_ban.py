"""Truck ban: a lorry in hours in which lorries may not drive there. Defaults and sources: docs/rules.md."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import ClassVar

from processors.rules.place import Place, Scope
from processors.rules.second import Second
from processors.violations.driven_way import Way
from processors.violations.driving_rule import DrivingRule, Settings
from processors.violations.hours import local_hour
from processors.violations.offence import Offence
from processors.violations.sign_days import NAMES
from processors.violations.sign_times import SignTimes, times_of
from processors.violations.upright import height_m

CAR, BUS, TRUCK = 2, 5, 7
#: What the names of those limits of a zone begin with that say between which hours (both) and on which days lorries are
#: banned, and those names.
SIGN = "truck_ban"
LIMITS = frozenset(f"{SIGN}_{name}" for name in ("from_h", "to_h", *NAMES))

#: A lorry of more than 3.5 t is at least so long, metres: the GAZ-3307, one of the shortest, is 6.5. A choice.
LORRY_M = 6.0
#: Nobody drives nearer to who is before them than this, seconds: half of what a driver takes to brake. A choice.
HEADWAY_S = 0.5


@dataclass(frozen=True, slots=True)
class TruckSettings(Settings):
    """Settings of one zone.

    Attributes:
        hours_margin_s: how far the camera's clock may be wrong, seconds: the ban's times must be met by more.
        min_height_m: lower than this, a vehicle is a car whatever it is taken for, metres: above sport utility vehicles
            and low vans, 1.9 to 2.1 m, below a lorry's cabin, 2.5 m and more. A choice.
    """

    min_path_m: float = 20.0
    min_kmh: float = 5.0
    hours_margin_s: float = 5.0
    min_height_m: float = 2.3


class TruckBan(DrivingRule):
    """The whole way, widened by `hours_margin_s`, must lie in the hours and days of the ban, by the country's clock.

    Two things that do not depend on each other make a vehicle a lorry: what its labels speak for most once it has
    driven through (tracking's vote), and its height. Until then it may be taken for a car, as detectors do, but never
    for a bus: nor in the two seconds after, in which the picture's edge cuts it, for a lorry is hardly ever taken for
    one (docs/noise.md).
    Where a camera looks down too steeply for heights, the labels alone decide.
    """

    kind: ClassVar[str] = "truck_ban"
    version: ClassVar[str] = "truck_ban/9"
    zone_kinds: ClassVar[frozenset[str]] = frozenset()
    triggers: ClassVar[frozenset[str]] = LIMITS
    vehicles: ClassVar[frozenset[int]] = frozenset({CAR, TRUCK})
    excused: ClassVar[frozenset[int]] = frozenset({BUS})
    did: ClassVar[str] = "A lorry where and when lorries are banned"
    defaults: ClassVar[type[Settings]] = TruckSettings

    def forbidden(self, since_us: int, at_us: int, scope: Scope[Settings], place: Place) -> Mapping[str, float] | None:
        """Return the local hour where both ends of the way are in the ban; None where one may be outside."""
        settings, times = scope.settings, _times_of(place, scope)
        assert isinstance(settings, TruckSettings)
        if times is None or not times.hold_throughout(since_us, at_us, round(settings.hours_margin_s * 1e6)):
            return None
        return {"hour_h": round(local_hour(at_us), 3), **times.measures(SIGN)}

    def proves(self, way: Way) -> bool:
        """Say whether it is voted a lorry now that it has driven through, too."""
        return way.vehicle_class == TRUCK and super().proves(way)

    def apart_m(self, i: int, second: Second) -> float:
        """Return what two lorries one behind the other are apart at least, metres: a lorry's length and its headway.

        A second box beside a lorry's own errs with its size, by up to 11 m where a car's errs by 4 (decision 0288).
        """
        return LORRY_M + HEADWAY_S * (second.tracks.track_speed_kmh[i] or 0.0) / 3.6

    def _measure(
        self, way: Way, i: int, path: float, second: Second, scope: Scope[Settings], place: Place
    ) -> Offence | None:
        settings = scope.settings
        assert isinstance(settings, TruckSettings)
        offence = None
        if second.tracks.track_class[i] == TRUCK:
            offence = super()._measure(way, i, path, second, scope, place)
        if offence is None:
            return None
        tall_m = height_m(i, second)
        if tall_m is None:
            return offence
        if tall_m < settings.min_height_m:
            return None
        return replace(offence, measures={**offence.measures, "height_m": tall_m})

    @classmethod
    def scopes_of(cls, place: Place) -> list[Scope[Settings]]:
        """Return the zones that name both hours: one alone says nothing, nor do equal ones or a day that is none."""
        return [scope for scope in super().scopes_of(place) if _times_of(place, scope) is not None]


def _times_of(place: Place, scope: Scope[Settings]) -> SignTimes | None:
    return None if scope.zone is None else times_of(place, scope.zone, SIGN, "the ban on lorries is", always=False)
