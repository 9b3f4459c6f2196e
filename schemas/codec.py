"""Messages to bytes and back: Confluent framing, cached schemas, fastavro; instants stay integers."""

import io
import types
import typing
from collections.abc import Callable, Mapping, Sequence
from dataclasses import fields, is_dataclass
from enum import StrEnum
from functools import cache
from operator import attrgetter
from typing import TYPE_CHECKING, Any

from fastavro import schemaless_reader, schemaless_writer

from schemas.avro import parse_writer_schema, reader_schema
from schemas.messages import MESSAGES
from schemas.registry import SchemaIds
from schemas.wire import HEADER, DatumError, frame, schema_id_of

if TYPE_CHECKING:
    from schemas.compiled import CompiledDatum

Convert = Callable[[Any], Any]

#: Topics that go through a camera's every second: warm_up makes compiled datums for them.
COMPILED_TOPICS = ("detections", "tracks")
#: Writer schemas kept by one codec; a topic has a handful in its life, and ids in bad messages must not fill memory.
MOST_WRITER_SCHEMAS = 1024


class MessageCodec:
    """Encodes and decodes the messages of every topic.

    fastavro does, and after `warm_up` machine code for the current schemas of COMPILED_TOPICS: with the same results.

    Args:
        ids: where schema ids come from.
    """

    def __init__(self, ids: SchemaIds) -> None:
        self._ids = ids
        self._id_of: dict[str, int] = {}
        self._writers: dict[int, Any] = {}
        self._compiled: dict[str, CompiledDatum] = {}

    def warm_up(self) -> None:
        """Load the machine code for COMPILED_TOPICS, or compile it; before the first message, for it takes seconds."""
        from schemas.compiled import CompiledDatum  # noqa: PLC0415  numba: not for those who read a message now and then

        self._compiled = {topic: CompiledDatum(topic) for topic in COMPILED_TOPICS}

    def encode(self, topic: str, message: object) -> bytes:
        """Return a message as framed Avro.

        Args:
            topic: name without prefix.
            message: of the class that MESSAGES names for the topic.

        Raises:
            SchemaNotRegisteredError, RegistryUnavailableError: see SchemaIds.
            ValueError, TypeError: the message does not fit its own schema (a programming error).
        """
        schema_id = self._id_of.get(topic)
        if schema_id is None:
            schema_id = self._id_of[topic] = self._ids.id_for(topic)
        compiled = self._compiled.get(topic)
        datum = compiled.write(message) if compiled is not None else None
        return frame(schema_id, encode_datum(topic, message) if datum is None else datum)

    def decode(self, topic: str, data: bytes) -> Any:
        """Return the message in framed bytes, resolved to this version's schema.

        Raises:
            BadMessageError: the bytes are no message of the topic; they belong into dead-letters.
            RegistryUnavailableError: the registry did not answer; try again.
        """
        schema_id = schema_id_of(data)
        writer = self._writers.get(schema_id)
        if writer is None:
            text = self._ids.text_of(schema_id)
            try:
                writer = parse_writer_schema(text)
            except Exception as error:  # fastavro's own, and those of json
                raise DatumError(f"schema {schema_id} of the registry is no Avro schema: {error}") from error
            if writer == reader_schema(topic):
                writer = reader_schema(topic)
            if len(self._writers) >= MOST_WRITER_SCHEMAS:
                self._writers.clear()
            self._writers[schema_id] = writer
        compiled = self._compiled.get(topic)
        if compiled is not None and writer is reader_schema(topic):
            message = compiled.read(data, HEADER.size)
            if message is not None:
                return message
        return decode_datum(topic, data, HEADER.size, writer)


def encode_datum(topic: str, message: object) -> bytes:
    """Return a message as a bare Avro datum of this version's schema."""
    cls: Any = MESSAGES[topic]
    convert = _to_record(cls)
    if type(message) is not cls:
        raise TypeError(f"topic {topic} carries {cls.__name__}, not {type(message).__name__}")
    buffer = io.BytesIO()
    schemaless_writer(buffer, reader_schema(topic), convert(message))
    return buffer.getvalue()


def decode_datum(topic: str, data: bytes, start: int = 0, writer: Any = None) -> Any:
    """Return the message in a bare Avro datum that begins at `start` and fills the rest of `data`.

    Raises:
        DatumError: the datum does not fit the schema, or bytes are left over.
    """
    buffer = io.BytesIO(data)
    buffer.seek(start)
    schema = reader_schema(topic)
    try:
        if writer is None or writer is schema:
            record = schemaless_reader(buffer, schema, None)
        else:
            record = schemaless_reader(buffer, writer, schema)
        message = _from_record(MESSAGES[topic])(record)
    except Exception as error:  # fastavro raises whatever the damaged bytes lead it to
        raise DatumError(f"{topic}: {type(error).__name__}: {error} while reading {len(data) - start} bytes") from error
    if buffer.tell() != len(data):
        raise DatumError(f"{topic}: {len(data) - buffer.tell()} bytes are left over after the datum")
    return message


def _inner(hint: Any) -> tuple[Any, str]:
    """Split a field's type into what converts and how it is wrapped: plain, optional or sequence."""
    origin = typing.get_origin(hint)
    if origin in {typing.Union, types.UnionType}:
        inner = [a for a in typing.get_args(hint) if a is not type(None)]
        return inner[0], "optional"
    if origin in {Sequence, typing.get_origin(Sequence[int])}:
        return typing.get_args(hint)[0], "sequence"
    if origin in {Mapping, typing.get_origin(Mapping[str, int])}:
        return typing.get_args(hint)[1], "mapping"
    return hint, "plain"


def _is_record(hint: Any) -> bool:
    return is_dataclass(hint)


@cache
def _to_record(cls: Any) -> Convert:
    """Return the function that turns one message class into what fastavro writes."""
    names = tuple(f.name for f in fields(cls))
    get = attrgetter(*names)
    nested: list[tuple[str, str, Convert]] = []
    for name, hint in typing.get_type_hints(cls).items():
        inner, wrap = _inner(hint)
        if _is_record(inner):
            nested.append((name, wrap, _to_record(inner)))

    def convert(message: Any) -> dict[str, Any]:
        record = dict(zip(names, get(message), strict=True))
        for name, wrap, inner in nested:
            value = record[name]
            if wrap == "sequence":
                record[name] = [inner(v) for v in value]
            elif value is not None:
                record[name] = inner(value)
        return record

    return convert


@cache
def _from_record(cls: Any) -> Convert:
    """Return the function that turns what fastavro read into one message class."""
    special: list[tuple[str, str, Convert]] = []
    for name, hint in typing.get_type_hints(cls).items():
        inner, wrap = _inner(hint)
        if _is_record(inner):
            special.append((name, wrap, _from_record(inner)))
        elif isinstance(inner, type) and issubclass(inner, StrEnum):
            special.append((name, wrap, {e.value: e for e in inner}.__getitem__))

    def convert(record: dict[str, Any]) -> Any:
        for name, wrap, inner in special:
            value = record[name]
            if wrap == "sequence":
                record[name] = [inner(v) for v in value]
            elif value is not None:
                record[name] = inner(value)
        return cls(**record)

    return convert
