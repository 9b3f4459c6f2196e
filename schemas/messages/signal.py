"""Signal: State of a signal group."""

from enum import StrEnum


class Signal(StrEnum):
    """State of a signal group."""

    RED = "RED"
    RED_AMBER = "RED_AMBER"
    GREEN = "GREEN"
    AMBER = "AMBER"
    FLASHING = "FLASHING"
    DARK = "DARK"
    UNKNOWN = "UNKNOWN"
