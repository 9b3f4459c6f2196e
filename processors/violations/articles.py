"""Which articles may apply to an offence of a kind, an excess and a date; read from articles.toml."""

import datetime as dt
import tomllib
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from importlib import resources
from zoneinfo import ZoneInfo

from schemas.messages import Article

ALMATY = ZoneInfo("Asia/Almaty")


@dataclass(frozen=True, slots=True)
class ArticleRow:
    """One row of articles.toml: half-open in the excess, closed in the dates."""

    kind: str
    code: str
    band: str
    at_least: float
    below: float
    first_day: dt.date
    last_day: dt.date


@cache
def table() -> Sequence[ArticleRow]:
    """Read and check articles.toml.

    Raises:
        ValueError: a row has an empty band or no day.
    """
    text = (resources.files("processors.violations") / "articles.toml").read_text(encoding="utf-8")
    rows = []
    for entry in tomllib.loads(text)["article"]:
        row = ArticleRow(
            entry["kind"],
            entry["code"],
            entry["band"],
            float(entry.get("at_least", 0.0)),
            float(entry.get("below", float("inf"))),
            entry["from"],
            entry.get("until", dt.date.max),
        )
        if row.at_least >= row.below or row.first_day > row.last_day:
            raise ValueError(f"articles.toml: {row.code} ({row.band}) covers nothing")
        rows.append(row)
    return tuple(rows)


def articles_for(kind: str, excess: float, at_us: int) -> list[Article]:
    """Return the articles that may apply.

    Args:
        kind: the rule's kind.
        excess: how far the lower end of the tolerance interval lies beyond the limit, in the rule's unit.
        at_us: time of the offence, microseconds since the Unix epoch.
    """
    day = dt.datetime.fromtimestamp(at_us / 1e6, ALMATY).date()
    return [
        Article(row.code, row.band)
        for row in table()
        if row.kind == kind and row.at_least <= excess < row.below and row.first_day <= day <= row.last_day
    ]
