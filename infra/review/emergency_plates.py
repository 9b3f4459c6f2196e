"""Plates of cases that officers rejected because of an emergency vehicle: the register may lack them."""

import csv
import io
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from processors.rules.articles import country
from processors.violations.exempt_vehicles import COLUMNS, ExemptVehicles


@dataclass(frozen=True, slots=True)
class RejectedCase:
    """A case that an officer rejected so.

    Attributes:
        case_id: the case.
        vehicle_key: its vehicle, within one quarter.
        offence_us: when, microseconds since the Unix epoch.
        camera_id: where.
        track_id: the vehicle's track, which is authenticated with the ciphertext.
        key_period: the quarter whose key sealed the plate; None: it was not read, or the violation has gone.
        sealed_hex: the sealed plate of that vehicle, as it was read or as an officer corrected it; empty likewise.
    """

    case_id: str
    vehicle_key: str
    offence_us: int
    camera_id: str
    track_id: str
    key_period: str | None
    sealed_hex: str


@dataclass(frozen=True, slots=True)
class EmergencyPlate:
    """A plate and the cases that were rejected.

    Attributes:
        plate: in clear.
        cases: the newest first.
        service: whose vehicle the register says it was at the newest offence; None: no register names it then.
    """

    plate: str
    cases: Sequence[RejectedCase]
    service: str | None

    @property
    def days(self) -> Sequence[str]:
        """Local days of the offences, the newest first."""
        law = country()
        return [law.local_day(case.offence_us).isoformat() for case in self.cases]


def gathered(
    cases: Sequence[RejectedCase], opened: Callable[[RejectedCase], str | None], register: ExemptVehicles | None
) -> tuple[Sequence[EmergencyPlate], int]:
    """Put cases together by plate; each vehicle of a quarter is opened once.

    Args:
        cases: the newest first.
        opened: returns the plate of a case; None: it stays closed, or was not read.
        register: of the city; None: it has given none.

    Returns:
        Plates, those of most cases first, and how many cases have none.
    """
    plates: dict[str, str | None] = {}
    by_plate: dict[str, list[RejectedCase]] = {}
    for case in cases:
        if case.vehicle_key not in plates:
            plates[case.vehicle_key] = opened(case)
        plate = plates[case.vehicle_key]
        if plate is not None:
            by_plate.setdefault(plate, []).append(case)
    found = [
        EmergencyPlate(plate, tuple(of), None if register is None else register.service_of(plate, of[0].offence_us))
        for plate, of in by_plate.items()
    ]
    found.sort(key=lambda one: (-len(one.cases), one.plate))
    return found, len(cases) - sum(len(one.cases) for one in found)


def register_lines(plates: Sequence[EmergencyPlate], service: str) -> str:
    """Return lines for the register, without its head: valid from the first of the offences on.

    Raises:
        ExemptVehiclesError: the register would refuse them.
    """
    text = io.StringIO()
    write = csv.writer(text, lineterminator="\n").writerow
    for one in plates:
        write((one.plate, service, one.days[-1], ""))
    lines = text.getvalue()
    ExemptVehicles.from_csv(f"{','.join(COLUMNS)}\n{lines}")
    return lines
