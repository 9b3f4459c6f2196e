"""The exercise's messages: frames, detections and findings in Kafka, and what evidence must say of them."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, Final

from confluent_kafka import KafkaError, Message, Producer, TopicPartition
from confluent_kafka.admin import AdminClient

from infra.chaos.evidence.film import SUBJECT, box, detections_of, film
from infra.chaos.evidence.finding import finding
from infra.chaos.evidence.plan import SECONDS, Event, Plan
from schemas.codec import MessageCodec
from schemas.messages import Evidence, Frames, Incident, Violation
from schemas.topics import catalogue
from sinks.evidence.case_name import CaseName, case_of
from sinks.evidence.clip import NO_KEYFRAME
from sinks.evidence.missing import GONE, LOST
from sinks.evidence.settings import WindowSettings

#: A finding's clip begins and ends this long before and after the seconds that it names (sinks.md).
AROUND_US: Final = 6_000_000
#: The keyframe that a clip begins with is looked for this long before it.
LOOKBACK_US: Final = round(WindowSettings().lookback_s * 1e6)
FLUSH_S: Final = 120.0


class CityError(RuntimeError):
    """Kafka did not take what it was given, so that nothing can be said of the sink."""


@dataclass(frozen=True, slots=True)
class Place:
    """Where a frames message lies.

    Attributes:
        frames: the message.
        partition, offset: coordinates.
        created_at_ms: its CreateTime.
    """

    frames: Frames
    partition: int
    offset: int
    created_at_ms: int


@dataclass(frozen=True, slots=True)
class Expected:
    """What one finding's evidence must say.

    Attributes:
        case: its name.
        kept: groups whose frames must be in its clips.
        missing: groups that must be recorded as missing, with the reason.
    """

    case: CaseName
    kept: frozenset[int]
    missing: frozenset[tuple[int, str]]


class City:
    """Writes a plan's messages.

    Args:
        plan: the exercise.
        bootstrap_servers: Kafka's addresses.
        topic_prefix: of its topics.
        codec: the wire codec.
        epoch_us: when the cameras' films began, microseconds since the Unix epoch; in the past, within retention.
    """

    def __init__(
        self, plan: Plan, bootstrap_servers: str, topic_prefix: str, codec: MessageCodec, epoch_us: int
    ) -> None:
        self._plan = plan
        self._bootstrap_servers = bootstrap_servers
        self._prefix = topic_prefix
        self._codec = codec
        self._epoch_us = epoch_us
        self._places: dict[tuple[int, int], Place] = {}
        self._errors: list[str] = []
        self._producer = Producer({
            "bootstrap.servers": bootstrap_servers,
            "partitioner": "murmur2_random",
            "enable.idempotence": True,
            "linger.ms": 20,
            "message.max.bytes": catalogue().limits.message_max_bytes,
            "queue.buffering.max.kbytes": 262_144,
            "log_level": 0,
        })  # fmt: skip

    def film(self) -> None:
        """Write frames and detections, then let retention drop what the plan says.

        Raises:
            CityError: Kafka did not take them.
        """
        films = [film(one.camera_id, one.clip, self._epoch_us, SECONDS) for one in self._plan.cameras]
        for sequence in range(SECONDS):
            for number, frames in enumerate(films):
                self._write_frames(number, frames[sequence])
        self._flush()
        for (number, sequence), place in sorted(self._places.items(), key=lambda item: item[1].created_at_ms):
            if self._plan.cameras[number].hole != sequence:
                message = detections_of(place.frames, place.partition, place.offset, place.created_at_ms)
                self._write("detections", place.frames.camera_id, message, place.created_at_ms + 500)
        self._flush()
        first = self._places[self._plan.gone_camera, self._plan.gone_before]
        self._forget(first.partition, first.offset)

    def find(self) -> None:
        """Write the findings.

        Raises:
            CityError: Kafka did not take them.
        """
        for event in self._plan.events:
            message = self.message(event)
            topic = "violations" if isinstance(message, Violation) else "incidents"
            self._write(topic, case_of(message).event_id, message)
        self._flush()

    def expected(self) -> list[Expected]:
        """Return what each finding's evidence must say, worked out of what was written alone."""
        fates = [self._fates(camera) for camera in range(len(self._plan.cameras))]
        out = []
        for event in self._plan.events:
            from_us = _middle_us(self._places[event.camera, event.onset].frames) - AROUND_US
            to_us = _middle_us(self._places[event.camera, event.peak].frames) + AROUND_US
            within = {
                sequence: self._fate(event.camera, sequence, from_us, fates[event.camera])
                for sequence in range(SECONDS)
                if _touches(self._places[event.camera, sequence].frames, from_us, to_us)
            }
            # a hole at the window's edge has no known neighbour beyond it: a time is missing there, not a group
            known = [sequence for sequence, fate in within.items() if fate != LOST]
            missing = {
                (sequence, fate)
                for sequence, fate in within.items()
                if fate is not None and (fate != LOST or min(known) < sequence < max(known))
            }
            kept = {sequence for sequence, fate in within.items() if fate is None}
            out.append(Expected(case_of(self.message(event)), frozenset(kept), frozenset(missing)))
        return out

    def _fate(self, camera: int, sequence: int, from_us: int, fates: Sequence[str | None]) -> str | None:
        """Return a group's fate in a window that begins at from_us: its keyframe may lie too far before it."""
        if fates[sequence] is not None:
            return fates[sequence]
        key = sequence
        while not self._places[camera, key].frames.starts_with_keyframe:
            key -= 1
        f = self._places[camera, key].frames
        return None if f.captured_at_us + f.duration_us > from_us - LOOKBACK_US else NO_KEYFRAME

    def _fates(self, camera: int) -> list[str | None]:
        """Return for each of a camera's groups why no clip can hold it; None: one can."""
        first = self._places[self._plan.gone_camera, self._plan.gone_before]
        out: list[str | None] = []
        for sequence in range(SECONDS):
            place = self._places[camera, sequence]
            if sequence == self._plan.cameras[camera].hole:
                out.append(LOST)
            elif place.partition == first.partition and place.offset < first.offset:
                out.append(GONE)
            elif place.frames.starts_with_keyframe or (out and out[-1] is None):
                out.append(None)
            else:
                out.append(NO_KEYFRAME)
        return out

    def message(self, event: Event) -> Violation | Incident:
        """Return a finding's message."""
        named = [self._evidence("onset", event, event.onset), self._evidence("peak", event, event.peak)]
        created_at_ms = self._places[event.camera, event.peak].created_at_ms
        return finding(event, named, created_at_ms)

    def _evidence(self, role: str, event: Event, sequence: int) -> Evidence:
        place = self._places[event.camera, sequence]
        f = place.frames
        track = f"{f.camera_id}/{f.epoch_us}/{event.number}"
        boxes = list(box(f, SUBJECT))
        return Evidence(
            role, f.camera_id, f.epoch_us, sequence, place.partition, place.offset, _middle_us(f), [track], boxes
        )

    def _write_frames(self, number: int, frames: Frames) -> None:
        created_at_ms = (frames.captured_at_us + frames.duration_us) // 1000

        def delivered(error: KafkaError | None, message: Message) -> None:
            if error is not None:
                self._errors.append(str(error))
                return
            place = Place(frames, message.partition() or 0, message.offset() or 0, created_at_ms)
            self._places[number, frames.sequence] = place

        self._write("frames", frames.camera_id, frames, created_at_ms, delivered)

    def _write(
        self,
        topic: str,
        key: str,
        message: object,
        created_at_ms: int = 0,
        delivered: Callable[..., None] | None = None,
    ) -> None:
        options: dict[str, Any] = {"on_delivery": delivered or self._delivered}
        if created_at_ms:
            options["timestamp"] = created_at_ms
        value = self._codec.encode(topic, message)
        while True:
            try:
                self._producer.produce(self._prefix + topic, value, key.encode(), **options)
            except BufferError:
                self._producer.poll(0.1)
            else:
                self._producer.poll(0)
                return

    def _delivered(self, error: KafkaError | None, _message: Message) -> None:
        if error is not None:
            self._errors.append(str(error))

    def _flush(self) -> None:
        left = self._producer.flush(FLUSH_S)
        if left or self._errors:
            raise CityError(f"{left + len(self._errors)} messages not taken: {(self._errors or ['late'])[0]}")

    def _forget(self, partition: int, before: int) -> None:
        admin = AdminClient({"bootstrap.servers": self._bootstrap_servers, "log_level": 0})
        place = TopicPartition(self._prefix + "frames", partition, before)
        for future in admin.delete_records([place]).values():
            future.result(timeout=30)


def _touches(f: Frames, from_us: int, to_us: int) -> bool:
    return f.captured_at_us < to_us and f.captured_at_us + f.duration_us > from_us


def _middle_us(frames: Frames) -> int:
    return frames.captured_at_us + frames.duration_us // 2
