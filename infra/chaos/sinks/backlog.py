"""How many messages the sink's group has yet to commit, as Kafka says it."""

from collections.abc import Mapping

from confluent_kafka import Consumer, KafkaException, TopicPartition

from infra.chaos.sinks.ledger import Ledger

REQUEST_S = 5.0


class Backlog:
    """Looks at the committed offsets of the sink's group; is no member of it.

    Args:
        bootstrap_servers: Kafka's addresses.
        topic_prefix: of the run's topics.
        ledgers: what was produced, by topic without prefix.
        dead_letter_partitions: partitions of dead-letters.
    """

    def __init__(
        self, bootstrap_servers: str, topic_prefix: str, ledgers: Mapping[str, Ledger], dead_letter_partitions: int
    ) -> None:
        self._ledgers = {topic_prefix + topic: ledger for topic, ledger in ledgers.items()}
        self._dead = [TopicPartition(f"{topic_prefix}dead-letters", p) for p in range(dead_letter_partitions)]
        self._consumer = Consumer({
            "bootstrap.servers": bootstrap_servers,
            "group.id": f"{topic_prefix}clickhouse-sink",
            "enable.auto.commit": False,
            "reconnect.backoff.max.ms": 500,
            "log_level": 0,
        })  # fmt: skip

    def count(self) -> int | None:
        """Return messages not committed, dead letters that wait for their table among them; None: Kafka is away."""
        try:
            ends = {
                (p.topic, p.partition): self._consumer.get_watermark_offsets(p, timeout=REQUEST_S)[1]
                for p in self._dead
            }
            for topic, ledger in self._ledgers.items():
                ends |= {(topic, partition): end for partition, end in enumerate(ledger.ends)}
            found = self._consumer.committed([TopicPartition(*place) for place in ends], timeout=REQUEST_S)
        except KafkaException:
            return None
        return sum(max(0, ends[p.topic, p.partition] - max(0, p.offset)) for p in found)

    def close(self) -> None:
        """End."""
        self._consumer.close()
