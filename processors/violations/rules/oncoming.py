"""Oncoming: over the middle line and along in the oncoming carriageway. Defaults and sources: docs/rules.md."""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, ClassVar

from processors.rules.geometry import turn_deg
from processors.rules.place import Place, Scope
from processors.rules.second import MOTOR_VEHICLES, Second
from processors.rules.sight import Sight
from processors.violations.beyond_line import Beyond, Crossing, parts, taken
from processors.violations.carriageway import Carriageway, carriageway_of
from processors.violations.elders import Elders
from processors.violations.enforced import shaped_scopes
from processors.violations.offence import Offence
from processors.violations.turning import Spot, boxes_by_track, spot_of


@dataclass(frozen=True, slots=True)
class Settings:
    """Settings of one zone.

    Attributes:
        min_beyond_m: the vehicle's middle beyond the middle line, metres, from which on it drives on the other side:
            with the tolerance about half a car's width, so all of it is over. A choice.
        min_path_m: way driven there along its own direction, metres: more than passing a parked car's corner or a turn
            into a yard takes. A choice.
        coverage_k: place and path less k * error must lie beyond: 1.96, 97.5 % one-sided for a normal error (JCGM
            100:2008, annex G).
        most_gap_s: between two looks, seconds; after more it may be another vehicle's track. A choice.
        min_boxes: boxes behind the track.
    """

    min_beyond_m: float = 0.5
    min_path_m: float = 15.0
    coverage_k: float = 1.96
    most_gap_s: float = 2.0
    min_boxes: float = 5.0


#: A course nearer to the direction than this is along it.
ALONG_DEG = 45.0
#: Vehicles followed on one camera.
MOST_CROSSINGS = 256
#: A vehicle must be found in so many of the frames of its way: a track that goes from car to car has holes. As
#: shoulder_driving's; a choice.
SEEN_RATIO = 0.7
#: A zone's side, and its settings.
Side = tuple[Carriageway, Settings]


