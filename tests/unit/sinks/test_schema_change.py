"""A producer writes a further field: what the table needs for it, and what the sink does until it is there."""

import io
import json
from collections.abc import Mapping
from dataclasses import asdict
from typing import Any

import pytest
from fastavro import reader, schemaless_writer

from schemas.avro import parse_writer_schema, schema_text
from schemas.registry import FixedSchemaIds
from schemas.topics import catalogue
from schemas.wire import frame
from sinks.clickhouse.app import WITHOUT_TABLE
from sinks.clickhouse.columns_missing import ColumnsMissingError
from sinks.clickhouse.datum_schema import DatumSchemas
from sinks.clickhouse.dictionary import read
from sinks.clickhouse.intake import Range
from sinks.clickhouse.migration import Migration, shipped
from sinks.clickhouse.pending import Pending
from sinks.clickhouse.records import records_of
from sinks.clickhouse.schema_shape import added, holds, missing_columns
from tests.unit.sinks.test_delivery import TOPIC_ID, Case, Table, review

NOTE = {"name": "note", "type": ["null", "string"], "default": None, "doc": "The officer's note."}
TABLES = read(shipped()).tables


def newer(topic: str, *fields: Mapping[str, Any]) -> dict[str, Any]:
    """Return a topic's schema with further fields."""
    schema: dict[str, Any] = json.loads(schema_text(topic))
    return {**schema, "fields": [*schema["fields"], *fields]}


def columns(topic: str) -> dict[str, str]:
    """Return the columns of a topic's landing table."""
    return {column.name: column.type for column in TABLES[f"{topic.replace('-', '_')}_messages"].columns}


@pytest.mark.parametrize("topic", sorted(set(catalogue().topics) - WITHOUT_TABLE))
def test_a_shipped_table_has_a_place_for_each_field_of_its_topic(topic: str) -> None:
    """Records in records included: a sink and tables of one release never wait for each other."""
    schema = json.loads(schema_text(topic))
    assert missing_columns(schema, columns(topic), "t") == []
    assert holds(schema, schema)


def test_a_further_field_is_named_with_its_statement() -> None:
    """At the top an ADD COLUMN with the field's own words, inside a record a MODIFY COLUMN of the whole type."""
    schema = newer("reviews", NOTE)
    assert added(schema, json.loads(schema_text("reviews"))) == ["note"]
    assert [
        (entry.path, entry.statement) for entry in missing_columns(schema, columns("reviews"), "reviews_messages")
    ] == [
        (
            "note",
            (
                "ALTER TABLE reviews_messages ADD COLUMN IF NOT EXISTS `note` Nullable(String)"
                " COMMENT 'The officer\\'s note.'"
            ),
        )
    ]
    inner = json.loads(schema_text("cameras"))
    zones = next(field for field in inner["fields"] if field["name"] == "zones")
    zones["type"]["items"]["fields"].append({"name": "lane", "type": ["null", "int"], "default": None})
    found = missing_columns(inner, columns("cameras"), "cameras_messages")
    assert [entry.path for entry in found] == ["zones.lane"]
    assert found[0].statement.startswith(
        "ALTER TABLE cameras_messages MODIFY COLUMN `zones` Array(Tuple(zone_id String,"
    )
    assert "lane Nullable(Int32)" in found[0].statement


@pytest.mark.parametrize(
    ("avro", "clickhouse"),
    [
        ("double", "Float64"),
        (["null", "long"], "Nullable(Int64)"),
        ({"type": "array", "items": "string"}, "Array(String)"),
        (["null", {"type": "array", "items": "int"}], "Array(Int32)"),
        ({"type": "map", "values": "double"}, "Map(LowCardinality(String), Float64)"),
        ({"type": "enum", "name": "Lane", "symbols": ["BUS"]}, "LowCardinality(String)"),
        (["null", {"type": "enum", "name": "Lane", "symbols": ["BUS"]}], "LowCardinality(Nullable(String))"),
        ({"type": "fixed", "name": "Hash", "size": 32}, "FixedString(32)"),
        ({"type": "long", "logicalType": "timestamp-micros"}, "Int64"),
        ("kz.vigil.Verdict", "LowCardinality(String)"),
    ],
)
def test_each_kind_of_field_has_a_type(avro: Any, clickhouse: str) -> None:
    """As the landing tables have them; a name stands for the type it was given to before."""
    found = missing_columns(newer("reviews", {"name": "more", "type": avro}), columns("reviews"), "t")
    assert f"`more` {clickhouse} COMMENT" in found[0].statement


