"""Refused messages as dead letters."""

from processors.stage.dead_letters import TOPIC, encode_dead_letters
from processors.stage.prepared_batch import Dead
from schemas.messages import ErrorClass
from tests.unit.processors.stage.harness import FakeRecord, codec


def test_a_dead_letter_carries_the_bytes_the_place_and_the_reason() -> None:
    """Whoever mends the cause can produce the message again from it."""
    wire = codec()
    record = FakeRecord(b"K-1", b"\x07rubbish", 3, 41)
    (encoded,) = encode_dead_letters([Dead(record, ErrorClass.DECODE, "no message")], "counting", "2", wire, 10_000)
    letter = wire.decode(TOPIC, encoded.value)
    assert (encoded.topic, encoded.key, encoded.partition) == (TOPIC, b"K-1", None)
    assert (letter.topic, letter.partition, letter.offset) == ("t.frames", 3, 41)
    assert (letter.key, letter.value, letter.created_at_ms) == (b"K-1", b"\x07rubbish", record.timestamp)
    assert (letter.stage, letter.stage_version) == ("counting", "2")
    assert (letter.error_class, letter.error) == (ErrorClass.DECODE, "no message")


def test_a_message_too_large_for_dead_letters_goes_without_its_value() -> None:
    """It must not stop the stage: its coordinates say where it lies, and the error says what is left out."""
    wire = codec()
    record = FakeRecord(b"K-1", bytes(5_000), 0, 1)
    (encoded,) = encode_dead_letters([Dead(record, ErrorClass.DECODE, "bad")], "counting", "2", wire, 2_000)
    letter = wire.decode(TOPIC, encoded.value)
    assert len(encoded.value) < 2_000
    assert letter.value is None
    assert letter.error == "bad (value of 5000 bytes left out: dead-letters takes 2000)"


def test_a_message_without_key_and_value_is_a_dead_letter_too() -> None:
    """None stays None."""
    wire = codec()
    dead = Dead(FakeRecord(None, None, 0, 1), ErrorClass.DECODE, "message without key")
    (encoded,) = encode_dead_letters([dead], "counting", "2", wire, 2_000)
    letter = wire.decode(TOPIC, encoded.value)
    assert (encoded.key, letter.key, letter.value) == (None, None, None)
