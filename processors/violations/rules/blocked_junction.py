"""Blocked junction: standing in it on red, come in behind others who stood there already. Sources: docs/rules.md."""

import math
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any, ClassVar

from processors.rules.place import Place, Scope
from processors.rules.second import MOTOR_VEHICLES, Second
from processors.rules.standing import MATURE, Stand, follow, may_be, same_place
from processors.violations.enforced import enforced_scopes
from processors.violations.offence import Offence
from processors.violations.second_box import elder_of
from processors.violations.signal_log import Phase, SignalLog
from processors.violations.stop_line import SIGNAL_GROUP
from schemas.messages import Signal


@dataclass(frozen=True, slots=True)
class Settings:
    """Settings of one junction.

    Attributes:
        min_red_s: time to be stood in it on red, seconds, by the whole interval: who clears it late has gone by then,
            and those who cross have green. A choice: all red and red-amber of most programmes, and a second.
        after_s: another must have stood in it for so long before it came to stand, seconds: it could be seen. A choice.
        coverage_k: k: 1.96, 97.5 % one-sided for a normal error (JCGM 100:2008, annex G).
        clock_error_s: standard uncertainty of the camera's clock against the controller's, seconds; as for red_light.
        min_inside_ratio: share of the looks at which the vehicle must have been in the zone.
        min_looks: seconds in which it must have been seen there.
        same_place_iou: overlap of a box with the place where it came to stand, from which on it stands.
        occlusion_s: how long it may be out of sight, looked for or not, and be taken for the same; where its track
            went elsewhere as `standing.may_be` says: the next one may be there in less. As standing.RETURN_S.
        memory_s: how long a place is remembered at which somebody stood, seconds: who is found there so much later may
            be the same one, and have come first. Longer than most lorries hide what is behind them. A choice.
    """

    min_red_s: float = 5.0
    after_s: float = 2.0
    coverage_k: float = 1.96
    clock_error_s: float = 0.1
    min_inside_ratio: float = 0.8
    min_looks: float = 6.0
    same_place_iou: float = 0.5
    occlusion_s: float = 4.0
    memory_s: float = 30.0


#: Places remembered after they were left.
MOST_LOST = 16
#: The other one was seen within this time, microseconds.
SEEN_US = 3_000_000

Box = tuple[Settings, str]


@dataclass(slots=True)
class Watched:
    """What is remembered of a camera's junction.

    Attributes:
        log: its phases.
        stands: who stands in it, or is just passing.
        lost: places where somebody stood whose track then went elsewhere, MOST_LOST of them: who is found there again
            may be the same.
        came_us: since when somebody has stood at the place of one who was found there anew, by its name.
    """

    log: SignalLog = field(default_factory=SignalLog)
    stands: list[Stand] = field(default_factory=list)
    lost: list[Stand] = field(default_factory=list)
    came_us: dict[str, int] = field(default_factory=dict)

    def remember(self, known: Sequence[Stand], second: Second, settings: Settings) -> None:
        """Take places that were left among the lost, and find those at which somebody stands again.

        Seen again within occlusion_s it is the same, with its begin and name. Later it may be, or another that moved
        up: it answers for its own time alone, under its own name, and is held to have come when the first one did.
        """
        kept = {id(stand) for stand in self.stands}
        self.lost += [stand for stand in known if id(stand) not in kept and stand.hits >= MATURE]
        since_us = second.at_us - settings.memory_s * 1e6
        self.lost = [stand for stand in self.lost if stand.seen_us >= since_us][-MOST_LOST:]
        at = {track: i for i, track in enumerate(second.tracks.track_id)}
        for stand in self.stands:
            i = at.get(stand.track_id)
            if i is None:
                continue
            # Those that are followed still, and not seen now, are lost as well.
            unseen = [one for one in self.stands if one.seen_us < stand.seen_us and one.hits >= MATURE]
            for one in (*unseen, *self.lost):
                if one.since_us >= stand.since_us or not same_place(stand.box, one.box, settings.same_place_iou):
                    continue
                if stand.since_us - one.seen_us <= settings.occlusion_s * 1e6 and may_be(one, i, second):
                    stand.since_us, stand.first_track_id, stand.onset = one.since_us, one.first_track_id, one.onset
                else:
                    self.came_us[stand.first_track_id] = min(self.came(one), self.came(stand))
        names = {stand.first_track_id for stand in (*self.stands, *self.lost)}
        self.came_us = {name: at_us for name, at_us in self.came_us.items() if name in names}

    def came(self, stand: Stand) -> int:
        """Return when one may have come who stands there, in doubt the earlier, microseconds since the Unix epoch."""
        return min(stand.since_us, self.came_us.get(stand.first_track_id, stand.since_us))


