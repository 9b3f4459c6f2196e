"""Compiled datums against fastavro: the same messages, the same bytes, the same refusals."""

import io
import json
import math
import struct
from collections.abc import Callable
from dataclasses import dataclass, fields, replace
from functools import cache
from typing import Any

import numba
import numpy as np
import pytest
from fastavro import schemaless_writer
from hypothesis import given, settings
from hypothesis import strategies as st

from schemas.avro import parse_writer_schema, reader_schema, schema_text
from schemas.codec import COMPILED_TOPICS, MessageCodec, decode_datum, encode_datum
from schemas.compiled import CompiledDatum, machine
from schemas.compiled.builder import builder_of
from schemas.compiled.machine import REFUSED
from schemas.compiled.plan import plan_of
from schemas.compiled.shape import Kind, Shape, UnsupportedSchemaError, shape_of
from schemas.messages import MESSAGES, Detections, Scene, Tracks
from schemas.registry import FixedSchemaIds
from schemas.wire import HEADER, DatumError, frame
from tests.unit.schemas.random_messages import messages

#: Those of the codec, and others whose schemas plans know.
TOPICS = (*COMPILED_TOPICS, "signal-phases", "payments", "case-events")
QUICK = settings(max_examples=60, deadline=None)


@dataclass(frozen=True, slots=True)
class Counted:
    """A message that refuses a number."""

    count: int

    def __post_init__(self) -> None:
        if self.count < 0:
            raise ValueError(f"count is {self.count}")


@cache
def datum_of(topic: str) -> CompiledDatum:
    """Return the topic's compiled datum."""
    return CompiledDatum(topic)


def of_fastavro(topic: str, data: bytes) -> str | None:
    """Return what fastavro reads, types of all values included, or None where it refuses."""
    try:
        return repr(decode_datum(topic, data))
    except DatumError:
        return None