class Oncoming:
    """Follows vehicles over the middle line and along on the other side: one look at them on their own side proves it.

    That may be before the way, or after it: a track often begins anew where a vehicle swings out. Both are looked for
    beside the zone's left border only: elsewhere the line may be broken, or the street bend.
    """

    kind: ClassVar[str] = "oncoming"
    version: ClassVar[str] = "oncoming/3"

    def initial(self) -> dict[str, Crossing]:
        """Nobody drives there."""
        return {}

    def observe(
        self, state: dict[str, Crossing], second: Second, place: Place
    ) -> tuple[dict[str, Crossing], Sequence[Offence]]:
        """Look at each vehicle that drives along, on its own side or beyond the middle line."""
        scopes = place.scopes(self.kind, scopes_of)
        if not scopes or not second.observed:
            return state, ()
        t, calibration = second.tracks, place.calibration
        if calibration is None or t.calibration_version != calibration.version or not t.box_x_m:
            return state, ()
        longest_us = 1e6 * max(scope.settings[1].most_gap_s for scope in scopes)
        # The latest look is within the second; its end is a second after its begin.
        state = {
            track: one for track, one in state.items() if -1_000_000 <= second.at_us - one.last.at_us <= longest_us
        }
        offences = []
        for i, heading in enumerate(t.track_heading_deg):
            if t.track_class[i] not in MOTOR_VEHICLES:
                continue
            one, box = state.get(t.track_id[i]), second.last_box[i]
            if box < 0 or not math.isfinite(t.box_x_m[box]) or not math.isfinite(t.box_y_m[box]):
                continue
            side = _side_of(one, i, box, scopes, second)
            if side is None:
                continue
            if one is not None and side[0].zone_id != one.zone_id:
                del state[t.track_id[i]]
                one = None
            # A heading may not be measured yet, or not in this second; places show the way.
            if heading is not None and turn_deg(heading, side[0].heading_deg) >= ALONG_DEG:
                state.pop(t.track_id[i], None)
                continue
            offence = self._look(state, one, i, box, side, second, place)
            if offence is not None:
                offences.append(offence)
        return state, offences

    def _look(
        self,
        state: dict[str, Crossing],
        one: Crossing | None,
        i: int,
        box: int,
        side_of: Side,
        second: Second,
        place: Place,
    ) -> Offence | None:
        """Take in one vehicle's boxes, in place; return its offence so far."""
        side, settings = side_of
        t, calibration = second.tracks, place.calibration
        assert calibration is not None
        track, last = t.track_id[i], spot_of(second, box, side)
        margin_m = settings.coverage_k * calibration.position_error_m
        own = last.beyond_m < -margin_m and not last.cut and side.has_beside(last.along_m)
        if own and (one is None or not (one.beyond or one.before)):
            if one is not None or len(state) < MOST_CROSSINGS:
                name, elders = (track, Elders()) if one is None else (one.vehicle, one.elders)
                sight = second.sight_of_box(box)
                state[track] = Crossing(side.zone_id, name, last.at_us, sight, last, elders=elders)
            return None
        proof: Offence | None = None
        for b in boxes_by_track(second)[i]:
            spot = spot_of(second, b, side)
            if spot.cut or not side.has_beside(spot.along_m):
                continue
            sight = second.sight_of_box(b)
            one = state.get(track)
            if one is not None and not 0 < spot.at_us - one.last.at_us <= settings.most_gap_s * 1e6:
                del state[track]
                one = None
            if one is None:
                one = _met(track, spot, sight, side_of, margin_m)
                if one is None or len(state) >= MOST_CROSSINGS:
                    continue
                state[track] = one
            way = taken(one, spot, sight, settings.min_beyond_m, margin_m)
            if way is not None:
                back = (spot.at_us, sight)
                proof = _proved(one, parts(way, one.after), back, i, side_of, second, place)
        one = state.get(track)
        if last.cut:
            state.pop(track, None)
        if one is None or one.beyond is None or proof is not None or one.last.at_us < second.begins_us:
            return proof
        near, elder = one.elders.take(i, second), one.elders.vehicle()
        # What a second box shows is the elder track's vehicle's; while that stands there too, it is judged.
        one.vehicle = track if elder is None else state[elder].vehicle if elder in state else elder
        if elder is not None and near == elder:
            return None
        return _proved(one, parts(one.beyond, one.after), None, i, side_of, second, place) if one.own_us else None

    def pack(self, state: dict[str, Crossing]) -> Any:
        """Return the state as plain data."""
        return {track: one.pack() for track, one in state.items()}

    def unpack(self, plain: Any) -> dict[str, Crossing]:
        """Return the state from what `pack` gave."""
        return {track: Crossing.unpack(one) for track, one in plain.items()}


def _side_of(one: Crossing | None, i: int, box: int, scopes: Sequence[Scope[Side]], second: Second) -> Side | None:
    """Return the side that a vehicle is followed on, is in, or may drive along beyond the line of; None: none."""
    if one is not None:
        own = next((s.settings for s in scopes if s.zone_id == one.zone_id), None)
        if own is None or own[0].has_beside(spot_of(second, box, own[0]).along_m):
            return own
        # Past its end the next zone of the street may have begun.
        others = [s for s in scopes if s.zone_id != one.zone_id]
        return _side_of(None, i, box, others, second) or own
    mask = second.zone_mask[i]
    inside = next((s.settings for s in scopes if mask & s.bit), None)
    if inside is not None:
        return inside
    heading = second.tracks.track_heading_deg[i]
    along = (s.settings for s in scopes if heading is None or turn_deg(heading, s.settings[0].heading_deg) < ALONG_DEG)
    return next((side for side in along if _may_be_beyond(spot_of(second, box, side[0]), side)), None)


def _may_be_beyond(spot: Spot, side_of: Side) -> bool:
    """Say whether a look may show a vehicle on the other side of a zone's left border, beside it."""
    side, settings = side_of
    return spot.beyond_m >= settings.min_beyond_m and side.has_beside(spot.along_m)


def _met(track: str, spot: Spot, sight: Sight, side_of: Side, margin_m: float) -> Crossing | None:
    """Return a vehicle seen for the first time, surely on its own side or surely beyond it; None: neither."""
    side, settings = side_of
    own = spot.beyond_m < -margin_m
    if not own and spot.beyond_m - margin_m < settings.min_beyond_m:
        return None
    return Crossing(side.zone_id, track, spot.at_us if own else 0, sight, spot)


