"""Crowd: more people in a zone than it should hold, or denser than is comfortable, for a few seconds."""

from collections.abc import Sequence
from typing import ClassVar

import numpy as np

from processors.rules.finding import Finding
from processors.rules.place import Place, ZonePlace
from processors.rules.rule import RuleState
from processors.rules.second import PERSON, Second

#: Fruin's level of service E begins at 1.08 persons/m2 and F at 2.17 (Fruin 1971, Pedestrian Planning and Design).
MAX_DENSITY_PER_M2 = 2.17
#: The condition must hold so long: people who pass each other are no crowd.
HOLD_S = 3.0
#: It ends below this share of the limit, so that one person more or less does not open and close it.
RELEASE_RATIO = 0.8


class Rule:
    """Counts people whose feet stand in a zone with a limit (max_people), or of kind square (density)."""

    kind: ClassVar[str] = "crowd"
    version: ClassVar[str] = "1"

    def observe(self, state: RuleState, second: Second, place: Place) -> tuple[RuleState, Sequence[Finding]]:
        """Look at one camera-second; state: zone_id -> time since when the limit was passed."""
        if not second.sampled:
            return state, ()
        people = second.of_class((PERSON,))
        findings = []
        for zone in place.zones:
            limit = self._limit(place, zone)
            if limit is None:
                continue
            inside = np.flatnonzero(people & second.inside(zone))
            since = state.get(zone.zone_id)
            if len(inside) <= limit * (RELEASE_RATIO if since is not None else 1.0):
                state.pop(zone.zone_id, None)
                continue
            if since is None:
                since = state[zone.zone_id] = second.at_us
            hold_s = place.param(self.kind, "hold_s", HOLD_S, zone)
            if second.at_us - since < hold_s * 1e6:
                continue
            measures = {"people": float(len(inside))}
            if zone.area_m2:
                measures["density_per_m2"] = round(len(inside) / zone.area_m2, 4)
            findings.append(
                Finding(
                    subject=zone.zone_id,
                    zone_id=zone.zone_id,
                    since_us=since,
                    measure=float(len(inside)),
                    limit=round(limit, 2),
                    measures=measures,
                    limits={"people": round(limit, 2), "hold_s": hold_s},
                    tracks=inside.tolist(),
                    summary=f"{len(inside)} people in {zone.zone_id}, where {limit:.0f} are the limit",
                )
            )
        return state, findings

    def _limit(self, place: Place, zone: ZonePlace) -> float | None:
        people = place.param(self.kind, "max_people", -1.0, zone)
        if people >= 0:
            return people
        if zone.kind == "square" and zone.area_m2:
            return place.param(self.kind, "max_density_per_m2", MAX_DENSITY_PER_M2, zone) * zone.area_m2
        return None
