"""A producer begins to write a further field while the sink runs, on a real Kafka, registry and engine."""

import io
import json
import signal
import urllib.request
from dataclasses import asdict
from typing import Any

import pytest
from confluent_kafka.schema_registry import Schema, SchemaRegistryClient
from fastavro import schemaless_writer

from schemas.avro import parse_writer_schema, schema_text
from schemas.wire import frame
from sinks.clickhouse import migration
from sinks.clickhouse.clickhouse_client import connect
from sinks.clickhouse.migration import Migration, shipped
from tests.integration.conftest import free_ports
from tests.integration.sinks.conftest import Bench, eventually
from tests.integration.sinks.test_sink_on_stack import payment, payments, some

pytestmark = pytest.mark.integration


def newer_schema() -> dict[str, Any]:
    """Return the schema of payments with a note."""
    schema: dict[str, Any] = json.loads(schema_text("payments"))
    note = {"name": "note", "type": ["null", "string"], "default": None, "doc": "The reporter's note."}
    return {**schema, "fields": [*schema["fields"], note]}


def with_note(schema_id: int, first: int, count: int) -> list[tuple[str, bytes]]:
    """Return framed reports of the newer version."""
    writer = parse_writer_schema(json.dumps(newer_schema()))
    out = []
    for number in range(first, first + count):
        buffer = io.BytesIO()
        schemaless_writer(buffer, writer, {**asdict(payment(number)), "note": f"n-{number}"})
        out.append((f"c-{number % 97}", frame(schema_id, buffer.getvalue())))
    return out


def the_migration() -> Migration:
    """Return the file that a newer release would bring."""
    file = next(file for file in shipped() if file.name.endswith("_payments.sql"))
    feed = next(text for text in file.statements() if text.startswith("CREATE MATERIALIZED VIEW"))
    query = feed[feed.index("SELECT") : feed.index("\nCOMMENT")].replace("    outcome,\n", "    outcome,\n    note,\n")
    view = next(text for text in file.statements() if text.startswith("CREATE VIEW"))
    column = "ADD COLUMN IF NOT EXISTS `note` Nullable(String) COMMENT 'The reporter\\'s note.'"
    statements = [
        f"ALTER TABLE payments_messages {column}",
        f"ALTER TABLE payments_facts {column}",
        f"ALTER TABLE payments_facts_from_messages MODIFY QUERY {query}",
        view.replace("CREATE VIEW IF NOT EXISTS", "CREATE OR REPLACE VIEW"),
    ]
    return Migration(len(shipped()) + 1, "9999_note.sql", ";\n".join(statements) + ";\n")


def test_a_further_field_waits_for_its_column_and_no_row_is_lost(bench: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    """Its partition alone waits, with a sentence and a metric, through kill -9; after the migration it is stored."""
    port = free_ports(1)[0]
    monkeypatch.setenv("VIGIL_SINK_METRICS_PORT", str(port))
    registry = SchemaRegistryClient({"url": bench.settings.schema_registry_url})
    subject = f"{bench.settings.topic_prefix}payments-value"
    schema_id = registry.register_schema(subject, Schema(json.dumps(newer_schema()), "AVRO"))
    sink = bench.sink()
    bench.produce("payments", [*payments(bench, 0, 100), *with_note(schema_id, 100, 50)], partition=0)
    bench.produce("payments", payments(bench, 150, 30), partition=0)
    bench.produce("payments", payments(bench, 180, 20), partition=1)
    eventually("what came before, and the other partition", lambda: bench.count("payments_messages") == 120)
    bench.produce("reviews", [("k", bench.codec.encode("reviews", message)) for message in some("reviews")])
    eventually("another topic", lambda: bench.audit("reviews")["lag"] == 0)
    eventually("the metric", lambda: 'vigil_sink_missing_column{column="note",topic="payments"} 1.0' in metrics(port))
    log = bench.stop(sink, signal.SIGKILL)
    assert "carry note, for which table payments_messages has no column" in log
    assert "ALTER TABLE payments_messages ADD COLUMN IF NOT EXISTS `note` Nullable(String)" in log
    found = bench.audit("payments")
    assert (found["rows"], found["missing"], found["dead_lettered"], found["lag"]) == (120, 0, 0, 80)
    sink = bench.sink()
    eventually("the metric again", lambda: 'topic="payments"} 1.0' in metrics(port))
    assert bench.count("payments_messages") == 120
    settings = bench.settings
    client = connect(settings.clickhouse_address, "default", "", settings.clickhouse_database, 60)
    migration.apply(client, [the_migration()], lambda _: None)
    eventually("all rows", lambda: bench.count("payments_messages") == 200)
    eventually("the position", lambda: bench.audit("payments")["lag"] == 0)
    assert 'vigil_sink_missing_column{column="note",topic="payments"} 0.0' in metrics(port)
    bench.produce("payments", [*with_note(schema_id, 200, 10), *payments(bench, 210, 10)], partition=1)
    eventually("both versions side by side", lambda: bench.count("payments_messages") == 220)
    log = bench.stop(sink)
    found = bench.audit("payments")
    assert (found["exact"], found["rows"], found["dead_lettered"]) == (True, 220, 0), log[-2000:]
    sql = "SELECT payment_id, note FROM {} WHERE note IS NOT NULL ORDER BY toInt32(substring(payment_id, 3))"
    noted = [(f"p-{n}", f"n-{n}") for n in [*range(100, 150), *range(200, 210)]]
    for place in ("payments_messages", "payments"):
        assert bench.rows(sql.format(place)) == noted, place
    assert bench.rows("SELECT count(), uniqExact(payment_id), sum(amount_kzt) FROM payments") == [
        (220, 220, sum(9_835 + n for n in range(220)))
    ]


def metrics(port: int) -> str:
    """Return what the sink tells Prometheus; nothing while it does not."""
    try:
        with urllib.request.urlopen(f"http://127.0.0.1:{port}/metrics", timeout=5) as answer:
            return str(answer.read().decode())
    except OSError:
        return ""
