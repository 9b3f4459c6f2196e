"""Watch: what may excuse an offence and is seen over more than one second of a camera; bounded."""

import math
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import Any, Final, NamedTuple

from processors.rules.second import MOTOR_VEHICLES, Second
from processors.violations.circumstances import Circumstances
from processors.violations.exculpations.neighbours import closing_in
from processors.violations.exculpations.thresholds import Thresholds
from processors.violations.exempt_vehicles import ExemptVehicles
from processors.violations.offence import Offence
from processors.violations.plate_memory import PlateMemory
from processors.violations.plate_seal import PlateSeal
from processors.violations.track_views import TrackViews

#: Offenders remembered to tell who does alike; the oldest leave.
MOST_ALIKE: Final = 64
#: Violations remembered for the duplicate guard; the oldest leave.
MOST_OPENED: Final = 256
#: Below this, sharpness is that of a black picture: its logarithm says nothing.
LEAST_SHARPNESS: Final = 1e-3


class Opened(NamedTuple):
    """What is remembered of a violation, to know the same offence again.

    Attributes:
        at_us: its time, microseconds since the Unix epoch.
        ratio: probability of its plate.
        reads: readings behind it.
        elsewhere: another track of the same second had the same best reading.
        track_id: the track that the plate was voted on.
    """

    at_us: int
    ratio: float
    reads: int
    elsewhere: bool
    track_id: str


