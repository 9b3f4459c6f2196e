"""Confluent's wire framing: a zero byte, the schema id as 4 bytes big endian, then the Avro datum."""

import struct
from typing import Final

MAGIC: Final = 0
HEADER: Final = struct.Struct(">bI")


class BadMessageError(ValueError):
    """Bytes that are not a message of Vigil; the message belongs into dead-letters."""


class FramingError(BadMessageError):
    """The bytes do not begin with Confluent's framing."""


class UnknownSchemaError(BadMessageError):
    """The registry answered that it holds no schema of this id."""


class DatumError(BadMessageError):
    """The Avro datum does not fit the schema that its framing names."""


def frame(schema_id: int, datum: bytes) -> bytes:
    """Put Confluent's header before an Avro datum."""
    return HEADER.pack(MAGIC, schema_id) + datum


def schema_id_of(data: bytes) -> int:
    """Return the schema id that framed bytes name.

    Raises:
        FramingError: fewer than five bytes, or another magic byte.
    """
    if len(data) < HEADER.size:
        raise FramingError(f"message of {len(data)} bytes; Confluent's framing alone has {HEADER.size}")
    magic, schema_id = HEADER.unpack_from(data)
    if magic != MAGIC:
        raise FramingError(f"message begins with byte {magic}; Confluent's framing begins with {MAGIC}")
    return int(schema_id)
