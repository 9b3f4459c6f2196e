"""Loitering: a person who stays where nobody should linger. Defaults and sources: docs/rules.md."""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, ClassVar

from processors.incidents.finding import Finding
from processors.rules.place import Place, Scope
from processors.rules.second import PERSON, Second
from processors.rules.sight import Sight
from schemas.messages import Severity


@dataclass(frozen=True, slots=True)
class Settings:
    """Settings of one zone.

    Attributes:
        dwell_s: how long a person may stay: 60 s, the PETS2007 definition.
        away_s: how long a person may leave the zone in between.
        reacquire_s: how long, in time looked at, a lost person may come back as a new track.
        reacquire_m: how far from the last position on the ground, metres, where the camera is calibrated.
        reacquire_heights: how far from it in the picture, in heights of the person's box, elsewhere.
        memory_s: longest time without a look in which a person counts as having stayed.
        medium_ratio: multiple of dwell_s from which on severity is MEDIUM; a choice, not a source.
        high_ratio: multiple of dwell_s from which on severity is HIGH; a choice, not a source.
    """

    dwell_s: float = 60.0
    away_s: float = 10.0
    reacquire_s: float = 5.0
    reacquire_m: float = 2.0
    reacquire_heights: float = 0.75
    memory_s: float = 60.0
    medium_ratio: float = 2.0
    high_ratio: float = 5.0


#: Who is lost this close to the picture's edge, as a share of its size, has left: nobody new is taken for them.
EDGE_RATIO = 0.02
#: Persons followed on one camera.
MOST_VISITS = 256


@dataclass(slots=True)
class Visit:
    """A person's stay in a zone.

    Attributes:
        subject: name of the visit, from the zone, the person's first track and when it came.
        zone_id: the zone.
        track_id: the person's present track.
        tracks: the person's tracks, the first first.
        since_us: when the person came.
        seen_us: when the person was last seen, inside or outside.
        inside_us: when the person was last seen inside.
        absent_us: time looked at since the person was last seen, microseconds.
        away_us: time looked at since the person left the zone, microseconds.
        edge: whether the person was last seen at the edge of the picture.
        known: whether the person has stayed too long.
        box: the person's last box, the registry's pixels.
        ground_m: the person's last position on the ground, x and y; None where unknown.
        onset: pictures of the arrival.
    """

    subject: str
    zone_id: str
    track_id: str
    tracks: list[str]
    since_us: int
    seen_us: int
    inside_us: int
    absent_us: int
    away_us: int
    edge: bool
    known: bool
    box: list[float]
    ground_m: list[float] | None
    onset: Sight


