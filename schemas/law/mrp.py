"""The monthly index by day."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any, Final

from schemas.law.entry import LawEndsError, LawError, entries
from schemas.law.spans import OPEN, Span, check_contiguous

FILE: Final = "mrp.toml"


@dataclass(frozen=True, slots=True)
class MrpTable:
    """The monthly index (MRP).

    Attributes:
        rows: spans of days with their index, tenge, ascending and contiguous.
    """

    rows: tuple[tuple[Span, int], ...]

    @classmethod
    def from_toml(cls, data: Mapping[str, Any]) -> "MrpTable":
        """Read and check the content of mrp.toml.

        Raises:
            LawError: a gap, an overlap, an index that is none, or one without an end.
        """
        found = entries(data, FILE, "mrp")
        rows = []
        for entry in found:
            entry.only("from", "until", "kzt", "source", "mark", "uncertain")
            entry.sourced()
            rows.append((Span.of(entry), entry.whole("kzt", 1)))
        check_contiguous(found, "index")
        if rows[-1][0].last == OPEN:
            raise found[-1].error("no until", "the last day for which the index is law", "add until")
        return cls(tuple(rows))

    @property
    def span(self) -> Span:
        """The days for which the index is known."""
        return Span(self.rows[0][0].first, self.rows[-1][0].last)

    def kzt(self, day: date) -> int:
        """Return the index of a day, tenge.

        Raises:
            LawError: it is not known; LawEndsError where the day lies after the last one.
        """
        for span, kzt in self.rows:
            if day in span:
                return kzt
        known = self.span
        text = (
            f"{FILE}: found no MRP for {day}; expected a day of {known.first} to {known.last}; "
            "add the year's index with its source, or correct the day"
        )
        raise LawEndsError(text, day) if day > known.last else LawError(text)
