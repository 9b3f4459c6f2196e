"""The violations benchmark's load that is as heavy as the test city's: its cameras, and what tracking makes there."""

import asyncio
from collections.abc import Sequence
from typing import Final

from infra.evaluation.in_process import Entries
from processors.stage_core import KeyBatch, Record
from processors.tracking.core import TrackingCore
from producers.simulator.city import build_city
from producers.simulator.city_clock import START_US
from producers.simulator.noise.noise_model import NoiseModel
from producers.simulator.shard import RunPlan, Shard
from producers.simulator.traffic.conveyor import Conveyor
from schemas.messages import Camera, Detections, Tracks

#: The city, and its cameras: of every outlook in the city's share.
SEED: Final = 3001
CAMERAS: Final = 80
#: Mean time between two events before a camera, seconds, as `vigil evaluate` has it.
GAP_S: Final = 15.0
#: Seconds before those that are given: the streets are empty when a city begins.
AHEAD_S: Final = 20


def city_tracks(seconds: int) -> tuple[Sequence[Camera], Sequence[Sequence[Tracks]]]:
    """Return the city's cameras, and the seconds of each.

    Args:
        seconds: how many.
    """
    city, entries = build_city(SEED, CAMERAS), Entries()
    plan = RunPlan(START_US, AHEAD_S + seconds, GAP_S)
    shard = Shard(city, [site.number for site in city.sites], plan, NoiseModel.load())
    conveyor = Conveyor(city, START_US)
    shard.begin(conveyor.second())
    for entry in shard.registry():
        entries.add(entry.message)
    records: dict[str, list[Record[Detections]]] = {camera_id: [] for camera_id in sorted(entries.latest_of)}
    for _ in range(plan.seconds):
        for message in shard.second(conveyor.second()):
            if message.topic == "detections":
                own = records[message.key]
                own.append(Record(message.message, 0, len(own), message.at_us // 1000))
    core = TrackingCore()
    batch = [KeyBatch(camera_id, core.initial(camera_id), own) for camera_id, own in records.items()]
    results = asyncio.run(core.advance(batch, entries))
    seen = [[one.message for one in result.outputs if one.topic == "tracks"][AHEAD_S:] for result in results]
    return [entries.latest_of[camera_id] for camera_id in records], seen
