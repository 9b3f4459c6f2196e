"""SignalState: State of one signal group during the second."""

from dataclasses import dataclass

from schemas.messages.phase_source import PhaseSource
from schemas.messages.signal import Signal


@dataclass(frozen=True, slots=True)
class SignalState:
    """State of one signal group during the second.

    Attributes:
        group_id: Signal group.
        signal: State.
        since_us: When it began, microseconds since the Unix epoch.
        source: Who told the state.
        since_within_us: It began at most so long before or after since_us, microseconds: half the time between the two
            frames it began between; 0: the controller told the instant.
        seen: What the group's signal head in the picture had shown by then, beside a controller's state; UNKNOWN: no
            head, not readable, or about to change.
        failed: The group's signal head in the picture lately showed an order of lights that no signal in order shows.
    """

    group_id: str
    signal: Signal
    since_us: int
    source: PhaseSource = PhaseSource.CONTROLLER
    since_within_us: int = 0
    seen: Signal = Signal.UNKNOWN
    failed: bool = False
