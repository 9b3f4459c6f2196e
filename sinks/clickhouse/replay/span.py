"""What is asked for, and which offsets that is: checked against Kafka, sink and table."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from clickhouse_connect.driver.client import Client
from confluent_kafka import Consumer, TopicPartition

from sinks.clickhouse.clickhouse_client import query
from sinks.clickhouse.landing import table_of
from sinks.clickhouse.replay.refused import ReplayRefusedError

#: Bound of one question to Kafka.
ASK_S = 15


@dataclass(frozen=True, slots=True)
class Span:
    """Offsets of one partition, both ends included.

    Attributes:
        partition: number.
        first: first offset.
        last: last offset.
    """

    partition: int
    first: int
    last: int


@dataclass(frozen=True, slots=True)
class Instants:
    """A span of CreateTime, milliseconds since the Unix epoch.

    Attributes:
        from_ms: the first message at or after it is the first one.
        to_ms: the first message at or after it is the first one that is left out.
    """

    from_ms: int
    to_ms: int


@dataclass(frozen=True, slots=True)
class HeldPartition:
    """One partition as Kafka has it.

    Attributes:
        partition: number.
        begin: first offset held.
        end: offset after the last.
        committed: the sink's position; -1001 (Kafka's word for none) where it has none.
    """

    partition: int
    begin: int
    end: int
    committed: int


def held_partitions(consumer: Consumer, name: str) -> Sequence[HeldPartition]:
    """Return a topic's partitions.

    Args:
        consumer: of the sink's group.
        name: with prefix.

    Raises:
        KafkaException: Kafka does not answer.
    """
    numbers = sorted(consumer.list_topics(name, timeout=ASK_S).topics[name].partitions)
    places = consumer.committed([TopicPartition(name, number) for number in numbers], timeout=ASK_S)
    found = []
    for place in places:
        begin, end = consumer.get_watermark_offsets(place, timeout=ASK_S)
        found.append(HeldPartition(place.partition, begin, end, place.offset))
    return found


def spans_of_offsets(asked: Sequence[Span], held: Sequence[HeldPartition], name: str) -> Sequence[Span]:
    """Return the asked offsets where Kafka holds them. Pure.

    Raises:
        ReplayRefusedError: Kafka does not hold them, or a partition is not there or asked for twice.
    """
    by_number = {partition.partition: partition for partition in held}
    for span in asked:
        place = by_number.get(span.partition)
        if place is None:
            raise ReplayRefusedError(f"{name} has partitions 0 to {len(held) - 1}, not {span.partition}")
        if span.first < place.begin or span.last >= place.end:
            holds = f"offsets {place.begin} to {place.end - 1}" if place.end > place.begin else "no message"
            raise ReplayRefusedError(
                f"{name}/{span.partition}: Kafka holds {holds}, asked were {span.first} to {span.last};"
                " ask for what it holds"
            )
    if len({span.partition for span in asked}) != len(asked):
        raise ReplayRefusedError(f"{name}: --offsets names a partition twice; replay its ranges one after the other")
    return sorted(asked, key=lambda span: span.partition)


def spans_of_instants(
    consumer: Consumer,
    client: Client,
    topic: str,
    name: str,
    topic_id: str,
    asked: Instants,
    held: Sequence[HeldPartition],
) -> Sequence[Span]:
    """Return the offsets of a span of CreateTime.

    Args:
        consumer: of the sink's group.
        client: connected to the tables' database.
        topic: without prefix.
        name: with prefix.
        topic_id: its UUID.
        asked: the instants.
        held: the topic's partitions.

    Raises:
        ReplayRefusedError: Kafka has deleted messages that may belong to it.
        KafkaException, ClickHouseError: one of them does not answer.
    """
    firsts = _offsets_at(consumer, name, asked.from_ms, held)
    ends = _offsets_at(consumer, name, asked.to_ms, held)
    spans = []
    for place, first, end in zip(held, firsts, ends, strict=True):
        if place.begin > 0 and first == place.begin:
            _refuse_deleted(client, topic, name, topic_id, asked, place)
        if end > first:
            spans.append(Span(place.partition, first, end - 1))
    if not spans:
        raise ReplayRefusedError(
            f"{name} has no message from {instant(asked.from_ms)} to before {instant(asked.to_ms)}; see --from and --to"
        )
    return spans


def _refuse_deleted(
    client: Client, topic: str, name: str, topic_id: str, asked: Instants, place: HeldPartition
) -> None:
    """Refuse where messages that Kafka has deleted may be as young as the asked ones.

    What the table holds just before Kafka's first message tells: created before the asked span, nothing of it is gone.
    """
    sql = f"""
        SELECT toUnixTimestamp64Milli(_create_time) FROM `{table_of(topic)}_messages`
        WHERE _topic_id = {{topic_id:UUID}} AND _partition = {{partition:Int32}} AND _offset = {{offset:Int64}}"""  # noqa: S608
    parameters = {"topic_id": topic_id, "partition": place.partition, "offset": place.begin - 1}
    before = query(client, sql, parameters)
    if before and int(before[0][0]) < asked.from_ms:
        return
    raise ReplayRefusedError(
        f"{name}/{place.partition}: Kafka no longer holds what came before offset {place.begin}, and that may be as"
        f" young as {instant(asked.from_ms)}; say a later --from, or name what it holds with --offsets"
        f" {place.partition}:{place.begin}-LAST"
    )


def _offsets_at(consumer: Consumer, name: str, at_ms: int, held: Sequence[HeldPartition]) -> Sequence[int]:
    """Return each partition's first offset at or after an instant; its end where there is none."""
    asked = [TopicPartition(name, place.partition, at_ms) for place in held]
    found = {place.partition: place.offset for place in consumer.offsets_for_times(asked, timeout=ASK_S)}
    return [found[place.partition] if found[place.partition] >= 0 else place.end for place in held]


