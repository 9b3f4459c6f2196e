"""Rows from a topic to its table: the sink, a sink that decodes, and the engine alone from one ready file.

    python -m tests.benchmarks.sinks.table

Kafka, registry and ClickHouse front of the benchmark's own; the topic holds its rows before anything starts. Time runs
from when a process has its partitions until the table holds every row; CPU is that of the process alone, user and
system, over the same time. Each side fills tables of its own, made by the same migration, materialized views included.
"""

import json
import os
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final, cast
from uuid import uuid4

import clickhouse_connect
import psutil
from clickhouse_connect.driver.client import Client
from confluent_kafka import OFFSET_BEGINNING, Consumer, Message, Producer, TopicPartition
from confluent_kafka.admin import AdminClient

from infra import topics
from infra.local.control import LocalStack
from infra.settings import Settings
from schemas.avro import schema_text
from schemas.registry import RegistrySchemaIds
from schemas.wire import HEADER
from sinks.clickhouse.avro_block import BlockWriter, Rows
from sinks.clickhouse.landing import table_of
from sinks.clickhouse.records import records_of_messages
from sinks.clickhouse.topic_ids import topic_ids
from tests.benchmarks.figure import BenchmarkError, Figure, Say, at_least, main
from tests.benchmarks.sinks.load import LOADS, framed
from tests.integration.conftest import settings_on_free_ports

ROWS: Final = 2_000_000
WITHIN_S: Final = 600.0
LOOK_EVERY_S: Final = 0.1
#: Rows of one Avro block of the ready file: those of the sink's largest range.
BLOCK_ROWS: Final = 50_000


@dataclass(frozen=True, slots=True)
class Passage:
    """One side's way of all rows into the table.

    Attributes:
        elapsed_s: from the partitions to the last row.
        cpu_s: of the process alone.
        engine_cpu_s: of the ClickHouse front meanwhile.
        peak_bytes: the process's largest resident memory.
    """

    elapsed_s: float
    cpu_s: float
    engine_cpu_s: float
    peak_bytes: int


def run(say: Say, rows: int = ROWS, names: Sequence[str] = tuple(LOADS)) -> list[Figure]:
    """Return the figures.

    Args:
        say: takes lines of progress.
        rows: of each topic.
        names: the topics.

    Raises:
        BenchmarkError: a side ended early, or was not done in time.
    """
    found: dict[str, Mapping[str, Passage]] = {}
    with tempfile.TemporaryDirectory() as folder:
        # no detector is needed: Triton's address is given, so the stack starts none
        settings = settings_on_free_ports(Path(folder), triton_url="127.0.0.1:1")
        stack = LocalStack(settings, tied=True)
        stack.up()
        try:
            for topic in names:
                found[topic] = _of_topic(settings, topic, rows, say)
        finally:
            stack.down()
    figures = []
    for topic, passages in found.items():
        figures += _figures(f"_{topic.replace('-', '_')}", [passages], rows, goals=False)
    return [*_figures("", list(found.values()), rows * len(found), goals=True), *figures]


def _figures(suffix: str, passages: Sequence[Mapping[str, Passage]], rows: int, *, goals: bool) -> list[Figure]:
    """Return the figures of some topics, by the sums of their times."""

    def total(side: str, what: str) -> float:
        return float(sum(getattr(of_topic[side], what) for of_topic in passages))

    def figure(name: str, value: float, unit: str, goal: float | None, compared_with: str) -> Figure:
        bound = at_least(goal) if goal is not None and goals else None
        return Figure(f"{name}{suffix}", value, unit, bound, compared_with)

    elapsed, cpu = total("sink", "elapsed_s"), total("sink", "cpu_s")
    decoding = "CPU of a process that decodes with fastavro and inserts columns"
    return [
        figure("sink_vs_decode", total("peer", "cpu_s") / cpu, "ratio", 5, decoding),
        figure(
            "sink_vs_decode_elapsed", total("peer", "elapsed_s") / elapsed, "ratio", 3, decoding.replace("CPU", "time")
        ),
        figure("sink_vs_engine_insert", total("engine", "elapsed_s") / elapsed, "ratio", 0.7, "one ready Avro file"),
        figure("sink_rows_per_second", rows / elapsed, "rows/s", None, f"{rows:,} rows from topic to table"),
        figure("sink_cpu_per_million_rows", cpu / rows * 1e6, "s", None, "the sink's process alone"),
        figure("sink_engine_cpu_per_million_rows", total("sink", "engine_cpu_s") / rows * 1e6, "s", None, "ClickHouse"),
        figure("sink_peak_memory", max(of["sink"].peak_bytes for of in passages) / 1e6, "MB", None, "resident"),
    ]


