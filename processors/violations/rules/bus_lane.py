"""Bus lane: driving along in a lane for buses. Defaults and sources: docs/rules.md."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import ClassVar

from processors.rules.place import Place, Scope
from processors.violations.driving_rule import DrivingRule, Settings
from processors.violations.hours import local_hour
from processors.violations.sign_times import SignTimes, times_of

#: What the names of those limits of a zone begin with that say when the lane is for buses; none of them: always.
SIGN = "bus_lane"
#: COCO-80 class of those whom the lane is for.
BUS = 5
ALWAYS = SignTimes(None, None)


@dataclass(frozen=True, slots=True)
class BusLaneSettings(Settings):
    """Settings of one zone: 30 m are more than crossing the lane to turn or to the kerb takes; a choice.

    Attributes:
        hours_margin_s: how far the camera's clock may be wrong, seconds: times of the sign must be met by more.
    """

    min_path_m: float = 30.0
    hours_margin_s: float = 5.0


class BusLane(DrivingRule):
    """Cars and motorcycles: a lorry and a bus are too easily taken for each other.

    Where the sign has hours or days, the whole way, widened by `hours_margin_s`, must lie in them.
    """

    kind: ClassVar[str] = "bus_lane"
    version: ClassVar[str] = "bus_lane/6"
    zone_kinds: ClassVar[frozenset[str]] = frozenset({"bus_lane"})
    vehicles: ClassVar[frozenset[int]] = frozenset({2, 3})
    excused_before: ClassVar[frozenset[int]] = frozenset({BUS})
    did: ClassVar[str] = "Driven in the lane for buses"
    defaults: ClassVar[type[Settings]] = BusLaneSettings

    def forbidden(self, since_us: int, at_us: int, scope: Scope[Settings], place: Place) -> Mapping[str, float] | None:
        """Return when the lane is for buses where both ends of the way are in that time; None where one may not be."""
        settings, times = scope.settings, _times_of(place, scope)
        assert isinstance(settings, BusLaneSettings)
        if times == ALWAYS:
            return {}
        if times is None or not times.hold_throughout(since_us, at_us, round(settings.hours_margin_s * 1e6)):
            return None
        return {"hour_h": round(local_hour(at_us), 3), **times.measures(SIGN)}

    @classmethod
    def scopes_of(cls, place: Place) -> list[Scope[Settings]]:
        """Return the zones whose sign always holds or names when it does: one hour alone says nothing."""
        return [scope for scope in super().scopes_of(place) if _times_of(place, scope) is not None]


def _times_of(place: Place, scope: Scope[Settings]) -> SignTimes | None:
    return None if scope.zone is None else times_of(place, scope.zone, SIGN, "the lane for buses is", always=True)
