"""The peer: consumes a topic, decodes each message with fastavro and inserts columns with clickhouse-connect.

    python -m tests.benchmarks.sinks.decoded_peer TOPIC ROWS    with the VIGIL_* settings of a stack

As the sink it consumes in one thread and inserts ranges of one partition, of the sink's own most rows, in two others,
and commits what is acknowledged. It has no tokens, no pending ranges and no dead letters.
Prints 'ready' once it has its partitions, and 'done'.
"""

import sys
from collections import defaultdict
from concurrent.futures import Future, ThreadPoolExecutor
from typing import Any, Final

import clickhouse_connect
from confluent_kafka import Consumer, TopicPartition
from confluent_kafka.admin import AdminClient

from infra.settings import Settings
from sinks.clickhouse.consumer import TAKE, WAIT_S, by_partition
from sinks.clickhouse.landing import table_of
from sinks.clickhouse.settings import BatchSettings
from sinks.clickhouse.topic_ids import topic_ids
from tests.decoded_rows import decoded_columns

WORKERS: Final = 2


def main(topic: str, rows: int) -> None:
    """Consume until so many rows are stored."""
    settings, limits = Settings(), BatchSettings()
    name = settings.topic_prefix + topic
    topic_id = topic_ids(AdminClient({"bootstrap.servers": settings.bootstrap_servers}), [name])[name]
    client = clickhouse_connect.get_client(
        host=settings.host,
        port=settings.clickhouse_port,
        database=settings.clickhouse_database,
        autogenerate_session_id=False,
    )
    consumer = Consumer({
        "bootstrap.servers": settings.bootstrap_servers,
        "group.id": f"{settings.topic_prefix}decoded-peer",
        "enable.auto.commit": False,
        "auto.offset.reset": "earliest",
        "fetch.wait.max.ms": 100,
    })  # fmt: skip
    consumer.subscribe([name], on_assign=lambda *_: print("ready", flush=True))  # noqa: T201  read by the benchmark
    pool = ThreadPoolExecutor(WORKERS)
    waiting: dict[int, list[Any]] = defaultdict(list)
    under_way: dict[int, tuple[Future[None], int]] = {}

    def insert(partition: int, messages: list[Any]) -> None:
        columns = decoded_columns(
            topic,
            topic_id,
            partition,
            [m.offset() for m in messages],
            [m.timestamp()[1] for m in messages],
            [m.value() for m in messages],
        )
        client.insert(
            f"{table_of(topic)}_messages", list(columns.values()), column_names=list(columns), column_oriented=True
        )

    done = 0
    while done < rows:
        found = consumer.consume(TAKE, WAIT_S) if sum(map(len, waiting.values())) < 4 * limits.rows else []
        for (_, partition), messages in by_partition(found).items():
            waiting[partition] += messages
        for partition, (future, end) in list(under_way.items()):
            if future.done():
                future.result()
                consumer.commit(offsets=[TopicPartition(name, partition, end)], asynchronous=False)
                del under_way[partition]
        for partition, messages in waiting.items():
            if partition not in under_way and (len(messages) >= limits.rows or (messages and not found)):
                part, waiting[partition] = messages[: limits.rows], messages[limits.rows :]
                under_way[partition] = pool.submit(insert, partition, part), part[-1].offset() + 1
                done += len(part)
    for partition, (future, end) in under_way.items():
        future.result()
        consumer.commit(offsets=[TopicPartition(name, partition, end)], asynchronous=False)
    consumer.close()
    print("done", flush=True)  # noqa: T201


if __name__ == "__main__":
    main(sys.argv[1], int(sys.argv[2]))