def _of_topic(stack: Settings, topic: str, rows: int, say: Say) -> Mapping[str, Passage]:
    mark = uuid4().hex[:8]
    sides = {
        name: stack.model_copy(update={"topic_prefix": f"b{mark}.", "clickhouse_database": f"b{mark}_{name}"})
        for name in ("sink", "peer", "engine")
    }
    topics.apply(sides["sink"])
    began = time.monotonic()
    size = _produce(sides["sink"], topic, rows)
    say(f"{topic}: {rows:,} rows of {size / rows:.0f} bytes in Kafka after {time.monotonic() - began:.0f} s")
    found: dict[str, Passage] = {}
    for name, side in sides.items():
        _command(side, "migrate")
        if name == "engine":
            found[name] = _engine(side, topic, rows)
        else:
            found[name] = _process(side, topic, rows, _argv(name, topic, rows))
        p = found[name]
        say(
            f"{topic}: {name}: {rows / p.elapsed_s:,.0f} rows/s in {p.elapsed_s:.1f} s, {p.cpu_s:.1f} s of CPU,"
            f" the engine's {p.engine_cpu_s:.1f} s, at most {p.peak_bytes / 1e6:.0f} MB"
        )
    _same(sides, topic, rows)
    for side in sides.values():
        _client(side).command(f"DROP DATABASE `{side.clickhouse_database}`")
    return found


def _argv(side: str, topic: str, rows: int) -> Sequence[str]:
    if side == "sink":
        return [sys.executable, "-m", "infra.cli", "run", "clickhouse-sink"]
    return [sys.executable, "-m", "tests.benchmarks.sinks.decoded_peer", topic, str(rows)]


def _produce(settings: Settings, topic: str, rows: int) -> int:
    ids = RegistrySchemaIds.connect(settings.schema_registry_url, settings.topic_prefix)
    producer = Producer({
        "bootstrap.servers": settings.bootstrap_servers,
        "partitioner": "murmur2_random",
        "linger.ms": 50,
        "compression.type": "lz4",
        "queue.buffering.max.messages": 200_000,
        "enable.idempotence": True,
    })  # fmt: skip
    size = 0
    for key, value in framed(topic, rows, ids):
        size += len(value)
        while True:
            try:
                producer.produce(settings.topic_prefix + topic, value, key)
                break
            except BufferError:
                producer.poll(0.1)
        producer.poll(0)
    if producer.flush(120):
        raise BenchmarkError("the load did not reach the benchmark's Kafka within two minutes")
    return size


def _process(settings: Settings, topic: str, rows: int, argv: Sequence[str]) -> Passage:
    """Run one side as a process until the table holds every row."""
    log = settings.data_dir / f"{settings.clickhouse_database}.log"
    with log.open("w+") as out:
        child = subprocess.Popen(argv, env={**os.environ, **settings.environment()}, stdout=out, stderr=out)
        try:
            process, front = psutil.Process(child.pid), _front(settings)
            deadline = time.monotonic() + WITHIN_S
            while not any(word in log.read_text() for word in ("partition(s) taken", "ready")):
                _alive(child, log, deadline)
                time.sleep(LOOK_EVERY_S / 2)
            began, cpu, engine = time.monotonic(), _cpu_s(process), _cpu_s(front)
            peak = 0
            table = f"{table_of(topic)}_messages"
            client = _client(settings)
            while client.query(f"SELECT count() FROM {table}").result_rows[0][0] < rows:
                _alive(child, log, deadline)
                peak = max(peak, process.memory_info().rss)
                time.sleep(LOOK_EVERY_S)
            return Passage(
                time.monotonic() - began, _cpu_s(process) - cpu, _cpu_s(front) - engine, peak
            )  # fmt: skip
        finally:
            child.terminate()
            try:
                child.wait(60)
            except subprocess.TimeoutExpired:
                child.kill()
                child.wait()


def _alive(child: "subprocess.Popen[bytes]", log: Path, deadline: float) -> None:
    # the peer ends by itself after its last row
    if child.poll() or time.monotonic() > deadline:
        raise BenchmarkError(f"{' '.join(map(str, child.args))} was not done: {log.read_text()[-2000:]}")  # type: ignore[arg-type]


