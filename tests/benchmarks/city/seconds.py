"""Depth 1 of the test city: camera-seconds a second and core, and what traffic, messages and Avro cost beside them.

2,000 cameras of full-size sites, in this process: streets, walkers and events as they are in a run.

    python -m tests.benchmarks.city.seconds
"""

import time
from collections.abc import Callable
from functools import partial
from typing import Any

from producers.simulator.camera_datums import CameraDatums
from producers.simulator.camera_seconds import CameraSeconds, SecondSeen
from producers.simulator.city import build_city
from producers.simulator.city_clock import SECOND_US, START_US
from producers.simulator.motions import Motions, joined
from producers.simulator.noise.noise_model import NoiseModel
from producers.simulator.noise.noise_tables import NoiseTables
from producers.simulator.shard import RunPlan, Shard
from producers.simulator.traffic.available import missing_sumo
from producers.simulator.traffic.conveyor import Conveyor
from producers.simulator.traffic.sumo_traffic import SumoTraffic
from tests.benchmarks.figure import Figure, Say, at_least, main

CAMERAS, SECONDS = 2_000, 30
SUMO_SECONDS = 20


class _Stage(Shard):
    """A shard of which only the stage is used: what moves before its cameras."""

    def motions(self, traffic: Motions, number: int) -> Motions:
        """Return what moves before the cameras in a second."""
        return self._moving(traffic, START_US + number * SECOND_US)


def run(say: Say) -> list[Figure]:
    """Measure."""
    say(f"city-run: {CAMERAS:,} cameras, {SECONDS} s ...")
    city = build_city(5, CAMERAS)
    noise = NoiseModel.load()
    shard = _Stage(city, range(len(city.sites)), RunPlan(START_US, 10_000, 600.0), noise)
    conveyor = Conveyor(city, START_US)
    seconds = CameraSeconds(city.cameras, city.seed, START_US, NoiseTables.of(noise))
    datums = CameraDatums(city, city.cameras, seconds.layout, "bench")
    spent = dict.fromkeys(("traffic", "stage", "depth1", "avro"), 0.0)
    boxes = 0

    def timed(part: str, work: Callable[[], Any]) -> Any:
        begun = time.process_time()
        out = work()
        spent[part] += time.process_time() - begun
        return out

    last = shard.motions(conveyor.second(), 0)
    for number in range(SECONDS + 1):
        if number == 1:  # the first second compiled and filled caches
            spent = dict.fromkeys(spent, 0.0)
            boxes = 0
        driving = timed("traffic", conveyor.second)
        now = timed("stage", partial(shard.motions, driving, number + 1))
        both = joined([last, now])
        last = now
        seen: SecondSeen = timed("depth1", partial(seconds.second, number, both))
        timed("avro", partial(_written, datums, seen))
        boxes += len(seen.noisy.score)
    made_cs = CAMERAS * SECONDS
    load = f"{CAMERAS:,} cameras, {boxes / made_cs:.1f} boxes found a camera-second"
    return [
        Figure(
            "city_depth1_camera_seconds_per_core_second",
            made_cs / spent["depth1"],
            "camera-s/core-s",
            at_least(20_000),
            f"sight, occlusion, noise, plates; without traffic, events and Avro; {load}",
        ),
        *(
            Figure(f"city_{part}_us_per_camera_second", spent[part] / made_cs * 1e6, "us", None, text)
            for part, text in (
                ("traffic", "CPU of the conveyor's traffic"),
                ("stage", "CPU of walkers, events and their truth"),
                ("depth1", "CPU of sight and noise"),
                ("avro", "CPU of the datums of detections and truth-tracks"),
            )
        ),
        _sumo(say),
    ]


def _written(datums: CameraDatums, seen: SecondSeen) -> int:
    """Write a second's datums; return how many."""
    return sum(1 for _ in datums.messages(seen))


def _sumo(say: Say) -> Figure:
    name, unit = "city_sumo_vehicle_seconds_per_second", "vehicle-s/s"
    missing = missing_sumo()
    if missing is not None:
        return Figure(name, None, unit, None, "SUMO's own speed", missing)
    say("city-run: SUMO ...")
    traffic = SumoTraffic(build_city(5, 500), START_US)
    try:
        begun, vehicles = time.monotonic(), 0.0
        for _ in range(SUMO_SECONDS):
            moving = traffic.second()
            vehicles += float((moving.to_us - moving.from_us).sum()) / SECOND_US
        return Figure(name, vehicles / (time.monotonic() - begun), unit, None, "SUMO's own speed, one core")
    finally:
        traffic.close()


if __name__ == "__main__":
    main(run)
