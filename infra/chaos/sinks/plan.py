"""What happens in a run. Pure: the same seed, number of messages and number of poisonous ones give the same plan."""

import random
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from enum import StrEnum
from typing import Any, Final

from infra.chaos.sinks.fault import Fault, FaultKind
from infra.chaos.sinks.poison import Poison, PoisonKind
from infra.chaos.sinks.shapes import SHAPES

#: Production lasts between these, seconds, and longer where it would be faster than MOST_PER_S messages a second.
PACE_S: Final = (1.5, 4.0)
MOST_PER_S: Final = 25_000
#: When disturbances come, in shares of the production's time; above 1: after its end.
FIRST_SHARE: Final = 0.03
LAST_SHARE: Final = 1.2
#: Most further disturbances beside the one that the seed's turn brings.
MOST_FURTHER: Final = 3
#: Large messages of a run that are good.
MOST_LARGE: Final = 3


class DisturbanceKind(StrEnum):
    """What disturbs the sink."""

    SINK_KILL = "sink-kill"
    FRONT_KILL = "front-kill"
    BROKER_KILL = "broker-kill"
    NETWORK = "network"
    SECOND_SINK = "second-sink"


#: How often a kind may come in one run.
MOST_OF: Final[Mapping[DisturbanceKind, int]] = {
    DisturbanceKind.SINK_KILL: 3,
    DisturbanceKind.FRONT_KILL: 1,
    DisturbanceKind.BROKER_KILL: 1,
    DisturbanceKind.NETWORK: 3,
    DisturbanceKind.SECOND_SINK: 1,
}


class Afterwards(StrEnum):
    """What becomes of a second sink once it has partitions."""

    STAYS = "stays"
    KILLED = "killed"
    LEAVES = "leaves"


@dataclass(frozen=True, slots=True)
class Disturbance:
    """One thing that is done to the sink or to what it needs.

    Attributes:
        kind: what.
        at_share: when, as a share of the production's time; above 1: after its end.
        fault: of NETWORK: what happens to the connections.
        down_s: of SINK_KILL, how long until the sink is started again, seconds.
        afterwards: of SECOND_SINK: it stays, is killed and started again, or ends and leaves its partitions, which
            takes Kafka the group's session timeout to notice.
        afterwards_s: how long after it took partitions, seconds.
    """

    kind: DisturbanceKind
    at_share: float
    fault: Fault | None = None
    down_s: float = 0.0
    afterwards: Afterwards = Afterwards.STAYS
    afterwards_s: float = 0.0

    def __str__(self) -> str:
        """Return a few words."""
        detail = f" {self.fault.kind}" if self.fault is not None else ""
        detail += f" {self.afterwards}" if self.kind is DisturbanceKind.SECOND_SINK else ""
        return f"{self.kind}{detail} at {self.at_share:.2f}"


@dataclass(frozen=True, slots=True)
class Plan:
    """A run.

    Attributes:
        seed: what everything is drawn from.
        messages: how many are produced, the poisonous ones among them.
        pace_s: how long production takes, seconds.
        backlog: production begins before the sink is there; otherwise once it has its partitions.
        weights: share of each topic in the messages, by topic without prefix; their sum is 1.
        hot_partition_ratio: share of the messages that go to partition 0 beside its even share.
        repeat_ratio: share of the messages that are a copy of the one before in their topic.
        days: days on which the messages' CreateTimes lie; a range ends where the day changes.
        poison: the poisonous ones by number, ascending.
        large: numbers of good messages that are nearly as large as a topic takes.
        disturbances: ascending in time.
    """

    seed: int
    messages: int
    pace_s: float
    backlog: bool
    weights: Mapping[str, float]
    hot_partition_ratio: float
    repeat_ratio: float
    days: int
    poison: Sequence[Poison]
    large: Sequence[int]
    disturbances: Sequence[Disturbance]

    def to_json(self) -> dict[str, Any]:
        """Return the plan for programs."""
        return asdict(self)


def plan(seed: int, messages: int, poisonous: int) -> Plan:
    """Draw a run.

    Args:
        seed: what everything is drawn from; five seeds in a row bring each kind of disturbance.
        messages: how many are produced.
        poisonous: how many of them no table may hold.

    Raises:
        ValueError: there are fewer messages than twice the poisonous ones.
    """
    if not 0 <= poisonous <= messages // 2:
        raise ValueError(f"{poisonous} poisonous messages of {messages}; expected at most half of them")
    draw = random.Random(seed)  # noqa: S311  a plan that repeats, not a secret
    weights = [draw.uniform(0.5, 1.5) for _ in SHAPES]
    numbers = draw.sample(range(messages), poisonous + min(MOST_LARGE, messages // 2))
    poison = [Poison(number, draw.choice(list(PoisonKind)), draw.randrange(2**32)) for number in numbers[:poisonous]]
    return Plan(
        seed=seed,
        messages=messages,
        pace_s=max(round(draw.uniform(*PACE_S), 3), messages / MOST_PER_S),
        backlog=draw.random() < 0.25,
        weights={topic: round(weight / sum(weights), 6) for topic, weight in zip(SHAPES, weights, strict=True)},
        hot_partition_ratio=draw.choice((0.0, 0.0, 0.5, 0.9)),
        repeat_ratio=draw.choice((0.0, 0.01, 0.05)),
        days=draw.choice((1, 1, 1, 2, 3)),
        poison=sorted(poison, key=lambda one: one.number),
        large=sorted(numbers[poisonous : poisonous + draw.randint(0, MOST_LARGE)]),
        disturbances=_disturbances(seed, draw),
    )


def _disturbances(seed: int, draw: random.Random) -> list[Disturbance]:
    left = dict(MOST_OF)
    kinds = [list(DisturbanceKind)[seed % len(DisturbanceKind)]]
    left[kinds[0]] -= 1
    for _ in range(draw.randint(0, MOST_FURTHER)):
        kinds.append(draw.choice([kind for kind, count in left.items() if count > 0]))
        left[kinds[-1]] -= 1
    return sorted((_disturbance(kind, draw) for kind in kinds), key=lambda one: one.at_share)


def _disturbance(kind: DisturbanceKind, draw: random.Random) -> Disturbance:
    at_share = round(draw.uniform(FIRST_SHARE, LAST_SHARE), 3)
    if kind is DisturbanceKind.NETWORK:
        return Disturbance(kind, at_share, fault=_fault(draw))
    if kind is DisturbanceKind.SINK_KILL:
        return Disturbance(kind, at_share, down_s=round(draw.uniform(0.0, 1.5), 3))
    if kind is DisturbanceKind.SECOND_SINK:
        afterwards = draw.choices(list(Afterwards), (6, 3, 1))[0]
        return Disturbance(kind, at_share, afterwards=afterwards, afterwards_s=round(draw.uniform(0.0, 1.5), 3))
    return Disturbance(kind, at_share)


def _fault(draw: random.Random) -> Fault:
    return Fault(
        kind=draw.choice(list(FaultKind)),
        lasts_s=round(draw.uniform(0.3, 3.0), 3),
        latency_s=round(draw.uniform(0.01, 0.2), 3),
        after_bytes=draw.choice((draw.randrange(400), draw.randrange(400_000))),
        times=draw.randint(1, 3),
    )
