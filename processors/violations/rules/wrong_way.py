"""Wrong way: a vehicle travels against a lane's permitted direction over a length of ground."""

from collections.abc import Sequence
from dataclasses import asdict
from typing import Any, ClassVar

import numpy as np

from processors.rules.finding import evidence_of
from processors.rules.geometry import heading_difference_deg
from processors.rules.place import Place, ZonePlace
from processors.rules.rule import RuleState
from processors.rules.second import VEHICLES, Second
from processors.violations.measured import Measured
from schemas.messages import Evidence

#: Beyond this angle to the permitted direction a vehicle goes against it; a turn or an overtaking lies below.
LEAST_ANGLE_DEG = 120.0
#: It must go so far and so long against it: a manoeuvre into a parking space is shorter.
LEAST_PATH_M = 8.0
LEAST_TIME_S = 1.0
#: Slower than this a heading means little.
LEAST_SPEED_KMH = 8.0
#: A track unseen for so long is forgotten, and so is its verdict.
FORGET_S = 60.0
GAP_S = 3.0
MOST_TRACKS = 256


class Rule:
    """Follows each track from the first second in which it goes against the lane."""

    kind: ClassVar[str] = "wrong_way"
    version: ClassVar[str] = "1"

    def observe(self, state: RuleState, second: Second, place: Place) -> tuple[RuleState, Sequence[Measured]]:
        """Look at one camera-second; state: {"against": {track: onset}, "done": {track: time}}."""
        if place.camera.calibration is None or not place.camera.analysis.enforcement:
            return {}, ()
        against: dict[str, dict[str, Any]] = state.setdefault("against", {})
        done: dict[str, int] = state.setdefault("done", {})
        findings: list[Measured] = []
        if second.sampled:
            moving = (
                second.of_class(VEHICLES) & np.isfinite(second.heading_deg) & np.isfinite(second.ground).all(axis=1)
            )
            moving &= np.nan_to_num(second.speed_kmh) >= place.param(self.kind, "least_speed_kmh", LEAST_SPEED_KMH)
            for zone in place.zones:
                if zone.heading_deg is None or zone.kind not in {"lane", "roadway"}:
                    continue
                for track in np.flatnonzero(moving & second.inside(zone)).tolist():
                    finding = self._follow(against, done, track, zone, zone.heading_deg, second, place)
                    if finding is not None:
                        findings.append(finding)
        for name in [n for n, onset in against.items() if second.at_us - onset["seen_us"] > GAP_S * 1e6]:
            del against[name]
        for name in [n for n, at_us in done.items() if second.at_us - at_us > FORGET_S * 1e6]:
            del done[name]
        while len(done) > MOST_TRACKS:
            del done[min(done, key=lambda name: (done[name], name))]
        return (state if against or done else {}), findings

    def _follow(
        self,
        against: dict[str, dict[str, Any]],
        done: dict[str, int],
        track: int,
        zone: ZonePlace,
        permitted_deg: float,
        second: Second,
        place: Place,
    ) -> Measured | None:
        name = second.tracks.track_id[track]
        heading = float(second.heading_deg[track])
        angle = heading_difference_deg(heading, permitted_deg)
        least = place.param(self.kind, "least_angle_deg", LEAST_ANGLE_DEG, zone)
        if name in done:
            done[name] = second.at_us
            return None
        if angle < least:
            against.pop(name, None)
            return None
        x, y = (float(v) for v in second.ground[track])
        onset = against.get(name)
        if onset is None:
            if len(against) < MOST_TRACKS:
                evidence = asdict(evidence_of(second, [track], "onset"))
                at_us = second.at_us
                against[name] = {"x": x, "y": y, "at_us": at_us, "seen_us": at_us, "evidence": evidence}
            return None
        onset["seen_us"] = second.at_us
        path_m = float(np.hypot(x - onset["x"], y - onset["y"]))
        time_s = (second.at_us - onset["at_us"]) / 1e6
        if path_m < place.param(self.kind, "least_path_m", LEAST_PATH_M, zone) or time_s < LEAST_TIME_S:
            return None
        calibration = place.camera.calibration
        position_error = calibration.position_error_m if calibration is not None else 0.0
        # both ends of the path are uncertain: the direction of a chord of this length is known to about this angle
        error_deg = round(float(np.degrees(np.arctan2(np.sqrt(2) * position_error, path_m))), 2)
        done[name] = second.at_us
        del against[name]
        return Measured(
            track_id=name,
            vehicle_class=int(second.classes[track]),
            zone_id=zone.zone_id,
            occurred_at_us=second.at_us,
            started_at_us=onset["at_us"],
            measured=round(angle, 2),
            measured_error=error_deg,
            limit=least,
            unit="deg",
            confidence_factor=1.96,
            excess=round(angle - 1.96 * error_deg - least, 2),
            measures={"path_m": round(path_m, 2), "time_s": round(time_s, 2), "heading_deg": round(heading, 2)},
            summary=f"a vehicle went {path_m:.0f} m against the direction of {zone.zone_id}, "
            f"{angle:.0f} degrees off the permitted one",
            evidence=[Evidence(**onset["evidence"]), evidence_of(second, [track], "latest")],
        )
