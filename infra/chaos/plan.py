"""Which process is killed when. Pure: the same seed, targets and footage give the same plan."""

import random
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from infra.chaos.targets import Target

#: Shares of the footage between which kills are planned: data must flow when one comes, and some must be left after it.
FIRST_SHARE: Final = 0.08
LAST_SHARE: Final = 0.88


@dataclass(frozen=True, slots=True)
class PlannedKill:
    """A kill to come.

    Attributes:
        target: what is killed.
        at_s: when, seconds after the first second of footage reached Kafka.
    """

    target: Target
    at_s: float


def plan(targets: Sequence[Target], footage_s: float, seed: int) -> list[PlannedKill]:
    """Return one kill of each target in an order drawn from the seed, ascending in time.

    The span is cut into as many slots as there are targets; each kill lies anywhere within its slot. It does not wait
    until the process killed before serves again: two may be away at a time.

    Args:
        targets: what is killed, each once.
        footage_s: how long the footage plays at real time, seconds.
        seed: what order and moments are drawn from.

    Raises:
        ValueError: the footage has no length.
    """
    if footage_s <= 0:
        raise ValueError(f"the footage lasts {footage_s} s; expected above 0")
    draw = random.Random(seed)  # noqa: S311  a plan that repeats, not a secret
    order = list(targets)
    draw.shuffle(order)
    begin, end = FIRST_SHARE * footage_s, LAST_SHARE * footage_s
    slot_s = (end - begin) / max(1, len(order))
    return [
        PlannedKill(target, round(begin + (number + draw.random()) * slot_s, 3)) for number, target in enumerate(order)
    ]
