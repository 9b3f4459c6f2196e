"""Sidewalk parking: standing where people walk. Defaults and sources: docs/rules.md."""

from typing import ClassVar

from processors.violations.standing_rule import StandingRule


class SidewalkParking(StandingRule):
    """Any motor vehicle that stands with its foot point on a sidewalk."""

    kind: ClassVar[str] = "sidewalk_parking"
    version: ClassVar[str] = "sidewalk_parking/5"
    zone_kinds: ClassVar[frozenset[str]] = frozenset({"sidewalk"})
    where: ClassVar[str] = "on the sidewalk"
