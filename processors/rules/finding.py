"""What a rule says of one camera-second."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from processors.rules.second import Second
from schemas.messages import Evidence


@dataclass(frozen=True, slots=True)
class Finding:
    """A condition that holds in this second, about one subject.

    Attributes:
        subject: what it is about, within kind, camera and epoch: equal subjects are one incident.
        zone_id: the zone.
        since_us: when the condition began, microseconds since the Unix epoch.
        measure: the value that decides, e.g. seconds of dwell.
        limit: what it is held against, same unit.
        measures: everything measured, named with units.
        limits: every limit, named with units.
        tracks: indices into the second's tracks.
        summary: one sentence for people.
    """

    subject: str
    zone_id: str | None
    since_us: int
    measure: float
    limit: float
    measures: Mapping[str, float]
    limits: Mapping[str, float]
    tracks: Sequence[int]
    summary: str


def evidence_of(second: Second, tracks: Sequence[int], role: str) -> Evidence:
    """Return the reference to this second's frames with the boxes of some of its tracks."""
    message = second.tracks
    return Evidence(
        role=role,
        camera_id=message.camera_id,
        epoch_us=message.epoch_us,
        sequence=message.sequence,
        frames_partition=message.frames_partition,
        frames_offset=message.frames_offset,
        at_us=second.at_us,
        track_ids=[message.track_id[i] for i in tracks],
        boxes_xyxy_px=[round(float(v), 2) for v in np.asarray(second.box_xyxy)[list(tracks)].ravel()],
    )
