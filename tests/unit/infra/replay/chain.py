"""The stages' cores one after the other over one camera's seconds, with checkpoints as the harness writes them."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from processors.incidents.core import IncidentsCore
from processors.stage_core import KeyBatch, Record
from processors.tracking.core import TrackingCore
from processors.violations.core import ViolationsCore
from schemas.avro import schema_text
from schemas.codec import decode_datum, encode_datum
from schemas.messages import Camera, Checkpoint, Detections, Incident, Tracks, Violation
from schemas.registry import FixedSchemaIds
from schemas.wire import frame
from sinks.evidence.lineage import Kept, Lineage
from sinks.evidence.lineage_span import FoundCheckpoint, LineageSettings, choose, span_of
from tests.unit.processors.rules.street import Cameras

MINUTE_US = 60_000_000


@dataclass
class Chain:
    """What a camera's seconds come to.

    Args:
        camera: its entry.
        messages: its detections.
    """

    camera: Camera
    messages: Sequence[Detections]
    found: list[Incident | Violation] = field(default_factory=list)
    checkpoints: list[FoundCheckpoint] = field(default_factory=list)
    ids: FixedSchemaIds = field(default_factory=FixedSchemaIds)

    def kept(self, topic: str, message: object, offset: int) -> Kept:
        """A message as Kafka would hold it."""
        return Kept(1, offset, frame(self.ids.add(schema_text(topic)), encode_datum(topic, message)))

    def run(self) -> "Chain":
        """Let every stage see all."""
        registry = Cameras(self.camera)
        tracking = TrackingCore()
        stages: list[Any] = [IncidentsCore(), ViolationsCore()]
        states = [core.initial(self.camera.camera_id) for core in (tracking, *stages)]
        minute: int | None = None
        for offset, message in enumerate(self.messages):
            record = Record(message, 1, offset, message.frames_created_at_ms)
            result = tracking.apply([KeyBatch(self.camera.camera_id, states[0], [record])], registry)[0]
            states[0] = result.state
            (output,) = result.outputs
            tracks: Tracks = decode_datum("tracks", encode_datum("tracks", output.message))
            for number, core in enumerate(stages, 1):
                batch = KeyBatch(self.camera.camera_id, states[number], [Record(tracks, 1, 500 + offset, 0)])
                (done,) = asyncio.run(core.advance([batch], registry))
                states[number] = done.state
                self.found += [one.message for one in done.outputs if one.topic in {"incidents", "violations"}]
            if minute is not None and message.captured_at_us // MINUTE_US > minute:
                for core, state in zip((tracking, *stages), states, strict=True):
                    self._checkpoint(core, state, message)
            minute = message.captured_at_us // MINUTE_US
        return self

    def lineage(self, finding: Incident | Violation, settings: LineageSettings | None = None) -> Lineage:
        """What the sink would keep of a finding."""
        span = span_of(finding, settings or LineageSettings())
        wanted = [
            (offset, one)
            for offset, one in enumerate(self.messages)
            if one.captured_at_us + one.duration_us > span.from_us and one.frames_created_at_ms <= span.until_ms
        ]
        first = (wanted[0][1].epoch_us, wanted[0][1].sequence)
        since_ms = span.from_us
        found = [one for one in self.checkpoints if one.stamp[1] * 1_000_000 + one.stamp[0] >= since_ms]
        start, note, stages = choose(span, found, first)
        since = stages[0].stamp
        detections = [
            self.kept("detections", one, offset)
            for offset, one in wanted
            if since is None or (one.epoch_us, one.sequence) > since
        ]
        recorded = self.kept(span.stage, finding, 9)
        registry = [self.kept("cameras", self.camera, 0)]
        topics = (span.stage, "cameras", "checkpoints", "detections")
        schemas = {self.ids.add(schema_text(topic)): schema_text(topic) for topic in topics}
        return Lineage(span.stage, self.camera.camera_id, start, note, recorded, stages, registry, detections, schemas)

    def _checkpoint(self, core: Any, state: Any, message: Detections) -> None:
        stamp = (message.epoch_us, message.sequence)
        checkpoint = Checkpoint(
            self.camera.camera_id, core.name, core.version, *stamp, message.captured_at_us, core.to_bytes(state)
        )
        kept = self.kept("checkpoints", checkpoint, len(self.checkpoints))
        self.checkpoints.append(FoundCheckpoint(core.name, core.version, stamp, kept))
