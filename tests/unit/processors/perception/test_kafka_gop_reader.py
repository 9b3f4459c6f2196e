"""A Kafka that is away pauses the stage; it never makes a GOP count as gone."""

import pytest

from processors.perception import kafka_gop_reader
from processors.perception.kafka_gop_reader import KafkaGopReader
from processors.perception.state import GopStart
from processors.stage_core import ServiceUnavailableError
from schemas.codec import MessageCodec
from schemas.registry import FixedSchemaIds
from tests.unit.processors.perception.test_policy import group


async def test_an_unreachable_broker_is_trouble_to_wait_out(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nothing listens on the discard port of this machine."""
    monkeypatch.setattr(kafka_gop_reader, "ANSWER_S", 0.3)
    reader = KafkaGopReader("127.0.0.1:9", "t.frames", MessageCodec(FixedSchemaIds()), 2**20, 2**20)
    with pytest.raises(ServiceUnavailableError, match=r"t\.frames cannot be read back"):
        await reader.read("K-1", GopStart(0, 0, 0, 0), group(3), 3)
    reader.close()
