"""A city's table of vehicles as a CSV file: one vehicle a line, checked line by line. Pure.

    plate,kind,owner_class,make,colour,inspection,insurance,wanted
    123ABC02,car,INDIVIDUAL,Kia,white,2025-06-01..2026-05-31,2025-06-01..2026-05-31,

Days are the city's, both included; several ranges stand beside each other with a space between, and one without an end
is open: `2026-03-20..`. A range that has ended stays in the table: sightings are held against their own day.
"""

import csv
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Final

from infra.import_line import BadFieldError, Problem, bound, texts_of
from infra.keys.period_key import PeriodKey
from processors.leads.finding import EPOCH
from processors.leads.rules.another_kind import CLASS_OF
from schemas.law import OwnerClass
from schemas.messages import DayRange, VehicleEntry

COLUMNS: Final = ("plate", "kind", "owner_class", "make", "colour", "inspection", "insurance", "wanted")
#: Normalised as tracking writes plates: Latin letters and digits without spaces, 4 to 10 of them.
_PLATE: Final = re.compile(r"[A-Z0-9]{4,10}")
_RANGE: Final = re.compile(r"(\d{4}-\d\d-\d\d)\.\.(\d{4}-\d\d-\d\d)?")
#: What may be a plate in another column: letters and digits together, of any alphabet, or more digits than a year has.
_LIKE_A_PLATE: Final = re.compile(r"(?=.*[^\W\d_])(?=.*\d)|.*\d{5}|[\d\s]{5,}\Z", re.DOTALL)
LONGEST_TEXT: Final = 64
MOST_RANGES: Final = 32


class VehicleFileError(ValueError):
    """The file is no table of vehicles; says what was found and expected."""


@dataclass(frozen=True, slots=True)
class Row:
    """One vehicle, with its plate in the clear: never written anywhere.

    Attributes:
        plate: normalised.
        kind: car, motorcycle, bus or truck.
        owner_class: who is liable.
        make, colour: for the officer.
        inspection, insurance, wanted: days on which each holds.
    """

    plate: str
    kind: str
    owner_class: OwnerClass
    make: str
    colour: str
    inspection: Sequence[DayRange]
    insurance: Sequence[DayRange]
    wanted: Sequence[DayRange]

    def sealed(self, key: PeriodKey, known_at_us: int) -> VehicleEntry:
        """Return the entry under a period's key, as the table of an instant has it."""
        return VehicleEntry(
            vehicle_key=key.vehicle_key(self.plate),
            key_period=key.period,
            known_at_us=known_at_us,
            vehicle_class=self.kind,
            owner_class=self.owner_class.value,
            make=self.make,
            colour=self.colour,
            inspection=self.inspection,
            insurance=self.insurance,
            wanted=self.wanted,
        )


def read(lines: Iterable[str]) -> Iterator[Row | Problem]:
    """Yield each vehicle of a table, or what is wrong with its line.

    Args:
        lines: of the file, the heading first.

    Raises:
        VehicleFileError: it has no heading, or another one.
    """
    table = csv.DictReader(lines)
    first_line: dict[str, int] = {}
    try:
        heading = tuple(name.strip() for name in table.fieldnames or ())
        if heading != COLUMNS:
            # not what stands there: a table without a heading begins with a plate
            known = len([name for name in heading if name in COLUMNS])
            raise VehicleFileError(
                f"the first line has {len(heading)} columns, {known} of them known; expected {','.join(COLUMNS)}"
            )
        for values in table:
            yield _checked(values, table.line_num, first_line)
    except csv.Error as error:
        raise VehicleFileError(f"after line {table.line_num}: {error}; expected a CSV file") from error


def _checked(
    values: Mapping[str | None, str | list[str] | None], line: int, first_line: dict[str, int]
) -> Row | Problem:
    """Return a line's vehicle, or what is wrong; remember the line of its plate."""
    try:
        row = _row(values)
    except BadFieldError as bad:
        return Problem(line, *bad.parts)
    before = first_line.setdefault(row.plate, line)
    if before != line:
        return Problem(line, "plate", "there twice", f"each vehicle once; line {before} has it too and stands")
    return row


def _row(values: Mapping[str | None, str | list[str] | None]) -> Row:
    texts = texts_of(values, COLUMNS)
    plate = texts["plate"].upper().replace(" ", "")
    if not _PLATE.fullmatch(plate):
        raise BadFieldError(
            "plate", f"of {len(plate)} characters", "4 to 10 Latin letters and digits; Cyrillic look-alikes are none"
        )
    if texts["kind"] not in CLASS_OF:
        raise BadFieldError("kind", _shown(texts["kind"]), f"one of {', '.join(CLASS_OF)}")
    if texts["owner_class"] not in OwnerClass.__members__:
        raise BadFieldError("owner_class", _shown(texts["owner_class"]), f"one of {', '.join(OwnerClass)}")
    bound(texts, ("make", "colour"), LONGEST_TEXT)
    return Row(
        plate,
        texts["kind"],
        OwnerClass[texts["owner_class"]],
        texts["make"],
        texts["colour"],
        *(_ranges(name, texts[name]) for name in ("inspection", "insurance", "wanted")),
    )


def _shown(text: str, column: str = "") -> str:
    """Return a value for a message, or that it looks like a plate: where columns are shifted, one stands anywhere."""
    if _LIKE_A_PLATE.match(column or text):
        return "what looks like a plate"
    return repr(text[:LONGEST_TEXT])


def _ranges(field: str, text: str) -> Sequence[DayRange]:
    """Return the ranges of a column, in the order of their first days."""
    expected = "days such as 2025-06-01..2026-05-31 or 2026-03-20.., with spaces between, or nothing"
    parts = text.split()
    if len(parts) > MOST_RANGES:
        raise BadFieldError(field, f"{len(parts)} ranges", f"at most {MOST_RANGES}; leave out the oldest")
    out = []
    for part in parts:
        found = _RANGE.fullmatch(part)
        if found is None:
            # the whole column decides: spaces may stand within a plate
            raise BadFieldError(field, _shown(part, text), expected)
        try:
            first = date.fromisoformat(found[1])
            last = None if found[2] is None else date.fromisoformat(found[2])
        except ValueError:
            raise BadFieldError(field, repr(part), "days that the calendar has") from None
        if last is not None and last < first:
            raise BadFieldError(field, repr(part), "the first day first")
        out.append(DayRange((first - EPOCH).days, None if last is None else (last - EPOCH).days))
    return sorted(out, key=lambda one: one.from_day)
