"""Articles that may apply to an offence, by rule, excess and local date; the data is articles.toml."""

import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cache
from importlib import resources
from typing import Any

from schemas.law import Law
from schemas.messages import Article


@dataclass(frozen=True, slots=True)
class ArticleRow:
    """One row of articles.toml.

    Attributes:
        kind: the rule.
        code: article and part.
        band: what makes it apply, in words.
        at_least: least excess, in the rule's unit.
        below: excess from which another row applies.
        first_day: first day on which it is law.
        last_day: last day.
    """

    kind: str
    code: str
    band: str
    at_least: float
    below: float
    first_day: date
    last_day: date


@dataclass(frozen=True, slots=True)
class LawTable:
    """The articles.

    Attributes:
        rows: the articles.
    """

    rows: Sequence[ArticleRow]

    @classmethod
    def from_toml(cls, data: Mapping[str, Any]) -> "LawTable":
        """Read and check the content of articles.toml.

        Raises:
            ValueError: a row that covers no excess or no day, or two rows of one rule that overlap with one code.
        """
        rows: list[ArticleRow] = []
        for entry in data["article"]:
            row = ArticleRow(
                entry["kind"],
                entry["code"],
                entry["band"],
                float(entry.get("at_least", 0.0)),
                float(entry.get("below", float("inf"))),
                entry["from"],
                entry.get("until", date.max),
            )
            if row.at_least >= row.below or row.first_day > row.last_day:
                raise ValueError(f"articles.toml: {row.code} ({row.band}) covers no excess or no day; correct the row")
            other = next((known for known in rows if _overlap(known, row)), None)
            if other is not None:
                raise ValueError(
                    f"articles.toml: {row.code} of {row.kind} stands twice for one excess on one day: its rows "
                    f"({other.band}) and ({row.band}) overlap; correct them"
                )
            rows.append(row)
        return cls(tuple(rows))

    def local_day(self, at_us: int) -> date:
        """Return the country's local date of an instant, microseconds since the Unix epoch."""
        return country().local_day(at_us)

    def articles(self, kind: str, excess: float, at_us: int) -> list[Article]:
        """Return the articles that may apply.

        Args:
            kind: the rule.
            excess: how far the lower end of the tolerance interval lies beyond the limit, in the rule's unit.
            at_us: time of the offence, microseconds since the Unix epoch.
        """
        day = self.local_day(at_us)
        return [
            Article(row.code, row.band)
            for row in self.rows
            if row.kind == kind and row.at_least <= excess < row.below and row.first_day <= day <= row.last_day
        ]


def _overlap(a: ArticleRow, b: ArticleRow) -> bool:
    """Say whether two rows would give one article twice."""
    return (
        (a.kind, a.code) == (b.kind, b.code)
        and max(a.at_least, b.at_least) < min(a.below, b.below)
        and max(a.first_day, b.first_day) <= min(a.last_day, b.last_day)
    )


@cache
def country() -> Law:
    """Return the law that ships with Vigil."""
    return Law.load()


@cache
def law() -> LawTable:
    """Return the table that ships with Vigil."""
    text = (resources.files("processors.rules") / "articles.toml").read_text(encoding="utf-8")
    return LawTable.from_toml(tomllib.loads(text))
