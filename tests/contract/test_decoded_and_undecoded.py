"""Both ways into the landing tables give equal rows: Avro datums as they are, and fastavro with columnar inserts."""

import json
from collections.abc import Iterator
from typing import Any
from uuid import uuid4

import numpy as np
import pytest
from clickhouse_connect.driver.client import Client

from schemas.avro import schema_text
from schemas.codec import encode_datum
from schemas.wire import HEADER, frame
from sinks.clickhouse import migration
from sinks.clickhouse.app import topics
from sinks.clickhouse.avro_block import BlockWriter, Rows
from sinks.clickhouse.clickhouse_client import connect
from sinks.clickhouse.landing import Landing, table_of
from tests.contract.test_clickhouse_front import Front
from tests.decoded_rows import decoded_columns
from tests.plausible_messages import NOON_US, plausible, random_messages

pytestmark = pytest.mark.integration
TOPIC_ID = "8a7e6f1c-0000-0000-0000-000000000001"
EACH = 25


@pytest.fixture(scope="module")
def databases(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Client, Client]]:
    """Clients on two databases with all tables."""
    front = Front(tmp_path_factory.mktemp("front") / "data").start()
    try:
        yield _migrated(front.url), _migrated(front.url)
    finally:
        assert front.stop() == 0


def _migrated(url: str) -> Client:
    name = f"m{uuid4().hex[:8]}"
    migration.create_database(connect(url, "default", "", None, 60), name)
    client = connect(url, "default", "", name, 60)
    migration.apply(client, migration.shipped(), lambda _: None)
    return client


@pytest.mark.parametrize("topic", topics())
def test_05_equal_tables(databases: tuple[Client, Client], topic: str) -> None:
    """Every column of every row is the same, in the landing table and in what the views make of it."""
    undecoded, decoded = databases
    values = [frame(1, encode_datum(topic, plausible(message))) for message in random_messages(topic, EACH)]
    offsets = list(range(7, 7 + len(values)))
    created_at_ms = [NOON_US // 1_000 + offset for offset in offsets]
    writer = BlockWriter(json.loads(schema_text(topic)))
    rows = Rows(np.array(offsets), np.array(created_at_ms), values, HEADER.size)
    Landing(undecoded, str(undecoded.database), topic, 60).insert(writer.columns, writer.write(TOPIC_ID, 3, rows), "t")
    columns = decoded_columns(topic, TOPIC_ID, 3, offsets, created_at_ms, values)
    table = f"{table_of(topic)}_messages"
    decoded.insert(table, list(columns.values()), column_names=list(columns), column_oriented=True)
    assert tuple(columns) == writer.columns
    found = _rows(undecoded, table)
    assert len(found) == len(values)
    assert found == _rows(decoded, table)
    facts = [str(row[0]) for row in undecoded.query(f"SHOW TABLES LIKE '{table_of(topic)}_facts'").result_rows]
    for name in facts:
        assert _rows(undecoded, name) == _rows(decoded, name)


def _rows(client: Client, table: str) -> list[Any]:
    columns = [row[0] for row in client.query(f"DESCRIBE {table}").result_rows if row[0] != "_inserted_at"]
    names = ", ".join(f"`{name}`" for name in columns)
    order = "_offset" if "_offset" in columns else names
    return list(client.query(f"SELECT {names} FROM {table} ORDER BY {order}").result_rows)