def _engine(settings: Settings, topic: str, rows: int) -> Passage:
    """Write one Avro file with the topic's rows, and let the engine insert it by one statement."""
    path = settings.data_dir / f"{topic}.avro"
    writer = BlockWriter(json.loads(schema_text(topic)))
    _write_file(settings, topic, writer, path)
    front = _front(settings)
    client = _client(settings)
    columns = ", ".join(f"`{name}`" for name in writer.columns)
    done = threading.Event()
    peaks = [0]

    def watch() -> None:
        while not done.wait(LOOK_EVERY_S):
            peaks.append(front.memory_info().rss)

    watcher = threading.Thread(target=watch)
    watcher.start()
    began, engine = time.monotonic(), _cpu_s(front)
    client.command(
        f"INSERT INTO {table_of(topic)}_messages ({columns}) FROM INFILE '{path}' COMPRESSION 'none'"
        f" SETTINGS max_partitions_per_insert_block = 0 FORMAT Avro"
    )
    elapsed, cpu = time.monotonic() - began, _cpu_s(front) - engine
    done.set()
    watcher.join()
    path.unlink()
    found = client.query(f"SELECT count() FROM {table_of(topic)}_messages").result_rows[0][0]
    if found != rows:
        raise BenchmarkError(f"the engine inserted {found} of {rows} rows from the file")
    return Passage(elapsed, 0.0, cpu, max(peaks))


def _write_file(settings: Settings, topic: str, writer: BlockWriter, path: Path) -> None:
    name = settings.topic_prefix + topic
    topic_id = topic_ids(AdminClient({"bootstrap.servers": settings.bootstrap_servers}), [name])[name]
    consumer = Consumer({
        "bootstrap.servers": settings.bootstrap_servers,
        "group.id": f"{settings.topic_prefix}file",
        "enable.auto.commit": False,
    })  # fmt: skip
    with path.open("wb") as out:
        out.write(writer.header)
        for partition in consumer.list_topics(name, timeout=10).topics[name].partitions:
            place = TopicPartition(name, partition, OFFSET_BEGINNING)
            _, end = consumer.get_watermark_offsets(place, timeout=10)
            consumer.assign([place])
            waiting: list[Message] = []
            position = 0
            while position < end:
                waiting += consumer.consume(BLOCK_ROWS - len(waiting), 1.0)
                if waiting:
                    position = (waiting[-1].offset() or 0) + 1
                if len(waiting) == BLOCK_ROWS or (waiting and position >= end):
                    records = records_of_messages(waiting)
                    values = cast("Sequence[bytes]", records.values)
                    rows = Rows(records.offsets, records.created_at_ms, values, HEADER.size)
                    out.write(writer.block(topic_id, partition, rows))
                    waiting = []
    consumer.close()


def _same(sides: Mapping[str, Settings], topic: str, rows: int) -> None:
    """Hold the three tables against one another.

    Raises:
        BenchmarkError: they differ: a figure would be of something else than the same work.
    """
    found = {}
    for name, side in sides.items():
        sql = f"SELECT count(), sum(cityHash64(* EXCEPT (_inserted_at))) FROM {table_of(topic)}_messages"
        found[name] = _client(side).query(sql).result_rows[0]
    if len(set(found.values())) != 1 or found["sink"][0] != rows:
        raise BenchmarkError(f"the tables of {topic} differ (rows, sum of hashes): {found}; expected {rows} rows")


def _command(settings: Settings, *arguments: str) -> None:
    argv = [sys.executable, "-m", "infra.cli", *arguments]
    done = subprocess.run(
        argv, env={**os.environ, **settings.environment()}, capture_output=True, text=True, check=False
    )
    if done.returncode:
        raise BenchmarkError(f"vigil {' '.join(arguments)} ended with {done.returncode}: {done.stderr[-500:]}")


def _client(settings: Settings) -> Client:
    return clickhouse_connect.get_client(
        host=settings.host,
        port=settings.clickhouse_port,
        database=settings.clickhouse_database,
        send_receive_timeout=int(WITHIN_S),
        autogenerate_session_id=False,
    )


def _front(settings: Settings) -> psutil.Process:
    """Return the ClickHouse front's process: who listens on its port."""
    for found in psutil.net_connections("tcp"):
        address: Any = found.laddr
        if found.status == psutil.CONN_LISTEN and address[1] == settings.clickhouse_port and found.pid:
            return psutil.Process(found.pid)
    raise BenchmarkError(f"no process listens on port {settings.clickhouse_port}")


def _cpu_s(process: psutil.Process) -> float:
    times = process.cpu_times()
    return float(times.user + times.system)


if __name__ == "__main__":
    main(run)
