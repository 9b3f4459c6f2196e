"""Names, row by row, where the tables of two runs differ. Pure."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from typing import Any, Final

from infra.chaos.holdings import Holding, Key, Row

#: Characters of a value that a difference shows.
SHOWN: Final = 120


@dataclass(frozen=True, slots=True)
class Difference:
    """One row that is not as in the undisturbed run.

    Attributes:
        table: the view.
        key: what identifies the row.
        what: missing | unexpected | doubled | at odds | changed.
        detail: for people: which columns, and what they hold.
    """

    table: str
    key: Key
    what: str
    detail: str = ""

    def __str__(self) -> str:
        """Return one line."""
        return f"{self.table} {' '.join(self.key)}: {self.what}{f': {self.detail}' if self.detail else ''}"


@dataclass(frozen=True, slots=True)
class Check:
    """Something that must hold after a run.

    Attributes:
        name: what was looked at.
        found: what was found, in a few words.
        differences: where it does not hold.
        problem: why it does not hold where no row can be named.
    """

    name: str
    found: str
    differences: Sequence[Difference] = field(default_factory=tuple)
    problem: str | None = None

    @property
    def passed(self) -> bool:
        """True where it holds."""
        return not self.differences and self.problem is None

    def to_json(self) -> dict[str, Any]:
        """Return the check for programs."""
        return {**asdict(self), "passed": self.passed}


def compare(reference: Mapping[str, Holding], found: Mapping[str, Holding]) -> list[Check]:
    """Return a check a table: the same rows with the same content, each once."""
    return [
        Check(table, f"{len(found[table].rows)} of {len(held.rows)} rows", differences(table, held, found[table]))
        for table, held in reference.items()
    ]


def differences(table: str, reference: Holding, found: Holding) -> list[Difference]:
    """Return every row that is missing, unexpected, doubled or otherwise than in the reference, in the keys' order."""
    out = [Difference(table, key, "missing") for key in sorted(reference.rows.keys() - found.rows.keys())]
    out += [Difference(table, key, "unexpected") for key in sorted(found.rows.keys() - reference.rows.keys())]
    out += [Difference(table, key, "doubled", f"{count} rows") for key, count in sorted(found.doubled.items())]
    out += [
        Difference(table, key, "at odds", f"its copies say {count} different things")
        for key, count in sorted(found.at_odds.items())
    ]
    for key in sorted(reference.rows.keys() & found.rows.keys()):
        detail = _changes(reference.rows[key], found.rows[key])
        if detail:
            out.append(Difference(table, key, "changed", detail))
    return out


def _changes(was: Row, now: Row) -> str:
    changed = [name for name in sorted(was.keys() | now.keys()) if was.get(name) != now.get(name)]
    return "; ".join(f"{name} was {_short(was.get(name))}, is {_short(now.get(name))}" for name in changed)


def _short(value: str | None) -> str:
    text = "absent" if value is None else value
    return text if len(text) <= SHOWN else text[:SHOWN] + "..."
