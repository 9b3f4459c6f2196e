"""U-turn: turning round over the middle line where that is forbidden. Defaults and sources: docs/rules.md."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, ClassVar

from processors.rules.geometry import heading_deg, turn_deg
from processors.rules.place import Place, Scope
from processors.rules.second import MOTOR_VEHICLES, Second
from processors.violations.carriageway import Carriageway, carriageway_of
from processors.violations.enforced import shaped_scopes
from processors.violations.offence import Offence
from processors.violations.turning import (
    MOST_SPOTS,
    Spot,
    Turning,
    boxes_by_track,
    can_brake,
    can_come_back,
    can_follow,
    can_join,
    is_one,
    is_slow,
    spot_of,
    turns_in_sight,
    whole_spots,
)


@dataclass(frozen=True, slots=True)
class Settings:
    """Settings of one zone.

    Attributes:
        min_turn_deg: angle between the zone's direction and the way after the turn, from which on it is one round. 135
            degrees leave a turn into a yard or across the road out. A choice.
        min_aside_m: place beyond the middle line after the turn, metres, from which on it is over it: half a lane. A
            choice.
        min_path_m: way back after the turn, metres: a way shows a direction. A choice.
        coverage_k: angle, place and path less k * error must lie beyond: 1.96, 97.5 % one-sided for a normal error
            (JCGM 100:2008, annex G).
        most_gap_s: between two looks in the turn, seconds; after more the track may be another vehicle's. A choice.
        most_aside_mps: most that a vehicle goes across in the turn, metres a second: a circle of 4 m radius at 14 km/h.
            More is a track that goes over to the oncoming traffic. A choice.
        foot_error_m: standard deviation of a box's foot across from look to look, metres; the city's cars have 0.1.
    """

    min_turn_deg: float = 135.0
    min_aside_m: float = 1.0
    min_path_m: float = 5.0
    coverage_k: float = 1.96
    most_gap_s: float = 0.65
    most_aside_mps: float = 4.0
    foot_error_m: float = 0.15

    @property
    def aside_error_m(self) -> float:
        """By how much two looks' places across may differ through their errors alone, metres."""
        return self.coverage_k * math.sqrt(2.0) * self.foot_error_m


Sides = Mapping[str, tuple[Carriageway, Settings]]

#: A course nearer to the direction than this is along it.
ALONG_DEG = 45.0
#: A vehicle that was not seen for so long has left.
GONE_US = 2_000_000
#: A second box that goes on with who drove along until then began no longer before, microseconds: what has been there
#: for longer is a vehicle of its own.
YOUNG_US = 1_000_000
#: Vehicles followed on one camera.
MOST_TURNINGS = 256


