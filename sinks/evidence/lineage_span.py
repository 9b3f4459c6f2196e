"""How far back a finding must be recomputed from, and which checkpoints that takes. Pure."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from schemas.messages import Evidence, Incident, Violation
from sinks.evidence.lineage import CHECKPOINT, FIRST_MESSAGE, NOWHERE, WITHIN, Kept, StageStart

#: (epoch_us, sequence).
Stamp = tuple[int, int]
TRACKING: Final = "tracking"
#: A group lasts this long at most, microseconds; messages carry one second.
GROUP_US: Final = 1_200_000


@dataclass(frozen=True, slots=True)
class LineageSettings:
    """How much is kept for a recomputation.

    Attributes:
        before_s: a checkpoint is looked for this long before the track's birth: stages write one every 60 s, and a
            second minute covers one that a stage skipped.
        most_s: a finding whose track began longer before it than this is recomputed from a checkpoint within its life:
            an incident may last for hours. A second of detections takes about 1 kB.
        late_s: so much later than its frames a checkpoint may have been written: the stages' lag.
        most_scanned: records of `checkpoints` looked at for one finding; beyond it none counts as found.
    """

    before_s: float = 130.0
    most_s: float = 600.0
    late_s: float = 600.0
    most_scanned: int = 200_000


@dataclass(frozen=True, slots=True)
class LineageSpan:
    """What is looked for.

    Attributes:
        stage: the stage that found.
        camera_id: the camera.
        frames_partition: partition of its frames; detections and checkpoints have the same.
        born: stamp of the first group that the finding is about.
        from_us: capture time from which detections are wanted.
        from_ms: CreateTime of frames from which they are.
        until_ms: CreateTime of the frames that led to the finding.
        long: its track is older than most_s.
    """

    stage: str
    camera_id: str
    frames_partition: int
    born: Stamp
    from_us: int
    from_ms: int
    until_ms: int
    long: bool


@dataclass(frozen=True, slots=True)
class FoundCheckpoint:
    """A checkpoint of the camera.

    Attributes:
        stage, version: whose.
        stamp: last group applied.
        kept: the message.
    """

    stage: str
    version: str
    stamp: Stamp
    kept: Kept


def span_of(message: Incident | Violation, settings: LineageSettings) -> LineageSpan:
    """Return what to look for.

    Args:
        message: a finding with evidence.
        settings: how far back.
    """
    mine = [one for one in message.evidence if one.camera_id == message.camera_id] or list(message.evidence)
    first = min(mine, key=lambda one: (one.epoch_us, one.sequence))
    last = max(mine, key=lambda one: one.at_us)
    born, born_us = _birth(message, first)
    begins_us = min(born_us, message.started_at_us)
    end_us = last.at_us
    long = end_us - begins_us > settings.most_s * 1e6
    if long:
        begins_us = end_us - round(settings.most_s * 1e6)
    from_us = begins_us - round(settings.before_s * 1e6)
    from_ms = message.frames_created_at_ms - (end_us - from_us) // 1000
    stage = "incidents" if isinstance(message, Incident) else "violations"
    return LineageSpan(
        stage,
        message.camera_id,
        first.frames_partition,
        born,
        from_us,
        from_ms,
        message.frames_created_at_ms,
        long,
    )


def _birth(message: Incident | Violation, first: Evidence) -> tuple[Stamp, int]:
    """Return the stamp of the oldest track's first group, and a capture time that is not after it."""
    born: Stamp = (first.epoch_us, first.sequence)
    ids = message.track_ids if isinstance(message, Incident) else [message.track_id]
    for track_id in [*ids, *first.track_ids]:
        # camera/epoch/sequence.packet.ordinal, as processors/tracking/identity.py makes it
        _, _, place = track_id.rpartition("/")
        epoch = track_id.rpartition("/")[0].rpartition("/")[2]
        sequence = place.partition(".")[0]
        if epoch.isdigit() and sequence.isdigit():
            born = min(born, (int(epoch), int(sequence)))
    if born[0] != first.epoch_us:
        return born, min(born[0], first.at_us)
    return born, first.at_us - (first.sequence - born[1] + 1) * GROUP_US


def choose(
    span: LineageSpan, found: Sequence[FoundCheckpoint], first: Stamp | None
) -> tuple[str, str, Sequence[StageStart]]:
    """Return where to start: kind, note, and both stages' starts.

    Args:
        span: what was looked for.
        found: checkpoints of the camera, in the order of the topic.
        first: stamp of the first detections message that is at hand; None: none is.
    """
    names = (TRACKING, span.stage)
    versions = {one.stage: one.version for one in found}
    pairs = _pairs(found, span.stage)
    before = [pair for pair in pairs if pair[1].stamp < span.born]
    if before:
        return CHECKPOINT, "", [_start(one) for one in before[-1]]
    if first is not None and first[1] == 0 and not span.long:
        note = "no checkpoint was written before it: the recomputation starts with the connection's first message"
        return FIRST_MESSAGE, note, [StageStart(name, versions.get(name)) for name in names]
    if pairs:
        note = "it starts within the track's life: the checkpoint before its birth is too old or gone"
        return WITHIN, note, [_start(one) for one in pairs[0]]
    note = "no checkpoint of the camera is in the topic for this time, and its first message is not at hand"
    return NOWHERE, note, [StageStart(name, versions.get(name)) for name in names]


def _pairs(found: Sequence[FoundCheckpoint], stage: str) -> list[tuple[FoundCheckpoint, FoundCheckpoint]]:
    """Return each checkpoint of the stage that found, with the last one of tracking that is not after it."""
    out = []
    tracking = sorted((one for one in found if one.stage == TRACKING), key=lambda one: one.stamp)
    for one in sorted((one for one in found if one.stage == stage), key=lambda one: one.stamp):
        earlier = [other for other in tracking if other.stamp <= one.stamp]
        if earlier:
            out.append((earlier[-1], one))
    return out


def _start(one: FoundCheckpoint) -> StageStart:
    return StageStart(one.stage, one.version, one.kept, one.stamp)
