"""RailsStand: who stands on the rails of a rail crossing, whatever its signal shows."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import ClassVar

from processors.rules.ground import Ground
from processors.rules.place import Place, Scope
from processors.rules.second import Second
from processors.rules.standing import Stand
from processors.violations import standing_rule
from processors.violations.level_crossing import LevelCrossing, level_crossings

#: Length behind the near end that every car has, metres: a small car's, so that nobody is made longer than they are.
LENGTH_M = 3.6


@dataclass(frozen=True, slots=True)
class Rails(standing_rule.Settings):
    """What holds for who stands, and where the rails are.

    Attributes:
        crossing: the crossing.
        rails_m: where beyond its line the rails begin, metres.
    """

    crossing: LevelCrossing | None = None
    rails_m: float = 0.0

    def over_m(self, near_m: tuple[float, float]) -> float:
        """Return how much of a car lies over the rails, metres; near_m: its near end on the ground."""
        return self.crossing.over_m(near_m, LENGTH_M, self.rails_m) if self.crossing is not None else 0.0


class RailsStand(standing_rule.StandingRule):
    """Its body must lie over the rails by more than the tolerance: who stands before or behind them is left."""

    #: Only names where it applies: it proposes under the name of the rule that it is a part of.
    kind: ClassVar[str] = "rail_crossing.rails"
    where: ClassVar[str] = "on the rails of a rail crossing"
    left_for: ClassVar[str] = "creeping over them"

    def touches(self, i: int, second: Second, scope: Scope[standing_rule.Settings], ground: Ground) -> bool:
        """Say whether some of a vehicle lies over the rails."""
        assert isinstance(scope.settings, Rails)
        box = second.mean_box[i]
        return scope.settings.over_m(ground.point_m((box[0] + box[2]) / 2, box[3])) > 0

    def proof(
        self,
        stand: Stand,
        stands: Sequence[Stand],
        scope: Scope[standing_rule.Settings],
        place: Place,
        ground: Ground,
    ) -> Mapping[str, float] | None:
        """Return the length over the rails; None where it is not beyond the position's tolerance."""
        del stands
        assert place.calibration is not None
        assert isinstance(scope.settings, Rails)
        over_m, error_m = scope.settings.over_m(ground.point_m(*stand.foot_px)), place.calibration.position_error_m
        if over_m - scope.settings.coverage_k * error_m <= 0:
            return None
        return {"over_m": round(over_m, 2), "position_error_m": round(error_m, 2)}

    @classmethod
    def scopes_of(cls, place: Place) -> list[Scope[standing_rule.Settings]]:
        """Return the rails of a calibrated enforcement camera.

        A zone that does not say where its rails begin is named in `place.problems` and left out: who waits just beyond
        the line stands on none.
        """
        out: list[Scope[standing_rule.Settings]] = []
        camera = place.camera
        for scope in level_crossings(place):
            crossing, settings = scope.settings
            if not math.isfinite(settings.rails_m):
                place.name_problem(
                    f"camera {camera.camera_id} version {camera.version}: zone {scope.zone_id} has no limit rails_m; "
                    "expected how far beyond its stop line the rails begin, metres; nobody is proposed for "
                    "standing on them; add it in the registry"
                )
                continue
            rails = Rails(
                dwell_s=settings.dwell_s,
                coverage_k=settings.coverage_k,
                min_inside_ratio=settings.min_inside_ratio,
                min_looks=settings.min_looks,
                same_place_iou=settings.same_place_iou,
                occlusion_s=settings.occlusion_s,
                crossing=crossing,
                rails_m=settings.rails_m,
            )
            out.append(Scope(scope.zone, scope.index, scope.bit, rails, scope.area_m2))
        return out
