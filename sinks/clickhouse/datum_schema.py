"""How the messages of one schema id reach the landing table: as they are, or written again in the sink's schema."""

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from schemas.avro import parse_writer_schema, reader_schema, schema_text
from schemas.codec import decode_datum, encode_datum
from schemas.compatibility import breaks
from schemas.registry import SchemaIds
from schemas.wire import HEADER, DatumError, UnknownSchemaError
from sinks.clickhouse.avro_block import BlockWriter, Rows
from sinks.clickhouse.columns_missing import ColumnsMissingError
from sinks.clickhouse.landing import table_of
from sinks.clickhouse.schema_shape import added, holds, missing_columns

#: Schemas kept; a topic has a handful in its life, and ids in damaged messages must not fill memory.
MOST_KEPT = 256

Convert = Callable[[bytes], bytes]


@dataclass(frozen=True, slots=True)
class DatumSchema:
    """How the values of one schema id are inserted.

    Attributes:
        writer: writes the containers.
        convert: from a framed value to the datum that goes into a container, DatumError where it cannot be; None: the
            value's own datum goes in as it is.
        schema: what the values were written with, parsed.
    """

    writer: BlockWriter
    convert: Convert | None
    schema: Any


class ForeignSchemaError(ValueError):
    """The schema of an id is no version of the topic's: its messages are not the topic's."""


class DatumSchemas:
    """Resolves the schema ids of one topic.

    Args:
        topic: name without prefix.
        ids: the registry.
        columns: asks for the landing table's columns, ClickHouse's type by name; None: it has those of the sink's own
            schema.
    """

    def __init__(self, topic: str, ids: SchemaIds, columns: Callable[[], Mapping[str, str]] | None = None) -> None:
        self._topic = topic
        self._ids = ids
        self._columns = columns
        self._schema: Mapping[str, Any] = json.loads(schema_text(topic))
        self._own = BlockWriter(self._schema)
        self._known: dict[int, DatumSchema] = {}

    def resolve(self, schema_id: int) -> DatumSchema:
        """Return how the values of a schema id are inserted.

        Messages of exactly the sink's own schema go through undecoded. Those of a version without further fields are
        decoded and written again in it, which is Avro's own schema resolution. Those of a version with further fields
        go through undecoded too, in a container of their own schema, where the table has a column for each.

        Raises:
            ColumnsMissingError: the table lacks columns; asked again, it is looked at again.
            ClickHouseError: the table could not be looked at.
            UnknownSchemaError: the registry has no such id.
            ForeignSchemaError: it is the schema of something else.
            RegistryUnavailableError: the registry did not answer; try again.
        """
        known = self._known.get(schema_id)
        if known is not None:
            return known
        text = self._ids.text_of(schema_id)
        if len(self._known) >= MOST_KEPT:
            self._known.clear()
        self._known[schema_id] = made = self._made(schema_id, text)
        return made

    def _made(self, schema_id: int, text: str) -> DatumSchema:
        try:
            reasons = breaks(schema_text(self._topic), text)
            writer = parse_writer_schema(text)
        except (ValueError, KeyError, TypeError) as error:
            raise UnknownSchemaError(f"schema id {schema_id} is no Avro schema: {error}") from error
        if reasons:
            raise ForeignSchemaError(f"schema id {schema_id} is no version of {self._topic}: {reasons[0]}")
        theirs: Mapping[str, Any] = json.loads(text)
        further = added(theirs, self._schema)
        self._require(theirs if further else self._schema, further)
        if writer == reader_schema(self._topic):
            return DatumSchema(self._own, None, writer)
        if not further:
            return DatumSchema(
                self._own,
                lambda value: encode_datum(self._topic, decode_datum(self._topic, value, HEADER.size, writer)),
                writer,
            )
        if not holds(theirs, self._schema):
            raise ColumnsMissingError(
                further,
                f"{self._topic}: schema id {schema_id} adds {', '.join(further)} and changes other fields; this sink"
                " has no column for that: start the sink of the release that knows it. Its messages wait in Kafka",
            )
        return DatumSchema(BlockWriter(theirs), None, writer)

    def _require(self, schema: Mapping[str, Any], further: Sequence[str]) -> None:
        """See that the landing table has a place for each field.

        Raises:
            ColumnsMissingError: it has not.
            ClickHouseError: it could not be looked at.
        """
        table = f"{table_of(self._topic)}_messages"
        if self._columns is not None:
            missing = missing_columns(schema, self._columns(), table)
        else:
            missing = [entry for entry in missing_columns(schema, {}, table) if entry.path in further]
        if missing:
            paths = [entry.path for entry in missing]
            statements = "; ".join(dict.fromkeys(entry.statement for entry in missing))
            raise ColumnsMissingError(
                paths,
                f"{self._topic}: messages carry {', '.join(paths)}, for which table {table} has no column; they wait in"
                " Kafka, other topics go on. Run 'vigil migrate' of the release that brings it;"
                f" {table} needs: {statements}",
            )


def undecodable(topic: str, rows: Rows, schema: DatumSchema) -> list[int]:
    """Return the indexes of the rows whose datums cannot be decoded."""
    if schema.convert is not None:
        return []  # they were, and written again
    found = []
    for index, datum in enumerate(rows.datums):
        try:
            decode_datum(topic, datum, rows.skip, schema.schema)
        except DatumError:
            found.append(index)
    return found


def decodes(topic: str, schema: DatumSchema, value: bytes) -> bool:
    """Tell whether a value's datum can be decoded at all: what kind of damage a dead letter names."""
    try:
        decode_datum(topic, value, HEADER.size, schema.schema)
    except DatumError:
        return False
    return True
