"""Checkpoint: State of a camera's core at one moment, so that a finding can be recomputed from there."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Checkpoint:
    """State of a camera's core at one moment, so that a finding can be recomputed from there.

    Attributes:
        camera_id: Identifier of the camera.
        stage: The stage whose state it is.
        stage_version: Version of the stage's code.
        epoch_us: The connection, microseconds since the Unix epoch.
        sequence: Last group applied.
        captured_at_us: Capture time of that group, microseconds since the Unix epoch.
        state: The core's state, versioned by itself.
    """

    camera_id: str
    stage: str
    stage_version: str
    epoch_us: int
    sequence: int
    captured_at_us: int
    state: bytes