def refuse_unpassed(spans: Sequence[Span], held: Sequence[HeldPartition], name: str) -> None:
    """Refuse where the sink has yet to store a part of a span: it would store it beside the replay. Pure.

    Raises:
        ReplayRefusedError: names the partition and the position.
    """
    committed = {place.partition: place.committed for place in held}
    for span in spans:
        if committed[span.partition] <= span.last:
            position = max(0, committed[span.partition])
            raise ReplayRefusedError(
                f"{name}/{span.partition}: the sink has stored what is before offset {position} and will store up to"
                f" {span.last} by itself; wait until it has ('vigil sink audit' shows its lag), or end the range"
                f" before {position}"
            )


def refuse_made_anew(client: Client, topic: str, topic_id: str, asked: Instants | Sequence[Span]) -> None:
    """Refuse where the table's rows of what is asked are of a topic that is no more.

    Args:
        client: connected to the tables' database.
        topic: without prefix.
        topic_id: UUID of the topic that is there now.
        asked: what is asked for.

    Raises:
        ReplayRefusedError: names the topic's id of then and of now.
        ClickHouseError: ClickHouse does not answer.
    """
    if isinstance(asked, Instants):
        where = f"toUnixTimestamp64Milli(_create_time) >= {asked.from_ms}"
        where += f" AND toUnixTimestamp64Milli(_create_time) < {asked.to_ms}"
    else:
        where = rows_of(asked)
    sql = f"""
        SELECT toString(_topic_id), count() FROM `{table_of(topic)}_messages`
        WHERE _topic_id != {{topic_id:UUID}} AND ({where}) GROUP BY 1 ORDER BY max(_create_time) DESC LIMIT 1"""  # noqa: S608
    found = query(client, sql, {"topic_id": topic_id})
    if found:
        then, count = found[0]
        raise ReplayRefusedError(
            f"{topic} was made anew: {count} row(s) of what is asked come from the topic with id {then}, Kafka's has id"
            f" {topic_id}; those messages are gone. To replay the topic that is there now, say --topic-id {topic_id}"
        )


def rows_of(spans: Sequence[Span]) -> str:
    """Return the SQL condition that rows lie in one of the spans, of any topic id."""
    return " OR ".join(f"_partition = {s.partition} AND _offset BETWEEN {s.first} AND {s.last}" for s in spans)


def instant(at_ms: int) -> str:
    """Return an instant for people."""
    return datetime.fromtimestamp(at_ms / 1000, UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
