"""VehicleLog: the state of the cases stage for one vehicle key."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from processors.cases.case import Case


@dataclass(slots=True)
class VehicleLog:
    """What the stage remembers of one vehicle.

    Attributes:
        cases: its cases by id.
        moved: where a case went that was another vehicle's, and how often it had been moved by then.
        twins: when the offence of a violation happened for which there was a case, by the id that its own would have.
    """

    cases: dict[str, Case] = field(default_factory=dict)
    moved: dict[str, tuple[str, int]] = field(default_factory=dict)
    twins: dict[str, int] = field(default_factory=dict)

    def __len__(self) -> int:
        return len(self.cases) + len(self.moved) + len(self.twins)

    def knows(self, case_id: str) -> bool:
        """Return whether a case is here, went from here, or was not opened because another one is for its offence."""
        return case_id in self.cases or case_id in self.moved or case_id in self.twins

    def pack(self) -> list[Any]:
        """Return this as plain data."""
        return [[case.pack() for case in self.cases.values()], self.moved, self.twins]

    @classmethod
    def unpack(cls, plain: Sequence[Any]) -> "VehicleLog":
        """Return what `pack` gave, or the same after JSON."""
        packed, moved, twins = plain
        cases = [Case.unpack(entry) for entry in packed]
        went = {name: (key, count) for name, (key, count) in moved.items()}
        return cls({case.case_id: case for case in cases}, went, twins)
