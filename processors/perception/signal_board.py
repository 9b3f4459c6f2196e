"""The signal groups' history of every junction, as their controllers told it. No I/O; safe between two threads."""

import threading
from bisect import bisect_right, insort
from collections.abc import Sequence
from dataclasses import dataclass, field

from schemas.messages import Signal, SignalPhase, SignalState


@dataclass(slots=True)
class _Junction:
    heard_us: int = 0
    #: Changes of each group: (changed_at_us, state), ascending by time.
    groups: dict[str, list[tuple[int, Signal]]] = field(default_factory=dict)


class SignalBoard:
    """Answers which signal groups were in force at an instant.

    Args:
        history_us: changes older than this before the junction's newest are dropped, save the last one of each group.
    """

    def __init__(self, history_us: int) -> None:
        self._history_us = history_us
        self._junctions: dict[str, _Junction] = {}
        self._lock = threading.Lock()

    def add(self, phase: SignalPhase) -> None:
        """Take in a phase change or a heartbeat, in any order."""
        with self._lock:
            junction = self._junctions.setdefault(phase.junction_id, _Junction())
            junction.heard_us = max(junction.heard_us, phase.observed_at_us)
            if phase.heartbeat or not phase.group_id:
                return
            changes = junction.groups.setdefault(phase.group_id, [])
            change = (phase.changed_at_us, phase.signal)
            if change not in changes[-8:]:
                insort(changes, change, key=_time)
            oldest = junction.heard_us - self._history_us
            keep_from = max(0, bisect_right(changes, oldest, key=_time) - 1)
            if keep_from:
                del changes[:keep_from]

    def passed(self, junction_id: str, at_us: int) -> bool:
        """Return whether the controller was heard at or after an instant: nothing before it can still come."""
        with self._lock:
            junction = self._junctions.get(junction_id)
            return junction is not None and junction.heard_us >= at_us

    def in_force(self, junction_id: str, at_us: int) -> Sequence[SignalState] | None:
        """Return each group's state at an instant, by group id; None: not known (not heard yet, or too long ago)."""
        with self._lock:
            junction = self._junctions.get(junction_id)
            if junction is None or junction.heard_us < at_us or at_us < junction.heard_us - self._history_us:
                return None
            out = []
            for group_id in sorted(junction.groups):
                changes = junction.groups[group_id]
                place = bisect_right(changes, at_us, key=_time)
                if place:
                    since_us, signal = changes[place - 1]
                    out.append(SignalState(group_id, signal, since_us))
            return tuple(out) or None


def _time(change: tuple[int, Signal]) -> int:
    return change[0]
