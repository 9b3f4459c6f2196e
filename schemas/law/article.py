"""Articles and their parts: since when they are law, and what excess over a limit makes them apply."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from itertools import pairwise
from math import inf
from typing import Any, Final

from schemas.law.entry import Entry, LawError, entries
from schemas.law.spans import Span, check_contiguous

FILE: Final = "articles.toml"
CODE: Final = re.compile(r"KoAP \d{2,3}(-\d)?(\.\d{1,2}(-\d)?)?")
_KEYS: Final = (
    "code", "offence", "from", "until", "repeat_part", "at_least_kmh", "below_kmh", "source", "mark", "uncertain",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Article:
    """An article or a part of one, on some days.

    Attributes:
        code: "KoAP 592.2".
        offence: key of its name in words/*.toml.
        span: days of the offence.
        repeat_part: the part that names a repeat's sanction.
        at_least_kmh: least excess over the limit; None: it is about no speed.
        below_kmh: excess from which it does not apply; infinite where it has no upper edge.
        uncertain: keys of what is uncertain about it.
    """

    code: str
    offence: str
    span: Span
    repeat_part: str
    at_least_kmh: int | None
    below_kmh: float
    uncertain: tuple[str, ...]

    @property
    def number(self) -> str:
        """The article without its part: "592"."""
        return self.code.removeprefix("KoAP ").partition(".")[0]

    def covers(self, excess_kmh: float) -> bool:
        """Tell whether an excess over the limit lies in its band."""
        return self.at_least_kmh is not None and self.at_least_kmh <= excess_kmh < self.below_kmh


@dataclass(frozen=True, slots=True)
class Articles:
    """All articles.

    Attributes:
        rows: articles, those of one code side by side in the order of days.
    """

    rows: tuple[Article, ...]

    @classmethod
    def from_toml(cls, data: Mapping[str, Any]) -> "Articles":
        """Read and check the content of articles.toml.

        Raises:
            LawError: a code that is none, one that is law twice on a day or has a gap, or bands that leave a gap or
                overlap.
        """
        found = entries(data, FILE, "article")
        rows = tuple(_article(entry) for entry in found)
        for code in dict.fromkeys(row.code for row in rows):
            check_contiguous([e for e in found if e.data["code"] == code], f"text of {code}")
        _check_bands(found, rows)
        return cls(rows)

    def codes(self) -> tuple[str, ...]:
        """Return all codes, as they stand in the file."""
        return tuple(dict.fromkeys(row.code for row in self.rows))

    def span(self, code: str) -> Span:
        """Return the days from the first to the last on which a code is law; its rows leave no gap."""
        rows = [row for row in self.rows if row.code == code]
        return Span(rows[0].span.first, rows[-1].span.last)

    def of(self, code: str, day: date) -> Article:
        """Return a code's article on a day of an offence.

        Raises:
            LawError: the code is unknown, or not law on that day.
        """
        rows = [row for row in self.rows if row.code == code]
        for row in rows:
            if day in row.span:
                return row
        if not rows:
            raise LawError(
                f"{FILE}: found no article {code!r}; expected one of {', '.join(self.codes())}; "
                "correct the code or add the article with its source"
            )
        span = self.span(code)
        raise LawError(
            f"{FILE}: found no text of {code} for an offence on {day}; it is law from {span.first}"
            f"{'' if span.last == date.max else f' until {span.last}'}; name the article of that day or correct the day"
        )

    def of_excess(self, excess_kmh: float, day: date) -> Article | None:
        """Return the speeding article whose band covers an excess on a day; None: none does."""
        return next((row for row in self.rows if day in row.span and row.covers(excess_kmh)), None)


def _article(entry: Entry) -> Article:
    entry.only(*_KEYS)
    uncertain = entry.sourced()
    code = entry.text("code")
    if not CODE.fullmatch(code):
        raise entry.error(f"code = {code!r}", "a code such as 'KoAP 592.3-1'")
    at_least = entry.whole("at_least_kmh") if "at_least_kmh" in entry.data else None
    below = float(entry.whole("below_kmh", 1)) if "below_kmh" in entry.data else inf
    if "below_kmh" in entry.data and (at_least is None or at_least >= below):
        raise entry.error(f"at_least_kmh = {at_least}, below_kmh = {below:g}", "at_least_kmh below below_kmh")
    part = entry.text("repeat_part", code)
    if not CODE.fullmatch(part):
        raise entry.error(f"repeat_part = {part!r}", "a code such as 'KoAP 592.4'")
    return Article(code, entry.text("offence"), Span.of(entry), part, at_least, below, uncertain)


def _check_bands(found: Sequence[Entry], rows: Sequence[Article]) -> None:
    """Check that on each day the bands follow each other, each from where the one before it ends, to infinity."""
    speeding = [(entry, row) for entry, row in zip(found, rows, strict=True) if row.at_least_kmh is not None]
    for day in sorted({row.span.first for _, row in speeding}):
        bands = sorted(
            ((row.at_least_kmh or 0, row.below_kmh, entry) for entry, row in speeding if day in row.span),
            key=lambda band: band[:2],
        )
        for (_, below, one), (at_least, _, two) in pairwise(bands):
            if at_least != below:
                raise two.error(
                    f"a band from {at_least} km/h on {day}, while entry {one.number} ends at {below:g}",
                    f"bands without a gap or an overlap: from {below:g} km/h",
                    "correct one of the two bands",
                )
        if bands and bands[-1][1] != inf:
            last = bands[-1][2]
            raise last.error(f"no band above {bands[-1][1]:g} km/h on {day}", "a last band without below_kmh")
