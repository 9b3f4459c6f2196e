"""Do the tables hold what Kafka holds? Rows, repeats and gaps of every partition against its offsets."""

import time
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from typing import Any, Final

from clickhouse_connect.driver.client import Client
from confluent_kafka import Consumer, KafkaException, TopicPartition

from sinks.clickhouse.clickhouse_client import query
from sinks.clickhouse.dead_letters import STAGE
from sinks.clickhouse.dead_letters import TOPIC as DEAD_LETTERS
from sinks.clickhouse.landing import table_of
from sinks.clickhouse.settings import SinkSettings

Span = tuple[int, int]
#: Gaps of one partition that are looked into; further ones are counted as missing.
MOST_GAPS: Final = 1_000
#: How long an audit that found gaps waits for the dead letters that explain them, seconds, and how often it looks.
WAIT_S: Final = 30.0
LOOK_EVERY_S: Final = 0.5


@dataclass(frozen=True, slots=True)
class Stored:
    """What a landing table holds of one partition.

    Attributes:
        rows: its rows within the audited offsets.
        distinct: distinct offsets among them.
        gaps: offsets without a row, as spans with both ends included, ascending.
    """

    rows: int
    distinct: int
    gaps: Sequence[Span]


@dataclass(frozen=True, slots=True)
class PartitionAudit:
    """One partition's balance.

    Attributes:
        topic: name with prefix.
        partition: number.
        begin: first offset that Kafka holds.
        end: offset after the last.
        committed: the sink's position: what lies before it must be stored.
        lag: messages that the sink has yet to store.
        rows: rows between begin and the position.
        missing: spans without a row and without a dead letter.
        dead_lettered: spans that the sink refused.
        duplicated: rows beyond one an offset.
        unlisted: offsets without a row beyond MOST_GAPS gaps, whose reasons were not looked up.
    """

    topic: str
    partition: int
    begin: int
    end: int
    committed: int
    lag: int
    rows: int
    missing: Sequence[Span]
    dead_lettered: Sequence[Span]
    duplicated: int
    unlisted: int

    @property
    def exact(self) -> bool:
        """True where every message before the position is stored once or was refused."""
        return not self.missing and not self.duplicated and not self.unlisted


@dataclass(frozen=True, slots=True)
class Audit:
    """The balance of all partitions."""

    partitions: Sequence[PartitionAudit] = field(default_factory=tuple)

    @property
    def missing(self) -> int:
        """Messages without a row and without a dead letter."""
        return sum(length(p.missing) + p.unlisted for p in self.partitions)

    @property
    def dead_lettered(self) -> int:
        """Messages that the sink refused."""
        return sum(length(p.dead_lettered) for p in self.partitions)

    @property
    def duplicated(self) -> int:
        """Rows beyond one an offset."""
        return sum(p.duplicated for p in self.partitions)

    @property
    def rows(self) -> int:
        """Rows."""
        return sum(p.rows for p in self.partitions)

    @property
    def lag(self) -> int:
        """Messages that the sink has yet to store."""
        return sum(p.lag for p in self.partitions)

    @property
    def exact(self) -> bool:
        """True where nothing is missing and nothing doubled."""
        return all(p.exact for p in self.partitions)

    def to_json(self) -> dict[str, Any]:
        """Return the audit for programs."""
        return {
            "exact": self.exact,
            "rows": self.rows,
            "missing": self.missing,
            "duplicated": self.duplicated,
            "dead_lettered": self.dead_lettered,
            "lag": self.lag,
            "partitions": [{**asdict(p), "exact": p.exact} for p in self.partitions],
        }


def balance(
    topic: str, partition: int, begin: int, end: int, committed: int, stored: Stored, refused: Sequence[int]
) -> PartitionAudit:
    """Return one partition's balance. Pure.

    Args:
        topic: name with prefix.
        partition: number.
        begin: first offset that Kafka holds.
        end: offset after the last.
        committed: the sink's position, at least `begin`.
        stored: what the table holds from begin to before the position.
        refused: offsets that the sink dead-lettered.
    """
    missing: list[Span] = []
    dead: list[Span] = []
    known = sorted(set(refused))
    for first, last in stored.gaps:
        here = [offset for offset in known if first <= offset <= last]
        dead += _spans(here)
        start = first
        for offset in [*here, last + 1]:
            if offset > start:
                missing.append((start, offset - 1))
            start = offset + 1
    return PartitionAudit(
        topic=topic,
        partition=partition,
        begin=begin,
        end=end,
        committed=committed,
        lag=end - committed,
        rows=stored.rows,
        missing=missing,
        dead_lettered=dead,
        duplicated=stored.rows - stored.distinct,
        unlisted=committed - begin - stored.distinct - length(missing) - length(dead),
    )


