"""Kafka's side of the topics: reads what is there, makes what is planned. All waiting has an end."""

import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from concurrent.futures import Future
from functools import partial
from typing import Any, Final, TypeVar

from confluent_kafka import ConsumerGroupTopicPartitions, KafkaError, KafkaException, TopicCollection, TopicPartition
from confluent_kafka.admin import (  # type: ignore[attr-defined]  # the library's stubs leave its own names out
    AdminClient,
    AlterConfigOpType,
    ConfigEntry,
    ConfigResource,
    NewPartitions,
    NewTopic,
    OffsetSpec,
    ResourceType,
)

from infra.topics.connection import KafkaAwayError, TopicsError
from infra.topics.observed import ObservedTopic
from schemas.topics import TopicSpec

T = TypeVar("T")

REQUEST_S: Final = 20.0
#: How long a topic may take until each of its partitions has a leader, or until a deleted one is gone.
SETTLE_S: Final = 30.0
#: Errors that say Kafka is away, not that a request was wrong.
AWAY: Final = frozenset(
    {
        KafkaError._TRANSPORT,  # noqa: SLF001  librdkafka\'s own codes have no other name
        KafkaError._ALL_BROKERS_DOWN,  # noqa: SLF001  librdkafka\'s own codes have no other name
        KafkaError._TIMED_OUT,  # noqa: SLF001  librdkafka\'s own codes have no other name
        KafkaError._TIMED_OUT_QUEUE,  # noqa: SLF001  librdkafka\'s own codes have no other name
        KafkaError._RESOLVE,  # noqa: SLF001  librdkafka\'s own codes have no other name
        KafkaError.BROKER_NOT_AVAILABLE,
        KafkaError.REQUEST_TIMED_OUT,
    }
)
#: Errors of a partition whose leader was named a moment ago and does not know it yet, or of which term; or is being
#: named.
LEADERLESS: Final = frozenset(
    {
        KafkaError.NOT_LEADER_FOR_PARTITION,
        KafkaError.LEADER_NOT_AVAILABLE,
        KafkaError.UNKNOWN_LEADER_EPOCH,
        KafkaError.FENCED_LEADER_EPOCH,
    }
)


