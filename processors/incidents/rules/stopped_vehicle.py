"""Stopped vehicle: a vehicle that keeps its spot in a zone where none may stand."""

from collections.abc import Sequence
from typing import ClassVar

import numpy as np

from processors.incidents.anchor import Anchor, forget, match
from processors.rules.finding import Finding
from processors.rules.place import Place, ZonePlace
from processors.rules.rule import RuleState
from processors.rules.second import VEHICLES, Second

#: i-LIDS "parked vehicle": an alarm is due after 60 s (Home Office, i-LIDS user guide).
DWELL_S = 60.0
#: A vehicle that moved farther than this has left its spot; above the jitter of a box's foot point.
RADIUS_M = 2.0
#: Without calibration the spot is this share of the box's diagonal.
RADIUS_BOX_RATIO = 0.3
#: A vehicle may be hidden or missed by the detector so long and still stand on its spot.
GAP_S = 10.0
ZONES = frozenset({"roadway", "lane", "no_stopping", "crossing"})


class Rule:
    """Watches spots, not tracks: a new track on an old spot goes on with the spot's time.

    While a signal in view shows red the time stands still: a queue is no stopped vehicle.
    """

    kind: ClassVar[str] = "stopped_vehicle"
    version: ClassVar[str] = "1"

    def observe(self, state: RuleState, second: Second, place: Place) -> tuple[RuleState, Sequence[Finding]]:
        """Look at one camera-second; state: zone_id -> list of spots."""
        if not second.sampled:
            return state, ()
        vehicles = second.of_class(VEHICLES)
        findings: list[Finding] = []
        for zone in place.zones:
            if zone.kind not in ZONES:
                continue
            anchors: list[Anchor] = state.get(zone.zone_id, [])
            taken: dict[int, int] = {}
            for track in np.flatnonzero(vehicles & second.inside(zone)).tolist():
                self._place(anchors, taken, track, second, place)
            if second.held_by_signal():
                for anchor in anchors:
                    anchor["since_us"] = max(anchor["since_us"], second.at_us)
            anchors_kept = forget(anchors, second.at_us, place.param(self.kind, "gap_s", GAP_S, zone))
            dwell_s = place.param(self.kind, "dwell_s", DWELL_S, zone)
            for index, track in sorted(taken.items()):
                anchor = anchors[index]
                stood_s = (second.at_us - anchor["since_us"]) / 1e6
                if stood_s >= dwell_s:
                    findings.append(self._finding(zone, anchor, stood_s, dwell_s, track))
            if anchors_kept:
                state[zone.zone_id] = anchors_kept
            else:
                state.pop(zone.zone_id, None)
        return state, findings

    def _place(self, anchors: list[Anchor], taken: dict[int, int], track: int, second: Second, place: Place) -> None:
        ground = second.ground[track]
        calibrated = bool(np.isfinite(ground).all())
        position = ground if calibrated else second.foot[track]
        box = second.box_xyxy[track]
        diagonal = float(np.hypot(box[2] - box[0], box[3] - box[1]))
        radius = place.param(self.kind, "radius_m", RADIUS_M) if calibrated else RADIUS_BOX_RATIO * diagonal
        name = second.tracks.track_id[track]
        index = match(anchors, name, position)
        if index is not None and index not in taken:
            anchors[index]["seen_us"], anchors[index]["track"] = second.at_us, name
            taken[index] = track
            return
        anchors.append(
            Anchor(
                x=round(float(position[0]), 2),
                y=round(float(position[1]), 2),
                radius=round(radius, 2),
                since_us=second.at_us,
                seen_us=second.at_us,
                track=name,
            )
        )
        taken[len(anchors) - 1] = track

    def _finding(self, zone: ZonePlace, anchor: Anchor, stood_s: float, dwell_s: float, track: int) -> Finding:
        return Finding(
            subject=f"{zone.zone_id}@{anchor['x']:.1f},{anchor['y']:.1f}",
            zone_id=zone.zone_id,
            since_us=anchor["since_us"],
            measure=round(stood_s, 2),
            limit=dwell_s,
            measures={"dwell_s": round(stood_s, 2)},
            limits={"dwell_s": dwell_s},
            tracks=[track],
            summary=f"a vehicle has stood in {zone.zone_id} for {stood_s:.0f} s, {dwell_s:.0f} s are the limit",
        )
