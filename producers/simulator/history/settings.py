"""What a history is of: days, number, seed."""

from dataclasses import dataclass
from datetime import date

#: Violations of one history at most: the plan of all of them is held in memory, about 30 bytes each.
MOST_VIOLATIONS = 50_000_000


@dataclass(frozen=True, slots=True)
class HistorySettings:
    """One history.

    Attributes:
        first: first day of the offences, Almaty's.
        last: last day, included.
        violations: how many.
        incidents: how many.
        seed: another seed is another history.
        partitions: of each topic, as if it had been one (schemas/topics.toml).

    Raises:
        ValueError: nothing can be made of it.
    """

    first: date
    last: date
    violations: int
    incidents: int
    seed: int = 1
    partitions: int = 4

    def __post_init__(self) -> None:
        if self.last < self.first:
            raise ValueError(f"the history would end on {self.last}, before it begins on {self.first}")
        if not 1 <= self.violations <= MOST_VIOLATIONS:
            raise ValueError(f"{self.violations:,} violations; expected 1 to {MOST_VIOLATIONS:,}")
        if self.incidents < 0:
            raise ValueError(f"{self.incidents} incidents; expected none or more")
        if not 1 <= self.partitions <= 1024:
            raise ValueError(f"{self.partitions} partitions; expected 1 to 1024")

    @property
    def days(self) -> int:
        """Days of the history."""
        return (self.last - self.first).days + 1

    @property
    def name(self) -> str:
        """Text that tells this history from any other."""
        return (
            f"vigil city history/1 seed {self.seed} {self.first} {self.last} violations {self.violations}"
            f" incidents {self.incidents} partitions {self.partitions}"
        )
