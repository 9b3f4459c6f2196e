"""Spans of days, both ends included, that must follow each other without a gap and without an overlap."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import pairwise
from typing import Final

from schemas.law.entry import Entry

#: Last day of a span that is open.
OPEN: Final = date.max
DAY: Final = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Span:
    """Some days.

    Attributes:
        first: the first.
        last: the last, included; `OPEN`: no end is known.
    """

    first: date
    last: date

    def __contains__(self, day: date) -> bool:
        return self.first <= day <= self.last

    @classmethod
    def of(cls, entry: Entry) -> "Span":
        """Return an entry's `from` and `until`.

        Raises:
            LawError: the first is later than the last.
        """
        out = cls(entry.day("from"), entry.day("until", OPEN))
        if out.first > out.last:
            raise entry.error(f"from {out.first} until {out.last}", "until not before from")
        return out


def check_contiguous(entries: Sequence[Entry], what: str) -> None:
    """Check that entries, as they stand, follow each other day by day.

    Args:
        entries: of one table and one subject.
        what: the subject, for a sentence.

    Raises:
        LawError: a gap, an overlap, or an entry out of order.
    """
    for before, entry in pairwise(entries):
        one, two = Span.of(before), Span.of(entry)
        if one.last == OPEN or two.first <= one.last:
            end = "without end" if one.last == OPEN else f"until {one.last}"
            raise entry.error(
                f"from {two.first}, while entry {before.number} holds {end}",
                f"one {what} for each day, in the order of days",
                "end the one on the day before the other begins",
            )
        if two.first != one.last + DAY:
            raise entry.error(
                f"from {two.first}, while entry {before.number} ends with {one.last}",
                f"{what} for each day: from {one.last + DAY}",
                "close the gap",
            )
    for entry in entries[-1:]:
        Span.of(entry)
