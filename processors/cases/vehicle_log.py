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
    """

    cases: dict[str, Case] = field(default_factory=dict)
    moved: dict[str, tuple[str, int]] = field(default_factory=dict)

    def knows(self, case_id: str) -> bool:
        """Return whether a case is here or went from here."""
        return case_id in self.cases or case_id in self.moved

    def pack(self) -> list[Any]:
        """Return this as plain data."""
        return [[case.pack() for case in self.cases.values()], self.moved]

    @classmethod
    def unpack(cls, plain: Sequence[Any]) -> "VehicleLog":
        """Return what `pack` gave, or the same after JSON."""
        packed, moved = plain
        cases = [Case.unpack(entry) for entry in packed]
        return cls({case.case_id: case for case in cases}, {name: (key, count) for name, (key, count) in moved.items()})
