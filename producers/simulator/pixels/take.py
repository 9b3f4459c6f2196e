"""Take: a run of some of a city's cameras, kept for filming: the truth of depth 1, and what moved. Pure."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from producers.simulator.city import City
from producers.simulator.city_camera import CityCamera
from producers.simulator.city_clock import PACKETS, SECOND_US, phase_us
from producers.simulator.city_message import CityMessage
from producers.simulator.motions import Motions
from producers.simulator.noise.noise_model import NoiseModel
from producers.simulator.run.city_run import Traffic
from producers.simulator.shard import RunPlan, Shard
from producers.simulator.sight import Seen, Sight
from schemas.messages import Truth


@dataclass(frozen=True, slots=True)
class Take:
    """What happened before some cameras.

    Attributes:
        cameras: the cameras.
        plan: the run.
        seed: of the city.
        messages: cameras, truth and truth-tracks of these cameras, and detections as depth 1 would give them, second by
            second; the same as a run of the whole city gives.
        moved: what moved, second by second, see Shard.moved.
    """

    cameras: Sequence[CityCamera]
    plan: RunPlan
    seed: int
    messages: Sequence[Sequence[CityMessage]]
    moved: Sequence[Motions]

    def epoch_us(self, camera: CityCamera) -> int:
        """Return when a camera's first frame is taken, microseconds since the Unix epoch."""
        return self.plan.start_us + phase_us(self.seed, camera.number)

    def truths(self) -> Sequence[Truth]:
        """Return its events."""
        return [one.message for second in self.messages for one in second if isinstance(one.message, Truth)]

    def seconds(self, camera: CityCamera) -> Iterator[tuple[NDArray[np.int64], Seen]]:
        """Yield for each second of a camera the times of its frames, int64 [PACKETS], and what is truly seen."""
        sight = Sight([camera])
        after = np.arange(PACKETS, dtype=np.int64) * (SECOND_US // PACKETS)
        for number, moved in enumerate(self.moved):
            at_us = self.epoch_us(camera) + number * SECOND_US + after
            yield at_us, sight.look(np.zeros(PACKETS, np.int64), at_us, sight.relevant(moved))


def take(
    city: City,
    cameras: Sequence[CityCamera],
    plan: RunPlan,
    noise: NoiseModel,
    traffic: Traffic,
    say: Callable[[int], None] = lambda _: None,
) -> Take:
    """Run a city before some of its cameras.

    Args:
        city: the city.
        cameras: some of its cameras.
        plan: the run.
        noise: for the detections that depth 1 would give.
        traffic: moves the vehicles of the whole city, second by second.
        say: takes the number of seconds done.
    """
    chosen = {camera.camera_id for camera in cameras}
    shard = Shard(city, sorted({camera.site for camera in cameras}), plan, noise)
    shard.begin(traffic.second())
    messages = [[one for one in shard.registry() if one.key in chosen]]
    moved: list[Motions] = []
    for number in range(plan.seconds):
        messages.append([one for one in shard.second(traffic.second()) if _of(one, chosen)])
        moved.append(shard.moved)
        say(number + 1)
    return Take(cameras, plan, city.seed, messages, moved)


def _of(message: CityMessage, chosen: set[str]) -> bool:
    """Say whether a message is of one of the chosen cameras."""
    if isinstance(message.message, Truth):
        return not chosen.isdisjoint(message.message.camera_ids)
    return message.topic in {"detections", "truth-tracks"} and message.key in chosen
