"""No stopping: standing where a sign or the law forbids it. Defaults and sources: docs/rules.md."""

from typing import ClassVar

from processors.violations.standing_rule import StandingRule


class NoStopping(StandingRule):
    """Buses may: where nobody else may stop is often their stop."""

    kind: ClassVar[str] = "no_stopping"
    version: ClassVar[str] = "no_stopping/5"
    zone_kinds: ClassVar[frozenset[str]] = frozenset({"no_stopping"})
    vehicles: ClassVar[frozenset[int]] = frozenset({2, 3, 7})
    where: ClassVar[str] = "where stopping is forbidden"
