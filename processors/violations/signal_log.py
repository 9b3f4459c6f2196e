"""SignalLog: the phases of a junction's signal groups as one camera's seconds tell them. No clock, no I/O."""

import math
from collections.abc import Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, field
from typing import Any

from schemas.messages import PhaseSource, Signal, Tracks

#: Phases that are kept of one group, and groups of one junction: a cycle has four to six phases.
MOST_PHASES = 8
MOST_GROUPS = 64
#: Longest time between two seconds with known signals in which no phase can have come and gone: the shortest phase of a
#: programme is red-amber, 2 s in the programmes of the test city; a longer silence leaves the past unknown.
GAP_US = 2_000_000


@dataclass(frozen=True, slots=True)
class Phase:
    """One phase of a signal group.

    Attributes:
        signal: the state.
        since_us: when it began, microseconds since the Unix epoch, by the clock of who told it.
        source: who told it.
        within_us: it began at most so long before or after since_us.
    """

    signal: Signal
    since_us: int
    source: PhaseSource = PhaseSource.CONTROLLER
    within_us: int = 0

    @property
    def since_error_s(self) -> float:
        """Standard uncertainty of when it began, seconds: any instant in it is as likely (JCGM 100, 4.3.7)."""
        return self.within_us / 1e6 / math.sqrt(3.0)


@dataclass(slots=True)
class SignalLog:
    """What was heard of one junction.

    Attributes:
        heard_us: begin of the last second whose signals are known; 0: none.
        phases: by signal group, ascending by time.
    """

    heard_us: int = 0
    phases: dict[str, list[Phase]] = field(default_factory=dict)

    def hear(self, tracks: Tracks) -> None:
        """Take in what a second says of the signals: the phases in force at its begin, each with when it began."""
        if not tracks.signals_known or tracks.captured_at_us <= self.heard_us:
            return
        if tracks.captured_at_us - self.heard_us > GAP_US:
            self.phases.clear()
        self.heard_us = tracks.captured_at_us
        for state in tracks.signals:
            known = self.phases.get(state.group_id)
            if known is None:
                if len(self.phases) >= MOST_GROUPS:
                    continue
                known = self.phases[state.group_id] = []
            # What was unknown for a while is known after all: the picture's word comes later where it was hidden.
            while known and known[-1].signal is Signal.UNKNOWN and known[-1].since_us >= state.since_us:
                known.pop()
            if not known or known[-1].since_us < state.since_us:
                phase = Phase(Signal(state.signal), state.since_us, PhaseSource(state.source), state.since_within_us)
                known.append(phase)
                del known[:-MOST_PHASES]

    def heard(self, at_us: int) -> bool:
        """Return whether every phase before an instant is known by now."""
        return self.heard_us >= at_us

    def over(self, group_id: str, from_us: float, to_us: float) -> Phase | None:
        """Return the one phase in force throughout an interval; None: there were several, or it is not known."""
        if self.heard_us < to_us:
            return None
        found = None
        for phase in self.phases.get(group_id, ()):
            if phase.since_us + phase.within_us <= from_us:
                found = phase
            elif phase.since_us - phase.within_us <= to_us:
                return None
        return found

    def within(self, group_id: str, from_us: float, to_us: float, signals: AbstractSet[Signal]) -> Phase | None:
        """Return the unbroken run of phases of these states in force throughout an interval; None: none is known to be.

        Its state is its first phase's, and it began with that.
        """
        if self.heard_us < to_us:
            return None
        run = None
        for phase in self.phases.get(group_id, ()):
            if phase.since_us - phase.within_us > to_us:
                break
            run = run or phase if phase.signal in signals else None
        return run if run is not None and run.since_us + run.within_us <= from_us else None

    def pack(self) -> list[Any]:
        """Return this as plain data."""
        plain = {
            g: [[str(p.signal), p.since_us, str(p.source), p.within_us] for p in own] for g, own in self.phases.items()
        }
        return [self.heard_us, plain]

    @classmethod
    def unpack(cls, plain: Sequence[Any]) -> "SignalLog":
        """Return what `pack` gave."""
        heard_us, phases = plain
        return cls(heard_us, {g: [_phase(*one) for one in own] for g, own in phases.items()})


def _phase(signal: str, since_us: int, source: str = PhaseSource.CONTROLLER, within_us: int = 0) -> Phase:
    """Return a phase from plain data; earlier states have its first two values alone."""
    return Phase(Signal(signal), since_us, PhaseSource(source), within_us)
