"""Reads a GOP's earlier groups back from Kafka, with a consumer of its own and without a group."""

import asyncio
import time
from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Final

from confluent_kafka import Consumer, KafkaException, TopicPartition

from processors.perception.gop_store import GopReader
from processors.perception.state import GopStart
from processors.stage_core import ServiceUnavailableError
from schemas.codec import MessageCodec
from schemas.messages import Frames
from schemas.registry import RegistryUnavailableError
from schemas.wire import BadMessageError

ANSWER_S: Final = 10.0
#: A read in which nothing arrives for so long has failed.
SILENCE_S: Final = 15.0


class KafkaGopReader(GopReader):
    """Reads one GOP at a time, in a thread of its own; the consumer is kept and seeks.

    Args:
        bootstrap_servers: Kafka's addresses.
        topic: the frames topic as named in the cluster.
        codec: decodes frames; one of its own, for it is used by the reader's thread.
        most_bytes: bytes read for one GOP, other cameras' included; beyond, the GOP counts as gone.
        message_max_bytes: the topic's limit.
        security: what librdkafka needs to know of user and TLS; None: neither.
    """

    def __init__(
        self,
        bootstrap_servers: str,
        topic: str,
        codec: MessageCodec,
        most_bytes: int,
        message_max_bytes: int,
        security: Mapping[str, str] | None = None,
    ) -> None:
        self._topic = topic
        self._codec = codec
        self._most_bytes = most_bytes
        self._settings = {
            "bootstrap.servers": bootstrap_servers,
            "group.id": "no-group",  # never joined: partitions are assigned by hand
            "enable.auto.commit": False,
            "auto.offset.reset": "error",
            "queued.max.messages.kbytes": 16_384,
            "fetch.message.max.bytes": message_max_bytes,
            "fetch.wait.max.ms": 10,  # a new assignment waits for the request under way
            "log_level": 3,
            **(security or {}),
        }
        self._consumer: Consumer | None = None
        self._thread = ThreadPoolExecutor(1, "gop-reader")

    async def read(self, camera_id: str, gop: GopStart, before: Frames, before_offset: int) -> Sequence[Frames] | None:
        """See GopReader."""
        loop = asyncio.get_running_loop()
        return await loop.run_in_executor(self._thread, self._read, camera_id, gop, before, before_offset)

    def close(self) -> None:
        """Leave Kafka."""
        self._thread.shutdown(wait=True)
        if self._consumer is not None:
            self._consumer.close()

    def _read(self, camera_id: str, gop: GopStart, before: Frames, before_offset: int) -> Sequence[Frames] | None:
        try:
            if self._consumer is None:
                self._consumer = Consumer(self._settings)
            low, _ = self._consumer.get_watermark_offsets(
                TopicPartition(self._topic, gop.partition), timeout=ANSWER_S, cached=False
            )
            if low > gop.offset:
                return None
            self._consumer.assign([TopicPartition(self._topic, gop.partition, gop.offset)])
            try:
                found = self._collect(self._consumer, camera_id, gop, before, before_offset)
            finally:
                self._consumer.unassign()
        except KafkaException as error:
            raise ServiceUnavailableError(f"{self._topic} cannot be read back: {error}") from error
        except RegistryUnavailableError as error:
            raise ServiceUnavailableError(f"{self._topic} cannot be read back: {error}") from error
        if [frames.sequence for frames in found] != list(range(gop.sequence, before.sequence)):
            return None
        return found

    def _collect(
        self, consumer: Consumer, camera_id: str, gop: GopStart, before: Frames, before_offset: int
    ) -> list[Frames]:
        key = camera_id.encode()
        found: list[Frames] = []
        size = 0
        heard = time.monotonic()
        at = gop.offset
        while True:
            # No more than there are: a call waits for all it asks for, or the whole of its time.
            messages = consumer.consume(max(1, min(64, before_offset - at)), 0.5)
            now = time.monotonic()
            if messages:
                heard = now
            elif now - heard > SILENCE_S:
                raise ServiceUnavailableError(f"{self._topic} partition {gop.partition} gave nothing for {SILENCE_S} s")
            for message in messages:
                error, value, offset = message.error(), message.value(), message.offset()
                if error is not None:
                    raise KafkaException(error)
                if offset is None or offset >= before_offset:
                    return found
                at = offset + 1
                size += len(value or b"")
                if size > self._most_bytes:
                    return found
                frames = self._frames_of(key, message.key(), value)
                # A producer that tries again may have written a group twice; the later ones are the same.
                if (
                    frames is not None
                    and frames.epoch_us == before.epoch_us
                    and frames.sequence == gop.sequence + len(found)
                ):
                    found.append(frames)
                if offset == before_offset - 1:
                    return found

    def _frames_of(self, key: bytes, found_key: bytes | str | None, value: bytes | str | None) -> Frames | None:
        if found_key != key or not isinstance(value, bytes):
            return None
        try:
            frames: Frames = self._codec.decode("frames", value)
        except BadMessageError:
            return None  # the stage has dead-lettered it; the GOP has a hole then, and the caller sees it
        return frames
