"""Place: a camera's registry entry digested for rules: zones, calibration, and each rule's settings in them."""

import math
from collections.abc import Callable, Sequence
from dataclasses import MISSING, dataclass, fields
from typing import Any, Generic, TypeVar

import numpy as np
import numpy.typing as npt

from processors.rules.geometry import calibration_problem, ground_area_m2
from processors.rules.ground import Ground
from schemas.messages import Calibration, Camera, Zone

C = TypeVar("C")

#: Zones of one camera; a track's zones are the bits of one 64-bit integer.
MOST_ZONES = 60
#: Kind of zone whose content no rule sees.
IGNORE = "ignore"


@dataclass(frozen=True, slots=True)
class Scope(Generic[C]):
    """A zone in which a rule applies, or the whole view, with the settings that hold there.

    Attributes:
        zone: the zone; None: the whole view.
        index: its position in Place.zones; -1: the whole view.
        bit: `1 << index`, to be held against Second.zone_mask; -1 (every bit) for the whole view.
        settings: the rule's settings there.
        area_m2: its area on the ground, square metres; None where unknown.
    """

    zone: Zone | None
    index: int
    bit: int
    settings: C
    area_m2: float | None

    @property
    def zone_id(self) -> str | None:
        """The zone's identifier."""
        return self.zone.zone_id if self.zone is not None else None


