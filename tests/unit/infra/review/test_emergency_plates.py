"""Plates of cases that were rejected because of an emergency vehicle, and the lines that the register would take."""

from dataclasses import replace

import pytest

from infra.review.emergency_plates import RejectedCase, gathered, register_lines
from processors.violations.exempt_vehicles import ExemptVehicles, ExemptVehiclesError
from tests.unit.processors.cases.desk import at

NEW = RejectedCase("case-3", "key-q3", at("2024-07-02T00:30"), "K-2", "t3", "2024-q3", "00")
MIDDLE = replace(NEW, case_id="case-2", vehicle_key="key-q2", offence_us=at("2024-06-30T10:00"), key_period="2024-q2")
OLD = replace(MIDDLE, case_id="case-1", offence_us=at("2024-04-01T10:00"))
UNREAD = replace(NEW, case_id="case-4", vehicle_key="K-2/1/17", key_period=None, sealed_hex="")
OTHER = replace(NEW, case_id="case-5", vehicle_key="other")
PLATES = {"key-q3": "123ABC02", "key-q2": "123ABC02", "other": "777KZA05"}
REGISTER = ExemptVehicles.from_csv(
    "plate,service,valid_from,valid_to\n777KZA05,police,2024-01-01,\n123ABC02,ambulance,2020-01-01,2024-06-30\n"
)


def test_cases_of_a_plate_stand_together_over_quarters() -> None:
    """Each vehicle of a quarter is opened once; without a plate it is counted; the register is asked of the newest."""
    opened: list[str] = []

    def read(case: RejectedCase) -> str | None:
        opened.append(case.case_id)
        return PLATES.get(case.vehicle_key)

    found, closed = gathered([UNREAD, NEW, OTHER, MIDDLE, OLD], read, REGISTER)
    assert opened == ["case-4", "case-3", "case-5", "case-2"]
    assert closed == 1
    assert [(one.plate, one.service, [case.case_id for case in one.cases]) for one in found] == [
        ("123ABC02", None, ["case-3", "case-2", "case-1"]),
        ("777KZA05", "police", ["case-5"]),
    ]
    assert found[0].days == ["2024-07-02", "2024-06-30", "2024-04-01"]


def test_the_register_takes_the_lines() -> None:
    """Valid from the first offence on, until further notice; a name with a comma stays one value."""
    found, _ = gathered([NEW, MIDDLE, OLD], lambda case: PLATES[case.vehicle_key], None)
    assert register_lines(found, "ambulance, 103") == '123ABC02,"ambulance, 103",2024-04-01,\n'
    register = ExemptVehicles.from_csv(f"plate,service,valid_from,valid_to\n{register_lines(found, 'ambulance')}")
    assert register.service_of("123ABC02", OLD.offence_us) == "ambulance"
    with pytest.raises(ExemptVehiclesError, match="service ''"):
        register_lines(found, "")
