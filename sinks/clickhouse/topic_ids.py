"""The ids of topics: a topic made anew has another, though its name and offsets are the same again."""

import uuid
from collections.abc import Mapping, Sequence

from confluent_kafka import KafkaException, TopicCollection
from confluent_kafka.admin import AdminClient

_HALF = (1 << 64) - 1


class TopicsMissingError(RuntimeError):
    """Topics that the sink reads are not there."""


def topic_ids(admin: AdminClient, names: Sequence[str]) -> Mapping[str, str]:
    """Return the UUID of each topic as text.

    Args:
        admin: connected to the cluster.
        names: with prefix.

    Raises:
        TopicsMissingError: names those that are not there.
        KafkaException: Kafka does not answer.
    """
    found: dict[str, str] = {}
    missing = []
    for name, future in admin.describe_topics(TopicCollection(list(names)), request_timeout=15).items():
        try:
            description = future.result(timeout=20)
        except KafkaException as error:
            if error.args[0].name() != "UNKNOWN_TOPIC_OR_PART":
                raise
            missing.append(name)
            continue
        high = description.topic_id.get_most_significant_bits() & _HALF
        low = description.topic_id.get_least_significant_bits() & _HALF
        found[name] = str(uuid.UUID(int=high << 64 | low))
    if missing:
        raise TopicsMissingError(f"topics {', '.join(sorted(missing))} are missing; run 'vigil topics apply'")
    return found
