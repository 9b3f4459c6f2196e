"""Double row: standing in a lane beside one that stands at the kerb. Defaults and sources: docs/rules.md."""

import math
from collections.abc import Mapping, Sequence
from typing import ClassVar

from processors.rules.ground import Ground
from processors.rules.place import Place, Scope
from processors.rules.standing import MATURE, SETTLING, Stand
from processors.violations.standing_rule import Settings, StandingRule
from schemas.messages import Zone

#: The one at the kerb is so far to the right of the other, metres: more than half a car's width, less than two lanes.
ASIDE_M = (1.0, 5.0)
#: Their near ends differ by at most so much along the street: most of a car's length, or they are one behind the other.
ALONG_M = 3.5
#: Error of a mean foot point against another's of the same camera, metres; a choice.
FOOT_ERROR_M = 0.3
#: Others that stand in the same lane for as long, from which on it is a queue.
QUEUE = 2


class DoubleRow(StandingRule):
    """Wants both to stand, one in a lane, the other beside it to the right and outside that lane, and no queue."""

    kind: ClassVar[str] = "double_row"
    version: ClassVar[str] = "double_row/5"
    zone_kinds: ClassVar[frozenset[str]] = frozenset({"lane", "bus_lane", "roadway", "no_stopping"})
    prefers: ClassVar[frozenset[str]] = frozenset({"lane", "bus_lane"})
    where: ClassVar[str] = "in a lane beside a vehicle at the kerb"

    @classmethod
    def scopes_of(cls, place: Place) -> list[Scope[Settings]]:
        """Return its zones; none where no lane is among them: nobody is followed where nothing can be proved."""
        found = super().scopes_of(place)
        return found if any(_is_lane(scope.zone) for scope in found) else []

    def proof(
        self, stand: Stand, stands: Sequence[Stand], scope: Scope[Settings], place: Place, ground: Ground
    ) -> Mapping[str, float] | None:
        """Return how far aside the other stands; None where none stands so, or a queue does."""
        zone, calibration = scope.zone, place.calibration
        assert calibration is not None
        if not _is_lane(zone):
            return None
        assert zone is not None
        assert zone.heading_deg is not None
        own = ground.point_m(*stand.foot_px)
        heading = math.radians(zone.heading_deg)
        queued = 0
        proof: Mapping[str, float] | None = None
        for other in stands:
            if other is stand or other.hits < MATURE:
                continue
            if other.zone_id == stand.zone_id:
                queued += 1
                continue
            # It stands there once its place is settled: a few looks are a bad box of that one, or one that passes.
            if other.hits < MATURE + SETTLING or other.inside < scope.settings.min_inside_ratio * other.hits:
                continue
            x, y = ground.point_m(*other.foot_px)
            dx, dy = x - own[0], y - own[1]
            along = dx * math.sin(heading) + dy * math.cos(heading)
            aside = dx * math.cos(heading) - dy * math.sin(heading)
            error = math.hypot(FOOT_ERROR_M, aside * calibration.scale_error_ratio)
            least, most = (aside + sign * scope.settings.coverage_k * error for sign in (-1, 1))
            if abs(along) <= ALONG_M and least >= ASIDE_M[0] and most <= ASIDE_M[1]:
                proof = {"aside_m": round(aside, 2), "along_m": round(along, 2), "aside_error_m": round(error, 2)}
        return proof if queued < QUEUE else None


def _is_lane(zone: Zone | None) -> bool:
    """Say whether one may stand in a second row here: a lane whose direction is known."""
    return zone is not None and zone.kind in DoubleRow.prefers and zone.heading_deg is not None
