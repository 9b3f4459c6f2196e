"""What describe shows of a schema and of a message."""

import json

import pytest

from infra.topics.description import MOST_ITEMS, field_docs, short_type, shown
from schemas.avro import schema_text
from schemas.messages import MESSAGES, Frames, Packet, VideoCodec
from schemas.messages.clock_source import ClockSource


@pytest.mark.parametrize("topic", MESSAGES)
def test_every_field_has_its_meaning(topic: str) -> None:
    """Each field of each schema, nested ones too, is shown once with its doc."""
    docs = field_docs(json.loads(schema_text(topic)))
    assert all(d.doc and d.type for d in docs)
    assert len({d.path for d in docs}) == len(docs)


def test_nested_fields_carry_their_path() -> None:
    """A packet's pts is found under packets[]."""
    paths = {d.path: d.type for d in field_docs(json.loads(schema_text("frames")))}
    assert paths["packets"] == "array of Packet"
    assert paths["packets[].pts"] == "null or long"
    assert paths["codec"] == "VideoCodec (H264 HEVC MJPEG)"


def test_a_sample_shows_no_binary() -> None:
    """Bytes are counted, long arrays cut, enumerations named."""
    packet = Packet(1, None, 3, is_keyframe=True, data=bytes(1000))
    frames = Frames(
        "K-1", 1, 2, True, VideoCodec.H264, 640, 352, 1, 90000, b"xy", 3, 4, ClockSource.FILE, [packet] * 20
    )
    data = shown(frames)
    assert data["extradata"] == "<2 bytes>"
    assert data["codec"] == "H264"
    assert data["packets"][0]["data"] == "<1000 bytes>"
    assert data["packets"][MOST_ITEMS] == "... 20 in all"
    assert "\\x" not in json.dumps(data)


def test_long_texts_are_cut() -> None:
    """An error of a megabyte does not fill the terminal."""
    assert shown("x" * 1000).endswith("... (1000 characters)")


def test_types_in_short() -> None:
    """Arrays, maps and logical types in a word or two."""
    assert short_type({"type": "map", "values": "double"}) == "map of double"
    assert short_type({"type": "array", "items": {"type": "long", "logicalType": "timestamp-micros"}}) == (
        "array of long (timestamp-micros)"
    )
