"""speed_limits: where which speed limit holds for `speeding`, and what proves an offence there; see docs/rules.md."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from processors.rules.place import Place, Scope
from processors.rules.second import Second
from processors.violations.zone_boxes import lies_in, own_boxes

#: The rule's name: a zone's limit of that name switches it off.
SPEEDING: Final = "speeding"


@dataclass(frozen=True, slots=True)
class Settings:
    """Settings of one zone.

    Attributes:
        speed_limit_kmh: the limit, km/h; 0: the camera's.
        floor_kmh: excess from which on it is an offence: 10 km/h, the statute's own margin (KoAP 592.1).
        coverage_k: measured - k * error must lie beyond: 1.96, 97.5 % one-sided for a normal error.
        min_seconds: camera-seconds in a row in which it must: one outlier is no offence. A second in which the speed
            was measured and is not beyond, or is not to be trusted, breaks the row.
        sure_k: or one second does in which measured - sure_k * error lies beyond as well, and so does the median of the
            speeds from box to box: who drives fastest is in view for two seconds, in which one whole camera-second
            falls. 3.29, 99.95 % one-sided; 0: one second never does.
        sure_steps: steps from box to box, begun in the zone, behind that median: of an even number the slower of the
            two in the middle.
        min_boxes: boxes behind the track: a speed over fewer is not trusted.
        max_error_kmh: standard uncertainty above which a speed is not trusted, however high.
        most_kmh: speed above which a measurement is a mistake (a switched track), not a vehicle.
        least_stretch_s: or the mean speed over a stretch of so long proves it by its own interval, less k times its own
            uncertainty: 2 s, the time behind a single speed; 0: it never does.
    """

    speed_limit_kmh: float = 0.0
    floor_kmh: float = 10.0
    coverage_k: float = 1.96
    min_seconds: float = 2.0
    sure_k: float = 3.29
    sure_steps: float = 2.0
    min_boxes: float = 5.0
    max_error_kmh: float = 10.0
    most_kmh: float = 250.0
    least_stretch_s: float = 2.0


def scope_of(i: int, second: Second, scopes: Sequence[Scope[Settings]]) -> Scope[Settings] | None:
    """Return where a vehicle was seen last in a second; None: in no zone with a limit.

    The foot of a box that the picture's edge cuts off lies beyond what is drawn, so earlier boxes are asked, too.
    """
    mask = second.zone_mask[i]
    found = next((s for s in scopes if s.bit < 0 or mask & s.bit), None)
    if found is not None:
        return found
    for b in reversed(own_boxes(i, second)[:-1]):
        found = next((s for s in scopes if lies_in(b, second, s)), None)
        if found is not None:
            return found
    return None


def scopes_of(place: Place) -> list[Scope[Settings]]:
    """Return the zones with a limit of a calibrated enforcement camera; its whole view where none is drawn."""
    camera = place.camera
    if place.calibration is None or not camera.analysis.enforcement or "speed" not in camera.capabilities:
        return []
    kinds, triggers = frozenset({"roadway", "lane"}), frozenset({"speed_limit_kmh"})
    # A zone that the rule was taken out of must not come back in with the whole view.
    drawn = any(z.kind in kinds or (triggers | {SPEEDING}) & z.limits.keys() for z in place.zones)
    found = place.zone_scopes(SPEEDING, Settings, kinds, triggers) if drawn else place.whole_view(SPEEDING, Settings)
    out = []
    for scope in found:
        settings = scope.settings
        limit = settings.speed_limit_kmh or camera.speed_limit_kmh or 0.0
        if limit > 0:
            values = {name: getattr(settings, name) for name in settings.__slots__} | {"speed_limit_kmh": limit}
            out.append(Scope(scope.zone, scope.index, scope.bit, Settings(**values), scope.area_m2))
    return out