class Cluster:
    """One Kafka cluster, seen through its admin protocol.

    Args:
        bootstrap_servers: host:port, separated by commas.
        request_s: most seconds that one request may take.
        security: what librdkafka needs to know of user and TLS; None: neither.
    """

    def __init__(
        self, bootstrap_servers: str, request_s: float = REQUEST_S, security: Mapping[str, str] | None = None
    ) -> None:
        self._servers = bootstrap_servers
        self._request_s = request_s
        self._client = AdminClient({"bootstrap.servers": bootstrap_servers, "log_level": 0, **(security or {})})

    def _call(self, request: Callable[[], T]) -> T:
        try:
            return request()
        except TimeoutError as error:
            raise KafkaAwayError(self._servers, f"no answer within {self._request_s:.0f} s") from error
        except KafkaException as error:
            inner = error.args[0]
            if isinstance(inner, KafkaError) and inner.code() in AWAY:
                raise KafkaAwayError(self._servers, inner.str()) from error
            text = inner.str() if isinstance(inner, KafkaError) else str(inner)
            raise TopicsError(f"Kafka at {self._servers} refuses: {text}") from error

    def _results(self, futures: Mapping[Any, "Future[Any]"]) -> dict[Any, Any]:
        return {key: self._call(partial(future.result, self._request_s)) for key, future in futures.items()}

    def broker_ids(self) -> Sequence[int]:
        """Return the ids of the brokers; the cheapest question, which also finds out whether Kafka answers."""
        metadata = self._call(lambda: self._client.list_topics(timeout=min(5.0, self._request_s)))
        return tuple(sorted(metadata.brokers))

    def topic_sizes(self, prefix: str) -> Mapping[str, tuple[int, int]]:
        """Return (partitions, replication) of each topic whose name begins with a prefix."""
        metadata = self._call(lambda: self._client.list_topics(timeout=self._request_s))
        return {
            name: (len(topic.partitions), min(len(p.replicas) for p in topic.partitions.values()))
            for name, topic in metadata.topics.items()
            if name.startswith(prefix) and topic.partitions
        }

    def topic_configs(self, names: Iterable[str]) -> Mapping[str, Mapping[str, str]]:
        """Return the effective configuration of topics."""
        return self._configs(ResourceType.TOPIC, names)

    def broker_configs(self) -> Mapping[int, Mapping[str, str]]:
        """Return the effective configuration of every broker, by its id."""
        found = self._configs(ResourceType.BROKER, (str(i) for i in self.broker_ids()))
        return {int(name): config for name, config in found.items()}

    def _configs(self, kind: ResourceType, names: Iterable[str]) -> Mapping[str, Mapping[str, str]]:
        resources = [ConfigResource(kind, name) for name in names]
        if not resources:
            return {}
        found = self._results(self._call(lambda: self._client.describe_configs(resources)))
        return {r.name: {k: e.value for k, e in entries.items() if e.value is not None} for r, entries in found.items()}

    def offsets(self, partitions: Iterable[tuple[str, int]], which: OffsetSpec) -> Mapping[tuple[str, int], int]:
        """Return one offset of each (topic, partition); -1 where no record is that young."""
        wanted = {TopicPartition(topic, partition): which for topic, partition in partitions}
        if not wanted:
            return {}
        deadline = time.monotonic() + SETTLE_S
        while True:
            answers = self._call(lambda: self._client.list_offsets(wanted))
            try:
                found = {tp: future.result(self._request_s) for tp, future in answers.items()}
            except KafkaException as error:
                if error.args[0].code() not in LEADERLESS or time.monotonic() > deadline:
                    self._results(answers)  # says it in the words of all requests
                    raise
            except TimeoutError as error:
                raise KafkaAwayError(self._servers, f"no answer within {self._request_s:.0f} s") from error
            else:
                return {(tp.topic, tp.partition): int(result.offset) for tp, result in found.items()}
            time.sleep(0.05)

    def bounds(self, partitions: Sequence[tuple[str, int]]) -> Mapping[tuple[str, int], tuple[int, int]]:
        """Return (first offset, end offset) of each (topic, partition)."""
        first = self.offsets(partitions, OffsetSpec.earliest())  # type: ignore[no-untyped-call]
        end = self.offsets(partitions, OffsetSpec.latest())  # type: ignore[no-untyped-call]
        return {tp: (first[tp], end[tp]) for tp in partitions}

    def observe(self, names: Iterable[str]) -> Mapping[str, ObservedTopic]:
        """Return those of the named topics that exist."""
        sizes = self.topic_sizes("")
        there = [name for name in names if name in sizes]
        configs = self.topic_configs(there)
        bounds = self.bounds([(name, p) for name in there for p in range(sizes[name][0])])
        out = {}
        for name in there:
            partitions, replication = sizes[name]
            spans = [bounds[name, p] for p in range(partitions)]
            out[name] = ObservedTopic(
                name=name,
                partitions=partitions,
                replication=replication,
                config=configs[name],
                records=sum(end - first for first, end in spans),
                ever_written=any(end > 0 for _, end in spans),
            )
        return out

    def records_older(self, name: str, partitions: int, instant_ms: int) -> int:
        """Count a topic's records that lie before the first one of an instant (milliseconds since the Unix epoch)."""
        pairs = [(name, p) for p in range(partitions)]
        bounds = self.bounds(pairs)
        cut = self.offsets(pairs, OffsetSpec.for_timestamp(instant_ms))
        return sum((end if cut[tp] < 0 else cut[tp]) - first for tp, (first, end) in bounds.items())

    def create(self, specs: Sequence[TopicSpec]) -> None:
        """Make topics in one request, but for those that are there, and wait until each partition's leader answers."""
        topics = [
            NewTopic(s.name, num_partitions=s.partitions, replication_factor=s.replication, config=dict(s.config))
            for s in specs
        ]
        if not topics:
            return
        for future in self._client.create_topics(topics, operation_timeout=self._request_s).values():
            try:
                future.result(self._request_s)
            except KafkaException as error:
                if error.args[0].code() != KafkaError.TOPIC_ALREADY_EXISTS:
                    self._call(future.result)
        for spec in specs:
            self._settled(spec.name, spec.partitions)
        made = [(spec.name, partition) for spec in specs for partition in range(spec.partitions)]
        self.offsets(made, OffsetSpec.latest())  # type: ignore[no-untyped-call]

    def delete(self, *names: str) -> None:
        """Delete topics and wait until they are gone."""
        if not names:
            return
        self._results(self._client.delete_topics([*names], operation_timeout=self._request_s))
        deadline = time.monotonic() + SETTLE_S
        while left := {*names} & {*self._call(lambda: self._client.list_topics(timeout=self._request_s)).topics}:
            if time.monotonic() > deadline:
                what = ", ".join(sorted(left))
                raise TopicsError(f"{what}: still there {SETTLE_S:.0f} s after the deletion; try again later")
            time.sleep(0.1)

    def grow(self, name: str, partitions: int) -> None:
        """Raise a topic's partition count and wait until the new ones have leaders."""
        self._results(self._client.create_partitions([NewPartitions(name, partitions)]))
        self._settled(name, partitions)

    def configure(self, name: str, config: Mapping[str, str]) -> None:
        """Set some configuration keys of a topic; the others stay."""
        entries = [
            ConfigEntry(key, value, incremental_operation=AlterConfigOpType.SET) for key, value in config.items()
        ]
        resource = ConfigResource(ResourceType.TOPIC, name, incremental_configs=entries)
        self._results(self._client.incremental_alter_configs([resource]))

    def _settled(self, name: str, partitions: int) -> None:
        deadline = time.monotonic() + SETTLE_S
        while True:
            found = self._call(lambda: self._client.describe_topics(TopicCollection([name])))[name]
            try:
                described = found.result(self._request_s)
                led = [p for p in described.partitions if p.leader is not None and p.leader.id >= 0]
                if len(led) == partitions:
                    return
                state = f"{len(led)} of {partitions} partitions have a leader"
            except KafkaException as error:
                if error.args[0].code() != KafkaError.UNKNOWN_TOPIC_OR_PART:
                    raise KafkaAwayError(self._servers, error.args[0].str()) from error
                state = "the brokers do not know it yet"
            if time.monotonic() > deadline:
                raise TopicsError(f"topic {name} is not ready {SETTLE_S:.0f} s after the change: {state}")
            time.sleep(0.05)

    def groups(self, prefix: str) -> Sequence[Any]:
        """Return the descriptions (confluent_kafka's own) of the consumer groups whose id begins with a prefix."""
        listed = self._call(lambda: self._client.list_consumer_groups().result(self._request_s))
        ids = sorted(g.group_id for g in listed.valid if g.group_id.startswith(prefix))
        if not ids:
            return ()
        return tuple(self._results(self._client.describe_consumer_groups(ids)).values())

    def committed(self, group: str) -> Mapping[tuple[str, int], int]:
        """Return a group's committed offsets."""
        request = [ConsumerGroupTopicPartitions(group)]
        found = self._results(self._client.list_consumer_group_offsets(request))[group]
        return {(tp.topic, tp.partition): tp.offset for tp in found.topic_partitions if tp.offset >= 0}