class Place:
    """A camera's registry entry as rules use it; made once for each version.

    Attributes:
        camera: the entry.
        zones: its zones that can be used.
        calibration: its calibration, None where there is none or it cannot be used.
        problems: what in the entry could not be used, a sentence each.
        corners: float64 (2, corners): all zones' corners, the entry's pixels.
        starts: int64 (zones + 1,): first corner of each zone in `corners`.
        ignored: bit mask of the zones to ignore.
    """

    __slots__ = ("_ground", "_scopes", "calibration", "camera", "corners", "ignored", "problems", "starts", "zones")

    def __init__(self, camera: Camera) -> None:
        self.camera = camera
        problems: list[str] = []
        zones: list[Zone] = []
        corners: list[float] = []
        starts = [0]
        who = f"camera {camera.camera_id} version {camera.version}"
        for zone in camera.zones:
            fault = _zone_fault(zone, len(zones))
            if fault is not None:
                problems.append(f"{who}: zone {zone.zone_id} is left out: {fault}; correct it in the registry")
                continue
            zones.append(zone)
            corners.extend(zone.polygon_px)
            starts.append(len(corners) // 2)
        calibration = camera.calibration
        if calibration is not None and (fault := calibration_problem(calibration)) is not None:
            problems.append(f"{who}: calibration v{calibration.version} is not used: {fault}; calibrate it again")
            calibration = None
        self.zones: tuple[Zone, ...] = tuple(zones)
        self.calibration: Calibration | None = calibration
        self._ground: Ground | None = None
        self.problems = problems
        self.corners: npt.NDArray[np.float64] = np.ascontiguousarray(np.array(corners, np.float64).reshape(-1, 2).T)
        self.starts: npt.NDArray[np.int64] = np.array(starts, np.int64)
        self.ignored = self.mask_of({IGNORE})
        self._scopes: dict[str, tuple[Scope[Any], ...]] = {}

    @property
    def ground(self) -> Ground | None:
        """What projects by the calibration; None without one."""
        if self._ground is None and self.calibration is not None:
            self._ground = Ground(self.calibration, self.camera.width_px, self.camera.height_px)
        return self._ground

    def mask_of(self, kinds: set[str] | frozenset[str]) -> int:
        """Return the bit mask of the zones of these kinds."""
        return sum(1 << z for z, zone in enumerate(self.zones) if zone.kind in kinds)

    def scopes(self, kind: str, make: "Callable[[Place], Sequence[Scope[C]]]") -> tuple[Scope[C], ...]:
        """Return where a rule applies, as `make` found when it was first asked."""
        found = self._scopes.get(kind)
        if found is None:
            found = self._scopes[kind] = tuple(make(self))
        return found

    def is_idle(self, kind: str) -> bool:
        """Say whether a rule has asked for its scopes and there are none: it has nothing to do here."""
        return self._scopes.get(kind) == ()

    def zone_scopes(
        self,
        kind: str,
        settings: type[C],
        zone_kinds: frozenset[str],
        triggers: frozenset[str] = frozenset(),
    ) -> list[Scope[C]]:
        """Return the zones in which a rule applies.

        A rule applies to zones of its kinds and to those that have one of its triggers among their limits. A zone's
        limit named like the rule decides otherwise: 1 puts the rule in force there, 0 takes it out. A rule that
        Camera.rules disables applies nowhere. Each setting comes from the zone's limit `<kind>.<setting>`, else its
        limit `<setting>`, else the camera's RuleSetting, else the default.

        Args:
            kind: the rule's kind.
            settings: frozen dataclass of numbers, each with a default.
            zone_kinds: kinds of zone in which the rule applies by itself.
            triggers: limits that put the rule in force where they are given.
        """
        out = []
        for z, zone in enumerate(self.zones):
            if not self.in_force(kind, zone, zone_kinds, triggers):
                continue
            out.append(Scope(zone, z, 1 << z, self.settings(kind, settings, zone), self._area_m2(zone)))
        return out

    def in_force(
        self, kind: str, zone: Zone, zone_kinds: frozenset[str], triggers: frozenset[str] = frozenset()
    ) -> bool:
        """Say whether a rule applies in one zone; arguments as of `zone_scopes`."""
        wanted = zone.limits.get(kind)
        applies = wanted != 0 if wanted is not None else zone.kind in zone_kinds or bool(triggers & zone.limits.keys())
        return applies and zone.kind != IGNORE and self.enabled(kind)

    def whole_view(self, kind: str, settings: type[C]) -> list[Scope[C]]:
        """Return the whole view as the one scope of a rule, or nothing where Camera.rules disables it."""
        return [Scope(None, -1, -1, self.settings(kind, settings, None), None)] if self.enabled(kind) else []

    def enabled(self, kind: str) -> bool:
        """Return False where Camera.rules disables the rule or the camera is out of service."""
        return self.camera.enabled and all(rule.enabled for rule in self.camera.rules if rule.kind == kind)

    def settings(self, kind: str, settings: type[C], zone: Zone | None) -> C:
        """Return a rule's settings in a zone; an impossible number is named in `problems` and its default holds."""
        limits = zone.limits if zone is not None else {}
        params = {name: value for rule in self.camera.rules if rule.kind == kind for name, value in rule.params.items()}
        who = f"camera {self.camera.camera_id} version {self.camera.version}: rule {kind}"
        names = set()
        chosen: dict[str, float] = {}
        for field in fields(settings):  # type: ignore[arg-type]
            names.add(field.name)
            assert field.default is not MISSING
            for source, name in ((limits, f"{kind}.{field.name}"), (limits, field.name), (params, field.name)):
                if name in source:
                    value = source[name]
                    if math.isfinite(value) and value >= 0:
                        chosen[field.name] = value
                    else:
                        self.name_problem(f"{who}: {name} = {value} is no size; the default {field.default} holds")
                    break
        for name in params.keys() - names:
            self.name_problem(f"{who} has no setting {name}; it has {', '.join(sorted(names))}")
        return settings(**chosen)

    def name_problem(self, text: str) -> None:
        """Put a sentence about what the registry gives into `problems`, once."""
        if text not in self.problems:
            self.problems.append(text)

    def _area_m2(self, zone: Zone) -> float | None:
        area = zone.limits.get("area_m2")
        if area is not None:
            return area if area > 0 else None
        if self.calibration is None:
            return None
        return ground_area_m2(self.calibration, zone.polygon_px, self.camera.width_px, self.camera.height_px)


def _zone_fault(zone: Zone, before: int) -> str | None:
    count = len(zone.polygon_px)
    if count < 6 or count % 2:
        return f"its polygon has {count} numbers, a polygon needs x and y of at least three corners"
    if not all(map(math.isfinite, zone.polygon_px)):
        return "its polygon has a number that is not finite"
    if before >= MOST_ZONES:
        return f"a camera has at most {MOST_ZONES} zones"
    return None
