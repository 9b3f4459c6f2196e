"""CityRequest: everything that a run of the city depends on, and that its processes are told."""

from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

from producers.simulator.run.kafka_outlet import KafkaAddress
from producers.simulator.shard import RunPlan


class TrafficKind(StrEnum):
    """Who moves the vehicles."""

    SUMO = "sumo"
    CONVEYOR = "conveyor"


@dataclass(frozen=True, slots=True)
class CityRequest:
    """A run.

    Attributes:
        seed: of the city and all that happens in it.
        cameras: how many.
        plan: when, how long, how much happens.
        noise_file: what the detector does to the truth; None: the shipped file.
        traffic: who moves the vehicles.
        processes: how many make camera-seconds.
        kafka: where messages go; None: not to Kafka.
        spool: folder in which datums are kept for the digest; None: no digest.
    """

    seed: int
    cameras: int
    plan: RunPlan
    noise_file: Path | None
    traffic: TrafficKind
    processes: int
    kafka: KafkaAddress | None
    spool: Path | None
