"""Messages that no table may hold, made from good ones. Pure."""

import io
import random
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, Final

from fastavro import schemaless_reader, schemaless_writer

from infra.chaos.sinks.datum_walk import walks
from infra.chaos.sinks.shapes.shape import Record, Shape
from schemas.avro import reader_schema
from schemas.wire import HEADER, frame

#: Bytes that make a message nearly as large as a topic takes (message_max_bytes in schemas/topics.toml).
LARGE_BYTES: Final = 900_000
#: Flipped bits tried until the datum is damaged for certain.
MOST_FLIPS: Final = 10_000
#: Instants that lie outside 2000-2100, microseconds or milliseconds alike, so that the tables refuse them.
IMPOSSIBLE: Final = (-1, 0, 1, 946_684_799_999, -(2**62), 2**62, 2**63 - 1)


class PoisonKind(StrEnum):
    """What is wrong with a message."""

    TRUNCATED = "truncated"
    EXTENDED = "extended"
    BIT_FLIPPED = "bit-flipped"
    UNKNOWN_SCHEMA = "unknown-schema"
    FOREIGN_SCHEMA = "foreign-schema"
    UNFRAMED = "unframed"
    SHORT = "short"
    EMPTY = "empty"
    NULL = "null"
    IMPOSSIBLE_INSTANT = "impossible-instant"
    LARGE_IMPOSSIBLE = "large-impossible"


@dataclass(frozen=True, slots=True)
class Poison:
    """One poisonous message.

    Attributes:
        number: the message's number in its run.
        kind: what is wrong with it.
        seed: what the place and the bytes of the damage are drawn from.
    """

    number: int
    kind: PoisonKind
    seed: int


def datum(topic: str, record: Record) -> bytes:
    """Return a record as an Avro datum of the topic's schema."""
    buffer = io.BytesIO()
    schemaless_writer(buffer, reader_schema(topic), record)
    return buffer.getvalue()


def whole(topic: str, data: bytes) -> bool:
    """Tell whether bytes may pass for exactly one datum of the topic's schema, whatever its texts and numbers say."""
    if walks(reader_schema(topic), data):
        return True
    buffer = io.BytesIO(data)
    try:
        # a text that is no UTF-8 is a text to ClickHouse
        options: dict[str, Any] = {"handle_unicode_errors": "replace"}
        schemaless_reader(buffer, reader_schema(topic), None, **options)
    except Exception:  # noqa: BLE001  fastavro raises whatever damaged bytes lead it to
        return False
    return buffer.tell() == len(data)


def spoilt(poison: Poison, shape: Shape, record: Record, schema_ids: Mapping[str, int]) -> bytes | None:
    """Return the value that goes to Kafka in place of a good message's.

    Args:
        poison: how it is spoilt.
        shape: its topic.
        record: the good message.
        schema_ids: registered ids by topic without prefix.
    """
    draw = random.Random(poison.seed)  # noqa: S311  a plan that repeats, not a secret
    own_id = schema_ids[shape.topic]
    match poison.kind:
        case PoisonKind.NULL:
            return None
        case PoisonKind.EMPTY:
            return b""
        case PoisonKind.SHORT:
            return bytes(draw.randrange(1, HEADER.size))
        case PoisonKind.UNFRAMED:
            return bytes([draw.randrange(1, 256)]) + draw.randbytes(draw.randrange(5, 400))
        case PoisonKind.UNKNOWN_SCHEMA:
            schema_id = 2_000_000_000 + draw.randrange(1_000_000)
        case PoisonKind.FOREIGN_SCHEMA:
            schema_id = draw.choice([number for number in schema_ids.values() if number != own_id])
        case _:
            schema_id = own_id
    return frame(schema_id, _datum(poison.kind, shape, record, draw))


def _datum(kind: PoisonKind, shape: Shape, record: Record, draw: random.Random) -> bytes:
    good = datum(shape.topic, record)
    match kind:
        case PoisonKind.TRUNCATED:
            return good[: draw.randrange(len(good))]
        case PoisonKind.EXTENDED:
            # bytes that begin so read as a negative number: they cannot be taken for the offset that follows a datum
            return good + b"\xff" + draw.randbytes(draw.randrange(40))
        case PoisonKind.BIT_FLIPPED:
            return _flipped(shape.topic, good, draw)
        case PoisonKind.IMPOSSIBLE_INSTANT | PoisonKind.LARGE_IMPOSSIBLE:
            return datum(shape.topic, {**record, draw.choice(shape.instants): draw.choice(IMPOSSIBLE)})
        case _:
            return good


def _flipped(topic: str, good: bytes, draw: random.Random) -> bytes:
    """Flip one bit so that the bytes are no datum any more; most bits only make another datum, which nobody can see."""
    for _ in range(MOST_FLIPS):
        data = bytearray(good)
        data[draw.randrange(len(data))] ^= 1 << draw.randrange(8)
        if not whole(topic, bytes(data)):
            return bytes(data)
    raise AssertionError(f"{topic}: no bit of {len(good)} bytes damages the datum")
