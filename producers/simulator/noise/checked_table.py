"""CheckedTable: reads a table of a noise file, and says in a sentence what is wrong with it."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any, Final

#: Where a field stands that is in no table.
WHOLE: Final = "the file"


class NoiseFileError(ValueError):
    """A noise file says something that cannot be; names the table, the field, what was found and what was expected."""


@dataclass(frozen=True, slots=True)
class CheckedTable:
    """One table of the file.

    Attributes:
        where: its name in messages, such as "[[class]] car".
        values: as TOML gave them.
    """

    where: str
    values: Mapping[str, Any]

    def refuse(self, field: str, found: object, expected: str) -> NoiseFileError:
        """Return the error of a field."""
        return NoiseFileError(f"noise file, {self.where}: {field} is {found!r}; expected {expected}; correct the file")

    def only(self, *fields: str) -> None:
        """Refuse a field that no reader knows: a misspelt one would be a silent default."""
        unknown = sorted(set(self.values) - set(fields))
        if unknown:
            raise self.refuse(unknown[0], self.values[unknown[0]], f"one of the fields {', '.join(sorted(fields))}")

    def text(self, field: str) -> str:
        """Return a text that is not empty."""
        value = self.values.get(field)
        if not isinstance(value, str) or not value.strip():
            raise self.refuse(field, value, "a text")
        return value

    def texts(self, field: str) -> tuple[str, ...]:
        """Return a list of texts; it may be empty."""
        value = self.values.get(field)
        if not isinstance(value, list) or not all(isinstance(one, str) for one in value):
            raise self.refuse(field, value, "a list of texts")
        return tuple(value)

    def number(self, field: str, low: float, high: float) -> float:
        """Return a number between low and high, both included."""
        return self._number(field, self.values.get(field), low, high)

    def numbers(self, field: str, count: int, low: float, high: float) -> tuple[float, ...]:
        """Return `count` numbers between low and high, both included."""
        value = self._list(field, count)
        return tuple(self._number(f"{field}[{n}]", one, low, high) for n, one in enumerate(value))

    def pair(self, field: str, low: float, high: float) -> tuple[float, float]:
        """Return two numbers between low and high, both included."""
        return self._pair(field, self.values.get(field), low, high)

    def pairs(self, field: str, count: int, low: float, high: float) -> tuple[tuple[float, float], ...]:
        """Return `count` pairs of numbers between low and high, both included."""
        rows = self._list(field, count)
        return tuple(self._pair(f"{field}[{n}]", one, low, high) for n, one in enumerate(rows))

    def edges(self, field: str, low: float, high: float) -> tuple[float, ...]:
        """Return the edges of bins: at least two, ascending, between low and high."""
        value = self.values.get(field)
        if not isinstance(value, list) or len(value) < 2:
            raise self.refuse(field, value, "a list of at least two edges")
        edges = tuple(self._number(f"{field}[{n}]", one, low, high) for n, one in enumerate(value))
        if any(b <= a for a, b in pairwise(edges)):
            raise self.refuse(field, value, "edges in ascending order")
        return edges

    def shares(self, field: str, names: Sequence[str] | None = None) -> Mapping[str, float]:
        """Return shares by name that add up to 1 (to 1e-3); `names`: those there may be."""
        value = self.values.get(field)
        if not isinstance(value, dict) or not value:
            raise self.refuse(field, value, "a table of shares")
        for name in value:
            if names is not None and name not in names:
                raise self.refuse(f"{field}.{name}", value[name], f"names among {', '.join(names)}")
        out = {name: self._number(f"{field}.{name}", one, 0.0, 1.0) for name, one in value.items()}
        if abs(sum(out.values()) - 1.0) > 1e-3:
            raise self.refuse(field, value, f"shares that add up to 1; they add up to {sum(out.values()):.4f}")
        return out

    def table(self, field: str) -> "CheckedTable":
        """Return a table within this one."""
        value = self.values.get(field)
        if not isinstance(value, dict):
            raise self.refuse(field, value, "a table")
        return CheckedTable(f"[{field}]" if self.where == WHOLE else f"{self.where}.{field}", value)

    def _list(self, field: str, count: int) -> Sequence[Any]:
        value = self.values.get(field)
        if not isinstance(value, list) or len(value) != count:
            raise self.refuse(field, value, f"a list of {count}, one a bin")
        return value

    def _pair(self, field: str, value: object, low: float, high: float) -> tuple[float, float]:
        if not isinstance(value, list) or len(value) != 2:
            raise self.refuse(field, value, "a pair of numbers")
        return self._number(f"{field}[0]", value[0], low, high), self._number(f"{field}[1]", value[1], low, high)

    def _number(self, field: str, value: object, low: float, high: float) -> float:
        if isinstance(value, bool) or not isinstance(value, int | float) or not math.isfinite(value):
            raise self.refuse(field, value, "a finite number")
        if not low <= value <= high:
            raise self.refuse(field, value, f"a number from {low:g} to {high:g}")
        return float(value)
