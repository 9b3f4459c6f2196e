"""The register of emergency vehicles excuses by plate and time, and a bad file says what is wrong with it."""

from dataclasses import replace
from pathlib import Path

import pytest

from infra.exempt_vehicles import load_exempt_vehicles
from processors.rules.place import Place
from processors.rules.second import Second
from processors.violations.core import ViolationsCore
from processors.violations.exempt_vehicles import ExemptVehicles, ExemptVehiclesError
from processors.violations.plate_memory import PlateMemory
from schemas.messages import Exculpation, PlateCandidate, VotedPlate
from tests.unit.processors.rules.street import EPOCH_US, Cameras, calibration, camera, car, play, second, zone
from tests.unit.processors.violations.test_plates import Seal

ROAD = camera(zone("road", "roadway", speed_limit_kmh=60), calibration=calibration())
HEAD = "plate,service,valid_from,valid_to\n"
#: The tests' seconds lie on 2025-10-09, local.
ALWAYS = ExemptVehicles.from_csv(HEAD + "123ABC02,ambulance,2020-01-01,\n")


def outcome(register: ExemptVehicles | None, *readings: tuple[str, float]) -> Exculpation:
    """Return what came of the ground for a speeding vehicle whose plate has these readings."""
    plates = [VotedPlate(0, [PlateCandidate(*reading) for reading in readings], 3)] if readings else []
    fast = [car("a", 500, 500, speed_kmh=90.0, error_kmh=2.0)]
    messages = [replace(second(n, fast), plates=plates) for n in range(2)] + [second(2)]
    core = ViolationsCore(exempt=register)
    (one,), state = play(core, Cameras(ROAD), messages)
    assert play(core, Cameras(ROAD), messages, at_once=False) == ([one], state)
    (sealed,), _ = play(ViolationsCore(seal=Seal(), exempt=register), Cameras(ROAD), messages)
    assert sealed.exculpations == one.exculpations, "the register is asked before readings go under the key"
    found: list[Exculpation] = [e for e in one.exculpations if e.ground == "emergency_vehicle"]
    assert len(found) == 1
    return found[0]


def test_a_plate_of_the_register_drops_and_its_reason_names_service_and_register() -> None:
    """More likely right than not is enough: a misread plate is hardly ever one of the register."""
    found = outcome(ALWAYS, ("123ABC02", 0.9))
    assert found.outcome == "dropped"
    assert "ambulance" in found.reason
    assert ALWAYS.digest in found.reason
    assert "123ABC02" not in found.reason


@pytest.mark.parametrize(
    ("readings", "expected"),
    [
        ([("123ABC02", 0.4)], "flagged"),
        ([("128ABC02", 0.6), ("123ABC02", 0.3)], "flagged"),
        ([("128ABC02", 0.7), ("129ABC02", 0.01), ("123ABC02", 0.001)], "flagged"),
        ([("128ABC02", 0.995), ("129ABC02", 0.0), ("123ABC02", 0.0)], "unknown"),
        ([("128ABC02", 0.999)], "unknown"),
        ([], "unknown"),
    ],
    ids=["unsure", "second reading", "third reading", "surely another", "another plate", "unread"],
)
def test_a_plate_that_may_be_of_the_register_is_flagged_and_others_stay_unknown(
    readings: list[tuple[str, float]], expected: str
) -> None:
    """A register of one city does not clear: another city's vehicle is not in it."""
    assert outcome(ALWAYS, *readings).outcome == expected


@pytest.mark.parametrize(
    ("x_px", "wide_px", "shared"),
    [
        pytest.param(508, 80, False, id="its second box"),
        pytest.param(515, 4, False, id="a strip of it"),
        pytest.param(540, 80, True, id="a vehicle beside it"),
    ],
)
def test_a_plate_that_its_second_box_reads_too_is_its_own(x_px: float, wide_px: float, *, shared: bool) -> None:
    """Where two tracks stand nearer than two vehicles can, their one plate is on no other vehicle."""
    box = (x_px - wide_px / 2, 450.0, x_px + wide_px / 2, 500.0)
    cars = [car("a", 500, 500), replace(car("b", x_px, 500), box=box)]
    plates = [VotedPlate(n, [PlateCandidate("123ABC02", 0.9)], 3) for n in range(2)]
    shown = second(0, cars, plates=plates, box_x_m=[50.0, x_px / 10] * 2, box_y_m=[50.0] * 4)
    memory = PlateMemory()
    memory.hear(Second(shown, Place(ROAD)), None, ALWAYS)
    votes = [memory.vote(name, None) for name in "ab"]
    assert [vote.shared for vote in votes if vote is not None] == [shared] * 2


@pytest.mark.parametrize(
    ("dates", "expected"),
    [
        ("2025-10-09,2025-10-09", "dropped"),
        ("2025-10-10,", "unknown"),
        ("2020-01-01,2025-10-08", "unknown"),
    ],
    ids=["that day", "from the day after", "to the day before"],
)
def test_a_vehicle_is_exempt_from_its_first_day_to_its_last(dates: str, expected: str) -> None:
    """Local days, both included; a replay holds the offence against the register of its own time."""
    register = ExemptVehicles.from_csv(f"{HEAD}123ABC02,police,{dates}\n")
    assert outcome(register, ("123ABC02", 0.9)).outcome == expected


def test_without_a_register_nothing_is_told() -> None:
    """As before: unknown."""
    assert outcome(None, ("123ABC02", 0.999)).outcome == "unknown"


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "its first line is empty; expected plate,service,valid_from,valid_to"),
        ("plate,service\n", "its first line is plate,service; expected"),
        (HEAD + "123ABC02,police\n", "line 2 has not 4 values"),
        (HEAD + "123ABC02,police,2020-01-01,,x\n", "line 2 has not 4 values"),
        (HEAD + "123АВС02,police,2020-01-01,\n", "line 2: plate '123АВС02'; expected Latin letters"),  # noqa: RUF001
        (HEAD + "123ABC02,,2020-01-01,\n", "line 2: service ''; expected a name of up to 60 characters"),
        (HEAD + "123ABC02,police,01.02.2020,\n", "line 2: valid_from '01.02.2020'; expected a date as 2026-01-31"),
        (HEAD + "123ABC02,police,2020-01-02,2020-01-01\n", "line 2: valid_to 2020-01-01 lies before valid_from"),
    ],
)
def test_a_register_that_cannot_be_says_where_and_what_is_expected(tmp_path: Path, text: str, said: str) -> None:
    """The file is named, too."""
    path = tmp_path / "exempt.csv"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(ExemptVehiclesError) as caught:
        load_exempt_vehicles(path)
    assert said in str(caught.value)
    assert str(path) in str(caught.value)


def test_a_register_that_is_not_there_is_named(tmp_path: Path) -> None:
    """Rather than go on without it."""
    with pytest.raises(ExemptVehiclesError, match="cannot be read"):
        load_exempt_vehicles(tmp_path / "none.csv")
    assert load_exempt_vehicles(None) is None


def test_spaces_and_small_letters_of_a_plate_do_not_matter() -> None:
    """Registers are written by people."""
    register = ExemptVehicles.from_csv(HEAD + " 123 abc 02 , fire service ,2020-01-01,\n")
    assert register.service_of("123ABC02", EPOCH_US) == "fire service"
