"""What the cluster says about a stage's topics, and the refusal to start where they are not as they must be."""

import logging
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from confluent_kafka import KafkaException
from confluent_kafka.admin import AdminClient, ConfigResource, ResourceType  # type: ignore[attr-defined]

from processors.stage.dead_letters import TOPIC as DEAD_LETTERS
from processors.stage.failures import NotReadyError
from processors.stage.settings import StageSettings

log = logging.getLogger(__name__)
ANSWER_S: Final = 10.0
APPLY: Final = "run 'vigil topics apply'"


@dataclass(frozen=True, slots=True)
class TopicShape:
    """One topic.

    Attributes:
        partitions: number of partitions.
        max_message_bytes: its max.message.bytes.
    """

    partitions: int
    max_message_bytes: int


class TopicFacts:
    """Partition counts and size limits of the topics of one prefix, as of the start.

    Args:
        shapes: shape of each topic by its name in the cluster.
        settings: the stage's settings.
        stage: the stage's name.
        source: its source topic, without prefix.
    """

    def __init__(self, shapes: Mapping[str, TopicShape], settings: StageSettings, stage: str, source: str) -> None:
        self._shapes = shapes
        self._settings = settings
        self._stage = stage
        self._source = source

    @property
    def partitions(self) -> int:
        """Partitions of the source."""
        return self._shape(self._settings.topic(self._source)).partitions

    @property
    def changelog_limit_bytes(self) -> int:
        """Largest record of the state's changelog."""
        return min(
            self._shape(self._settings.changelog(self._stage)).max_message_bytes, self._settings.message_max_bytes
        )

    def limit_bytes(self, topic: str) -> int:
        """Return the largest record that a topic (without prefix) takes from this stage.

        Raises:
            NotReadyError: the topic was not there when the stage started.
        """
        limit = self._shape(self._settings.topic(topic)).max_message_bytes
        return limit if topic == DEAD_LETTERS else min(limit, self._settings.message_max_bytes)

    def check(self, topic: str, *, co_partitioned: bool) -> None:
        """Make sure that an output (without prefix) is there, and has the source's partitions where it must.

        Raises:
            NotReadyError: it does not.
        """
        name = self._settings.topic(topic)
        shape = self._shape(name)
        if co_partitioned and shape.partitions != self.partitions:
            raise NotReadyError(
                f"{name} has {shape.partitions} partitions, {self._settings.topic(self._source)} has {self.partitions};"
                f" {self._stage} keeps each message on its partition, so they must agree: {APPLY}"
            )

    def check_all(self, outputs: Sequence[str], co_partitioned: Sequence[str]) -> None:
        """Make sure that source, changelog, dead letters and outputs are as the stage needs them.

        Raises:
            NotReadyError: names the first that is not.
        """
        self._shape(self._settings.topic(self._source))
        changelog = self._settings.changelog(self._stage)
        shape = self._shape(changelog)
        if shape.partitions != self.partitions:
            raise NotReadyError(
                f"{changelog} has {shape.partitions} partitions, {self._settings.topic(self._source)} has"
                f" {self.partitions}; the state's changelog must have as many as the source: {APPLY}"
            )
        for topic in (DEAD_LETTERS, *outputs):
            self.check(topic, co_partitioned=topic in co_partitioned)

    def _shape(self, name: str) -> TopicShape:
        shape = self._shapes.get(name)
        if shape is None:
            raise NotReadyError(f"topic {name} is not there; {self._stage} needs it: {APPLY}")
        return shape


def observe(settings: StageSettings, stage: str, source: str) -> TopicFacts:
    """Ask the cluster; waits for it up to settings.broker_wait_s.

    Raises:
        NotReadyError: Kafka did not answer.
    """
    deadline = time.monotonic() + settings.broker_wait_s
    admin = AdminClient({"bootstrap.servers": settings.bootstrap_servers, "log_level": 0, **settings.security})
    while True:
        try:
            return TopicFacts(_shapes(admin, settings.topic_prefix), settings, stage, source)
        except KafkaException as error:
            if time.monotonic() > deadline:
                raise NotReadyError(
                    f"Kafka at {settings.bootstrap_servers} did not answer within {settings.broker_wait_s:.0f} s:"
                    f" {error}; is it up, and is the address right?"
                ) from error
            log.warning("waiting for Kafka at %s: %s", settings.bootstrap_servers, error)
            time.sleep(min(1.0, ANSWER_S))


def _shapes(admin: AdminClient, prefix: str) -> dict[str, TopicShape]:
    metadata = admin.list_topics(timeout=ANSWER_S).topics
    names = [name for name in metadata if name.startswith(prefix)]
    limits: dict[str, int] = {}
    if names:
        asked: dict[ConfigResource, Any] = admin.describe_configs(
            [ConfigResource(ResourceType.TOPIC, name) for name in names], request_timeout=ANSWER_S
        )
        for resource, answer in asked.items():
            limits[str(resource.name)] = int(answer.result()["max.message.bytes"].value)
    return {name: TopicShape(len(metadata[name].partitions), limits[name]) for name in names}
