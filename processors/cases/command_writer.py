"""CommandWriter: puts case commands and dead letters into Kafka and knows when they are durable."""

import time
from typing import Final

from confluent_kafka import KafkaError, Message, Producer

from processors.cases.core import SOURCE
from processors.stage.dead_letters import TOPIC as DEAD_LETTERS
from processors.stage.dead_letters import encode_dead_letters
from processors.stage.failures import StageStoppedError
from processors.stage.prepared_batch import Dead
from processors.stage.settings import StageSettings
from processors.stage.topic_facts import TopicFacts
from schemas.codec import MessageCodec
from schemas.messages import CaseCommand

POLL_S: Final = 0.1


class CommandWriter:
    """An idempotent producer, so that what is sent again after an error keeps its order in its partition.

    Args:
        settings: where Kafka is.
        codec: encodes the commands.
        facts: sizes that the topics allow.
        name: of the process, for dead letters.
        version: of its core, for dead letters.
    """

    def __init__(
        self, settings: StageSettings, codec: MessageCodec, facts: TopicFacts, name: str, version: str
    ) -> None:
        self._settings = settings
        self._codec = codec
        self._facts = facts
        self._name = name
        self._version = version
        self._failure = ""
        self._producer = Producer(
            {
                "bootstrap.servers": settings.bootstrap_servers,
                "client.id": settings.app_id(name),
                "partitioner": "murmur2_random",
                "enable.idempotence": True,
                "compression.type": settings.compression,
                "linger.ms": settings.linger_ms,
                "delivery.timeout.ms": int(settings.delivery_timeout_s * 1_000),
                "message.max.bytes": settings.message_max_bytes,
                **settings.security,
            }
        )

    def send(self, command: CaseCommand) -> None:
        """Hand a command over."""
        self._produce(SOURCE, command.vehicle_key.encode(), self._codec.encode(SOURCE, command))

    def bury(self, dead: list[Dead]) -> None:
        """Hand dead letters over."""
        limit = self._facts.limit_bytes(DEAD_LETTERS)
        for letter in encode_dead_letters(dead, self._name, self._version, self._codec, limit):
            self._produce(letter.topic, letter.key, letter.value)

    def settle(self) -> None:
        """Return when everything handed over is durable.

        Raises:
            StageStoppedError: something could not be delivered in time; nothing may be committed.
        """
        deadline = time.monotonic() + self._settings.delivery_timeout_s + 10.0
        while self._producer.flush(1.0):
            if time.monotonic() > deadline:
                raise StageStoppedError(f"{self._name}: Kafka did not take its messages in time; restarting")
        if self._failure:
            raise StageStoppedError(f"{self._name}: {self._failure}; restarting")

    def _produce(self, topic: str, key: bytes | None, value: bytes) -> None:
        while True:
            try:
                self._producer.produce(self._settings.topic(topic), value, key, on_delivery=self._delivered)
            except BufferError:
                self._producer.poll(POLL_S)
            else:
                self._producer.poll(0)
                return

    def _delivered(self, error: KafkaError | None, message: Message) -> None:
        if error is not None:
            self._failure = f"{message.topic()} refused a message: {error.str()}"
