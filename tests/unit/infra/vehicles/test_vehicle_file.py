"""A city's table of vehicles: good lines are sealed, bad ones are named by their number, and no plate is printed."""

from pathlib import Path

import pytest
from click.testing import CliRunner

from infra.cli.vehicles import command
from infra.import_line import Problem
from infra.keys.period_key import PeriodKey
from infra.vehicles.vehicle_file import COLUMNS, Row, VehicleFileError, read
from schemas.law import OwnerClass
from tests.unit.processors.leads.town import at, days

HEAD = ",".join(COLUMNS)
INSPECTED = "2025-06-01..2026-05-31 2024-06-01..2025-05-31"
GOOD = f"123 abc 02,car,SMALL_BUSINESS,Kia,white,{INSPECTED},2025-06-01..2026-05-31,2026-03-20.."


def test_a_good_line_is_a_vehicle_and_its_entry_holds_no_plate() -> None:
    """The plate is normalised and sealed; ranges stand in order, an open one has no end."""
    (row,) = read([HEAD, GOOD])
    assert isinstance(row, Row)
    assert (row.plate, row.kind, row.owner_class) == ("123ABC02", "car", OwnerClass.SMALL_BUSINESS)
    assert row.inspection == [days("2024-06-01", "2025-05-31"), days("2025-06-01", "2026-05-31")]
    assert row.wanted == [days("2026-03-20", None)]
    key = PeriodKey("2026-q2", bytes(32))
    entry = row.sealed(key, at("2026-04-01T00:00:00"))
    assert (entry.vehicle_key, entry.key_period) == (key.vehicle_key("123ABC02"), "2026-q2")
    assert "123ABC02" not in repr(entry)


@pytest.mark.parametrize(
    ("line", "says"),
    [
        ("123АВС02,car,INDIVIDUAL,,,,,", "Cyrillic look-alikes are none"),  # noqa: RUF001  they are, on purpose
        ("1,car,INDIVIDUAL,,,,,", "plate is of 1 characters"),
        ("123ABC02,tram,INDIVIDUAL,,,,,", "kind is 'tram'; expected one of car, motorcycle, bus, truck"),
        ("123ABC02,car,company,,,,,", "owner_class is 'company'; expected one of INDIVIDUAL"),
        ("123ABC02,car,INDIVIDUAL,,,2026,,", "inspection is '2026'; expected days such as"),
        (
            "123ABC02,car,INDIVIDUAL,,,,2026-02-30..,",
            "insurance is '2026-02-30..'; expected days that the calendar has",
        ),
        ("123ABC02,car,INDIVIDUAL,,,,,2026-03-02..2026-03-01", "expected the first day first"),
        ("123ABC02,car,INDIVIDUAL,,,,", "of 7 columns; expected 8"),
        ("123ABC02,car,INDIVIDUAL,a,b,c,,,", "longer than 8 columns"),
        (f"123ABC02,car,INDIVIDUAL,{'x' * 65},,,,", "make is 65 characters long"),
        (f"123ABC02,car,INDIVIDUAL,,,{'2025-01-01.. ' * 33},,", "33 ranges; expected at most 32"),
    ],
)
def test_a_bad_line_says_what_was_found_and_expected(line: str, says: str) -> None:
    """Its number, the column, what stands there and what should; the good line after it still counts."""
    problem, good = read([HEAD, line, "999ZZZ02,bus,INDIVIDUAL,,,,,"])
    assert isinstance(problem, Problem)
    assert str(problem).startswith("line 2: ")
    assert says in str(problem)
    assert "123" not in str(problem)
    assert isinstance(good, Row)


@pytest.mark.parametrize(
    "line",
    [
        "KZ02,123ABC02,INDIVIDUAL,Kia,white,,,",
        "KZ02,123 abc 02,INDIVIDUAL,Kia,white,,,",
        "KZ02,car,123ABC02,Kia,white,,,",
        "KZ02,car,INDIVIDUAL,Kia,white,123ABC02,,",
        "KZ02,car,INDIVIDUAL,Kia,white,,123 ABC 02,",
        "KZ02,car,INDIVIDUAL,Kia,white,,,2026-01-01..123ABC02",
        "KZ02,car,INDIVIDUAL,Kia,white,123АВС02,,",  # noqa: RUF001  Cyrillic look-alikes are read as well
        "KZ02,1234567,INDIVIDUAL,Kia,white,,,",
        "KZ02,123 456,INDIVIDUAL,Kia,white,,,",
    ],
)
def test_no_column_prints_a_plate(line: str) -> None:
    """Where columns are shifted, a plate stands anywhere: the message says that it looks like one, and no more."""
    (problem,) = read([HEAD, line])
    assert "what looks like a plate; expected" in str(problem)
    assert "123" not in str(problem)


def test_spaces_in_the_heading_are_none_of_its_names() -> None:
    """Written by hand: "plate, kind, ..." names the same columns."""
    (row,) = read([HEAD.replace(",", ", "), GOOD])
    assert isinstance(row, Row)


def test_a_plate_that_stands_twice_is_taken_once() -> None:
    """The first line stands, the second is named with it."""
    _, problem = read([HEAD, GOOD, GOOD])
    assert "line 2 has it too" in str(problem)


@pytest.mark.parametrize("text", ["", "123ABC02,car,INDIVIDUAL,,,,,", "plate;kind"])
def test_a_file_without_the_heading_is_no_table(text: str) -> None:
    """It is refused as a whole, with the columns it should have, and without the plate that stands first."""
    with pytest.raises(VehicleFileError, match=f"expected {HEAD}") as caught:
        list(read([text]))
    assert "123ABC02" not in str(caught.value)


def test_the_command_checks_a_file_without_a_stack(tmp_path: Path) -> None:
    """--dry-run needs keys and the file alone; bad lines end it with 1, a key that is not there with what to do."""
    store, file = tmp_path / "keys", tmp_path / "vehicles.csv"
    file.write_text(f"{HEAD}\n{GOOD}\nx,car,INDIVIDUAL,,,,,", encoding="utf-8")
    asked = ["import", str(file), "--known-on", "2026-04-01", "--store", str(store), "--dry-run", "--json"]
    missing = CliRunner().invoke(command, asked)
    assert missing.exit_code == 1
    assert "vigil keys create 2026-q2" in missing.output
    store.mkdir(mode=0o700, exist_ok=True)
    (store / "2026-q2.key").write_bytes(bytes(32))
    (store / "2026-q2.key").chmod(0o600)
    done = CliRunner().invoke(command, asked)
    assert done.exit_code == 1, done.output
    assert '"vehicles": 1, "bad_lines": 1, "periods": ["2026-q2"], "entries_written": 0' in done.stdout
    assert "line 3: plate is of 1 characters" in done.stderr
    early = CliRunner().invoke(command, [*asked[:3], "2999-01-01", *asked[4:]])
    assert "has not come yet" in early.output
