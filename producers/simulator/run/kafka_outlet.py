"""KafkaOutlet: a shard's messages to Kafka, by an idempotent producer whose queue is bounded."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from confluent_kafka import KafkaError, KafkaException, Producer

from producers.simulator.city_message import CityMessage
from schemas.registry import RegistrySchemaIds
from schemas.topics import catalogue
from schemas.wire import frame

#: Memory of messages that are not yet acknowledged, kB; a full queue makes the city wait.
QUEUE_KBYTES: Final = 65_536
#: How long the last messages may take.
FLUSH_S: Final = 120.0


@dataclass(frozen=True, slots=True)
class KafkaAddress:
    """Where Kafka and the registry are.

    Attributes:
        bootstrap_servers: host:port, separated by commas.
        schema_registry_url: the registry's Confluent-compatible URL.
        topic_prefix: prefix of topics and subjects.
        security: what librdkafka needs to know of user and TLS; empty: a listener without both. Never printed.
    """

    bootstrap_servers: str
    schema_registry_url: str
    topic_prefix: str
    security: Mapping[str, str] = field(default_factory=dict, repr=False)


class KafkaOutlet:
    """Writes to Kafka; nothing is dropped: a message that cannot be delivered ends the run.

    Args:
        address: where to.
    """

    def __init__(self, address: KafkaAddress) -> None:
        self._prefix = address.topic_prefix
        self._ids = RegistrySchemaIds.connect(address.schema_registry_url, address.topic_prefix)
        self._id_of: dict[str, int] = {}
        self._failed: KafkaError | None = None
        self._counts: dict[str, list[int]] = {}
        self._producer = Producer(
            {
                "bootstrap.servers": address.bootstrap_servers,
                "client.id": "vigil-city",
                "acks": "all",
                "enable.idempotence": True,
                "partitioner": "murmur2_random",
                "compression.type": "lz4",
                "linger.ms": 50,
                "batch.size": 262_144,
                "message.max.bytes": catalogue().limits.message_max_bytes,
                "queue.buffering.max.kbytes": QUEUE_KBYTES,
                "queue.buffering.max.messages": 200_000,
                "log_level": 2,
                **address.security,
            }
        )

    def put(self, message: CityMessage, datum: bytes) -> None:
        """Hand a message over; wait while the queue is full.

        Raises:
            KafkaException: an earlier message was not delivered.
            SchemaNotRegisteredError, RegistryUnavailableError: see RegistrySchemaIds.
        """
        schema_id = self._id_of.get(message.topic)
        if schema_id is None:
            schema_id = self._id_of[message.topic] = self._ids.id_for(message.topic)
        value = frame(schema_id, datum)
        count = self._counts.setdefault(message.topic, [0, 0])
        count[0] += 1
        count[1] += len(datum)
        while True:
            if self._failed is not None:
                raise KafkaException(self._failed)
            try:
                self._producer.produce(
                    self._prefix + message.topic, value, message.key.encode(), on_delivery=self._delivered
                )
            except BufferError:
                self._producer.poll(0.1)
            else:
                break
        self._producer.poll(0)

    def close(self) -> dict[str, list[int]]:
        """Wait until Kafka has everything; return messages and bytes by topic.

        Raises:
            KafkaException: a message was not delivered.
        """
        left = self._producer.flush(FLUSH_S)
        if self._failed is not None:
            raise KafkaException(self._failed)
        if left:
            raise KafkaException(
                KafkaError(KafkaError._TIMED_OUT, f"{left} messages were not delivered within {FLUSH_S:.0f} s")  # noqa: SLF001  librdkafka's name
            )
        return self._counts

    def _delivered(self, error: KafkaError | None, _message: Any) -> None:
        if error is not None and self._failed is None:
            self._failed = error