class Loitering:
    """Times how long a person is present, moving or not; short absences, of the person or of the track, are bridged."""

    kind: ClassVar[str] = "loitering"
    version: ClassVar[str] = "loitering/1"

    def initial(self) -> list[Visit]:
        """Nobody is followed."""
        return []

    def observe(  # noqa: C901 (one pass over the visits; what it tells apart is told apart here)
        self, state: list[Visit], second: Second, place: Place
    ) -> tuple[list[Visit], Sequence[Finding]]:
        """Match the persons of a second to the visits under way."""
        scopes = place.scopes(self.kind, scopes_of)
        if not scopes or not second.observed:
            return state, ()
        persons = [i for i, c in enumerate(second.classes) if c == PERSON]
        if not persons and not state:
            return state, ()
        by_zone = {scope.zone_id: scope for scope in scopes}
        index = {second.tracks.track_id[i]: i for i in persons}
        findings: list[Finding] = []
        kept: list[Visit] = []
        lost: list[Visit] = []
        here: list[tuple[Visit, int]] = []
        for visit in state:
            scope = by_zone.get(visit.zone_id)
            if scope is None or second.at_us - visit.seen_us > scope.settings.memory_s * 1e6:
                continue
            i = index.pop(visit.track_id, None)
            if i is None:
                visit.absent_us += second.step_us
                if visit.absent_us <= scope.settings.reacquire_s * 1e6:
                    kept.append(visit)
                    if visit.away_us == 0 and not visit.edge:
                        lost.append(visit)
                continue
            if second.zone_mask[i] & scope.bit:
                self._seen(visit, i, second, place)
                here.append((visit, i))
                kept.append(visit)
                continue
            visit.away_us += second.step_us
            visit.seen_us, visit.absent_us = second.at_us, 0
            if visit.away_us <= scope.settings.away_s * 1e6:
                kept.append(visit)
            elif visit.known:
                findings.append(self._finding(visit, scope, second, i, "ended"))
        self._arrive(kept, lost, here, second, index, scopes, place)
        for visit, i in here:
            scope = by_zone[visit.zone_id]
            if second.at_us - visit.since_us >= scope.settings.dwell_s * 1e6:
                visit.known = True
                findings.append(self._finding(visit, scope, second, i, None))
        return kept, findings

    def _seen(self, visit: Visit, i: int, second: Second, place: Place) -> None:
        visit.seen_us = visit.inside_us = second.at_us
        visit.absent_us = visit.away_us = 0
        visit.box = box = second.mean_box[i]
        visit.ground_m = ground_of(second, i)
        width, height = place.camera.width_px, place.camera.height_px
        visit.edge = (
            box[0] < EDGE_RATIO * width
            or box[2] > (1 - EDGE_RATIO) * width
            or box[1] < EDGE_RATIO * height
            or box[3] > (1 - EDGE_RATIO) * height
        )

    def _arrive(
        self,
        kept: list[Visit],
        lost: list[Visit],
        here: list[tuple[Visit, int]],
        second: Second,
        index: dict[str, int],
        scopes: Sequence[Scope[Settings]],
        place: Place,
    ) -> None:
        """Give each person inside without a visit the one that a lost track left open close by, or a new one."""
        at_us = second.at_us
        for track_id, i in index.items():
            mask = second.zone_mask[i]
            scope = next((s for s in scopes if mask & s.bit), None)
            if scope is None:
                continue
            best: Visit | None = None
            nearest = 1.0
            for visit in lost:
                if visit.zone_id == scope.zone_id and second.tracks.track_first_seen_us[i] >= visit.seen_us:
                    distance = apart(visit, i, second, scope.settings)
                    if distance <= nearest:
                        best, nearest = visit, distance
            if best is not None:
                lost.remove(best)
                best.track_id = track_id
                if len(best.tracks) < 16:
                    best.tracks.append(track_id)
                visit = best
            elif len(kept) < MOST_VISITS:
                subject = f"{scope.zone_id}/{track_id}/{at_us}"
                visit = Visit(
                    *(subject, scope.zone_id or "", track_id, [track_id], at_us, at_us, at_us),
                    *(0, 0, False, False, [], None, second.sight_of(i)),
                )
                kept.append(visit)
            else:
                continue
            self._seen(visit, i, second, place)
            here.append((visit, i))

    def _finding(self, visit: Visit, scope: Scope[Settings], second: Second, i: int, ended: str | None) -> Finding:
        settings = scope.settings
        present_s = (visit.inside_us - visit.since_us) / 1e6
        severity = Severity.LOW
        if present_s >= settings.high_ratio * settings.dwell_s:
            severity = Severity.HIGH
        elif present_s >= settings.medium_ratio * settings.dwell_s:
            severity = Severity.MEDIUM
        return Finding(
            subject=visit.subject,
            zone_id=visit.zone_id,
            track_ids=list(visit.tracks),
            since_us=visit.since_us,
            at_us=visit.inside_us,
            measure=round(present_s, 1),
            measures={"present_s": round(present_s, 1)},
            limits={"dwell_s": settings.dwell_s},
            severity=severity,
            summary=f"A person has stayed in zone {visit.zone_id} for {present_s:.0f} s; "
            f"{settings.dwell_s:.0f} s are allowed",
            onset=visit.onset,
            sight=second.sight_of(i),
            grace_s=max(settings.away_s, settings.reacquire_s) + 1.0,
            ended=ended,
        )

    def pack(self, state: list[Visit]) -> Any:
        """Return the state as plain data."""
        return [
            [
                *(v.subject, v.zone_id, v.track_id, v.tracks, v.since_us, v.seen_us, v.inside_us),
                *(v.absent_us, v.away_us, v.edge, v.known, v.box, v.ground_m, v.onset.pack()),
            ]
            for v in state
        ]

    def unpack(self, plain: Any) -> list[Visit]:
        """Return the state from what `pack` gave."""
        return [Visit(*[*fields[:-1], Sight(*fields[-1])]) for fields in plain]


def ground_of(second: Second, i: int) -> list[float] | None:
    """Return a track's last position on the ground, metres, or None where it is unknown."""
    x, y = second.tracks.track_x_m[i], second.tracks.track_y_m[i]
    return [x, y] if x is not None and y is not None else None


def apart(visit: Visit, i: int, second: Second, settings: Settings) -> float:
    """Return how far a track is from where a person was lost; 1: as far as the settings allow."""
    ground = ground_of(second, i)
    if ground is not None and visit.ground_m is not None:
        reach = settings.reacquire_m
        distance = math.hypot(ground[0] - visit.ground_m[0], ground[1] - visit.ground_m[1])
    else:
        box = second.mean_box[i]
        reach = settings.reacquire_heights * (visit.box[3] - visit.box[1])
        distance = math.hypot((box[0] + box[2] - visit.box[0] - visit.box[2]) / 2, box[3] - visit.box[3])
    return distance / reach if reach > 0 else math.inf


def scopes_of(place: Place) -> list[Scope[Settings]]:
    """Return the zones where nobody should linger."""
    if "incidents" not in place.camera.capabilities:
        return []
    return place.zone_scopes(Loitering.kind, Settings, frozenset({"no_loitering"}))