def written(schema: Mapping[str, Any], schema_id: int, **more: object) -> Range:
    """Return a range of three reviews with further fields."""
    values = []
    for offset in range(10, 13):
        buffer = io.BytesIO()
        schemaless_writer(buffer, parse_writer_schema(json.dumps(schema)), {**asdict(review(offset)), **more})
        values.append(frame(schema_id, buffer.getvalue()))
    return Range(Pending(TOPIC_ID, 10, 12), records_of(range(10, 13), [0] * 3, [None] * 3, values))


def test_messages_wait_for_the_column_and_then_go_through_undecoded_with_their_field() -> None:
    """Nothing inserted or buried, the column in the error and the metric; with the column each row has the field."""
    there = columns("reviews")
    ids = FixedSchemaIds()
    schema = newer("reviews", NOTE)
    schema_id, own_id = ids.add(json.dumps(schema)), ids.id_for("reviews")
    case = Case(Table(), ids)
    case.delivery._schemas = DatumSchemas("reviews", ids, lambda: there)
    work = written(schema, schema_id, note="left lane")
    for _ in range(2):
        with pytest.raises(ColumnsMissingError, match=r"carry note, for which table reviews_messages has no column"):
            case.deliver(work)
    labels = {"topic": "reviews", "column": "note"}
    shown = case.delivery._metrics.registry.get_sample_value
    assert shown("vigil_sink_missing_column", labels) == 1
    case.deliver(written(json.loads(schema_text("reviews")), own_id))
    assert shown("vigil_sink_missing_column", labels) == 1, "an older version beside it changes nothing"
    assert (len(case.table.containers), case.dead()) == (1, [])
    case.table.rows.clear()
    case.table.tokens.clear()
    there["note"] = "Nullable(String)"
    case.deliver(work)
    assert shown("vigil_sink_missing_column", labels) == 0
    rows = [row for row in reader(io.BytesIO(case.table.containers[-1])) if isinstance(row, dict)]
    assert [(row["_offset"], row["note"], row["case_id"]) for row in rows] == [
        (n, "left lane", "case") for n in range(10, 13)
    ]


def test_a_version_that_adds_and_changes_waits_for_the_sink_that_knows_it() -> None:
    """A field more and another one gone: neither way would keep every value, so the messages stay in Kafka."""
    schema = newer("reviews", NOTE)
    schema["fields"] = [field for field in schema["fields"] if field["name"] != "corrected_vehicle_key"]
    ids = FixedSchemaIds()
    schemas = DatumSchemas("reviews", ids, lambda: {**columns("reviews"), "note": "Nullable(String)"})
    with pytest.raises(ColumnsMissingError, match="start the sink of the release that knows it"):
        schemas.resolve(ids.add(json.dumps(schema)))


def test_the_dictionary_reads_a_further_column() -> None:
    """A later file adds a column to a table, another query to its feed, and the view again."""
    text = """
ALTER TABLE reviews_facts ADD COLUMN IF NOT EXISTS `note` Nullable(String) COMMENT 'A note.';
ALTER TABLE reviews_facts_from_messages MODIFY QUERY
SELECT note FROM reviews_messages;
CREATE OR REPLACE VIEW reviews AS
SELECT * EXCEPT (_version)
FROM reviews_facts FINAL
COMMENT 'Again.';
"""
    found = read([*shipped(), Migration(99, "0099_note.sql", text)])
    assert found.tables["reviews_facts"].columns[-1].name == "note"
    assert [view.meaning for view in found.views if view.name == "reviews"] == ["Again."]
    assert len(found.views) == len(read(shipped()).views)
