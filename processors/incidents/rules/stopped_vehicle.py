"""Stopped vehicle: one that stands where traffic should flow. Defaults and sources: docs/rules.md."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, ClassVar

from processors.incidents.finding import Finding
from processors.incidents.spot import Spot, Traffic
from processors.rules.geometry import iou
from processors.rules.place import Place, Scope
from processors.rules.second import MOTOR_VEHICLES, Second
from processors.rules.sight import Sight
from processors.rules.standing import LEAVING, MATURE, PASSING_S, TWICE_IOU, same_place, settled
from schemas.messages import Severity


@dataclass(frozen=True, slots=True)
class Settings:
    """Settings of one zone.

    Attributes:
        dwell_s: how long a vehicle may stand: 60 s, the i-LIDS parked-vehicle definition.
        queue_vehicles: from how many vehicles that stand together in the zone on it is a queue; 0: never.
        queue_dwell_s: how long a vehicle in a queue may stand: more than a long red phase.
        same_place_iou: overlap of a vehicle's box with the place where it came to stand, from which on it stands.
        occlusion_s: how long, in time looked at, a vehicle may be out of sight and be taken for the same again.
        memory_s: longest time without a look in which it counts as having stood.
        high_s: standing time from which on severity is HIGH: the default of five minutes is a choice, not a source.
    """

    dwell_s: float = 60.0
    queue_vehicles: float = 3.0
    queue_dwell_s: float = 180.0
    same_place_iou: float = 0.5
    occlusion_s: float = 10.0
    memory_s: float = 60.0
    high_s: float = 300.0


#: Kinds of zone that are for standing: what stands there is nothing to report, whatever zone lies over it.
STANDING_ALLOWED = frozenset({"parking"})
#: Tracks remembered of one vehicle.
MOST_TRACKS = 16
#: Vehicles followed on one camera.
MOST_SPOTS = 256


class StoppedVehicle:
    """Watches places, not tracks: a place stays the same through a lost track, a passing lorry, a sparse look."""

    kind: ClassVar[str] = "stopped_vehicle"
    version: ClassVar[str] = "stopped_vehicle/2"

    def initial(self) -> Traffic:
        """No vehicle is followed."""
        return Traffic([], {})

    def observe(self, state: Traffic, second: Second, place: Place) -> tuple[Traffic, Sequence[Finding]]:
        """Match the vehicles of a second to the places where vehicles stood."""
        scopes = place.scopes(self.kind, scopes_of)
        if not scopes or not second.observed:
            return state, ()
        ids = second.tracks.track_id
        index = {ids[i]: i for i, c in enumerate(second.classes) if c in MOTOR_VEHICLES}
        if not index and not state.spots:
            if state.passing:
                state.passing = {}
            return state, ()
        by_zone = {scope.zone_id: scope for scope in scopes}
        findings: list[Finding] = []
        kept, here = self._follow(state.spots, second, index, by_zone, findings) if state.spots else ([], {})
        passing = self._arrive(kept, here, state.passing, second, index, scopes, place)
        kept = self._leave(kept, second, by_zone, findings)
        if kept:
            self._judge(kept, here, second, by_zone, findings)
        return Traffic(kept, passing), findings

    def _follow(
        self,
        spots: list[Spot],
        second: Second,
        index: dict[str, int],
        by_zone: dict[str | None, Scope[Settings]],
        findings: list[Finding],
    ) -> tuple[list[Spot], dict[str, int]]:
        """Look for each place's vehicle; return the places kept and the track index now at each, by subject."""
        kept: list[Spot] = []
        here: dict[str, int] = {}
        for spot in spots:
            scope = by_zone.get(spot.zone_id)
            if scope is None or second.at_us - spot.seen_us > scope.settings.memory_s * 1e6:
                continue
            i = index.get(spot.track_id)
            if i is None:
                spot.absent_us += second.step_us
                limit_s = scope.settings.occlusion_s if spot.hits >= MATURE else PASSING_S
                if spot.absent_us <= limit_s * 1e6:
                    kept.append(spot)
                continue
            if same_place(second.mean_box[i], spot.box, scope.settings.same_place_iou):
                spot.seen_us, spot.absent_us, spot.off = second.at_us, 0, 0
                spot.hits += 1
                spot.own += 1
                spot.box = settled(spot.box, second.mean_box[i], spot.hits)
                here[spot.subject] = i
                kept.append(spot)
                del index[spot.track_id]
                continue
            spot.off += 1
            if spot.hits >= MATURE:
                kept.append(spot)
                if spot.off < LEAVING:
                    del index[spot.track_id]
            elif spot.known:
                findings.append(self._finding(spot, scope, second, i, "ended"))
        return kept, here

    def _leave(
        self,
        kept: list[Spot],
        second: Second,
        by_zone: dict[str | None, Scope[Settings]],
        findings: list[Finding],
    ) -> list[Spot]:
        """Return the places that are kept: those whose vehicle has gone elsewhere and where none is now are not."""
        stay: list[Spot] = []
        for spot in kept:
            if spot.off < LEAVING:
                stay.append(spot)
            elif spot.known:
                i = second.tracks.track_id.index(spot.track_id)
                findings.append(self._finding(spot, by_zone[spot.zone_id], second, i, "ended"))
        return stay

    def _arrive(
        self,
        kept: list[Spot],
        here: dict[str, int],
        before: dict[str, tuple[list[float], Sight]],
        second: Second,
        index: dict[str, int],
        scopes: Sequence[Scope[Settings]],
        place: Place,
    ) -> dict[str, tuple[list[float], Sight]]:
        """Give vehicles that come back their place, those seen twice at one place a new one; return the others."""
        allowed = place.mask_of(STANDING_ALLOWED)
        masks, boxes, steady = second.zone_mask, second.mean_box, second.steady
        # Whose track is elsewhere in this very second while a vehicle is at the place is there still: none leaves and
        # is replaced so soon. The track went over to a second box of the vehicle, or to another one.
        left = [spot for spot in kept if spot.subject not in here and spot.hits >= MATURE]
        passing: dict[str, tuple[list[float], Sight]] = {}
        for track_id, i in index.items():
            mask = masks[i]
            scope = next((s for s in scopes if mask & s.bit), None) if mask else None
            if scope is None or mask & allowed:
                continue
            box = boxes[i]
            least_iou = scope.settings.same_place_iou
            zone_id = scope.zone_id or ""
            back = next((s for s in left if s.zone_id == zone_id and same_place(box, s.box, least_iou)), None)
            if back is not None:
                left.remove(back)
                back.track_id = track_id
                if track_id not in back.tracks and len(back.tracks) < MOST_TRACKS:
                    back.tracks.append(track_id)
                back.seen_us, back.absent_us, back.own, back.off = second.at_us, 0, 1, 0
                back.hits += 1
                back.box = settled(back.box, box, back.hits)
                here[back.subject] = i
                continue
            if steady[i] < least_iou:
                continue
            once = before.get(track_id)
            forgotten = once is None or second.at_us - once[1].at_us > scope.settings.memory_s * 1e6
            if once is None or forgotten or not same_place(box, once[0], least_iou):
                passing[track_id] = (box, second.sight_of(i))
            elif any(iou(box, spot.box) >= TWICE_IOU for spot in kept if spot.subject in here):
                continue
            elif len(kept) < MOST_SPOTS:
                since_us = once[1].at_us
                subject = f"{zone_id}/{track_id}/{since_us}"
                spot = Spot(
                    *(subject, zone_id, track_id, [track_id], since_us, second.at_us, 2, 2, 0, 0, False, *once),
                )
                kept.append(spot)
                here[subject] = i
        return passing

    def _judge(
        self,
        kept: list[Spot],
        here: dict[str, int],
        second: Second,
        by_zone: dict[str | None, Scope[Settings]],
        findings: list[Finding],
    ) -> None:
        """Report the vehicles that have stood too long; those of a queue only after a red phase."""
        due: list[tuple[Spot, Scope[Settings]]] = []
        for spot in kept:
            if spot.subject in here:
                scope = by_zone[spot.zone_id]
                if spot.known or (spot.own >= 2 and second.at_us - spot.since_us >= scope.settings.dwell_s * 1e6):
                    due.append((spot, scope))
        for spot, scope in due:
            settings = scope.settings
            if (
                not spot.known
                and settings.queue_vehicles
                and second.at_us - spot.since_us < settings.queue_dwell_s * 1e6
            ):
                standing = _vehicles(kept, spot.zone_id, second.at_us - settings.queue_dwell_s * 1e6, settings)
                if standing >= settings.queue_vehicles:
                    continue
            spot.known = True
            findings.append(self._finding(spot, scope, second, here[spot.subject], None))

    def _finding(self, spot: Spot, scope: Scope[Settings], second: Second, i: int, ended: str | None) -> Finding:
        settings = scope.settings
        # When it has left, it stood until it was last seen there.
        standing_s = ((second.at_us if ended is None else spot.seen_us) - spot.since_us) / 1e6
        return Finding(
            subject=spot.subject,
            zone_id=spot.zone_id,
            track_ids=list(spot.tracks),
            since_us=spot.since_us,
            at_us=second.at_us if ended is None else spot.seen_us,
            measure=round(standing_s, 1),
            measures={"standing_s": round(standing_s, 1)},
            limits={"dwell_s": settings.dwell_s},
            severity=Severity.HIGH if standing_s >= settings.high_s else Severity.MEDIUM,
            summary=f"A vehicle has stood in zone {spot.zone_id} for {standing_s:.0f} s; "
            f"{settings.dwell_s:.0f} s are allowed",
            onset=spot.onset,
            sight=second.sight_of(i),
            grace_s=settings.occlusion_s + LEAVING,
            ended=ended,
        )

    def pack(self, state: Traffic) -> Any:
        """Return the state as plain data."""
        spots = [
            [
                *(s.subject, s.zone_id, s.track_id, s.tracks, s.since_us, s.seen_us),
                *(s.hits, s.own, s.off, s.absent_us, s.known, s.box, s.onset.pack()),
            ]
            for s in state.spots
        ]
        return [spots, {track: [box, sight.pack()] for track, (box, sight) in state.passing.items()}]

    def unpack(self, plain: Any) -> Traffic:
        """Return the state from what `pack` gave."""
        spots, passing = plain
        return Traffic(
            [Spot(*[*fields[:-1], Sight(*fields[-1])]) for fields in spots],
            {track: (box, Sight(*sight)) for track, (box, sight) in passing.items()},
        )


def _vehicles(spots: Sequence[Spot], zone_id: str, since_us: float, settings: Settings) -> int:
    """Return how many vehicles came to stand in a zone since an instant; two places of one vehicle count once."""
    counted: list[Spot] = []
    for spot in spots:
        if spot.zone_id != zone_id or spot.hits < MATURE or spot.since_us <= since_us:
            continue
        if not any(same_place(spot.box, one.box, settings.same_place_iou) for one in counted):
            counted.append(spot)
    return len(counted)


def scopes_of(place: Place) -> list[Scope[Settings]]:
    """Return the zones where vehicles should not stand."""
    if "incidents" not in place.camera.capabilities:
        return []
    return place.zone_scopes(StoppedVehicle.kind, Settings, frozenset({"roadway", "lane", "no_stopping"}))
