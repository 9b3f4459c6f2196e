"""Formats of Kazakh plates and their regions; the data and its sources are plates.toml."""

import re
import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from functools import cache
from importlib import resources
from typing import Any, Final

FILE: Final = "plates.toml"


@dataclass(frozen=True, slots=True)
class PlateFormat:
    """One format.

    Attributes:
        name: in words.
        pattern: regular expression of the whole text; its group `region` is the region, where the format has one.
        certain: the format is certain; one that is not never makes a reading confident.
        since: first day, the city's, on which such plates are given out; None: they always were.
    """

    name: str
    pattern: re.Pattern[str]
    certain: bool
    since: date | None = None


def plates_data() -> Mapping[str, Any]:
    """Return plates.toml as it is."""
    return tomllib.loads((resources.files(__package__) / FILE).read_text(encoding="utf-8"))


@cache
def plate_formats() -> tuple[PlateFormat, ...]:
    """Return the formats, in the order in which they are tried."""
    data = plates_data()
    region = "(?P<region>" + "|".join(sorted(data["regions"])) + ")"
    return tuple(
        PlateFormat(
            one["name"], re.compile(one["pattern"].replace("{region}", region)), one["certain"], one.get("from")
        )
        for one in data["formats"]
    )


def format_of(text: str, day: date) -> PlateFormat | None:
    """Return a plate's format, or None where it has none that is known and in force.

    Args:
        text: the plate.
        day: the city's, on which it was seen: plates of a format are on no vehicle before they are given out.
    """
    for one in plate_formats():
        if (one.since is None or one.since <= day) and one.pattern.fullmatch(text):
            return one
    return None


def region_of(text: str, day: date) -> str | None:
    """Return the name of the region that a plate seen on a day was given out in; None where its format tells none."""
    known = format_of(text, day)
    matched = known.pattern.fullmatch(text) if known is not None else None
    code = matched.groupdict().get("region") if matched is not None else None
    return _regions()[code] if code is not None else None


@cache
def _regions() -> Mapping[str, str]:
    regions: Mapping[str, str] = plates_data()["regions"]
    return regions


def latin(text: str) -> str:
    """Return a text with Cyrillic letters that look like Latin ones as those."""
    return text if text.isascii() else text.translate(_cyrillic())


@cache
def _cyrillic() -> Mapping[int, int]:
    table = plates_data()["cyrillic"]
    return str.maketrans(table["from"], table["to"])


@cache
def look_alikes() -> frozenset[str]:
    """Return the pairs of characters that readers take for one another, each in both orders."""
    groups: Iterable[str] = plates_data()["look_alikes"]["groups"]
    return frozenset(a + b for group in groups for a in group for b in group if a != b)
