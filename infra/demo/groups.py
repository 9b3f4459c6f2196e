"""Looks at consumer groups by calls that survive Kafka's absence.

librdkafka's newer admin requests on groups abort the whole process when a broker goes away at the wrong moment
(librdkafka issues 3663 and 4605); the older list_groups and a consumer's committed offsets do not.
"""

from collections.abc import Mapping, Sequence

from confluent_kafka import Consumer, TopicPartition
from confluent_kafka.admin import AdminClient

ANSWER_WITHIN_S = 5.0


class Groups:
    """The consumer groups of one cluster.

    Args:
        bootstrap_servers: Kafka's addresses.
    """

    def __init__(self, bootstrap_servers: str) -> None:
        self._config: dict[str, str | int | float | bool] = {
            "bootstrap.servers": bootstrap_servers,
            "reconnect.backoff.max.ms": 1_000,
            "log_level": 2,  # troubles come as errors; librdkafka would repeat each on stderr
        }
        self._admin = AdminClient(self._config)
        self._consumers: dict[str, Consumer] = {}

    def members(self, group: str) -> frozenset[str]:
        """Return the ids of the members that hold partitions.

        Raises:
            KafkaException: Kafka does not answer.
        """
        found = self._admin.list_groups(group, timeout=ANSWER_WITHIN_S)
        return frozenset(
            str(member.id)
            for metadata in found
            if metadata.state == "Stable"
            for member in metadata.members
            if _assigned_topics(member.assignment)
        )

    def lag(self, group: str, ends: Mapping[str, Mapping[int, tuple[int, int]]]) -> int:
        """Return how many messages a group has yet to commit.

        Args:
            group: its name.
            ends: first and next offset by topic and partition.

        Raises:
            KafkaException: Kafka does not answer.
        """
        if group not in self._consumers:  # it never joins: it only asks
            self._consumers[group] = Consumer({**self._config, "group.id": group, "enable.auto.commit": False})
        asked: Sequence[TopicPartition] = [
            TopicPartition(topic, partition) for topic, partitions in ends.items() for partition in partitions
        ]
        lag = 0
        for place in self._consumers[group].committed(list(asked), timeout=ANSWER_WITHIN_S):
            begin, end = ends[place.topic][place.partition]
            lag += end - max(begin, place.offset)
        return lag


def _assigned_topics(assignment: bytes | None) -> int:
    """Return how many topics a member's assignment names (version int16, then the array's length int32)."""
    return int.from_bytes((assignment or b"")[2:6], "big", signed=True)
