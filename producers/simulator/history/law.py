"""What the law asks for an offence: index, fines and their versions by date, from tariffs.toml."""

import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from importlib import resources
from itertools import pairwise
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

#: Tier codes.
FIRST: Final = 0
REPEAT: Final = 1
_FAR: Final = date(9999, 1, 1)


@dataclass(frozen=True, slots=True)
class Fine:
    """One article's fine in a span of days.

    Attributes:
        article: code.
        first_mrp: first offence, in MRP.
        repeat_mrp: repeat tier, in MRP; None: there is none.
        first_day: first day of the offence.
        last_day: last day of it.
    """

    article: str
    first_mrp: int
    repeat_mrp: int | None
    first_day: date
    last_day: date


@dataclass(frozen=True, slots=True)
class Law:
    """The schedule.

    Attributes:
        mrp_kzt: (first day, index in tenge), ascending.
        mrp_until: last day for which the index is known.
        versions: days on which figures changed, ascending; a version is named by its day.
        fines: by article and span.
        court: articles whose sanction is a judge's.
    """

    mrp_kzt: Sequence[tuple[date, int]]
    mrp_until: date
    versions: Sequence[date]
    fines: Sequence[Fine]
    court: frozenset[str]

    @classmethod
    def from_toml(cls, data: Mapping[str, Any]) -> "Law":
        """Read and check the content of tariffs.toml.

        Raises:
            ValueError: days out of order, or an article that is fined twice on one day.
        """
        fines = [
            Fine(
                entry["article"],
                int(entry["first_mrp"]),
                int(entry["repeat_mrp"]) if "repeat_mrp" in entry else None,
                entry.get("from", date.min),
                entry.get("until", date.max),
            )
            for entry in data["fine"]
        ]
        for one in fines:
            twins = [f for f in fines if f.article == one.article and f.first_day <= one.last_day <= f.last_day]
            if len(twins) != 1:
                raise ValueError(f"{one.article} is fined {len(twins)} times on {one.last_day}; expected once")
        out = cls(
            [(entry["from"], int(entry["kzt"])) for entry in data["mrp"]],
            data["mrp_end"][0]["until"],
            [entry["from"] for entry in data["version"]],
            fines,
            frozenset(entry["article"] for entry in data["court"]),
        )
        for days in ([day for day, _ in out.mrp_kzt], out.versions):
            if list(days) != sorted(set(days)):
                raise ValueError(f"the days {[str(day) for day in days]} are not ascending")
        return out

    @property
    def first_day(self) -> date:
        """First day of an offence for which the schedule has prices."""
        return max(self.versions[0], self.mrp_kzt[0][0])

    def mrp_of_days(self, first: date, days: int) -> NDArray[np.int64]:
        """Return (days,) the index of each day from `first` on, tenge; 0 where it is not known."""
        out = np.zeros(days, np.int64)
        spans = [*self.mrp_kzt, (_FAR, 0)]
        for (begin, kzt), (end, _) in pairwise(spans):
            out[_span(first, days, begin, end)] = kzt
        out[max((self.mrp_until - first).days + 1, 0) :] = 0
        return out

    def version_of_days(self, first: date, days: int) -> NDArray[np.int64]:
        """Return (days,) the number in `versions` in force on each day from `first` on; -1: none."""
        out = np.full(days, -1, np.int64)
        for number, begin in enumerate(self.versions):
            out[_span(first, days, begin, _FAR)] = number
        return out

    def prices_mrp(self, article: str, first: date, days: int) -> NDArray[np.int64]:
        """Return (2, days) an article's price on each day of the offence, by tier, in MRP.

        A judge's article costs 0, as does a day without a price; without a repeat tier the first price stands twice.
        """
        out = np.zeros((2, days), np.int64)
        for fine in self.fines:
            if fine.article == article:
                part = slice(max((fine.first_day - first).days, 0), max((fine.last_day - first).days + 1, 0))
                out[FIRST, part] = fine.first_mrp
                out[REPEAT, part] = fine.repeat_mrp or fine.first_mrp
        return out

    def repeats(self, article: str) -> bool:
        """Tell whether an article has a repeat tier."""
        return any(fine.article == article and fine.repeat_mrp is not None for fine in self.fines)


def _span(first: date, days: int, begin: date, end: date) -> slice:
    return slice(max((begin - first).days, 0), min(max((end - first).days, 0), days))


def law() -> Law:
    """Return the schedule that ships with Vigil.

    Raises:
        ValueError: tariffs.toml is not as it must be.
    """
    return Law.from_toml(table("tariffs"))


def table(name: str) -> Mapping[str, Any]:
    """Return the content of one of the data files."""
    source = resources.files("producers.simulator.history").joinpath("data", f"{name}.toml")
    return tomllib.loads(source.read_text(encoding="utf-8"))
