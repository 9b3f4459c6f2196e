"""The `cameras` topic: read to its end, followed, and written."""

import time
from collections.abc import Mapping, Sequence
from types import TracebackType
from typing import Final, Self

from confluent_kafka import Consumer, KafkaError, KafkaException, Producer, TopicPartition

from producers.delivery import producer_config
from producers.resume import partitions_of
from producers.settings import ProducerSettings
from schemas.codec import MessageCodec
from schemas.messages import Camera
from schemas.wire import BadMessageError

TIMEOUT_S: Final = 30.0


class RegistryReader:
    """Reads the registry without a group: all partitions from their start, to the end, and on.

    Attributes:
        unreadable: messages that are no registry entry, as sentences; the entries before them stay in force.
    """

    def __init__(self, settings: ProducerSettings, codec: MessageCodec) -> None:
        self._topic = f"{settings.topic_prefix}cameras"
        self._codec = codec
        self._cameras: dict[str, Camera] = {}
        self.unreadable: list[str] = []
        self._consumer = Consumer(
            {
                "bootstrap.servers": settings.bootstrap_servers,
                "group.id": f"{settings.topic_prefix}registry-reader",  # never joined
                "enable.auto.commit": False,
                "auto.offset.reset": "earliest",
                "fetch.message.max.bytes": settings.message_max_bytes,
                "log_level": 2,  # connection troubles come as errors; librdkafka would repeat each on stderr
                **settings.security,
            }
        )

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._consumer.close()

    @property
    def cameras(self) -> Mapping[str, Camera]:
        """The newest entry of each camera read so far."""
        return self._cameras

    def read_to_end(self) -> Mapping[str, Camera]:
        """Read what the topic holds now.

        Raises:
            KafkaException: Kafka did not answer, or the topic is missing.
        """
        count = partitions_of(self._consumer, self._topic)
        ends = {}
        for partition in range(count):
            low, high = self._consumer.get_watermark_offsets(TopicPartition(self._topic, partition), timeout=TIMEOUT_S)
            if high > low:
                ends[partition] = high
        self._consumer.assign([TopicPartition(self._topic, p, 0) for p in range(count)])
        deadline = time.monotonic() + TIMEOUT_S
        while True:
            where = self._consumer.position([TopicPartition(self._topic, p) for p in ends])
            if all(w.offset >= ends[w.partition] for w in where):
                return self._cameras
            if self.poll(0.2):
                deadline = time.monotonic() + TIMEOUT_S
            elif time.monotonic() > deadline:
                raise KafkaException(
                    f"nothing came from {self._topic} for {TIMEOUT_S:.0f} s before its end was reached"
                )

    def poll(self, timeout_s: float) -> Sequence[Camera]:
        """Return entries that came since, in order; waits at most so long for the first."""
        out = []
        for message in self._consumer.consume(500, timeout=timeout_s):
            error = message.error()
            if error is not None:
                if error.code() == KafkaError._PARTITION_EOF or error.retriable():  # noqa: SLF001  librdkafka's name
                    continue
                raise KafkaException(error)
            value = message.value()
            if value is None:
                continue
            try:
                camera: Camera = self._codec.decode("cameras", value)
            except BadMessageError as bad:
                self.unreadable.append(f"{self._topic}[{message.partition()}] offset {message.offset()}: {bad}")
                continue
            known = self._cameras.get(camera.camera_id)
            if known is None or camera.version >= known.version:
                self._cameras[camera.camera_id] = camera
                out.append(camera)
        return out


def write_cameras(settings: ProducerSettings, codec: MessageCodec, cameras: Sequence[Camera]) -> None:
    """Write registry entries and wait until Kafka has them.

    Raises:
        KafkaException: an entry was not delivered.
    """
    config = producer_config(settings, lambda _error: None) | {
        "message.timeout.ms": int(TIMEOUT_S * 1000),
        "linger.ms": 5,
    }
    producer = Producer(config)
    failures: list[KafkaError] = []

    def delivered(error: KafkaError | None, _message: object) -> None:
        if error is not None:
            failures.append(error)

    for camera in cameras:
        value = codec.encode("cameras", camera)
        producer.produce(f"{settings.topic_prefix}cameras", value, camera.camera_id.encode(), on_delivery=delivered)
        producer.poll(0)
    left = producer.flush(TIMEOUT_S + 5)
    if failures:
        raise KafkaException(failures[0])
    if left:
        raise KafkaException(f"{left} registry entries were not delivered within {TIMEOUT_S:.0f} s")
