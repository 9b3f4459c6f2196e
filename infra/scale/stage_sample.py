"""A few cameras of the city through the stages' cores, timed: what tracking, incidents and violations cost and say."""

import asyncio
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

from infra.evaluation.in_process import Chain
from processors.stage_core import Record
from producers.simulator.city import build_city
from producers.simulator.noise.noise_model import NoiseModel
from producers.simulator.shard import RunPlan, Shard
from producers.simulator.traffic.conveyor import Conveyor
from schemas.codec import encode_datum

#: Topics that stages write.
WRITTEN: Final = ("tracks", "incidents", "violations")
#: Seconds before the clock is looked at: compiled code is loaded then, and tracks come into being.
WARM_UP_S: Final = 5


@dataclass(slots=True)
class StageSample:
    """What was measured.

    Attributes:
        camera_seconds: that went through.
        cpu_s: by stage.
        counts: by topic, messages and bytes of their datums.
    """

    camera_seconds: int = 0
    cpu_s: dict[str, float] = field(default_factory=dict)
    counts: dict[str, list[int]] = field(default_factory=dict)


class _TimedChain(Chain):
    """A chain that times its stages once it is told to."""

    def __init__(self, sample: StageSample) -> None:
        super().__init__(self._heard)
        self._sample = sample
        self.counting = False

    def _heard(self, topic: str, _offset: int, message: Any) -> None:
        if self.counting and topic in WRITTEN:
            count = self._sample.counts.setdefault(topic, [0, 0])
            count[0] += 1
            count[1] += len(encode_datum(topic, message))

    async def _stage(self, core: Any, records: Mapping[str, Sequence[Record[Any]]]) -> list[tuple[str, Any]]:
        begun = time.process_time()
        out = await super()._stage(core, records)
        if self.counting:
            spent = time.process_time() - begun
            self._sample.cpu_s[core.name] = self._sample.cpu_s.get(core.name, 0.0) + spent
        return out


def sample_stages(seed: int, cameras: int, start_us: int, seconds: int, gap_s: float) -> StageSample:
    """Run a small city of the seed through the cores, a second at a time as they come in real time.

    Args:
        seed: of the city.
        cameras: how many.
        start_us: its first second.
        seconds: that are measured, after WARM_UP_S.
        gap_s: mean gap between two events before a camera.
    """
    city = build_city(seed, cameras)
    shard = Shard(
        city,
        [site.number for site in city.sites],
        RunPlan(start_us, WARM_UP_S + seconds, gap_s),
        NoiseModel.load(),
    )
    conveyor = Conveyor(city, start_us)
    shard.begin(conveyor.second())
    sample = StageSample(camera_seconds=cameras * seconds)
    chain = _TimedChain(sample)
    for message in shard.registry():
        chain.take(message)

    async def play() -> None:
        for number in range(WARM_UP_S + seconds):
            for message in shard.second(conveyor.second()):
                chain.take(message)
            chain.counting = number >= WARM_UP_S
            await chain.advance()

    asyncio.run(play())
    return sample
