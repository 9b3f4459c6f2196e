"""How the messages of one schema id reach the landing table: as they are, or written again in the table's schema."""

import json
from collections.abc import Callable
from dataclasses import dataclass

from schemas.avro import parse_writer_schema, reader_schema, schema_text
from schemas.codec import decode_datum, encode_datum
from schemas.compatibility import breaks
from schemas.registry import SchemaIds
from schemas.wire import HEADER, DatumError, UnknownSchemaError
from sinks.clickhouse.avro_block import BlockWriter, Rows

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
    """

    writer: BlockWriter
    convert: Convert | None


class ForeignSchemaError(ValueError):
    """The schema of an id is no version of the topic's: its messages are not the topic's."""


class DatumSchemas:
    """Resolves the schema ids of one topic.

    Args:
        topic: name without prefix.
        ids: the registry.
    """

    def __init__(self, topic: str, ids: SchemaIds) -> None:
        self._topic = topic
        self._ids = ids
        self._own = BlockWriter(json.loads(schema_text(topic)))
        self._known: dict[int, DatumSchema] = {}

    def resolve(self, schema_id: int) -> DatumSchema:
        """Return how the values of a schema id are inserted.

        Messages of exactly the schema that the table was made for go through undecoded. Those of an earlier or later
        version are decoded and written again in it, which is Avro's own schema resolution.

        Raises:
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
        if writer == reader_schema(self._topic):
            return DatumSchema(self._own, None)
        return DatumSchema(
            self._own,
            lambda value: encode_datum(self._topic, decode_datum(self._topic, value, HEADER.size, writer)),
        )


def undecodable(topic: str, rows: Rows) -> list[int]:
    """Return the indexes of the rows whose datums cannot be decoded."""
    found = []
    for index, datum in enumerate(rows.datums):
        try:
            decode_datum(topic, datum, rows.skip)
        except DatumError:
            found.append(index)
    return found


def decodes(topic: str, schema: DatumSchema, value: bytes) -> bool:
    """Tell whether a value's datum can be decoded at all: what kind of damage a dead letter names."""
    try:
        decode_datum(topic, value[HEADER.size :] if schema.convert is None else schema.convert(value))
    except DatumError:
        return False
    return True
