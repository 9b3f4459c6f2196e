"""Refused messages as messages of the dead-letters topic."""

import time
from collections.abc import Iterable

from processors.stage.prepared_batch import Dead, Encoded
from schemas.codec import MessageCodec
from schemas.messages import DeadLetter

TOPIC = "dead-letters"
#: Room for what Kafka puts around one record: batch header 61 bytes, record header and lengths.
RECORD_OVERHEAD_BYTES = 128


def encode_dead_letters(
    dead: Iterable[Dead], stage: str, version: str, codec: MessageCodec, limit_bytes: int
) -> list[Encoded]:
    """Return dead letters as bytes, each with the message it is about.

    A message too large for dead-letters itself goes without its value: its coordinates say where it lies, and the error
    says so.

    Args:
        dead: the refused messages.
        stage: name of the stage.
        version: version of its core.
        codec: encodes them.
        limit_bytes: largest record of the dead-letters topic.
    """
    return [_encode(one, stage, version, codec, limit_bytes) for one in dead]


def _encode(one: Dead, stage: str, version: str, codec: MessageCodec, limit_bytes: int) -> Encoded:
    record = one.record
    value, error = record.value, one.error
    for _ in range(2):
        letter = DeadLetter(
            stage=stage,
            stage_version=version,
            topic=record.topic,
            topic_id=None,
            partition=record.partition,
            offset=record.offset,
            created_at_ms=record.timestamp,
            key=record.key,
            value=value,
            error_class=one.error_class,
            error=error,
            failed_at_us=time.time_ns() // 1_000,
        )
        encoded = codec.encode(TOPIC, letter)
        if value is None or len(encoded) + len(record.key or b"") + RECORD_OVERHEAD_BYTES <= limit_bytes:
            break
        error = f"{error} (value of {len(value)} bytes left out: dead-letters takes {limit_bytes})"
        value = None
    return Encoded(TOPIC, record.key, encoded, None)