def _seen_ratio(way: Beyond, second: Second) -> float:
    """Return the share of the frames of a way in which the vehicle was found, at the rate of this second."""
    frames = (way.last.at_us - way.over.at_us) / second.step_us * len(second.tracks.sample_at_us)
    return way.boxes / (round(frames) + 1)


def _proved(
    one: Crossing,
    ways: Sequence[Beyond],
    back: tuple[int, Sight] | None,
    i: int,
    side_of: Side,
    second: Second,
    place: Place,
) -> Offence | None:
    """Return the offence that the first of some ways proves; None: none does.

    Args:
        one: the vehicle.
        ways: its way on the other side, and what of it counts by itself.
        back: when it was seen on its own side again, and its picture; None: it was seen there before.
        i: index of its track.
        side_of: its own side.
        second: the second.
        place: the camera.
    """
    for way in ways:
        at_us = way.last.at_us if back is None else back[0]
        pictures = (one.onset, way.begin, way.end) if back is None else (way.begin, way.end, back[1])
        offence = _measured(one.vehicle, way, at_us, pictures, i, side_of, second, place)
        if offence is not None:
            return offence
    return None


def _measured(  # noqa: PLR0917 (a way, what shows it, and where)
    vehicle: str,
    way: Beyond,
    at_us: int,
    pictures: tuple[Sight, Sight, Sight],
    i: int,
    side_of: Side,
    second: Second,
    place: Place,
) -> Offence | None:
    """Return the offence that a way on the other side is; None where it is too short, or seen too seldom.

    Args:
        vehicle: its name.
        way: the way.
        at_us: when it was proved: its end, or when the vehicle was seen on its own side again.
        pictures: of the begin, the middle and the end of what proves it.
        i: index of its track.
        side_of: the vehicle's own side.
        second: the second.
        place: the camera.
    """
    side, settings = side_of
    t, calibration = second.tracks, place.calibration
    assert calibration is not None
    path_m = way.last.along_m - way.over.along_m
    # Both ends of the way have the calibration's position error, independent of each other.
    error_m = math.hypot(math.sqrt(2.0) * calibration.position_error_m, path_m * calibration.scale_error_ratio)
    excess_m = path_m - settings.coverage_k * error_m - settings.min_path_m
    if excess_m <= 0 or min(t.track_boxes[i], way.boxes) < settings.min_boxes or _seen_ratio(way, second) < SEEN_RATIO:
        return None
    did = "Left its side of" if pictures[1] is way.begin else "Came back to its side of"
    return Offence(
        track_id=vehicle,
        vehicle_class=t.track_class[i],
        zone_id=side.zone_id,
        since_us=way.over.at_us,
        at_us=at_us,
        measured=round(path_m, 2),
        error=round(error_m, 2),
        limit=settings.min_path_m,
        unit="m",
        confidence_factor=settings.coverage_k,
        excess=round(excess_m, 2),
        worth=round(excess_m, 2),
        measures={
            "path_m": round(path_m, 2),
            "path_error_m": round(error_m, 2),
            "beyond_line_m": round(way.last.beyond_m, 2),
            "beyond_line_error_m": round(calibration.position_error_m, 2),
            "lasted_s": round((way.last.at_us - way.over.at_us) / 1e6, 1),
        },
        summary=f"{did} zone {side.zone_id} over the middle line and drove {path_m:.0f} m "
        f"(+-{settings.coverage_k * error_m:.0f}) in the oncoming carriageway, {way.last.beyond_m:.1f} m beyond it",
        onset=pictures[0],
        sight=pictures[2],
        clock_source=t.clock_source,
        registry_version=t.registry_version,
        calibration_version=t.calibration_version,
        calibration_method=calibration.method,
        model_version=t.model_version,
        middle=pictures[1],
    )


def scopes_of(place: Place) -> list[Scope[Side]]:
    """Return the zones with a direction and the limit `oncoming: 1` of a calibrated enforcement camera."""
    return shaped_scopes(place, Oncoming.kind, Settings, frozenset(), carriageway_of)
