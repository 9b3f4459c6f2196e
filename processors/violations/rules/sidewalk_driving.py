"""Sidewalk driving: driving along where people walk. Defaults and sources: docs/rules.md."""

from dataclasses import dataclass
from typing import ClassVar

from processors.violations.driving_rule import DrivingRule, Settings


@dataclass(frozen=True, slots=True)
class SidewalkSettings(Settings):
    """Settings of one zone: 8 m are more than leaving a yard across the sidewalk takes; a choice."""

    min_path_m: float = 8.0
    min_kmh: float = 5.0


class SidewalkDriving(DrivingRule):
    """Not motorcycles: a bicycle, which may, is too easily taken for one."""

    kind: ClassVar[str] = "sidewalk_driving"
    version: ClassVar[str] = "sidewalk_driving/6"
    zone_kinds: ClassVar[frozenset[str]] = frozenset({"sidewalk"})
    vehicles: ClassVar[frozenset[int]] = frozenset({2, 5, 7})
    alone: ClassVar[bool] = True
    did: ClassVar[str] = "Driven on the sidewalk"
    defaults: ClassVar[type[Settings]] = SidewalkSettings