def audit(settings: SinkSettings, client: Client, topic_ids: Mapping[str, str]) -> Audit:
    """Compare every partition of the topics with its table.

    Args:
        settings: addresses and names.
        client: connected to the tables' database.
        topic_ids: UUID by topic name without prefix: the topics that are audited.

    Raises:
        ClickHouseError, KafkaException: one of them does not answer.
    """
    consumer = Consumer(
        {
            "bootstrap.servers": settings.bootstrap_servers,
            "group.id": settings.group,
            "enable.auto.commit": False,
            **settings.security,
        }
    )
    try:
        found = []
        settled = False
        for topic, topic_id in topic_ids.items():
            name = settings.topic_prefix + topic
            metadata = consumer.list_topics(name, timeout=15).topics[name]
            if metadata.error is not None:
                raise KafkaException(metadata.error)
            partitions = [TopicPartition(name, number) for number in sorted(metadata.partitions)]
            for place in consumer.committed(partitions, timeout=15):
                begin, end = consumer.get_watermark_offsets(place, timeout=15)
                committed = min(end, max(begin, place.offset))
                stored = stored_rows(client, topic, topic_id, place.partition, begin, committed)
                refused: Sequence[int] = ()
                if stored.gaps:
                    # what was refused before the position is in Kafka by now, and in its table soon
                    if not settled:
                        wait_until_stored(consumer, settings.topic_prefix + DEAD_LETTERS, WAIT_S)
                        settled = True
                    refused = refused_offsets(client, name, topic_id, place.partition)
                found.append(balance(name, place.partition, begin, end, committed, stored, refused))
    finally:
        consumer.close()
    return Audit(found)


def wait_until_stored(consumer: Consumer, name: str, within_s: float) -> bool:
    """Wait until the group has stored what a topic holds now.

    Args:
        consumer: of the sink's group.
        name: the topic, with prefix.
        within_s: no longer than this, seconds; the sink may be away.

    Returns:
        Whether it has.

    Raises:
        KafkaException: Kafka does not answer.
    """
    metadata = consumer.list_topics(name, timeout=15).topics[name]
    if metadata.error is not None:
        raise KafkaException(metadata.error)
    partitions = [TopicPartition(name, number) for number in sorted(metadata.partitions)]
    spans = {place.partition: consumer.get_watermark_offsets(place, timeout=15) for place in partitions}
    deadline = time.monotonic() + within_s
    while True:
        positions = {place.partition: place.offset for place in consumer.committed(partitions, timeout=15)}
        if all(begin == end or positions[number] >= end for number, (begin, end) in spans.items()):
            return True
        if time.monotonic() >= deadline:
            return False
        time.sleep(LOOK_EVERY_S)


def stored_rows(client: Client, topic: str, topic_id: str, partition: int, begin: int, end: int) -> Stored:
    """Return what a topic's landing table holds of a partition from one offset to before another.

    Raises:
        ClickHouseError: ClickHouse does not answer.
    """
    where = (
        f"FROM `{table_of(topic)}_messages` WHERE _topic_id = {{topic_id:UUID}} AND _partition = {{partition:Int32}}"
        " AND _offset >= {begin:Int64} AND _offset < {end:Int64}"
    )
    parameters = {"topic_id": topic_id, "partition": partition, "begin": begin, "end": end}
    rows, distinct = query(client, f"SELECT count(), uniqExact(_offset) {where}", parameters)[0]
    gaps: list[Span] = []
    if distinct != end - begin:
        sql = f"""
            SELECT before + 1, _offset - 1 FROM (
                SELECT _offset, lagInFrame(_offset, 1, {{begin:Int64}} - 1) OVER (
                    ORDER BY _offset ROWS BETWEEN UNBOUNDED PRECEDING AND UNBOUNDED FOLLOWING) AS before
                FROM (SELECT DISTINCT _offset {where} UNION ALL SELECT {{end:Int64}}))
            WHERE _offset > before + 1 ORDER BY _offset LIMIT {MOST_GAPS}"""  # noqa: S608  a table's name
        gaps = [(int(first), int(last)) for first, last in query(client, sql, parameters)]
    return Stored(int(rows), int(distinct), gaps)


def refused_offsets(client: Client, name: str, topic_id: str, partition: int) -> list[int]:
    """Return the offsets of a partition that the sink dead-lettered, as far as they are in the table of dead letters.

    Raises:
        ClickHouseError: ClickHouse does not answer.
    """
    sql = """
        SELECT DISTINCT `offset` FROM dead_letters
        WHERE topic = {name:String} AND topic_id = {topic_id:String} AND `partition` = {partition:Int32}
          AND stage = {stage:String}"""
    parameters = {"name": name, "topic_id": topic_id, "partition": partition, "stage": STAGE}
    return [int(row[0]) for row in query(client, sql, parameters)]


def _spans(offsets: Sequence[int]) -> list[Span]:
    spans: list[Span] = []
    for offset in offsets:
        if spans and spans[-1][1] == offset - 1:
            spans[-1] = (spans[-1][0], offset)
        else:
            spans.append((offset, offset))
    return spans


def length(spans: Sequence[Span]) -> int:
    """Return how many offsets spans hold."""
    return sum(last - first + 1 for first, last in spans)
