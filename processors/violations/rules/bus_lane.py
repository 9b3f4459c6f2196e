"""Bus lane: driving along in a lane for buses. Defaults and sources: docs/rules.md."""

from dataclasses import dataclass
from typing import ClassVar

from processors.violations.driving_rule import DrivingRule, Settings


@dataclass(frozen=True, slots=True)
class BusLaneSettings(Settings):
    """Settings of one zone: 30 m are more than crossing the lane to turn or to the kerb takes; a choice."""

    min_path_m: float = 30.0


class BusLane(DrivingRule):
    """Cars and motorcycles: a lorry and a bus are too easily taken for each other."""

    kind: ClassVar[str] = "bus_lane"
    version: ClassVar[str] = "bus_lane/3"
    zone_kinds: ClassVar[frozenset[str]] = frozenset({"bus_lane"})
    vehicles: ClassVar[frozenset[int]] = frozenset({2, 3})
    did: ClassVar[str] = "Driven in the lane for buses"
    defaults: ClassVar[type[Settings]] = BusLaneSettings
