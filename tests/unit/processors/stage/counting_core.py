"""A small core for the harness' tests: counts a camera's messages, one output for each."""

import asyncio
import struct
from collections.abc import Sequence
from dataclasses import dataclass

from processors.stage_core import KeyBatch, KeyResult, Output, Refusal, Registry, ServiceUnavailableError
from schemas.messages import ClockSource, Frames, Packet, Payment, PaymentKind, VideoCodec

COUNT = struct.Struct(">Bqq")
#: A message of this sequence makes the core raise.
POISON_SEQUENCE = 1_000_000_007
#: A message of this sequence is refused by the core.
REFUSED_SEQUENCE = 1_000_000_009
#: A message of this sequence makes an output of this size.
LARGE_SEQUENCE = 1_000_000_021
LARGE_BYTES = 2_000_000


def frames_message(camera_id: str, sequence: int, epoch_us: int = 1, packets: Sequence[Packet] = ()) -> Frames:
    """Return a frames message of one second; its capture time is its sequence in seconds."""
    return Frames(
        camera_id=camera_id,
        epoch_us=epoch_us,
        sequence=sequence,
        starts_with_keyframe=True,
        codec=VideoCodec.H264,
        width_px=1920,
        height_px=1080,
        time_base_num=1,
        time_base_den=90_000,
        extradata=b"",
        captured_at_us=(sequence % 1_000_000) * 1_000_000,
        duration_us=1_000_000,
        clock_source=ClockSource.FILE,
        packets=packets,
    )


@dataclass(slots=True)
class Count:
    """State of one camera.

    Attributes:
        messages: messages counted.
        total: sum of their sequences.
    """

    messages: int
    total: int


class CountingCore:
    """Counts messages in place; an output for each carries the count."""

    name = "counting"
    source = "frames"
    version = "1"

    def __init__(self) -> None:
        self.calls: list[list[int]] = []
        #: Calls that find the service away before one succeeds.
        self.away = 0
        #: Registry version that messages need, or None.
        self.need: int | None = None
        #: How long a call takes, seconds.
        self.takes_s = 0.0

    def stamp(self, message: Frames) -> tuple[int, int]:
        """See StageCore."""
        return message.epoch_us, message.sequence

    def needs(self, message: Frames) -> tuple[str, int] | None:
        """See StageCore."""
        return None if self.need is None else (message.camera_id, self.need)

    def initial(self, key: str) -> Count:
        """See StageCore."""
        del key
        return Count(0, 0)

    def to_bytes(self, state: Count) -> bytes:
        """See StageCore."""
        return COUNT.pack(1, state.messages, state.total)

    def from_bytes(self, key: str, data: bytes) -> Count:
        """See StageCore."""
        del key
        version, messages, total = COUNT.unpack(data)
        if version != 1:
            raise ValueError(f"count of format {version}; this version reads 1")
        return Count(messages, total)

    async def advance(self, batch: Sequence[KeyBatch[Frames, Count]], registry: Registry) -> Sequence[KeyResult[Count]]:
        """See StageCore. Changes states in place before it fails, as a core may."""
        del registry
        self.calls.append([len(k.records) for k in batch])
        if self.takes_s:
            await asyncio.sleep(self.takes_s)
        if self.away:
            self.away -= 1
            for key in batch:
                key.state.messages += 1_000
            raise ServiceUnavailableError("the service is away")
        results = []
        for key in batch:
            outputs, refusals = [], []
            for index, record in enumerate(key.records):
                message = record.message
                if message.sequence == REFUSED_SEQUENCE:
                    refusals.append(Refusal(index, "refused by the core"))
                    continue
                key.state.messages += 1
                key.state.total += message.sequence
                if message.sequence == POISON_SEQUENCE:
                    raise KeyError("the core cannot bear this message")
                reference = "x" * LARGE_BYTES if message.sequence == LARGE_SEQUENCE else ""
                payment = Payment(
                    payment_id=f"{message.camera_id}/{message.epoch_us}/{message.sequence}",
                    case_id=key.key,
                    kind=PaymentKind.PAYMENT,
                    amount_kzt=key.state.messages,
                    reference=reference,
                    outcome=None,
                    happened_at_us=message.captured_at_us,
                )
                outputs.append(Output("payments", key.key, payment, same_partition=True))
            results.append(KeyResult(key.state, outputs, refusals))
        return results
