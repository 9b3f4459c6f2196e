"""GroupPosition: how far the relay is behind on what it holds, asked of Kafka now and then."""

import logging
import time
from typing import Final

from confluent_kafka import Consumer, KafkaException

from processors.cases.relay.metrics import RelayMetrics

log = logging.getLogger(__name__)
#: How often Kafka is asked, seconds; one request a partition.
EVERY_S: Final = 15.0
ANSWER_S: Final = 5.0


class GroupPosition:
    """Keeps the lag's gauge, also while the relay waits.

    Args:
        consumer: the relay's.
        names: topic without prefix, by the cluster's name.
        metrics: takes the lag.
    """

    def __init__(self, consumer: Consumer, names: dict[str, str], metrics: RelayMetrics) -> None:
        self._consumer = consumer
        self._names = names
        self._metrics = metrics
        self._asked = 0.0

    def observe(self) -> None:
        """Ask where the group is, at most every EVERY_S; a Kafka that does not answer leaves the gauge as it was."""
        if time.monotonic() - self._asked < EVERY_S:
            return
        self._asked = time.monotonic()
        lag = dict.fromkeys(self._names.values(), 0)
        try:
            for place in self._consumer.committed(self._consumer.assignment(), timeout=ANSWER_S):
                low, high = self._consumer.get_watermark_offsets(place, timeout=ANSWER_S)
                lag[self._names[place.topic]] += high - max(low, place.offset)
        except KafkaException as error:
            log.warning("how far the relay is behind is not known: %s", error.args[0])
            return
        for topic, messages in lag.items():
            self._metrics.lag.labels(topic).set(messages)
