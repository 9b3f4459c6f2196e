"""Loitering: a person who stays in a zone where nobody should stay, moving or not."""

from collections.abc import Sequence
from typing import Any, ClassVar

import numpy as np

from processors.rules.finding import Finding
from processors.rules.place import Place
from processors.rules.rule import RuleState
from processors.rules.second import PERSON, Second

#: PETS 2007: loitering is a presence of 60 s.
DWELL_S = 60.0
#: A person who was lost so short a time ago, so near, goes on with the time they had (within one camera only).
GAP_S = 5.0
REACQUIRE_M = 2.0
REACQUIRE_BOX_RATIO = 0.8
#: Presences kept a zone; the longest unseen go first.
MOST_PRESENCES = 128


class Rule:
    """Measures presence, not stillness, by track, and takes a lost track's time over to a new one beside it."""

    kind: ClassVar[str] = "loitering"
    version: ClassVar[str] = "1"

    def observe(self, state: RuleState, second: Second, place: Place) -> tuple[RuleState, Sequence[Finding]]:
        """Look at one camera-second; state: zone_id -> {track id: presence}."""
        if not second.sampled:
            return state, ()
        people = second.of_class((PERSON,))
        findings: list[Finding] = []
        for zone in place.zones:
            if zone.kind != "no_loitering":
                continue
            gap_us = place.param(self.kind, "gap_s", GAP_S, zone) * 1e6
            known: dict[str, dict[str, Any]] = {
                name: presence
                for name, presence in state.get(zone.zone_id, {}).items()
                if second.at_us - presence["seen_us"] <= gap_us
            }
            here = np.flatnonzero(people & second.inside(zone)).tolist()
            present = {second.tracks.track_id[track] for track in here}
            dwell_s = place.param(self.kind, "dwell_s", DWELL_S, zone)
            for track in here:
                name = second.tracks.track_id[track]
                presence = known.get(name) or self._take_over(known, present, track, second, place)
                if presence is None:
                    presence = {"since_us": second.at_us, "first": name}
                presence["seen_us"] = second.at_us
                presence["ground"] = _numbers(second.ground[track])
                presence["foot"] = _numbers(second.foot[track])
                known[name] = presence
                stayed_s = (second.at_us - presence["since_us"]) / 1e6
                if stayed_s >= dwell_s:
                    findings.append(
                        Finding(
                            subject=f"{zone.zone_id}:{presence['first']}",
                            zone_id=zone.zone_id,
                            since_us=presence["since_us"],
                            measure=round(stayed_s, 2),
                            limit=dwell_s,
                            measures={"dwell_s": round(stayed_s, 2)},
                            limits={"dwell_s": dwell_s},
                            tracks=[track],
                            summary=f"a person has stayed in {zone.zone_id} for {stayed_s:.0f} s, "
                            f"{dwell_s:.0f} s are the limit",
                        )
                    )
            newest = sorted(known.items(), key=lambda item: (item[1]["seen_us"], item[0]))[-MOST_PRESENCES:]
            if newest:
                state[zone.zone_id] = dict(sorted(newest))
            else:
                state.pop(zone.zone_id, None)
        return state, findings

    def _take_over(
        self, known: dict[str, dict[str, Any]], present: set[str], track: int, second: Second, place: Place
    ) -> dict[str, Any] | None:
        ground, foot, box = second.ground[track], second.foot[track], second.box_xyxy[track]
        best: tuple[float, str] | None = None
        for name, presence in known.items():
            if name in present:
                continue
            if presence["ground"] is not None and np.isfinite(ground).all():
                distance = float(np.hypot(*(ground - presence["ground"])))
                reach = place.param(self.kind, "reacquire_m", REACQUIRE_M)
            else:
                distance = float(np.hypot(*(foot - presence["foot"])))
                reach = REACQUIRE_BOX_RATIO * float(box[3] - box[1])
            if distance <= reach and (best is None or (distance, name) < best):
                best = (distance, name)
        return known.pop(best[1]) if best is not None else None


def _numbers(point: Any) -> list[float] | None:
    return [round(float(v), 2) for v in point] if np.isfinite(point).all() else None
