"""What the wire codec must hold wherever its schema ids come from; a subclass brings the `codec` fixture."""

import struct
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from schemas.codec import MessageCodec
from schemas.messages import MESSAGES, DeadLetter, ErrorClass
from schemas.wire import BadMessageError, DatumError, FramingError, UnknownSchemaError, schema_id_of
from tests.unit.schemas.random_messages import messages

TOPICS = list(MESSAGES)
QUICK = settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
LETTER = DeadLetter(
    "tracking",
    "1",
    "vigil.frames",
    None,
    3,
    42,
    1_700_000_000_000,
    b"K-1",
    b"x",
    ErrorClass.DECODE,
    "cut short",
    1_700_000_000_000_123,
)


class CodecSuite:
    """The suite."""

    @pytest.mark.parametrize("topic", TOPICS)
    def test_round_trip(self, codec: MessageCodec, topic: str) -> None:
        """Every message comes back equal, and bytes of it are the same each time."""

        @QUICK
        @given(messages(topic))
        def holds(message: Any) -> None:
            data = codec.encode(topic, message)
            assert codec.decode(topic, data) == message
            assert codec.encode(topic, codec.decode(topic, data)) == data

        holds()

    @pytest.mark.parametrize("topic", TOPICS)
    def test_damage_is_a_bad_message_or_another_message(self, codec: MessageCodec, topic: str) -> None:
        """Bytes cut, flipped, extended or invented raise BadMessageError or still decode; nothing else ever happens.

        A flipped bit in a number is another number, which no format without a checksum can see.
        """

        @QUICK
        @given(messages(topic), st.data())
        def holds(message: Any, data: st.DataObject) -> None:
            good = codec.encode(topic, message)
            at = data.draw(st.integers(0, len(good) - 1))
            flipped = bytearray(good)
            flipped[at] ^= 1 << data.draw(st.integers(0, 7))
            for bad in (bytes(flipped), good[:at], good + b"\0", good[:5] + data.draw(st.binary(max_size=64))):
                try:
                    got = codec.decode(topic, bad)
                except BadMessageError:
                    continue
                assert type(got) is MESSAGES[topic]
            for cut in (good[:at], good + b"\0"):
                with pytest.raises(BadMessageError):
                    codec.decode(topic, cut)

        holds()

    @pytest.mark.parametrize("length", range(5))
    def test_less_than_the_framing(self, codec: MessageCodec, length: int) -> None:
        """Bytes too short for the framing are named as such, not read beyond their end."""
        with pytest.raises(FramingError, match=f"message of {length} bytes"):
            codec.decode("frames", bytes(length))

    def test_another_magic_byte(self, codec: MessageCodec) -> None:
        """JSON, say, on an Avro topic is a framing error."""
        with pytest.raises(FramingError, match="begins with byte 123"):
            codec.decode("frames", b'{"camera_id": 1}')

    @pytest.mark.parametrize("schema_id", [0, 1_999_999_999, 2**32 - 1])
    def test_unknown_schema_id(self, codec: MessageCodec, schema_id: int) -> None:
        """An id that the registry does not hold makes a bad message, even where no registry could have it."""
        with pytest.raises(UnknownSchemaError, match=str(schema_id)):
            codec.decode("frames", struct.pack(">bI", 0, schema_id) + b"\0\0")

    def test_a_message_of_another_topic(self, codec: MessageCodec) -> None:
        """A valid message of another topic's schema does not resolve to this topic's."""
        data = codec.encode("dead-letters", LETTER)
        with pytest.raises(DatumError):
            codec.decode("frames", data)

    def test_encoding_another_class_is_a_type_error(self, codec: MessageCodec) -> None:
        """The programmer's error of a wrong class is told apart from bad messages."""
        with pytest.raises(TypeError, match="topic frames carries Frames, not DeadLetter"):
            codec.encode("frames", LETTER)

    @pytest.mark.parametrize("wrong", [{"offset": 2**63}, {"stage": None}, {"created_at_ms": "now"}])
    def test_encoding_a_value_that_does_not_fit(self, codec: MessageCodec, wrong: dict[str, Any]) -> None:
        """A value beyond its Avro type raises instead of being cut."""
        with pytest.raises((ValueError, TypeError, OverflowError)):
            codec.encode("dead-letters", replace(LETTER, **wrong))

    def test_instants_stay_integers(self, codec: MessageCodec) -> None:
        """Microseconds and milliseconds come back as the integers they are, not as datetimes of a rounded value."""
        letter = codec.decode("dead-letters", codec.encode("dead-letters", LETTER))
        assert type(letter.failed_at_us) is int
        assert letter.failed_at_us == 1_700_000_000_000_123
        assert type(letter.created_at_ms) is int

    def test_framing_names_the_registered_schema(self, codec: MessageCodec) -> None:
        """All messages of one topic carry one id, those of another topic another."""
        first = schema_id_of(codec.encode("dead-letters", LETTER))
        again = schema_id_of(codec.encode("dead-letters", replace(LETTER, offset=43)))
        assert first == again
        with pytest.raises(DatumError):
            codec.decode("frames", struct.pack(">bI", 0, first))
