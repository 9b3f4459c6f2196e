"""Topics and tables of a test's own, the sink as a process, and what its audit says."""

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import cached_property
from typing import Any
from uuid import uuid4

import clickhouse_connect
import pytest
from clickhouse_connect.driver.client import Client
from confluent_kafka import Producer

from infra import topics
from infra.local.control import LocalStack
from infra.settings import Settings
from schemas.codec import MessageCodec
from schemas.registry import RegistrySchemaIds
from sinks.clickhouse import migration
from sinks.clickhouse.clickhouse_client import connect
from tests.integration.command_line import vigil


class Bench:
    """One prefix, one database, and the sink on them."""

    def __init__(self, settings: Settings) -> None:
        self.settings = settings
        self.codec = MessageCodec(RegistrySchemaIds.connect(settings.schema_registry_url, settings.topic_prefix))
        self._sinks: list[subprocess.Popen[str]] = []

    def vigil(self, *arguments: str, expect: int = 0) -> str:
        """Run a command; return what it wrote."""
        return vigil(self.settings, *arguments, expect=expect)

    def migrate(self) -> None:
        """Make the database and its tables, as `vigil migrate` does."""
        address, name = self.settings.clickhouse_address, self.settings.clickhouse_database
        migration.create_database(connect(address, "default", "", None, 60), name)
        migration.apply(connect(address, "default", "", name, 60), migration.shipped(), lambda _: None)

    def audit(self, topic: str, expect: int = 0) -> dict[str, Any]:
        """Return what `vigil sink audit` says of one topic."""
        out: dict[str, Any] = json.loads(self.vigil("sink", "audit", "--topic", topic, "--json", expect=expect))
        return out

    def produce(self, topic: str, records: Sequence[tuple[str, bytes]], partition: int | None = None) -> None:
        """Write records and wait until Kafka has them."""
        producer = Producer({
            "bootstrap.servers": self.settings.bootstrap_servers,
            "partitioner": "murmur2_random",
            "linger.ms": 5,
            "enable.idempotence": True,
        })  # fmt: skip
        place = -1 if partition is None else partition  # -1: by key
        for key, value in records:
            producer.produce(self.settings.topic_prefix + topic, value, key.encode(), place)
        assert producer.flush(30) == 0

    def sink(self) -> "subprocess.Popen[str]":
        """Start the sink."""
        process = subprocess.Popen(
            [sys.executable, "-m", "infra.cli", "run", "clickhouse-sink"],
            env={**os.environ, **self.settings.environment()},
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )
        self._sinks.append(process)
        return process

    def stop(self, process: "subprocess.Popen[str]", number: int = signal.SIGTERM) -> str:
        """End a sink; return its log."""
        process.send_signal(number)
        return process.communicate(timeout=60)[0]

    def rows(self, sql: str) -> list[tuple[Any, ...]]:
        """Return a query's rows."""
        return [tuple(row) for row in self._client.query(sql).result_rows]

    @cached_property
    def _client(self) -> Client:
        """Where tables are looked at again and again: a login costs ClickHouse five times a small query."""
        return clickhouse_connect.get_client(
            host=self.settings.host,
            port=self.settings.clickhouse_port,
            database=self.settings.clickhouse_database,
        )

    def count(self, table: str) -> int:
        """Return a table's rows."""
        return int(self.rows(f"SELECT count() FROM {table}")[0][0])

    def close(self) -> None:
        """Kill what a failed test left."""
        for process in self._sinks:
            if process.poll() is None:
                process.kill()
                process.communicate()
        if "_client" in vars(self):
            self._client.close()


def eventually(what: str, holds: Callable[[], bool], within_s: float = 150.0) -> None:
    """Wait for something that must come; the bound is for a broken run, no measure."""
    deadline = time.monotonic() + within_s
    while not holds():
        assert time.monotonic() < deadline, f"never came: {what}"
        time.sleep(0.1)


@pytest.fixture
def bench(stack: LocalStack) -> Iterator[Bench]:
    """Topics and tables of this test's own."""
    mark = uuid4().hex[:8]
    own = Bench(stack.settings.model_copy(update={"topic_prefix": f"s{mark}.", "clickhouse_database": f"s{mark}"}))
    with ThreadPoolExecutor() as pool:  # Kafka and the registry are asked while ClickHouse makes its tables
        tables = pool.submit(own.migrate)
        topics.apply(own.settings)
        tables.result()
    yield own
    own.close()
