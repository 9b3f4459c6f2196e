"""Rows for the sink's benchmark: messages as a city writes them, each with coordinates of its own."""

import dataclasses
import random
from collections.abc import Callable, Iterator, Mapping
from typing import Any, Final

from schemas.codec import MessageCodec
from schemas.messages import (
    CaseEvent,
    CaseStep,
    ClockSource,
    DecodeStatus,
    Detections,
    Owner,
    Scene,
)
from schemas.registry import SchemaIds
from schemas.wire import frame
from sinks.clickhouse.avro_block import zigzag

NOON_US: Final = 1_790_000_000_000_000
CAMERAS: Final = 2_000
#: Different messages; each is written with many coordinates.
VARIANTS: Final = 512
#: Sampled frames of a second and boxes of a frame, drawn evenly: 2.6 and 6.4 in the mean; the demo's footage has 2.5
#: and 6.3 (report.json).
FRAMES: Final = (1, 2, 2, 3, 5)
BOXES_A_FRAME: Final = (2, 4, 6, 8, 12)


def detections(rng: random.Random) -> Detections:
    """Return one camera-second; its camera, epoch and sequence are replaced (`framed`)."""
    frames = rng.choice(FRAMES)
    sample = [frame for frame in range(frames) for _ in range(rng.choice(BOXES_A_FRAME))]
    boxes = [(rng.uniform(0, 1_800), rng.uniform(0, 1_000)) for _ in sample]
    return Detections(
        camera_id="", epoch_us=NOON_US, sequence=0, captured_at_us=NOON_US, duration_us=1_000_000,
        clock_source=ClockSource.RTCP, frames_partition=3, frames_offset=123_456, frames_created_at_ms=NOON_US // 1_000,
        registry_version=7, model_name="nanodet-g", model_version="1-0123456789ab", width_px=1_920, height_px=1_080,
        decode_status=DecodeStatus.DECODED, packets=25, frames_decoded=frames,
        sample_at_us=[NOON_US + 40_000 * i for i in range(frames)], sample_packet=list(range(frames)),
        box_sample=sample, box_x1_px=[x for x, _ in boxes],
        box_y1_px=[y for _, y in boxes], box_x2_px=[x + 90 for x, _ in boxes],
        box_y2_px=[y + 70 for _, y in boxes], box_score=[rng.random() for _ in boxes],
        box_class=[rng.choice((0, 2, 2, 2, 5, 7)) for _ in boxes], plates=(),
        scene=Scene(rng.random(), 90.0, 40.0, 7.0) if frames else None, signals_known=False, signals=(),
    )  # fmt: skip


def case_event(rng: random.Random) -> CaseEvent:
    """Return one step of a case; its case and revision are replaced (`framed`)."""
    return CaseEvent(
        case_id="", revision=0, step=rng.choice(list(CaseStep)), vehicle_key=f"{rng.getrandbits(256):064x}",
        violation_id=f"{rng.getrandbits(128):032x}", kind="speeding", camera_id=f"ALA-{rng.randrange(CAMERAS):05}",
        site_id=f"site-{rng.randrange(616)}", district=f"district-{rng.randrange(8)}", owner=rng.choice(list(Owner)),
        article="592-1", tariff_version="2026-1", amount_kzt=rng.choice((0, 21_625, 43_250, 86_500)),
        offence_at_us=NOON_US, happened_at_us=NOON_US + rng.randrange(10**12), reason="", commands_partition=1,
        commands_offset=rng.randrange(10**7),
    )  # fmt: skip


@dataclasses.dataclass(frozen=True, slots=True)
class Load:
    """How one topic's rows are made.

    Attributes:
        message: a message whose first fields are the row's coordinates.
        head: those fields of the n-th row, encoded, and its key.
        empty_head: the same fields as `message` leaves them, encoded.
    """

    message: Callable[[random.Random], Any]
    head: Callable[[int], tuple[bytes, str]]
    empty_head: bytes


def _text(value: str) -> bytes:
    return zigzag(len(value)) + value.encode()


def _second(number: int) -> tuple[bytes, str]:
    camera = f"ALA-{number % CAMERAS:05}"
    return _text(camera) + zigzag(NOON_US) + zigzag(number // CAMERAS), camera


def _step(number: int) -> tuple[bytes, str]:
    case = f"case-{number // 5:012}"
    return _text(case) + zigzag(number % 5 + 1), case


LOADS: Final[Mapping[str, Load]] = {
    "detections": Load(detections, _second, _text("") + zigzag(NOON_US) + zigzag(0)),
    "case-events": Load(case_event, _step, _text("") + zigzag(0)),
}


def framed(topic: str, rows: int, ids: SchemaIds, seed: int = 1) -> Iterator[tuple[str, bytes]]:
    """Yield key and framed value of each row; no two rows have the same business key.

    Args:
        topic: name of LOADS.
        rows: how many.
        ids: the registry.
        seed: of what is random in them.

    Raises:
        ValueError: the schema does not begin with the coordinates that LOADS writes.
    """
    load, rng, codec = LOADS[topic], random.Random(seed), MessageCodec(ids)
    header = frame(ids.id_for(topic), b"")
    tails = []
    for _ in range(VARIANTS):
        value = codec.encode(topic, load.message(rng))
        if not value.startswith(header + load.empty_head):
            raise ValueError(f"the schema of {topic} does not begin with the fields that this load replaces")
        tails.append(value[len(header) + len(load.empty_head) :])
    for number in range(rows):
        head, key = load.head(number)
        yield key, header + head + tails[number % VARIANTS]
