"""SilentStates: last states of cameras that speak no more, in changelogs of stages that hold readings of plates."""

import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from confluent_kafka import OFFSET_BEGINNING, Consumer, KafkaError, KafkaException, Producer, TopicPartition

from infra.retention.retention_rules import RetentionError
from schemas.topics import Catalogue

#: Apps whose state may hold readings in clear (decision 0181).
APPS: Final = ("tracking", "passages", "sections", "sightings")
#: A camera that said nothing for so long is silent. Shorter forgets more; a camera that is mended later starts afresh.
LEAST_DAYS: Final = 14
DAY_MS: Final = 86_400_000
ANSWER_S: Final = 20.0
#: How long a read waits for a full batch.
POLL_S: Final = 0.3
BATCH: Final = 2_000


@dataclass(frozen=True, slots=True)
class SilentState:
    """The newest state of a key that was not written for long.

    Attributes:
        topic: the changelog.
        partition: its partition there.
        key: the key.
        written_ms: when it was written, milliseconds since the Unix epoch.
    """

    topic: str
    partition: int
    key: bytes
    written_ms: int


def silent_before_ms(catalogue: Catalogue, app: str, now_ms: int) -> int:
    """Return the instant before which an app's state is silent: longer ago than anything of its source can come again.

    Args:
        catalogue: topics.toml.
        app: one of APPS.
        now_ms: milliseconds since the Unix epoch.
    """
    hours = catalogue.topics[catalogue.apps[app].source].retention_hours
    return now_ms - max(LEAST_DAYS * DAY_MS, 2 * hours * DAY_MS // 24)


class SilentStates:
    """Finds and forgets silent states; a stage that runs meanwhile writes a state anew with the camera's next second.

    Args:
        servers: Kafka's addresses.
        security: what librdkafka needs to know of user and TLS.
    """

    def __init__(self, servers: str, security: Mapping[str, str]) -> None:
        self._kafka = {"bootstrap.servers": servers, "log_level": 0, **security}

    def find(self, topic: str, before_ms: int) -> Sequence[SilentState]:
        """Return the states of a changelog whose newest record is older than an instant, by partition and key.

        Raises:
            RetentionError: the changelog is not there.
            KafkaException: Kafka does not answer.
        """
        consumer = Consumer({**self._kafka, "group.id": "no-group", "enable.auto.commit": False})
        try:
            found = consumer.list_topics(topic, timeout=ANSWER_S).topics[topic]
            if found.error is not None:
                raise RetentionError(
                    f"changelog {topic} is not there; run 'vigil topics apply', or see VIGIL_TOPIC_PREFIX"
                )
            newest: dict[tuple[int, bytes], int] = {}
            for partition in found.partitions:
                self._read(consumer, topic, partition, newest)
        finally:
            consumer.close()
        return [
            SilentState(topic, partition, key, at_ms)
            for (partition, key), at_ms in sorted(newest.items())
            if at_ms < before_ms
        ]

    def _read(self, consumer: Consumer, topic: str, partition: int, newest: dict[tuple[int, bytes], int]) -> None:
        """Note when each key of a partition was last written; a key that was forgotten has no time."""
        place = TopicPartition(topic, partition, OFFSET_BEGINNING)
        low, end = consumer.get_watermark_offsets(place, timeout=ANSWER_S)
        if low == end:
            return
        consumer.assign([place])
        at, heard = low, time.monotonic()
        while at < end:
            records = consumer.consume(BATCH, POLL_S)
            if records:
                heard = time.monotonic()
            elif time.monotonic() - heard > ANSWER_S:
                raise KafkaException(KafkaError(KafkaError._TIMED_OUT))  # noqa: SLF001  librdkafka's own code
            for record in records:
                error = record.error()
                if error is not None:
                    raise KafkaException(error)
                at = (record.offset() or 0) + 1
                key = record.key()
                if not isinstance(key, bytes):
                    continue
                if record.value() is None:
                    newest.pop((partition, key), None)
                else:
                    newest[partition, key] = record.timestamp()[1]
            at = max(at, consumer.position([place])[0].offset)  # the end may be a record that the cleaner has taken

    def forget(self, states: Sequence[SilentState]) -> None:
        """Write a tombstone for each state; Kafka's cleaner takes the state after it.

        Raises:
            KafkaException: Kafka did not take one of them; those before it are forgotten.
        """
        failures: list[KafkaError] = []
        producer = Producer({**self._kafka, "enable.idempotence": True, "message.timeout.ms": int(ANSWER_S * 1_000)})
        for state in states:
            producer.produce(
                state.topic,
                None,
                state.key,
                state.partition,
                on_delivery=lambda error, _: failures.append(error) if error is not None else None,
            )
            producer.poll(0)
        if producer.flush(ANSWER_S + 5.0) or failures:
            raise KafkaException(failures[0] if failures else KafkaError(KafkaError._MSG_TIMED_OUT))  # noqa: SLF001
