"""CameraStatus: State of a connection; REJECTED: can never work as configured; ENDED: a file was played out."""

from enum import StrEnum


class CameraStatus(StrEnum):
    """State of a connection; REJECTED: can never work as configured; ENDED: a file was played out."""

    CONNECTING = "CONNECTING"
    STREAMING = "STREAMING"
    STALLED = "STALLED"
    DOWN = "DOWN"
    REJECTED = "REJECTED"
    ENDED = "ENDED"
