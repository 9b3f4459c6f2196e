"""How a sink consumes as a member of a group: what each sink's consumer is told, and what becomes of Kafka's errors."""

import logging
from collections.abc import Mapping
from typing import Any, Final

from confluent_kafka import KafkaError, KafkaException

log = logging.getLogger(__name__)
#: Answers of Kafka to a commit that only say: not now.
_LATER: Final = frozenset({
    KafkaError.REBALANCE_IN_PROGRESS,
    KafkaError.COORDINATOR_LOAD_IN_PROGRESS,
    KafkaError.COORDINATOR_NOT_AVAILABLE,
    KafkaError.NOT_COORDINATOR,
    KafkaError.ILLEGAL_GENERATION,
    KafkaError.UNKNOWN_MEMBER_ID,
    KafkaError.REQUEST_TIMED_OUT,
})  # fmt: skip


def group_config(
    bootstrap_servers: str, group: str, instance: str, queued_kilobytes: int, security: Mapping[str, str]
) -> dict[str, Any]:
    """Return librdkafka's configuration for a sink: a static member that itself says what is done.

    Args:
        bootstrap_servers: Kafka's addresses.
        group: the consumer group.
        instance: name of this process among those of the group, stable over restarts.
        queued_kilobytes: most of a partition that the client fetches ahead.
        security: what librdkafka needs to know of user and TLS; empty: neither.
    """
    return {
        "bootstrap.servers": bootstrap_servers,
        "group.id": group,
        "group.instance.id": f"{group}-{instance}",
        "partition.assignment.strategy": "cooperative-sticky",
        "enable.auto.commit": False,
        "enable.auto.offset.store": False,
        "auto.offset.reset": "earliest",
        "isolation.level": "read_committed",
        "session.timeout.ms": 30_000,
        "queued.max.messages.kbytes": queued_kilobytes,
        "fetch.wait.max.ms": 100,
        **security,
    }


def look_at(error: KafkaError) -> None:
    """Log what passes by itself: whatever the client itself reports (codes below 0), and what Kafka answers for a time.

    Raises:
        KafkaException: an error that no waiting cures.
    """
    passes = error.retriable() or error.code() < 0 or error.code() in _LATER
    if error.fatal() or not passes:
        raise KafkaException(error)
    log.warning("Kafka: %s", error)
