"""No entry: driven in past a sign that forbids it. Defaults and sources: docs/rules.md."""

import math
from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import pairwise
from typing import Any, ClassVar

from processors.rules.place import Place, Scope
from processors.rules.second import Second
from processors.rules.sight import Sight
from processors.violations.enforced import shaped_scopes
from processors.violations.mouth import Mouth, mouth_of
from processors.violations.offence import Offence


@dataclass(frozen=True, slots=True)
class Settings:
    """Settings of one zone.

    Attributes:
        min_depth_m: way in from the zone's edge, metres: more than a car that stands across the edge has of its length
            inside. A choice.
        coverage_k: depth less k * error must lie beyond: 1.96, 97.5 % one-sided for a normal error (JCGM 100:2008,
            annex G).
        min_rise_m: of that, driven inwards before the camera's eyes, metres: a track that goes over to a vehicle that
            comes out gets no deeper. A choice.
        back_m: by which a foot may fall back from look to look, metres: its noise. A choice.
        most_gap_s: between two looks, seconds; after more it may be another vehicle's track. A choice.
        most_mps: fastest way in, metres a second: more is a track that goes over to a vehicle inside. A choice.
    """

    min_depth_m: float = 3.0
    coverage_k: float = 1.96
    min_rise_m: float = 2.0
    back_m: float = 0.7
    most_gap_s: float = 0.65
    most_mps: float = 12.0


@dataclass(slots=True)
class Entry:
    """A vehicle before or in a mouth.

    Attributes:
        out_us: when it was last seen surely outside.
        onset: its picture then.
        depths: (capture time in microseconds, metres beyond the edge) of its looks from then on, ascending by time.
    """

    out_us: int
    onset: Sight
    depths: list[tuple[int, float]]


@dataclass(slots=True)
class Entries:
    """One camera's mouths.

    Attributes:
        near: vehicles before or in one, by zone and track: who is outside one mouth may be in another beside it.
        came: who came in: zone, capture time in microseconds, place on the ground in metres; the last MOST_CAME.
    """

    near: dict[tuple[str, str], Entry] = field(default_factory=dict)
    came: list[tuple[str, int, float, float]] = field(default_factory=list)

    def is_second(self, zone_id: str, at_us: int, x_m: float, y_m: float) -> bool:
        """Say whether who came in at a place and time is one that came in there just before, under a second box.

        Who is not is remembered.
        """
        for zone, when_us, x, y in self.came:
            if zone == zone_id and at_us - when_us <= SAME_US and math.hypot(x - x_m, y - y_m) <= SAME_M:
                return True
        self.came = [*self.came[1 - MOST_CAME :], (zone_id, at_us, x_m, y_m)]
        return False


#: Two boxes of one vehicle come to a depth within so much time and so near to each other: of two vehicles in a row the
#: second takes longer, a car's length and a gap at the pace of a yard.
SAME_US = 1_000_000
SAME_M = 2.5
MOST_CAME = 16
#: A vehicle that was not seen for so long has left.
GONE_US = 2_000_000
#: Where vehicles are followed, metres before the edge.
BEFORE_M = 12.0
#: Looks kept of one vehicle; more than 12 s at five a second in the mouth are a stand.
MOST_LOOKS = 60
#: Vehicles followed on one camera, each once a mouth.
MOST_ENTRIES = 128


