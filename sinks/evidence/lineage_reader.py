"""Reads from Kafka what a finding can be recomputed from."""

import contextlib
import time
from collections.abc import Mapping, Sequence
from typing import Any, Final

from confluent_kafka import OFFSET_BEGINNING, OFFSET_END, Consumer, KafkaError, KafkaException, TopicPartition

from schemas.codec import MessageCodec
from schemas.messages import Camera, Checkpoint, Detections, Incident, Violation
from schemas.registry import SchemaIds
from schemas.wire import BadMessageError, schema_id_of
from sinks.evidence.lineage import NOWHERE, Kept, Lineage
from sinks.evidence.lineage_span import FoundCheckpoint, LineageSettings, LineageSpan, choose
from sinks.evidence.record_reader import KafkaSilentError, RecordGoneError, RecordReader
from sinks.evidence.seconds_index import CameraSecond

TAKE: Final = 500
ANSWER_S: Final = 10.0
POLL_S: Final = 0.2
#: A scan that brings nothing for so long is given up, to be tried again.
SILENT_S: Final = 15.0


class LineageReader:
    """Reads checkpoints, registry entries and schemas beside the detections that the sink has already.

    Args:
        bootstrap_servers: Kafka's addresses.
        topic_prefix: of the topics.
        codec: decodes checkpoints and registry entries.
        schema_ids: gives schema texts.
        message_max_bytes: size limit of messages.
        settings: how far back.
        security: what librdkafka needs to know of user and TLS; None: neither.
    """

    def __init__(
        self,
        bootstrap_servers: str,
        topic_prefix: str,
        codec: MessageCodec,
        schema_ids: SchemaIds,
        message_max_bytes: int,
        settings: LineageSettings | None = None,
        security: Mapping[str, str] | None = None,
    ) -> None:
        self.settings = settings or LineageSettings()
        self._codec = codec
        self._schema_ids = schema_ids
        self._checkpoints = f"{topic_prefix}checkpoints"
        self._cameras = f"{topic_prefix}cameras"
        self._registry_reader = RecordReader(bootstrap_servers, self._cameras, message_max_bytes, security)
        config: dict[str, Any] = {
            "bootstrap.servers": bootstrap_servers,
            "group.id": "no-group",  # never joined: partitions are assigned by hand
            "enable.auto.commit": False,
            "enable.partition.eof": True,
            "auto.offset.reset": "earliest",
            "fetch.message.max.bytes": message_max_bytes,
            "queued.max.messages.kbytes": 8_192,
            **(security or {}),
            "fetch.wait.max.ms": 20,
            "log_level": 2,
        }
        self._scanner = Consumer(config)
        self._follower = Consumer(config)
        self._next: dict[int, int] = {}
        self._entries: dict[tuple[str, int], tuple[int, int]] = {}

    def read(
        self, message: Incident | Violation, finding: Kept, span: LineageSpan, seconds: Sequence[CameraSecond]
    ) -> Lineage:
        """Return a finding's lineage.

        Args:
            message: the finding.
            finding: as Kafka holds it.
            span: what is looked for.
            seconds: the camera's detections of that time.

        Raises:
            KafkaSilentError: Kafka does not answer; try again.
            RegistryUnavailableError: the schema registry does not.
        """
        wanted = sorted(
            (one for one in seconds if one.frames_created_at_ms <= span.until_ms),
            key=lambda one: (one.epoch_us, one.sequence),
        )
        found = self._scan(span)
        first = (wanted[0].epoch_us, wanted[0].sequence) if wanted else None
        start, note, stages = choose(span, found, first)
        since = stages[0].stamp
        kept = [one for one in wanted if since is None or (one.epoch_us, one.sequence) > since]
        if start == NOWHERE:
            kept = []  # nothing could be made of them
        detections = [Kept(one.detections_partition, one.detections_offset, one.detections) for one in kept]
        registry = self._registry_entries(message.camera_id, detections)
        values = [finding, *detections, *registry, *(one.checkpoint for one in stages if one.checkpoint is not None)]
        return Lineage(
            span.stage, message.camera_id, start, note, finding, stages, registry, detections, self._schemas(values)
        )

    def close(self) -> None:
        """Leave Kafka."""
        self._registry_reader.close()
        self._scanner.close()
        self._follower.close()

    def _schemas(self, kept: list[Kept]) -> dict[int, str]:
        out: dict[int, str] = {}
        for one in kept:
            with contextlib.suppress(BadMessageError):  # it cannot be decoded anywhere
                schema_id = schema_id_of(one.value)
                if schema_id not in out:
                    out[schema_id] = self._schema_ids.text_of(schema_id)
        return out

    def _scan(self, span: LineageSpan) -> list[FoundCheckpoint]:
        """Return the camera's checkpoints from the span's begin on."""
        place = TopicPartition(self._checkpoints, span.frames_partition, max(0, span.from_ms))
        out: list[FoundCheckpoint] = []
        try:
            (begin,) = self._scanner.offsets_for_times([place], timeout=ANSWER_S)
            if begin.error is not None or begin.offset == OFFSET_END:
                return out
            self._scanner.assign([TopicPartition(self._checkpoints, span.frames_partition, begin.offset)])
        except KafkaException as error:
            raise KafkaSilentError(f"{self._checkpoints}[{span.frames_partition}]: {error.args[0]}") from error
        camera, looked_at = span.camera_id.encode(), 0
        for message in self._until_end(self._scanner, {span.frames_partition}):
            looked_at += 1
            # those after the finding tell no start, but still the stages' versions
            late = message.timestamp()[1] > span.until_ms + self.settings.late_s * 1000
            if late or looked_at > self.settings.most_scanned:
                break
            if message.key() != camera:
                continue
            with contextlib.suppress(BadMessageError):
                one: Checkpoint = self._codec.decode("checkpoints", message.value() or b"")
                kept = Kept(message.partition(), message.offset(), message.value())
                out.append(FoundCheckpoint(one.stage, one.stage_version, (one.epoch_us, one.sequence), kept))
        self._scanner.unassign()
        return out

    def _registry_entries(self, camera_id: str, detections: list[Kept]) -> list[Kept]:
        versions: set[int] = set()
        for one in detections:
            with contextlib.suppress(BadMessageError):
                message: Detections = self._codec.decode("detections", one.value)
                versions.add(message.registry_version)
        out = []
        for version in sorted(versions - {0}):
            if (camera_id, version) not in self._entries:
                self._follow_registry()
            found = self._entries.get((camera_id, version))
            if found is None:
                continue  # the recomputation says which one it lacks
            with contextlib.suppress(RecordGoneError):
                out.append(Kept(*found, self._registry_reader.read(*found).value))
        return out

    def _follow_registry(self) -> None:
        """Read the registry's topic on, to its end; only where its entries lie is kept."""
        try:
            partitions = set(
                self._follower.list_topics(self._cameras, timeout=ANSWER_S).topics[self._cameras].partitions
            )
        except KafkaException as error:
            raise KafkaSilentError(f"{self._cameras}: {error.args[0]}") from error
        self._follower.assign(
            [TopicPartition(self._cameras, p, self._next.get(p, OFFSET_BEGINNING)) for p in partitions]
        )
        for message in self._until_end(self._follower, partitions):
            with contextlib.suppress(BadMessageError):
                camera: Camera = self._codec.decode("cameras", message.value() or b"")
                place = (message.partition(), message.offset())
                self._entries.setdefault((camera.camera_id, camera.version), place)
            self._next[message.partition()] = message.offset() + 1
        self._follower.unassign()

    def _until_end(self, consumer: Consumer, partitions: set[int]) -> Any:
        """Yield records until each partition's end.

        Raises:
            KafkaSilentError: nothing comes.
        """
        left = set(partitions)
        heard = time.monotonic()
        while left:
            # consume alone would wait for TAKE records or its time, though the end is there already
            first: Any = consumer.poll(POLL_S)
            messages: list[Any] = [] if first is None else [first, *consumer.consume(TAKE, 0.0)]
            if messages:
                heard = time.monotonic()
            elif time.monotonic() - heard > SILENT_S:
                raise KafkaSilentError(f"Kafka gave nothing for {SILENT_S:.0f} s")
            for message in messages:
                error = message.error()
                if error is None:
                    yield message
                elif error.code() == KafkaError._PARTITION_EOF:  # noqa: SLF001
                    left.discard(message.partition())
                elif error.fatal() or (error.code() > 0 and not error.retriable()):
                    raise KafkaException(error)
