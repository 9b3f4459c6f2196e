"""The wire codec on fixed schema ids; tests/integration/topics runs the same suite on the real registry."""

import io
import json
import struct
from dataclasses import fields, replace

import pytest
from fastavro import schemaless_writer

from schemas.avro import parse_writer_schema, schema_text
from schemas.codec import MessageCodec
from schemas.registry import FixedSchemaIds, RegistrySchemaIds, RegistryUnavailableError
from schemas.wire import DatumError, UnknownSchemaError
from tests.contract.codec_suite import LETTER, CodecSuite


class TestOnFixedIds(CodecSuite):
    """The suite without a registry."""

    @pytest.fixture
    def codec(self) -> MessageCodec:
        """A codec on fixed schema ids."""
        return MessageCodec(FixedSchemaIds())


class TestWarmedUp(CodecSuite):
    """The suite with machine code for the topics that have it."""

    @pytest.fixture
    def codec(self) -> MessageCodec:
        """A codec on fixed schema ids, as a stage has it."""
        codec = MessageCodec(FixedSchemaIds())
        codec.warm_up()
        return codec


def test_many_unknown_ids_fill_no_memory() -> None:
    """Writer schemas are kept for known ids only, so a stream of rubbish ids leaves nothing behind."""
    codec = MessageCodec(FixedSchemaIds())
    for schema_id in range(3000):
        with pytest.raises(UnknownSchemaError):
            codec.decode("frames", struct.pack(">bI", 0, schema_id))
    assert not codec._writers


def test_a_registry_that_is_away_is_no_bad_message() -> None:
    """A registry that does not answer raises an error to retry on, so nothing is dead-lettered for it."""
    codec = MessageCodec(RegistrySchemaIds.connect("http://127.0.0.1:9", "vigil."))
    with pytest.raises(RegistryUnavailableError):
        codec.decode("frames", struct.pack(">bI", 0, 7) + b"\0")
    with pytest.raises(RegistryUnavailableError):
        codec.encode("dead-letters", LETTER)


def test_an_older_schema_is_resolved() -> None:
    """A message written before a field was added comes back with the field's default."""
    ids = FixedSchemaIds()
    schema = json.loads(schema_text("dead-letters"))
    added = next(f for f in schema["fields"] if "default" in f)
    older = {**schema, "fields": [f for f in schema["fields"] if f is not added]}
    record = {f.name: getattr(LETTER, f.name) for f in fields(LETTER) if f.name != added["name"]}
    buffer = io.BytesIO()
    schemaless_writer(buffer, parse_writer_schema(json.dumps(older)), record)
    data = struct.pack(">bI", 0, ids.add(json.dumps(older))) + buffer.getvalue()
    assert MessageCodec(ids).decode("dead-letters", data) == replace(LETTER, **{added["name"]: added["default"]})


def test_a_schema_without_a_needed_field_is_a_bad_message() -> None:
    """What BACKWARD_TRANSITIVE keeps out of the registry is a bad message, no crash, where it comes in all the same."""
    ids = FixedSchemaIds()
    other = {
        "type": "record",
        "name": "DeadLetter",
        "namespace": "kz.vigil",
        "fields": [{"name": "stage", "type": "string"}],
    }
    with pytest.raises(DatumError):
        MessageCodec(ids).decode("dead-letters", struct.pack(">bI", 0, ids.add(json.dumps(other))) + b"\x02x")


def test_a_schema_that_cannot_be_parsed_is_a_bad_message() -> None:
    """An id under which somebody registered something that is no Avro schema stops no stage."""
    ids = FixedSchemaIds()
    schema_id = ids.add('{"type": "nonsense"}')
    with pytest.raises(DatumError, match=f"schema {schema_id}"):
        MessageCodec(ids).decode("frames", struct.pack(">bI", 0, schema_id) + b"\x02x")