@cache
def long_message(topic: str) -> Any:
    """Return a message whose arrays are longer than random ones are, with a null in each array that may have one."""
    full: dict[str, Any] = {
        "sample_at_us": [1_767_600_000_000_000 + 200_000 * i for i in range(5)],
        "box_sample": [i // 40 for i in range(200)],
        "box_x1_px": [i / 8 for i in range(200)],
    }
    if topic == "tracks":
        full |= {"track_id": [f"Ж-{i}/1/2" for i in range(70)], "track_x_m": [None, *map(float, range(68)), None]}
    return replace(example(topic), **full)


@cache
def example(topic: str) -> Any:
    """Return the plainest random message."""
    found: list[Any] = []

    @settings(max_examples=1, database=None)
    @given(messages(topic))
    def take(message: Any) -> None:
        found.append(message)

    take()
    return found[0]


@pytest.mark.parametrize("topic", TOPICS)
def test_the_same_as_fastavro(topic: str) -> None:
    """Every random message is written to the same bytes and read back to the same values of the same types."""
    compiled = datum_of(topic)

    @QUICK
    @given(messages(topic))
    def holds(message: Any) -> None:
        data = encode_datum(topic, message)
        assert compiled.write(message) == data
        assert repr(compiled.read(data, 0)) == of_fastavro(topic, data)
        assert compiled.read(b"12345" + data, 5) == message

    holds()


@pytest.mark.parametrize("topic", COMPILED_TOPICS)
def test_long_arrays(topic: str) -> None:
    """Arrays of more items than one byte counts are the same too."""
    message = long_message(topic)
    data = encode_datum(topic, message)
    assert datum_of(topic).write(message) == data
    assert repr(datum_of(topic).read(data, 0)) == of_fastavro(topic, data)


@pytest.mark.parametrize("topic", TOPICS)
def test_damage_is_never_read_as_something_else(topic: str) -> None:
    """Of damaged bytes the machine reads what fastavro reads, or leaves them to it."""
    compiled = datum_of(topic)

    @QUICK
    @given(messages(topic), st.data())
    def holds(message: Any, data: st.DataObject) -> None:
        for bad in damaged(encode_datum(topic, message), data):
            got = compiled.read(bad, 0)
            assert got is None or repr(got) == of_fastavro(topic, bad)

    holds()


@pytest.mark.parametrize("topic", COMPILED_TOPICS)
def test_every_cut_is_refused(topic: str) -> None:
    """A datum that ends early, anywhere, or goes on behind its end is refused."""
    data = encode_datum(topic, long_message(topic))
    compiled = datum_of(topic)
    assert all(compiled.read(data[:size], 0) is None for size in range(len(data)))
    assert compiled.read(data + b"\0", 0) is None


@pytest.mark.parametrize("topic", COMPILED_TOPICS)
def test_nothing_outside_the_arrays_is_touched(topic: str) -> None:
    """With every index checked, damaged bytes raise no IndexError in arrays of the documented sizes."""
    plan = plan_of(shape_of(reader_schema(topic), MESSAGES[topic]))
    read = checked(machine.read)

    @settings(max_examples=200, deadline=None)
    @given(messages(topic), st.data())
    def holds(message: Any, data: st.DataObject) -> None:
        for bad in damaged(encode_datum(topic, message), data):
            size = len(bad)
            read(plan, np.frombuffer(bad, np.uint8), 0, np.empty(2 * size + 8, np.int64), np.empty(size + 8))

    holds()


@pytest.mark.parametrize("count", [2**62, 2**31, -(2**62), -(2**63), 100_000])
def test_a_count_that_the_data_cannot_hold(count: int) -> None:
    """A count beyond the rest of the data is refused before anything is filled for it."""
    empty = replace(example("detections"), plates=[], scene=None, signals=[], signals_known=False)
    tail = b"\0\0\0\0"  # no plates, no scene, unknown signals, none
    good = encode_datum("detections", empty)
    assert good.endswith(tail)
    bad = good[: -len(tail)] + zigzag(count) + tail
    assert datum_of("detections").read(bad, 0) is None
    assert of_fastavro("detections", bad) is None


def test_blocks() -> None:
    """Arrays in several blocks, with and without their size in bytes, are read as one array."""
    plain = encode_datum("detections", replace(example("detections"), signals=[]))
    signal = zigzag(1) + b"A" + zigzag(2) + zigzag(77) + zigzag(1) + zigzag(5) + zigzag(6) + b"\1"
    for blocks in (
        zigzag(1) + signal + zigzag(2) + signal + signal + b"\0",
        zigzag(-2) + zigzag(2 * len(signal)) + signal + signal + zigzag(1) + signal + b"\0",
    ):
        data = plain[:-1] + blocks
        message = datum_of("detections").read(data, 0)
        assert len(message.signals) == 3
        assert repr(message) == of_fastavro("detections", data)


def test_values_that_are_not_plain_are_left_to_fastavro() -> None:
    """A value of another type is written by fastavro or raises what fastavro raises: through the codec both are one."""
    tracks: Tracks = example("tracks")
    for change in (
        {"epoch_us": 2**63},
        {"epoch_us": "1"},
        {"epoch_us": 1.5},
        {"camera_id": b"K"},
        {"camera_id": "\ud800"},
        {"clock_source": "SUN"},
        {"signals_known": 2},
        {"track_x_m": [True]},
        {"track_x_m": [1, None, 2.5]},
        {"track_score": ["x"]},
        {"track_score": [1, True, 1e39, np.float32(0.1)]},
        {"track_class": np.array([1, 2])},
        {"track_id": None},
        {"scene": Scene(1, 2.0, 3.0, 4.0)},
        {"scene": Scene(True, 2.0, 3.0, 4.0)},  # type: ignore[arg-type, unused-ignore]
        {"box_x_m": (math.nan, math.inf, -0.0)},
    ):
        message = replace(tracks, **change)
        plain, warm = codec_without_and_with_machine_code()
        assert outcome(warm.encode, message) == outcome(plain.encode, message), change


def test_the_codec_with_machine_code_is_the_codec_without() -> None:
    """Messages, bytes and what is wrong with bad ones are the same."""
    plain, warm = codec_without_and_with_machine_code()
    message: Detections = long_message("detections")
    data = warm.encode("detections", message)
    assert data == plain.encode("detections", message)
    assert warm.decode("detections", data) == message
    with pytest.raises(DatumError, match="left over"):
        warm.decode("detections", data + b"\0")
    foreign = warm.encode("tracks", long_message("tracks"))
    with pytest.raises(DatumError):
        warm.decode("detections", data[: HEADER.size] + foreign[HEADER.size :])
    with pytest.raises(TypeError, match="topic tracks carries Tracks, not Detections"):
        warm.encode("tracks", message)


def test_another_version_of_the_schema_is_resolved() -> None:
    """Bytes of a schema other than the current one are never read by the current one's plan."""
    ids = FixedSchemaIds()
    schema = json.loads(schema_text("detections"))
    older = json.dumps({**schema, "fields": [f for f in schema["fields"] if f["name"] != "scene"]})
    message = replace(long_message("detections"), plates=[], scene=None, signals=[])
    record = {f.name: getattr(message, f.name) for f in fields(message) if f.name != "scene"}
    buffer = io.BytesIO()
    schemaless_writer(buffer, parse_writer_schema(older), record)
    codec = MessageCodec(ids)
    codec.warm_up()
    assert codec.decode("detections", frame(ids.add(older), buffer.getvalue())) == message


def test_schemas_that_plans_do_not_know() -> None:
    """Bytes, maps, wide unions and records within themselves are refused when the plan is made, not when data comes."""
    node: dict[str, Any] = {"type": "record", "name": "n.Scene", "fields": []}
    for schema in ("bytes", "double", {"type": "map", "values": "int"}, ["null", "int"], ["int", "string"], node):
        with pytest.raises(UnsupportedSchemaError):
            shape_of(schema, int | None if isinstance(schema, list) else Scene)
    names = ("motion_ratio", "luma_mean", "luma_sd", "sharpness")
    node["fields"] = [{"name": name, "type": "n.Scene"} for name in names]
    with pytest.raises(UnsupportedSchemaError, match="holds itself"):
        shape_of(node, Scene)
    assert shape_of("int", int).kind is Kind.LONG


def test_refusal_is_no_length() -> None:
    """A refusal cannot be taken for a number of values."""
    assert REFUSED < 0


def damaged(good: bytes, data: st.DataObject) -> list[bytes]:
    """Return a datum cut, flipped, extended, with a stretch replaced, and bytes that never were one."""
    at = data.draw(st.integers(0, len(good) - 1))
    flipped = bytearray(good)
    flipped[at] ^= 1 << data.draw(st.integers(0, 7))
    stretch = data.draw(st.binary(max_size=12))
    replaced = good[:at] + stretch + good[at + len(stretch) :]
    return [bytes(flipped), good[:at], good + b"\0", replaced, data.draw(st.binary(max_size=64))]


@cache
def checked(function: Callable[..., Any]) -> Callable[..., Any]:
    """Return a function of the machine compiled with a check of each index."""
    return numba.njit(error_model="numpy", boundscheck=True)(function)  # type: ignore[no-any-return, unused-ignore]


def zigzag(value: int) -> bytes:
    """Return an Avro long."""
    left = (value << 1) ^ (value >> 63)
    out = bytearray()
    while left > 0x7F:
        out.append(left & 0x7F | 0x80)
        left >>= 7
    return bytes([*out, left])


def codec_without_and_with_machine_code() -> tuple[MessageCodec, MessageCodec]:
    """Return two codecs with the same schema ids."""
    ids = FixedSchemaIds()
    plain, warm = MessageCodec(ids), MessageCodec(ids)
    warm.warm_up()
    return plain, warm


def outcome(encode: Callable[[str, Any], bytes], message: Tracks) -> bytes | type[Exception]:
    """Return what encoding a message came to: the bytes, or the class of what it raised."""
    try:
        return encode("tracks", message)
    except (ValueError, TypeError, OverflowError, struct.error, AttributeError) as error:
        return type(error)


def test_a_class_with_checks_of_its_own_is_made_by_its_constructor() -> None:
    """Messages are made through their slots, which must leave out nothing that a class does as it is made."""
    build = builder_of(Shape(Kind.RECORD, Counted, names=("count",), parts=(Shape(Kind.LONG),)))
    assert build([3], [], b"") == Counted(3)
    with pytest.raises(ValueError, match="count is -1"):
        build([-1], [], b"")