class NoEntry:
    """Follows vehicles from outside over the edge of a zone that is not to be entered, and in."""

    kind: ClassVar[str] = "no_entry"
    version: ClassVar[str] = "no_entry/2"

    def initial(self) -> Entries:
        """Nobody is there."""
        return Entries()

    def observe(self, state: Entries, second: Second, place: Place) -> tuple[Entries, Sequence[Offence]]:
        """Follow each box near a mouth; return those that have come in."""
        scopes = place.scopes(self.kind, scopes_of)
        if not scopes or not second.observed:
            return state, ()
        t, calibration = second.tracks, place.calibration
        if calibration is None or t.calibration_version != calibration.version or not t.box_x_m:
            return state, ()
        state.near = {key: one for key, one in state.near.items() if 0 <= second.at_us - one.depths[-1][0] <= GONE_US}
        offences = []
        for b, _, x, y in second.vehicle_feet:
            for scope in scopes:
                mouth, settings = scope.settings
                depth_m = mouth.depth_m(x, y)
                if depth_m < -BEFORE_M or not mouth.left_m <= mouth.across_m(x, y) <= mouth.right_m:
                    continue
                offence = self._look(state, b, round(depth_m, 2), mouth, settings, second, place)
                if offence is not None:
                    offences.append(offence)
        return state, offences

    def _look(
        self,
        state: Entries,
        b: int,
        depth_m: float,
        mouth: Mouth,
        settings: Settings,
        second: Second,
        place: Place,
    ) -> Offence | None:
        """Take in one box, in place; return the offence that it shows."""
        t, calibration = second.tracks, place.calibration
        assert calibration is not None
        key, at_us = (mouth.zone_id, t.track_id[t.box_track[b]]), t.sample_at_us[t.box_sample[b]]
        margin_m = settings.coverage_k * calibration.position_error_m
        if depth_m < -margin_m:
            if key in state.near or len(state.near) < MOST_ENTRIES:
                state.near[key] = Entry(at_us, second.sight_of_box(b), [(at_us, depth_m)])
            return None
        one = state.near.get(key)
        if one is None:
            return None
        one.depths.append((at_us, depth_m))
        if len(one.depths) > MOST_LOOKS or not _comes_in(one.depths, settings):
            del state.near[key]
            return None
        inside = [depth for _, depth in one.depths if depth >= 0.0]
        excess_m = depth_m - margin_m - settings.min_depth_m
        if excess_m <= 0 or not inside or depth_m - inside[0] < settings.min_rise_m:
            return None
        del state.near[key]
        if state.is_second(mouth.zone_id, at_us, t.box_x_m[b], t.box_y_m[b]):
            return None
        return self._offence(one, b, depth_m, excess_m, mouth, settings, second, place)

    @staticmethod
    def _offence(  # noqa: PLR0917 (one vehicle's way in, and what it is held against)
        one: Entry,
        b: int,
        depth_m: float,
        excess_m: float,
        mouth: Mouth,
        settings: Settings,
        second: Second,
        place: Place,
    ) -> Offence:
        t, calibration = second.tracks, place.calibration
        assert calibration is not None
        i, error_m = t.box_track[b], calibration.position_error_m
        at_us = t.sample_at_us[t.box_sample[b]]
        return Offence(
            track_id=t.track_id[i],
            vehicle_class=t.track_class[i],
            zone_id=mouth.zone_id,
            since_us=one.out_us,
            at_us=at_us,
            measured=round(depth_m, 2),
            error=round(error_m, 2),
            limit=settings.min_depth_m,
            unit="m",
            confidence_factor=settings.coverage_k,
            excess=round(excess_m, 2),
            worth=round(excess_m, 2),
            measures={
                "depth_m": round(depth_m, 2),
                "depth_error_m": round(error_m, 2),
                "lasted_s": round((at_us - one.out_us) / 1e6, 1),
            },
            summary=f"Drove {depth_m:.1f} m (+-{settings.coverage_k * error_m:.1f}) in past the edge of zone "
            f"{mouth.zone_id}, against its permitted direction",
            onset=one.onset,
            sight=second.sight_of_box(b),
            clock_source=t.clock_source,
            registry_version=t.registry_version,
            calibration_version=t.calibration_version,
            calibration_method=calibration.method,
            model_version=t.model_version,
        )

    def pack(self, state: Entries) -> Any:
        """Return the state as plain data."""
        near = [
            [*key, one.out_us, one.onset.pack(), [list(look) for look in one.depths]] for key, one in state.near.items()
        ]
        return [near, [list(one) for one in state.came]]

    def unpack(self, plain: Any) -> Entries:
        """Return the state from what `pack` gave."""
        near, came = plain
        return Entries(
            {
                (zone_id, track): Entry(out_us, Sight(*onset), [(at_us, depth_m) for at_us, depth_m in depths])
                for zone_id, track, out_us, onset, depths in near
            },
            [(zone_id, at_us, x_m, y_m) for zone_id, at_us, x_m, y_m in came],
        )


def _comes_in(depths: Sequence[tuple[int, float]], settings: Settings) -> bool:
    """Say whether one vehicle that drives in can be at these looks: near in time, never back, never in a jump."""
    return all(
        0 < after_us - before_us <= settings.most_gap_s * 1e6
        and -settings.back_m <= after_m - before_m <= settings.back_m + settings.most_mps * (after_us - before_us) / 1e6
        for (before_us, before_m), (after_us, after_m) in pairwise(depths)
    )


def scopes_of(place: Place) -> list[Scope[tuple[Mouth, Settings]]]:
    """Return the zones that are not to be entered, with the direction in which one leaves, of an enforcement camera."""
    return shaped_scopes(place, NoEntry.kind, Settings, frozenset({"no_entry"}), mouth_of)