@dataclass(slots=True)
class Watch:
    """One camera's watch.

    Attributes:
        level: natural logarithm of the picture's sharpness, smoothed.
        watched_s: looked-at seconds behind it.
        off_s: seconds in a row in which sharpness was off the level.
        jumped_at_us: begin of the last such row that was long enough; 0: none since the registry's entry is in force.
        registry_version: that entry's version.
        alike: (kind, track, event time) of vehicles with an offence, by kind and track, oldest first.
        opened: violations, by kind, zone and plate, oldest first.
        plates: votes on the vehicles seen a moment ago.
        views: when the tracks with a vote were in view.
    """

    level: float = 0.0
    watched_s: int = 0
    off_s: int = 0
    jumped_at_us: int = 0
    registry_version: int = 0
    alike: dict[str, tuple[str, str, int]] = field(default_factory=dict)
    opened: dict[str, Opened] = field(default_factory=dict)
    plates: PlateMemory = field(default_factory=PlateMemory)
    views: TrackViews = field(default_factory=TrackViews)

    def see(
        self, second: Second, limits: Thresholds, seal: PlateSeal | None, exempt: ExemptVehicles | None = None
    ) -> None:
        """Hold a second's sharpness against the level; a new registry entry is taken for the view as it is now.

        What is remembered of vehicles leaves when it is too old to matter, one a second.
        """
        tracks = second.tracks
        self.plates.hear(second, seal, exempt)
        self.views.see(second)
        if self.alike:
            key, (_, _, at_us) = next(iter(self.alike.items()))
            if second.at_us - at_us > limits.within_s * 1e6:
                del self.alike[key]
        if self.opened:
            name, one = next(iter(self.opened.items()))
            if second.at_us - one.at_us > limits.duplicate_s * 1e6:
                del self.opened[name]
        if tracks.registry_version != self.registry_version:
            self.registry_version, self.jumped_at_us = tracks.registry_version, 0
            self.watched_s = self.off_s = 0
        scene = tracks.scene
        if scene is None or not second.observed:
            return
        now = math.log(max(scene.sharpness, LEAST_SHARPNESS))
        off = abs(now - self.level) > math.log(limits.step_factor)
        if off and self.watched_s >= limits.settled_s:
            self.off_s += 1
            if self.off_s < limits.step_s:
                return
            self.jumped_at_us = second.at_us - (self.off_s - 1) * 1_000_000
            # The view as it is from now on has a level of its own.
            self.level, self.watched_s, self.off_s = now, 1, 0
            return
        self.off_s = 0
        self.watched_s += 1
        step = (now - self.level) / min(self.watched_s, limits.level_s)
        # Quantised: the state's bytes, and what follows, must not hang on a last bit.
        self.level = round(self.level + step, 6)

    def around(
        self, kind: str, offence: Offence, second: Second, limits: Thresholds, seal: PlateSeal | None
    ) -> Circumstances:
        """Return what is to be seen around an offence in the second of its measurement; remembers the offender."""
        tracks = second.tracks
        key = f"{kind}|{offence.track_id}"
        self.alike.pop(key, None)
        since_us = offence.at_us - limits.within_s * 1e6
        others = sum(1 for what, _, at_us in self.alike.values() if what == kind and at_us >= since_us)
        self.alike[key] = (kind, offence.track_id, offence.at_us)
        if len(self.alike) > MOST_ALIKE:
            del self.alike[next(iter(self.alike))]
        index = next((i for i, name in enumerate(tracks.track_id) if name == offence.track_id), -1)
        gap = closing_in(tracks, index, MOTOR_VEHICLES, limits) if index >= 0 else None
        seen = Circumstances(
            motion_ratio=round(tracks.scene.motion_ratio, 4) if tracks.scene is not None else None,
            watched_s=self.watched_s,
            jumped_at_us=self.jumped_at_us,
            signals_known=tracks.signals_known,
            signals=tuple(
                (one.group_id, one.signal.value, one.since_us, one.source.value, one.seen.value, one.failed)
                for one in tracks.signals
            ),
            closing_gap_m=gap[0] if gap is not None else None,
            closing_s=gap[1] if gap is not None else None,
            placed=index >= 0 and tracks.track_x_m[index] is not None and tracks.track_heading_deg[index] is not None,
            others_alike=others,
        )
        return self.read(offence, seen, seal)

    def read(self, offence: Offence, seen: Circumstances, seal: PlateSeal | None) -> Circumstances:
        """Return circumstances with the plate last voted on an offence's vehicle; as they are where there is none."""
        vote = self.plates.vote(offence.shown_track_id, seal)
        if vote is None:
            return seen
        return replace(
            seen, plates=vote.readings, plate_reads=vote.reads, plate_elsewhere=vote.shared,
            plate_track_id=offence.shown_track_id,
        )  # fmt: skip

    def open(self, kind: str, offence: Offence, limits: Thresholds) -> Offence:
        """Return a decided offence, held against those opened before; remembers it."""
        seen = offence.seen
        if not seen.plates:
            return offence
        text, ratio = seen.plates[0]
        key = f"{kind}|{offence.zone_id or ''}|{text}"
        known = self.opened.pop(key, None)
        self.opened[key] = Opened(offence.at_us, ratio, seen.plate_reads, seen.plate_elsewhere, seen.plate_track_id)
        if len(self.opened) > MOST_OPENED:
            del self.opened[next(iter(self.opened))]
        if known is None or abs(offence.at_us - known.at_us) > limits.duplicate_s * 1e6:
            return offence
        seen = replace(
            seen,
            same_at_us=known.at_us,
            same_ratio=min(ratio, known.ratio),
            same_reads=min(seen.plate_reads, known.reads),
            same_elsewhere=seen.plate_elsewhere or known.elsewhere,
            same_together=self.views.together(known.track_id, seen.plate_track_id),
        )
        return replace(offence, seen=seen)

    def pack(self) -> list[Any]:
        """Return this as plain data."""
        return [
            self.level, self.watched_s, self.off_s, self.jumped_at_us, self.registry_version,
            list(self.alike.values()), [[key, *value] for key, value in self.opened.items()], self.plates.pack(),
            self.views.pack(),
        ]  # fmt: skip

    @classmethod
    def unpack(cls, plain: Sequence[Any]) -> "Watch":
        """Return what `pack` gave."""
        level, watched_s, off_s, jumped_at_us, registry_version, alike, opened, plates, views = plain
        return cls(
            level, watched_s, off_s, jumped_at_us, registry_version,
            {f"{kind}|{track}": (kind, track, at_us) for kind, track, at_us in alike},
            {key: Opened(*one) for key, *one in opened},
            PlateMemory.unpack(plates),
            TrackViews.unpack(views),
        )  # fmt: skip
