"""SignalState: State of one signal group during the second."""

from dataclasses import dataclass

from schemas.messages.signal import Signal


@dataclass(frozen=True, slots=True)
class SignalState:
    """State of one signal group during the second.

    Attributes:
        group_id: Signal group.
        signal: State.
        since_us: When it began, microseconds since the Unix epoch.
    """

    group_id: str
    signal: Signal
    since_us: int
