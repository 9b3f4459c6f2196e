"""CPU of the incidents and violations cores a camera-second: 5 sampled frames of 10 boxes.

The incidents core sees one zone of each kind, the violations core the views of tests/benchmarks/stage/streets.py.

What a whole stage costs is measured in tests.benchmarks.stage.cores; this one tells the parts apart in which stages
differ: decoding the tracks message, the core, and the bytes of its state.

    python -m tests.benchmarks.findings.stage_cores
"""

import asyncio
import json
import random
import time
from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Any

from processors.incidents.core import IncidentsCore
from processors.stage_core import KeyBatch, Record, StageCore
from processors.violations.core import ViolationsCore
from schemas.codec import MessageCodec
from schemas.messages import Camera, Tracks
from schemas.registry import FixedSchemaIds
from tests.benchmarks.stage import streets
from tests.unit.processors.rules.street import CAR, EPOCH_US, PERSON, Cameras, Seen, calibration, camera, second, zone

#: One message of each camera a batch, as in a stage that carries thousands of cameras: state bytes for each message.
CAMERAS = 400
SECONDS = 20
BATCH = 400


def traffic(number: int, rng: random.Random, seconds: int = SECONDS) -> list[Tracks]:
    """Return the seconds of one camera: six cars that pass, two that stand, a person that stays and one that passes."""
    offset = rng.uniform(0, 400)
    out = []
    for n in range(seconds):
        seen = []
        for c in range(10):
            track = f"{number}-{c}"
            x, y = 80.0 + 90 * c, 200.0 + 30 * c
            moving = c not in {2, 5, 8}
            if moving:
                y = (y + offset + 60 * n) % 900 + 60
            jitter = rng.uniform(-2, 2)
            cls = PERSON if c in {8, 9} else CAR
            width, height = (30, 80) if cls == PERSON else (80, 50)
            box = (x - width / 2 + jitter, y - height, x + width / 2 + jitter, y + jitter)
            speed = rng.uniform(30, 55) if moving else 0.5
            heading = 180.0 if moving else None
            seen.append(Seen(track, cls, box, x / 10, y / 10, speed, 1.5, heading, EPOCH_US))
        tracks = second(n, seen, samples=5, camera_id=f"cam-{number}")
        # What moves does so within the second as well: 60 pixels a second.
        shift = [
            12.0 * s if i not in {2, 5, 8} else 0.0 for i, s in zip(tracks.box_track, tracks.box_sample, strict=True)
        ]
        tops = [y + d for y, d in zip(tracks.box_y1_px, shift, strict=True)]
        feet = [y + d for y, d in zip(tracks.box_y2_px, shift, strict=True)]
        out.append(replace(tracks, box_y1_px=tops, box_y2_px=feet))
    return out


def roadside(camera_id: str = "cam-1") -> Camera:
    """Return a camera with a roadway, a square and a zone not to linger in, calibrated, for enforcement."""
    zones = [
        zone("road", "roadway", (0, 0, 700, 0, 750, 500, 700, 1000, 0, 1000), 180.0),
        zone("square", "square", (700, 0, 1000, 0, 1000, 600, 800, 500)),
        zone("door", "no_loitering", (700, 400, 1000, 400, 1000, 1000, 700, 1000)),
    ]
    return camera(*zones, camera_id=camera_id, calibration=calibration(), speed_limit_kmh=60.0)


def measure(
    make: Callable[[], StageCore[Tracks, Any]], entries: Sequence[Camera], datums: list[list[bytes]]
) -> dict[str, float]:
    """Return CPU seconds a camera-second of decoding, core, state bytes, and outputs a camera-second."""
    codec = MessageCodec(FixedSchemaIds())
    codec.encode("tracks", second(0))  # registers the schema's id
    codec.warm_up()
    registry = Cameras(*entries)
    core = make()
    states = {number: core.initial(f"cam-{number}") for number in range(CAMERAS)}
    spent = {"decode": 0.0, "core": 0.0, "state": 0.0}
    outputs = done = 0
    seconds_a_batch = BATCH // CAMERAS
    for first in range(-seconds_a_batch, SECONDS, seconds_a_batch):
        warm = first < 0  # the first batch compiles what is compiled; it is not counted, nor kept
        begin = max(first, 0)
        marks = [time.process_time()]
        batch = []
        for number in range(CAMERAS):
            messages = [codec.decode("tracks", data) for data in datums[number][begin : begin + seconds_a_batch]]
            records = [Record(m, 0, begin + i, 0) for i, m in enumerate(messages)]
            state = core.initial(f"cam-{number}") if warm else states[number]
            batch.append(KeyBatch(f"cam-{number}", state, records))
        marks.append(time.process_time())
        results = asyncio.run(core.advance(batch, registry))  # type: ignore[arg-type, unused-ignore]
        marks.append(time.process_time())
        for result in results:
            core.to_bytes(result.state)
        marks.append(time.process_time())
        if warm:
            continue
        for number, result in enumerate(results):
            states[number] = result.state
            outputs += len(result.outputs)
        done += sum(len(work.records) for work in batch)
        for name, a, b in zip(spent, marks, marks[1:], strict=False):
            spent[name] += b - a
    return {name: value / done for name, value in spent.items()} | {"outputs": outputs / done}


def run() -> list[dict[str, Any]]:
    """Measure both cores; a row a figure."""
    rng = random.Random(1)
    codec = MessageCodec(FixedSchemaIds())
    roads = [roadside(f"cam-{number}") for number in range(CAMERAS)]
    seen = [traffic(number, rng) for number in range(CAMERAS)]
    views = [streets.VIEWS[number % len(streets.VIEWS)] for number in range(CAMERAS)]
    looks = [streets.watching(view, f"cam-{number}") for number, view in enumerate(views)]
    seen_there = [streets.traffic(view, number, rng, SECONDS) for number, view in enumerate(views)]
    rows: list[dict[str, Any]] = []
    for name, make, entries, load in (
        ("incidents", IncidentsCore, roads, seen),
        ("violations", ViolationsCore, looks, seen_there),
    ):
        datums = [
            [codec.encode("tracks", replace(m, camera_id=f"cam-{number}")) for m in own]
            for number, own in enumerate(load)
        ]
        cost = measure(make, entries, datums)  # type: ignore[arg-type, unused-ignore]
        rows += [
            {
                "name": f"{name}_{part}_us_per_camera_second",
                "value": round(cost[part] * 1e6, 1),
                "unit": "us CPU",
                "goal": None,
                "compared_with": f"5 frames of 10 boxes; {cost['outputs']:.3f} outputs a camera-second",
            }
            for part in ("decode", "core", "state")
        ]
    return rows


if __name__ == "__main__":
    print(json.dumps(run(), indent=1))  # noqa: T201 (what a benchmark is for)
