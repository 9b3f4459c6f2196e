"""A kill and what came of it."""

from dataclasses import dataclass
from typing import Any

from infra.chaos.plan import PlannedKill


@dataclass(slots=True)
class Kill:
    """One kill, made or not.

    Attributes:
        planned: what and when.
        pid: the process that was killed; None: it was not, the run was over before.
        at_s: when it was killed, seconds after the first second of footage reached Kafka.
        served_after_s: how long after the kill it served again; None: it did not.
        away: processes that were not serving when it was killed, those killed before.
    """

    planned: PlannedKill
    pid: int | None = None
    at_s: float | None = None
    served_after_s: float | None = None
    away: tuple[str, ...] = ()

    @property
    def passed(self) -> bool:
        """True where the process was killed and served again."""
        return self.pid is not None and self.served_after_s is not None

    def to_json(self) -> dict[str, Any]:
        """Return the kill for programs."""
        return {
            "target": self.planned.target.name,
            "planned_s": self.planned.at_s,
            "pid": self.pid,
            "at_s": self.at_s,
            "served_after_s": self.served_after_s,
            "away": list(self.away),
            "passed": self.passed,
        }
