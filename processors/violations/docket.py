"""The docket: one violation for each vehicle and rule, by its best measurement; written once for every rule."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from processors.rules.second import Second
from processors.violations.offence import Offence


@dataclass(frozen=True, slots=True)
class DocketSettings:
    """When a violation is decided.

    Attributes:
        settle_s: time without a better measurement after which the best one stands.
        hold_s: longest time a measurement waits for a better one.
        remember_s: how long a decided track is remembered, to decide it once; longer than vehicles are in view.
        most_pending: vehicles that wait on one camera; the one that has waited longest is decided for the next.
        most_decided: decided tracks remembered on one camera; the oldest is forgotten first.
        lately_s: how long after a decision further tracks of its vehicle are looked for.
        most_twins: further tracks of vehicles remembered on one camera; the oldest is forgotten first.
    """

    settle_s: float = 2.0
    hold_s: float = 20.0
    remember_s: float = 900.0
    most_pending: int = 128
    most_decided: int = 1024
    lately_s: float = 10.0
    most_twins: int = 256


@dataclass(slots=True)
class Pending:
    """A vehicle whose best measurement may still come.

    Attributes:
        kind: the rule.
        rule_version: its version.
        best: the best measurement so far.
        first_us: event time of the first measurement.
        better_us: event time of the best.
    """

    kind: str
    rule_version: str
    best: Offence
    first_us: int
    better_us: int


@dataclass(slots=True)
class Docket:
    """One camera's docket.

    Attributes:
        pending: vehicles that wait, by kind and track.
        decided: event time of the last measurement of each decided kind and track.
        lately: vehicles decided a moment ago, by the track that showed each: its name and that time.
        same: the name of the vehicle that each further track of it shows; a name itself is never a further track.
    """

    pending: dict[str, Pending] = field(default_factory=dict)
    decided: dict[str, int] = field(default_factory=dict)
    lately: dict[str, tuple[str, int]] = field(default_factory=dict)
    same: dict[str, str] = field(default_factory=dict)

    def watched(self) -> dict[str, str]:
        """Return the names of the vehicles that wait or were decided lately, by the track that shows each."""
        shown = {entry.best.shown_track_id: name_of(key) for key, entry in self.pending.items()}
        return {**{track: name for track, (name, _) in self.lately.items()}, **shown}

    def join(self, twins: Sequence[tuple[str, str]], settings: DocketSettings) -> None:
        """Take further tracks for those of a vehicle: (its name, the track); of what waits the better one stays."""
        for name, twin in twins:
            first = self._name(name)
            if twin == first or twin in self.same:
                continue
            self._rename(twin, first)
            if len(self.same) > settings.most_twins:
                del self.same[next(iter(self.same))]
            for key, entry in list(self.pending.items()):
                own = f"{entry.kind}|{first}"
                if key == own and own in self.decided:
                    del self.pending[key]
                elif key == f"{entry.kind}|{twin}":
                    del self.pending[key]
                    known = self.pending.get(own)
                    if own in self.decided:
                        continue
                    if known is None:
                        self.pending[own] = entry
                    elif entry.best.worth > known.best.worth:
                        entry.best = entry.best.with_plate_of(known.best)
                        self.pending[own] = entry
                    else:
                        known.best = known.best.with_plate_of(entry.best)

    def _rename(self, twin: str, first: str) -> None:
        """Let a vehicle's name be another from here on: of its further tracks and of what was decided on it, too."""
        for track, name in self.same.items():
            if name == twin:
                self.same[track] = first
        self.same[twin] = first
        for track, (name, at_us) in self.lately.items():
            if name == twin:
                self.lately[track] = (first, at_us)
        for key in [key for key in self.decided if name_of(key) == twin]:
            at_us = self.decided.pop(key)
            own = f"{kind_of(key)}|{first}"
            self.decided[own] = max(at_us, self.decided.pop(own, at_us))

    def _name(self, track_id: str) -> str:
        return self.same.get(track_id, track_id)

    def _key(self, kind: str, offence: Offence) -> str:
        return f"{kind}|{self._name(offence.track_id)}"

    def better(self, kind: str, offence: Offence) -> bool:
        """Return True where `enter` would keep a measurement: nothing need be found out around the others."""
        key = self._key(kind, offence)
        known = self.pending.get(key)
        return key not in self.decided and (known is None or offence.worth > known.best.worth)

    def enter(self, offences: Sequence[tuple[str, str, Offence]], settings: DocketSettings) -> list[Pending]:
        """Enter a second's measurements, (kind, rule version, offence); return what had to be decided to make room."""
        crowded: list[Pending] = []
        for kind, version, offence in offences:
            key = self._key(kind, offence)
            if key in self.decided:
                del self.decided[key]
                self.decided[key] = offence.at_us
                continue
            known = self.pending.get(key)
            if known is None:
                if len(self.pending) >= settings.most_pending:
                    crowded.append(self._decide(next(iter(self.pending)), settings))
                self.pending[key] = Pending(kind, version, offence, offence.at_us, offence.at_us)
            elif offence.worth > (before := known.best).worth:
                known.best, known.rule_version, known.better_us = offence, version, offence.at_us
                # A track's own latest vote counts; what another track of the vehicle told stays where it is surer.
                if not offence.seen.plates or before.seen.plate_track_id != offence.shown_track_id:
                    known.best = offence.with_plate_of(before)
        return crowded

    def due(self, second: Second, settings: DocketSettings) -> list[Pending]:
        """Return what is decided in this second: no better measurement for a while, or the vehicle is out of view."""
        out: list[Pending] = []
        if self.pending:
            now_us = second.at_us
            seen = set(second.tracks.track_id) if second.observed else None
            for key, entry in list(self.pending.items()):
                settled = now_us - entry.better_us >= settings.settle_s * 1e6
                waited = now_us - entry.first_us >= settings.hold_s * 1e6
                left = seen is not None and entry.best.shown_track_id not in seen
                if settled or waited or left:
                    out.append(self._decide(key, settings))
        while self.lately:
            track, (_, at_us) = next(iter(self.lately.items()))
            if 0 <= second.at_us - at_us <= settings.lately_s * 1e6:
                break
            del self.lately[track]
        if self.decided:
            oldest = next(iter(self.decided))
            if second.at_us - self.decided[oldest] > settings.remember_s * 1e6:
                del self.decided[oldest]
        return out

    def all(self, settings: DocketSettings) -> list[Pending]:
        """Return what waits, decided: the camera was lost, no better measurement will come."""
        return [self._decide(key, settings) for key in list(self.pending)]

    def _decide(self, key: str, settings: DocketSettings) -> Pending:
        entry = self.pending.pop(key)
        self.decided[key] = entry.best.at_us
        self.lately.pop(entry.best.shown_track_id, None)
        self.lately[entry.best.shown_track_id] = (name_of(key), entry.best.at_us)
        if len(self.decided) > settings.most_decided:
            del self.decided[next(iter(self.decided))]
        if len(self.lately) > settings.most_pending:
            del self.lately[next(iter(self.lately))]
        return entry

    def pack(self) -> list[Any]:
        """Return this as plain data."""
        waiting = [
            [name_of(key), p.kind, p.rule_version, p.best.pack(), p.first_us, p.better_us]
            for key, p in self.pending.items()
        ]
        return [waiting, self.decided, {track: list(one) for track, one in self.lately.items()}, self.same]

    @classmethod
    def unpack(cls, plain: Sequence[Any]) -> "Docket":
        """Return what `pack` gave."""
        waiting, decided, lately, same = plain
        pending = {
            f"{kind}|{name}": Pending(kind, version, Offence.unpack(best), *times)
            for name, kind, version, best, *times in waiting
        }
        return cls(pending, decided, {track: (name, at_us) for track, (name, at_us) in lately.items()}, same)


def name_of(key: str) -> str:
    """Return the vehicle's name in a docket's key."""
    return key.partition("|")[2]


def kind_of(key: str) -> str:
    """Return the rule in a docket's key."""
    return key.partition("|")[0]
