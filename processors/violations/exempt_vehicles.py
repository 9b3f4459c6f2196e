"""ExemptVehicles: a city's register of emergency vehicles by plate, as the stage is given it. Pure."""

import csv
import hashlib
import io
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Final

from processors.rules.articles import country

COLUMNS: Final = ("plate", "service", "valid_from", "valid_to")
#: Rows of a register: far above the emergency vehicles of a city; a file beyond it is another one.
MOST_ROWS: Final = 100_000
#: Characters of a service's name: it is shown in a reason.
MOST_NAME: Final = 60


class ExemptVehiclesError(ValueError):
    """The register cannot be used; the text says where, what was found and what is expected."""


@dataclass(frozen=True, slots=True)
class Exemption:
    """One vehicle's time in the register.

    Attributes:
        service: whose vehicle it is, e.g. ambulance.
        from_us, to_us: from the first local day's begin to the last one's end, microseconds since the Unix epoch.
    """

    service: str
    from_us: int
    to_us: int


@dataclass(frozen=True, slots=True)
class ExemptVehicles:
    """The register.

    Attributes:
        by_plate: each plate's times.
        digest: first 12 hexadecimal digits of the file's SHA-256: a violation's reason names it.
    """

    by_plate: Mapping[str, Sequence[Exemption]]
    digest: str

    def service_of(self, plate: str, at_us: int) -> str | None:
        """Return whose vehicle had a plate at an instant; None: it was in no service's."""
        return next((one.service for one in self.by_plate.get(plate, ()) if one.from_us <= at_us < one.to_us), None)

    @classmethod
    def from_csv(cls, text: str) -> "ExemptVehicles":
        """Read the register: a line a plate with COLUMNS, local dates, valid_to the last day or empty.

        Raises:
            ExemptVehiclesError: a column or value is missing or cannot be; says in which line.
        """
        rows = csv.DictReader(io.StringIO(text))
        if tuple(rows.fieldnames or ()) != COLUMNS:
            raise ExemptVehiclesError(
                f"its first line is {','.join(rows.fieldnames or ()) or 'empty'}; expected {','.join(COLUMNS)}"
            )
        out: dict[str, list[Exemption]] = {}
        for number, row in enumerate(rows, 2):
            if number > MOST_ROWS + 1:
                raise ExemptVehiclesError(
                    f"it has more than {MOST_ROWS} lines; a register of emergency vehicles has not"
                )
            plate, one = _row(row, number)
            out.setdefault(plate, []).append(one)
        digest = hashlib.sha256(text.encode()).hexdigest()[:12]
        return cls({plate: tuple(times) for plate, times in out.items()}, digest)


def _row(row: Mapping[str | None, str | list[str] | None], number: int) -> tuple[str, Exemption]:
    values = [row.get(name) for name in COLUMNS]
    if None in row or not all(isinstance(value, str) for value in values):
        raise ExemptVehiclesError(f"line {number} has not {len(COLUMNS)} values; expected {','.join(COLUMNS)}")
    plate, service, first, last = (str(value).strip() for value in values)
    plate = plate.replace(" ", "").upper()
    if not plate.isalnum() or not plate.isascii():
        raise ExemptVehiclesError(f"line {number}: plate {plate!r}; expected Latin letters and digits, as 123ABC02")
    if not 0 < len(service) <= MOST_NAME:
        raise ExemptVehiclesError(
            f"line {number}: service {service!r}; expected a name of up to {MOST_NAME} characters"
        )
    from_us = _day(first, number, "valid_from")[0]
    to_us = _day(last, number, "valid_to")[1] if last else 2**62
    if to_us <= from_us:
        raise ExemptVehiclesError(f"line {number}: valid_to {last} lies before valid_from {first}")
    return plate, Exemption(service, from_us, to_us)


def _day(text: str, number: int, name: str) -> tuple[int, int]:
    """Return a local day's begin and end, microseconds since the Unix epoch."""
    try:
        day = date.fromisoformat(text)
        following = date.fromordinal(day.toordinal() + 1)
    except (ValueError, OverflowError) as error:
        raise ExemptVehiclesError(f"line {number}: {name} {text!r}; expected a date as 2026-01-31") from error
    law = country()
    return law.day_start_us(day), law.day_start_us(following)
