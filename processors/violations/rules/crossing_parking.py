"""Crossing parking: standing on a pedestrian crossing. Defaults and sources: docs/rules.md."""

from collections.abc import Mapping, Sequence
from typing import ClassVar

from processors.rules.ground import Ground
from processors.rules.place import Place, Scope
from processors.rules.second import Second
from processors.rules.standing import Stand
from processors.violations.standing_rule import Settings, StandingRule

#: Length behind the near end that every car has, metres: a small car's, so that nobody is made longer than they are.
LENGTH_M = 3.6


class CrossingParking(StandingRule):
    """The near end may lie beyond the crossing with the body on it: so much of the length must lie over it."""

    kind: ClassVar[str] = "crossing_parking"
    version: ClassVar[str] = "crossing_parking/5"
    zone_kinds: ClassVar[frozenset[str]] = frozenset({"crossing"})
    where: ClassVar[str] = "on a pedestrian crossing"

    def touches(self, i: int, second: Second, scope: Scope[Settings], ground: Ground) -> bool:
        """Say whether some of a vehicle lies over the crossing."""
        if second.zone_mask[i] & scope.bit:
            return True
        box = second.mean_box[i]
        return scope.zone is not None and _over_m(((box[0] + box[2]) / 2, box[3]), scope, ground) > 0

    def proof(
        self, stand: Stand, stands: Sequence[Stand], scope: Scope[Settings], place: Place, ground: Ground
    ) -> Mapping[str, float] | None:
        """Return the length over the crossing; None where it is not beyond the position's tolerance."""
        del stands
        assert place.calibration is not None
        over_m, error_m = _over_m(stand.foot_px, scope, ground), place.calibration.position_error_m
        if over_m - scope.settings.coverage_k * error_m <= 0:
            return None
        return {"over_m": round(over_m, 2), "position_error_m": round(error_m, 2)}


def _over_m(foot_px: tuple[float, float], scope: Scope[Settings], ground: Ground) -> float:
    assert scope.zone is not None
    return ground.inside_m(foot_px, LENGTH_M, scope.zone.polygon_px)
