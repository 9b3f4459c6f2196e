"""Speeding at a point: the whole tolerance interval of a track's speed lies beyond the limit and the statute's floor."""

from collections.abc import Sequence
from dataclasses import asdict
from typing import Any, ClassVar

import numpy as np

from processors.rules.finding import evidence_of
from processors.rules.place import Place, ZonePlace
from processors.rules.rule import RuleState
from processors.rules.second import VEHICLES, Second
from processors.violations.measured import Measured
from schemas.messages import Evidence

#: Coverage factor of a two-sided 95 % interval (JCGM 100:2008, G.3).
COVERAGE_FACTOR = 1.96
#: KoAP 592 begins at 10 km/h over the limit.
FLOOR_KMH = 10.0
#: A speed is used from so many boxes on: fewer give no regression worth its name.
LEAST_BOXES = 5
#: The best measurement is reported when it has not been bettered for so long, or the track is gone.
SETTLE_S = 1.0
#: A track's verdict is remembered so long, so that it is proposed once.
REMEMBER_S = 60.0
MOST_TRACKS = 256
ZONES = frozenset({"roadway", "lane"})


class Rule:
    """Keeps each track's measurement with the highest lower bound and proposes it once."""

    kind: ClassVar[str] = "speeding"
    version: ClassVar[str] = "1"

    def observe(self, state: RuleState, second: Second, place: Place) -> tuple[RuleState, Sequence[Measured]]:
        """Look at one camera-second; state: {"best": {track: measurement}, "done": {track: time}}."""
        camera = place.camera
        if not camera.analysis.enforcement or camera.calibration is None:
            return {}, ()
        best: dict[str, dict[str, Any]] = state.setdefault("best", {})
        done: dict[str, int] = state.setdefault("done", {})
        if second.sampled:
            fast = second.of_class(VEHICLES) & np.isfinite(second.speed_kmh) & np.isfinite(second.speed_error_kmh)
            for zone in place.zones:
                limit = zone.limits.get("speed_limit_kmh", camera.speed_limit_kmh)
                if zone.kind in ZONES and limit is not None:
                    for track in np.flatnonzero(fast & second.inside(zone)).tolist():
                        self._measure(best, done, track, zone, limit, second, place)
        findings = []
        settle_us = place.param(self.kind, "settle_s", SETTLE_S) * 1e6
        present = set(second.tracks.track_id)
        for name, measurement in sorted(best.items()):
            if second.at_us - measurement["at_us"] > settle_us or (second.sampled and name not in present):
                findings.append(self._finding(name, measurement))
                done[name] = second.at_us
                del best[name]
        for name in [name for name, at_us in done.items() if second.at_us - at_us > REMEMBER_S * 1e6]:
            del done[name]
        while len(done) > MOST_TRACKS:
            del done[min(done, key=lambda name: (done[name], name))]
        return (state if best or done else {}), findings

    def _measure(
        self,
        best: dict[str, dict[str, Any]],
        done: dict[str, int],
        track: int,
        zone: ZonePlace,
        limit: float,
        second: Second,
        place: Place,
    ) -> None:
        message = second.tracks
        name = message.track_id[track]
        if name in done or message.track_boxes[track] < place.param(self.kind, "least_boxes", LEAST_BOXES, zone):
            return
        factor = place.param(self.kind, "coverage_factor", COVERAGE_FACTOR, zone)
        speed, error = float(second.speed_kmh[track]), float(second.speed_error_kmh[track])
        excess = round(speed - factor * error - limit, 2)
        if excess < place.param(self.kind, "floor_kmh", FLOOR_KMH, zone):
            return
        known = best.get(name)
        if known is not None and known["excess"] >= excess:
            return
        if known is None and len(best) >= MOST_TRACKS:
            return
        best[name] = {
            "at_us": second.at_us,
            "started_us": known["started_us"] if known is not None else second.at_us,
            "class": int(second.classes[track]),
            "zone_id": zone.zone_id,
            "speed": round(speed, 2),
            "error": round(error, 2),
            "limit": limit,
            "factor": factor,
            "excess": excess,
            "boxes": int(message.track_boxes[track]),
            "onset": known["onset"] if known is not None else asdict(evidence_of(second, [track], "onset")),
            "best": asdict(evidence_of(second, [track], "best")),
        }

    def _finding(self, name: str, m: dict[str, Any]) -> Measured:
        evidence = [Evidence(**m["onset"])]
        if m["best"]["at_us"] != m["onset"]["at_us"]:
            evidence.append(Evidence(**m["best"]))
        return Measured(
            track_id=name,
            vehicle_class=m["class"],
            zone_id=m["zone_id"],
            occurred_at_us=m["at_us"],
            started_at_us=m["started_us"],
            measured=m["speed"],
            measured_error=m["error"],
            limit=m["limit"],
            unit="km/h",
            confidence_factor=m["factor"],
            excess=m["excess"],
            measures={"excess_kmh": m["excess"], "boxes": float(m["boxes"])},
            summary=f"{m['speed']:.0f} km/h (+-{m['factor'] * m['error']:.0f}) where {m['limit']:.0f} is the limit: "
            f"at least {m['excess']:.0f} km/h over it",
            evidence=evidence,
        )
