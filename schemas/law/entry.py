"""One entry of a data file, read with errors that a person can act on."""

import tomllib
from collections.abc import Callable, Mapping, Sequence
from datetime import date, datetime
from pathlib import Path
from typing import Any, Final

#: How far a figure is known: statute, press, general knowledge with confidence; a ? behind it: uncertain.
MARKS: Final = ("S", "N", "K-H", "K-M", "K-L")


class LawError(ValueError):
    """The law's data is not as it must be, or does not answer what was asked."""


class LawEndsError(LawError):
    """The law's data ends before the day that was asked for: what waits for it is sound, the data is not there yet.

    Args:
        text: the sentence.
        day: that day.
    """

    def __init__(self, text: str, day: date) -> None:
        super().__init__(text)
        self.day = day


class Entry:
    """A table of a TOML file.

    Args:
        file: the file's name.
        table: the table's name.
        number: which of its entries, from 1.
        data: its content.
    """

    def __init__(self, file: str, table: str, number: int, data: Mapping[str, Any]) -> None:
        self.file, self.table, self.number, self.data = file, table, number, data

    @property
    def name(self) -> str:
        """Where it stands, for a sentence."""
        head = next(
            (str(self.data[key]) for key in ("article", "code", "term", "rule", "name") if key in self.data), ""
        )
        day = next((f"{key} {self.data[key]}" for key in ("from", "on") if key in self.data), "")
        said = ", ".join(part for part in (head, day) if part)
        return f"{self.file}, [[{self.table}]] {self.number}{f' ({said})' if said else ''}"

    def error(self, found: str, expected: str, cure: str = "correct the entry") -> LawError:
        """Return an error about this entry."""
        return LawError(f"{self.name}: found {found}; expected {expected}; {cure}")

    def only(self, *keys: str) -> None:
        """Check that no other keys stand there.

        Raises:
            LawError: one does.
        """
        further = sorted(self.data.keys() - set(keys))
        if further:
            raise self.error(
                f"the key {further[0]!r}", f"none but {', '.join(keys)}", "take it out or correct its name"
            )

    def whole(self, key: str, least: int = 0, default: int | None = None) -> int:
        """Return a whole number."""
        value = self.data.get(key, default)
        if type(value) is not int or value < least:
            raise self.error(self._said(key), f"a whole number of at least {least}")
        return value

    def flag(self, key: str, *, default: bool | None = None) -> bool:
        """Return a truth value."""
        value = self.data.get(key, default)
        if not isinstance(value, bool):
            raise self.error(self._said(key), "true or false")
        return value

    def text(self, key: str, default: str | None = None) -> str:
        """Return a text that is not empty."""
        value = self.data.get(key, default)
        if not isinstance(value, str) or (not value and default is None):
            raise self.error(self._said(key), "a text in quotes")
        return value

    def choice(self, key: str, choices: Sequence[str]) -> str:
        """Return one of several texts."""
        value = self.data.get(key)
        if value not in choices:
            raise self.error(self._said(key), f"one of {', '.join(choices)}")
        return str(value)

    def day(self, key: str, default: date | None = None) -> date:
        """Return a day."""
        value = self.data.get(key, default)
        if not isinstance(value, date) or isinstance(value, datetime):
            raise self.error(self._said(key), "a day such as 2024-12-04, without quotes")
        return value

    def lists(self, key: str) -> Mapping[str, tuple[str, ...]]:
        """Return lists of texts by name; they may be none, and none of them empty."""
        value = self.data.get(key)
        if not isinstance(value, dict) or not all(
            isinstance(row, list) and row and all(isinstance(one, str) for one in row) for row in value.values()
        ):
            raise self.error(self._said(key), 'lists of texts by name, such as { "KoAP 592.2" = ["KoAP 592.3"] }')
        return {name: tuple(row) for name, row in value.items()}

    def sourced(self) -> tuple[str, ...]:
        """Check the entry's source and mark, and return the key of what is uncertain about it, if anything is.

        Raises:
            LawError: a missing source, an unknown mark, or a ? without a word on what is uncertain, or the other way.
        """
        self.text("source")
        mark = self.data.get("mark")
        if not isinstance(mark, str) or mark.removesuffix("?") not in MARKS:
            raise self.error(self._said("mark"), f"one of {', '.join(MARKS)}, with a ? behind it where it is uncertain")
        if mark.endswith("?") != ("uncertain" in self.data):
            raise self.error(
                f"mark = {mark!r} {'with' if 'uncertain' in self.data else 'without'} `uncertain`",
                "`uncertain` beside a mark with ?, and only there",
                "name what is uncertain by a key of words/*.toml, or take the ? away",
            )
        return (self.text("uncertain"),) if "uncertain" in self.data else ()

    def _said(self, key: str) -> str:
        return f"{key} = {self.data[key]!r}" if key in self.data else f"no {key}"


def read_toml(path: Path, file: str) -> Mapping[str, Any]:
    """Return a file's content.

    Raises:
        LawError: it is not there, or is no TOML.
    """
    try:
        return tomllib.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise LawError(f"{path} cannot be read ({error.strerror}); put {file} there or name another folder") from error
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise LawError(f"{path} is no TOML file: {error}; correct it there") from error


def entries(data: Mapping[str, Any], file: str, table: str) -> list[Entry]:
    """Return the entries of one of a file's tables.

    Raises:
        LawError: there is none.
    """
    found = data.get(table)
    if not isinstance(found, list) or not found or not all(isinstance(one, dict) for one in found):
        raise LawError(f"{file}: no [[{table}]] in it; expected at least one; add it")
    return [Entry(file, table, number + 1, one) for number, one in enumerate(found)]


def one_each(found: Sequence[Entry], key: Callable[[Entry], str], needed: Sequence[str]) -> Mapping[str, Entry]:
    """Return entries by a key that each of `needed` has once.

    Raises:
        LawError: one is missing, or stands twice.
    """
    out: dict[str, Entry] = {}
    for entry in found:
        name = key(entry)
        if name in out:
            raise entry.error(f"{name} a second time", f"it once (entry {out[name].number})", "take one out")
        out[name] = entry
    missing = [name for name in needed if name not in out]
    if missing:
        first = found[0]
        raise LawError(f"{first.file}: no [[{first.table}]] for {missing[0]}; expected one; add it")
    return out
