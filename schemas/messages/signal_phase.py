"""SignalPhase: Phase change of a junction's signal group, or its controller's heartbeat."""

from dataclasses import dataclass

from schemas.messages.signal import Signal


@dataclass(frozen=True, slots=True)
class SignalPhase:
    """Phase change of a junction's signal group, or its controller's heartbeat.

    Attributes:
        junction_id: Identifier of the junction.
        group_id: Signal group; empty in a heartbeat.
        signal: State from changed_at_us on; UNKNOWN in a heartbeat. Of a rail crossing FLASHING is its red lights by
            turns and closes it; the moon-white light that flashes while it is open is sent as GREEN.
        heartbeat: True: no change, the controller only says that it is alive.
        changed_at_us: When the state began, microseconds since the Unix epoch.
        observed_at_us: The controller's clock when it sent this, microseconds since the Unix epoch.
    """

    junction_id: str
    group_id: str
    signal: Signal
    heartbeat: bool
    changed_at_us: int
    observed_at_us: int