class BlockedJunction:
    """One that stands alone has broken down, as far as can be seen: a jam is another that stood there before."""

    kind: ClassVar[str] = "blocked_junction"
    version: ClassVar[str] = "blocked_junction/6"

    def initial(self) -> Watched:
        """Nobody stands there."""
        return Watched()

    def observe(self, state: Watched, second: Second, place: Place) -> tuple[Watched, Sequence[Offence]]:
        """Follow who stands in the junction; return those who have stood there on red for too long."""
        scopes = place.scopes(self.kind, scopes_of)
        if not scopes:
            return state, ()
        t, calibration = second.tracks, place.calibration
        state.log.hear(t)
        if not second.observed or calibration is None or t.calibration_version != calibration.version:
            return state, ()
        index = {t.track_id[i]: i for i, c in enumerate(t.track_class) if c in MOTOR_VEHICLES}
        if not index and not state.stands:
            return state, ()
        by_zone = {scope.zone_id: scope for scope in scopes}
        settings = scopes[0].settings[0]

        def zone_of(i: int) -> str | None:
            return next((scope.zone_id for scope in scopes if second.zone_mask[i] & scope.bit), None)

        known = [stand for stand in state.stands if stand.zone_id in by_zone]
        state.stands, here = follow(known, second, index, zone_of, settings.same_place_iou, settings.occlusion_s)
        state.remember(known, second, settings)
        offences = []
        for n, i in here.items():
            stand = state.stands[n]
            offence = self._judge(stand, i, state, here, second, by_zone[stand.zone_id], place)
            if offence is not None:
                offences.append(offence)
        return state, offences

    def _judge(
        self,
        stand: Stand,
        i: int,
        state: Watched,
        here: dict[int, int],
        second: Second,
        scope: Scope[Box],
        place: Place,
    ) -> Offence | None:
        settings, group_id = scope.settings
        if stand.hits < settings.min_looks or stand.inside < settings.min_inside_ratio * stand.hits:
            return None
        until_us = min(second.at_us, state.log.heard_us)
        phase = state.log.over(group_id, until_us, until_us)
        if phase is None or phase.signal is not Signal.RED:
            return None
        stood_s = (until_us - max(stand.since_us, phase.since_us + phase.within_us)) / 1e6
        # It was seen last a look ago at most, and red began by another clock.
        error_s = math.hypot(math.sqrt(2.0 / 12.0) * second.step_us / 1e6, settings.clock_error_s)
        excess = stood_s - settings.coverage_k * error_s - settings.min_red_s
        came_us = state.came(stand)
        ahead = next(
            (n for n, one in enumerate(state.stands) if self._was_there(one, stand, came_us, second, settings)), None
        )
        # A second box beside the other one's is nobody who came behind it.
        if excess <= 0 or ahead is None or elder_of(i, second) is not None:
            return None
        return _offence(
            stand, i, state.stands[ahead], here.get(ahead), second, scope, place, (stood_s, error_s, excess), phase
        )

    @staticmethod
    def _was_there(other: Stand, stand: Stand, came_us: int, second: Second, settings: Settings) -> bool:
        """Say whether another stood in the same junction well before one may have come, and still does."""
        return (
            other is not stand
            and other.zone_id == stand.zone_id
            and other.hits >= max(MATURE, settings.min_looks)
            and other.inside >= settings.min_inside_ratio * other.hits
            and second.at_us - other.seen_us <= SEEN_US
            and other.since_us <= came_us - settings.after_s * 1e6
        )

    def pack(self, state: Watched) -> Any:
        """Return the state as plain data."""
        stands = ([stand.pack() for stand in stands] for stands in (state.stands, state.lost))
        return [state.log.pack(), *stands, state.came_us]

    def unpack(self, plain: Any) -> Watched:
        """Return the state from what `pack` gave."""
        log, stands, lost, came_us = plain
        return Watched(
            *(SignalLog.unpack(log), [Stand.unpack(one) for one in stands], [Stand.unpack(one) for one in lost]),
            dict(came_us),
        )


def _offence(  # noqa: PLR0917 (a stay, and what proves it)
    stand: Stand,
    i: int,
    other: Stand,
    other_at: int | None,
    second: Second,
    scope: Scope[Box],
    place: Place,
    measured: tuple[float, float, float],
    phase: Phase,
) -> Offence:
    stood_s, error_s, excess = measured
    t, calibration, (settings, group_id) = second.tracks, place.calibration, scope.settings
    assert calibration is not None
    return Offence(
        track_id=stand.first_track_id,
        vehicle_class=t.track_class[i],
        zone_id=stand.zone_id,
        since_us=stand.since_us,
        at_us=second.at_us,
        measured=round(stood_s, 1),
        error=round(error_s, 2),
        limit=settings.min_red_s,
        unit="s",
        confidence_factor=settings.coverage_k,
        excess=round(excess, 1),
        worth=round(excess, 1),
        measures={
            "on_red_s": round(stood_s, 1),
            "standing_s": round((second.at_us - stand.since_us) / 1e6, 1),
            "other_stood_before_s": round((stand.since_us - other.since_us) / 1e6, 1),
            "red_before_peak_s": round((second.at_us - phase.since_us) / 1e6, 2),
        },
        summary=f"Stood in the junction (zone {stand.zone_id}) for {stood_s:.0f} s of red of signal group {group_id}; "
        f"another had stood there for {(stand.since_us - other.since_us) / 1e6:.0f} s when it came",
        onset=stand.onset,
        sight=second.sight([i] if other_at is None else [i, other_at]),
        clock_source=t.clock_source,
        registry_version=t.registry_version,
        calibration_version=t.calibration_version,
        calibration_method=calibration.method,
        model_version=t.model_version,
        signal_source=phase.source,
    )


def scopes_of(place: Place) -> list[Scope[Box]]:
    """Return the junctions whose traffic's one signal group is named, of a calibrated enforcement camera."""
    out: list[Scope[Box]] = []
    for scope in enforced_scopes(place, BlockedJunction.kind, Settings, frozenset({"junction"})):
        assert scope.zone is not None
        groups = [name for name, on in scope.zone.limits.items() if name.startswith(SIGNAL_GROUP) and on]
        if len(groups) == 1:
            settings = (scope.settings, groups[0].removeprefix(SIGNAL_GROUP))
            out.append(Scope(scope.zone, scope.index, scope.bit, settings, scope.area_m2))
    return out