class UTurn:
    """Follows vehicles from their way along a zone's direction, over its left border, until they drive back."""

    kind: ClassVar[str] = "u_turn"
    version: ClassVar[str] = "u_turn/5"

    def initial(self) -> dict[str, Turning]:
        """Nobody drives there."""
        return {}

    def observe(
        self, state: dict[str, Turning], second: Second, place: Place
    ) -> tuple[dict[str, Turning], Sequence[Offence]]:
        """Look at each vehicle's direction and, where it has left it, at each of its boxes."""
        scopes = place.scopes(self.kind, scopes_of)
        if not scopes or not second.observed:
            return state, ()
        t, calibration = second.tracks, place.calibration
        if calibration is None or t.calibration_version != calibration.version:
            return state, ()
        state = {track: one for track, one in state.items() if 0 <= second.at_us - one.seen_us <= GONE_US}
        sides: Sides = {scope.settings[0].zone_id: scope.settings for scope in scopes}
        along = self._along(state, second, scopes)
        # Who drives along and is in the second's latest picture is not lost.
        missed = any(second.tracks.box_sample[box] + 1 < len(second.tracks.sample_at_us) for box in along.values())
        if missed or any(one.seen_us < second.at_us for one in state.values()):
            boxes = boxes_by_track(second)
            self._join(state, second, boxes, sides)
            return state, self._turned(state, second, place, boxes, sides, along)
        return state, ()

    def _along(
        self, state: dict[str, Turning], second: Second, scopes: Sequence[Scope[tuple[Carriageway, Settings]]]
    ) -> dict[str, int]:
        """Take in who drives along a zone's direction: what was before is forgotten. Returns their last boxes."""
        t, along = second.tracks, dict[str, int]()
        masks = second.zone_mask if t.track_id else []
        for i, heading in enumerate(t.track_heading_deg):
            if heading is None or t.track_class[i] not in MOTOR_VEHICLES:
                continue
            scope = next((s for s in scopes if masks[i] & s.bit), None)
            if scope is None or turn_deg(heading, scope.settings[0].heading_deg) >= ALONG_DEG:
                continue
            box, known = second.last_box[i], t.track_id[i] in state
            if (
                box < 0
                or not t.box_x_m
                or not math.isfinite(t.box_x_m[box])
                or not (known or len(state) < MOST_TURNINGS)
            ):
                continue
            side = scope.settings[0]
            spot = spot_of(second, box, side)
            if spot.cut:
                state.pop(t.track_id[i], None)
                continue
            state[t.track_id[i]] = Turning(side.zone_id, second.at_us, second.sight_of(i), [spot])
            along[t.track_id[i]] = box
        return along

    def _join(
        self, state: dict[str, Turning], second: Second, boxes: Mapping[int, Sequence[int]], sides: Sides
    ) -> None:
        """Let new tracks go on with those of vehicles that were lost in the turn, where exactly one fits.

        A track that was hidden for too long to go on with its own looks is a new one, too: it may be a second box of
        the vehicle that turned, found again when the first one ends.
        """
        t = second.tracks
        own_boxes = {t.track_id[i]: own for i, own in boxes.items()}
        for name, own in own_boxes.items():
            if name in state and not self._is_lost(state[name], second, own[0], sides):
                continue
            fits = [
                (lost, until)
                for lost, one in state.items()
                if lost != name and (until := self._lost_before(one, own_boxes.get(lost, ()), own, second, sides))
            ]
            if len(fits) == 1:
                lost, until = fits[0]
                one = state[name] = state.pop(lost)
                one.spots = until

    @staticmethod
    def _lost_before(
        one: Turning, until: Sequence[int], own: Sequence[int], second: Second, sides: Sides
    ) -> list[Spot] | None:
        """Return the looks at a vehicle that was lost before a track's boxes go on with it; None: they do not.

        Args:
            one: the vehicle.
            until: its boxes of this second.
            own: those of the track.
            second: the second.
            sides: of the street, by zone.
        """
        if one.zone_id not in sides:
            return None
        side, settings = sides[one.zone_id]
        spots = list(one.spots)
        going_on = bool(until)
        for b in until:
            spot = spot_of(second, b, side)
            if spot.at_us <= spots[-1].at_us:
                continue
            # Its own track goes over to another vehicle, or out of the picture, where it cannot be.
            going_on = len(whole_spots(spots, [spot], settings.aside_error_m)) == 1 and can_follow(
                spots[-1], spot, settings.most_gap_s, settings.most_aside_mps, settings.aside_error_m
            )
            if not going_on:
                break
            spots.append(spot)
        # Of two tracks the one that is seen last is the vehicle's.
        if going_on and second.tracks.box_sample[until[-1]] >= second.tracks.box_sample[own[-1]]:
            return None
        after = [spot for b in own if (spot := spot_of(second, b, side)).at_us > spots[-1].at_us]
        if not after or not can_join(spots[-1], after[0], settings.most_gap_s):
            return None
        # Of who drove along until then it is not known yet that it turns: its second box has just begun, where braking
        # can have brought it.
        begun_us = second.tracks.track_first_seen_us[second.tracks.box_track[own[0]]]
        drove = [spot_of(second, b, side) for b in until]
        # Whoever starts on their own side and turns round has done so, the vehicle or another one.
        there = after[0].beyond_m < 0 or can_brake(drove, after[0])
        young = is_slow(after) and begun_us >= spots[-1].at_us - YOUNG_US and there
        return spots if len(spots) > 1 or young else None

    @staticmethod
    def _is_lost(one: Turning, second: Second, box: int, sides: Sides) -> bool:
        """Say whether a vehicle's own track can no longer go on with a box, as it was hidden for too long."""
        if one.zone_id not in sides:
            return True
        side, settings = sides[one.zone_id]
        spot = spot_of(second, box, side)
        return (spot.at_us - one.spots[-1].at_us) / 1e6 > settings.most_gap_s and not is_one(
            [one.spots[-1], spot], settings.most_gap_s, settings.most_aside_mps, settings.aside_error_m
        )

    def _turned(
        self,
        state: dict[str, Turning],
        second: Second,
        place: Place,
        boxes: Mapping[int, Sequence[int]],
        sides: Sides,
        along: Mapping[str, int],
    ) -> list[Offence]:
        """Add the looks of those that do not drive along; return those that have turned round."""
        offences = []
        for i, own in boxes.items():
            one = state.get(second.tracks.track_id[i])
            if one is None or one.zone_id not in sides or second.tracks.track_id[i] in along:
                continue
            side, settings = sides[one.zone_id]
            one.seen_us = second.at_us
            spots = [spot for b in own if (spot := spot_of(second, b, side)).at_us > one.spots[-1].at_us]
            whole = whole_spots(one.spots, spots, settings.aside_error_m)
            one.spots += whole
            offence = None
            if (
                len(one.spots) <= MOST_SPOTS
                and is_one(one.spots, settings.most_gap_s, settings.most_aside_mps, settings.aside_error_m)
                and can_come_back(one.spots)
                and turns_in_sight(one.spots, settings.most_gap_s, settings.aside_error_m)
            ):
                offence = self._judge(one, i, side, settings, second, place)
                if offence is None and len(whole) == len(spots):
                    continue
            if offence is not None:
                offences.append(offence)
            # Decided, out of the picture, or not one vehicle.
            del state[second.tracks.track_id[i]]
        return offences

    def _judge(
        self, one: Turning, i: int, side: Carriageway, settings: Settings, second: Second, place: Place
    ) -> Offence | None:
        t, calibration, spots = second.tracks, place.calibration, one.spots
        assert calibration is not None
        last = spots[-1]
        # Both ends of a way have the calibration's position error, independent of each other.
        error_m = math.sqrt(2.0) * calibration.position_error_m
        path_m = max(spot.along_m for spot in spots) - last.along_m
        beyond_m = last.beyond_m
        enough_m = settings.min_path_m + settings.coverage_k * math.hypot(
            error_m, path_m * calibration.scale_error_ratio
        )
        least_beyond_m = beyond_m - settings.coverage_k * calibration.position_error_m - settings.min_aside_m
        if path_m < enough_m or least_beyond_m <= 0:
            return None
        start = next(spot for spot in reversed(spots) if spot.along_m - last.along_m >= settings.min_path_m)
        way_m = math.hypot(last.beyond_m - start.beyond_m, last.along_m - start.along_m)
        turn = turn_deg(heading_deg(start.beyond_m - last.beyond_m, last.along_m - start.along_m), 0.0)
        error_deg = math.degrees(math.atan2(error_m, way_m))
        excess = turn - settings.coverage_k * error_deg - settings.min_turn_deg
        if excess <= 0:
            return None
        return Offence(
            track_id=t.track_id[i],
            vehicle_class=t.track_class[i],
            zone_id=side.zone_id,
            since_us=spots[0].at_us,
            at_us=last.at_us,
            measured=round(turn, 1),
            error=round(error_deg, 1),
            limit=settings.min_turn_deg,
            unit="deg",
            confidence_factor=settings.coverage_k,
            excess=round(excess, 1),
            worth=round(excess, 1),
            measures={
                "turn_deg": round(turn, 1),
                "beyond_line_m": round(beyond_m, 2),
                "beyond_line_error_m": round(calibration.position_error_m, 2),
                "path_m": round(path_m, 2),
                "lasted_s": round((last.at_us - spots[0].at_us) / 1e6, 1),
            },
            summary=f"Turned round over the middle line of zone {side.zone_id}, by {turn:.0f} degrees "
            f"(+-{settings.coverage_k * error_deg:.0f}), and drives back {path_m:.0f} m, {beyond_m:.1f} m beyond it",
            onset=one.onset,
            sight=second.sight_of(i),
            clock_source=t.clock_source,
            registry_version=t.registry_version,
            calibration_version=t.calibration_version,
            calibration_method=calibration.method,
            model_version=t.model_version,
        )

    def pack(self, state: dict[str, Turning]) -> Any:
        """Return the state as plain data."""
        return {track: one.pack() for track, one in state.items()}

    def unpack(self, plain: Any) -> dict[str, Turning]:
        """Return the state from what `pack` gave."""
        return {track: Turning.unpack(one) for track, one in plain.items()}


def scopes_of(place: Place) -> list[Scope[tuple[Carriageway, Settings]]]:
    """Return the zones with a direction and the limit `u_turn: 1` of a calibrated enforcement camera."""
    return shaped_scopes(place, UTurn.kind, Settings, frozenset(), carriageway_of)
