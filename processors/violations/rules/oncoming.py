"""Oncoming: over the middle line and along in the oncoming carriageway. Defaults and sources: docs/rules.md."""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, ClassVar

from processors.rules.geometry import turn_deg
from processors.rules.place import Place, Scope
from processors.rules.second import MOTOR_VEHICLES, Second
from processors.rules.sight import Sight
from processors.violations.carriageway import Carriageway, carriageway_of
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


@dataclass(slots=True)
class Crossing:
    """A vehicle that was seen on its own side.

    Attributes:
        zone_id: the zone of that side.
        own_us: when it was last seen there surely.
        onset: its picture then.
        last: its latest look.
        over: its first look in a row surely on the other side; None: it is not.
        middle: its picture then.
    """

    zone_id: str
    own_us: int
    onset: Sight
    last: Spot
    over: Spot | None
    middle: Sight | None


#: A course nearer to the direction than this is along it.
ALONG_DEG = 45.0
#: Vehicles followed on one camera.
MOST_CROSSINGS = 256


class Oncoming:
    """Follows vehicles from their own side over the middle line, and along on the other side."""

    kind: ClassVar[str] = "oncoming"
    version: ClassVar[str] = "oncoming/1"

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
        masks, offences = second.zone_mask, []
        for i, heading in enumerate(t.track_heading_deg):
            if t.track_class[i] not in MOTOR_VEHICLES:
                continue
            one = state.get(t.track_id[i])
            scope = next((s for s in scopes if (masks[i] & s.bit if one is None else s.zone_id == one.zone_id)), None)
            box = second.last_box[i]
            if scope is None or box < 0 or not math.isfinite(t.box_x_m[box]) or not math.isfinite(t.box_y_m[box]):
                continue
            # A heading may not be measured yet, or not in this second; places show the way.
            if heading is not None and turn_deg(heading, scope.settings[0].heading_deg) >= ALONG_DEG:
                state.pop(t.track_id[i], None)
                continue
            offence = self._look(state, one, i, box, scope.settings, second, place)
            if offence is not None:
                offences.append(offence)
        return state, offences

    def _look(
        self,
        state: dict[str, Crossing],
        one: Crossing | None,
        i: int,
        box: int,
        settings_of: tuple[Carriageway, Settings],
        second: Second,
        place: Place,
    ) -> Offence | None:
        """Take in one vehicle's latest box, in place; return its offence so far."""
        side, settings = settings_of
        t, calibration = second.tracks, place.calibration
        assert calibration is not None
        track, spot = t.track_id[i], spot_of(second, box, side)
        if one is not None and not 0 < spot.at_us - one.last.at_us <= settings.most_gap_s * 1e6:
            del state[track]
            one = None
        margin_m = settings.coverage_k * calibration.position_error_m
        if spot.cut:
            state.pop(track, None)
            return None
        if spot.beyond_m < -margin_m:
            if one is not None or len(state) < MOST_CROSSINGS:
                state[track] = Crossing(side.zone_id, spot.at_us, second.sight_of_box(box), spot, None, None)
            return None
        if one is None:
            one = self._own(i, spot, side, second, margin_m)
            if one is None or len(state) >= MOST_CROSSINGS:
                return None
            state[track] = one
        if spot.beyond_m - margin_m < settings.min_beyond_m or spot.along_m < one.last.along_m:
            one.over, one.middle = None, None
        elif one.over is None:
            one.over, one.middle = self._first_over(one, i, spot, settings_of, second, margin_m)
        one.last = spot
        return self._measure(one, i, box, settings_of, second, place) if one.over is not None else None

    @staticmethod
    def _own(i: int, spot: Spot, side: Carriageway, second: Second, margin_m: float) -> Crossing | None:
        """Return a vehicle that came over the line in its first second in view; None: it was not seen on its side."""
        for b in reversed(boxes_by_track(second)[i]):
            before = spot_of(second, b, side)
            if before.beyond_m < -margin_m and not before.cut and before.at_us < spot.at_us:
                return Crossing(side.zone_id, before.at_us, second.sight_of_box(b), before, None, None)
        return None

    @staticmethod
    def _first_over(
        one: Crossing, i: int, spot: Spot, settings_of: tuple[Carriageway, Settings], second: Second, margin_m: float
    ) -> tuple[Spot, Sight]:
        """Return the first box of this second from which on the vehicle is surely over the line, and its picture."""
        side, settings = settings_of
        first, at = spot, second.last_box[i]
        for b in reversed(boxes_by_track(second)[i]):
            before = spot_of(second, b, side)
            if before.beyond_m - margin_m < settings.min_beyond_m or before.at_us <= one.own_us:
                break
            first, at = before, b
        return first, second.sight_of_box(at)

    def _measure(
        self,
        one: Crossing,
        i: int,
        box: int,
        settings_of: tuple[Carriageway, Settings],
        second: Second,
        place: Place,
    ) -> Offence | None:
        side, settings = settings_of
        t, calibration, last, over = second.tracks, place.calibration, one.last, one.over
        assert calibration is not None
        assert over is not None
        path_m = last.along_m - over.along_m
        # Both ends of the way have the calibration's position error, independent of each other.
        error_m = math.hypot(math.sqrt(2.0) * calibration.position_error_m, path_m * calibration.scale_error_ratio)
        excess_m = path_m - settings.coverage_k * error_m - settings.min_path_m
        if excess_m <= 0 or t.track_boxes[i] < settings.min_boxes:
            return None
        return Offence(
            track_id=t.track_id[i],
            vehicle_class=t.track_class[i],
            zone_id=side.zone_id,
            since_us=over.at_us,
            at_us=last.at_us,
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
                "beyond_line_m": round(last.beyond_m, 2),
                "beyond_line_error_m": round(calibration.position_error_m, 2),
                "lasted_s": round((last.at_us - over.at_us) / 1e6, 1),
            },
            summary=f"Left its side of zone {side.zone_id} over the middle line and drove {path_m:.0f} m "
            f"(+-{settings.coverage_k * error_m:.0f}) in the oncoming carriageway, {last.beyond_m:.1f} m beyond it",
            onset=one.onset,
            sight=second.sight_of_box(box),
            clock_source=t.clock_source,
            registry_version=t.registry_version,
            calibration_version=t.calibration_version,
            calibration_method=calibration.method,
            model_version=t.model_version,
            middle=one.middle,
        )

    def pack(self, state: dict[str, Crossing]) -> Any:
        """Return the state as plain data."""
        return {
            track: [
                *(one.zone_id, one.own_us, one.onset.pack(), list(one.last)),
                list(one.over) if one.over is not None else None,
                one.middle.pack() if one.middle is not None else None,
            ]
            for track, one in state.items()
        }

    def unpack(self, plain: Any) -> dict[str, Crossing]:
        """Return the state from what `pack` gave."""
        return {
            track: Crossing(
                *(zone_id, own_us, Sight(*onset), Spot(*last)),
                Spot(*over) if over is not None else None,
                Sight(*middle) if middle is not None else None,
            )
            for track, (zone_id, own_us, onset, last, over, middle) in plain.items()
        }


def scopes_of(place: Place) -> list[Scope[tuple[Carriageway, Settings]]]:
    """Return the zones with a direction and the limit `oncoming: 1` of a calibrated enforcement camera."""
    return shaped_scopes(place, Oncoming.kind, Settings, frozenset(), carriageway_of)
