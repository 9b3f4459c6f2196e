"""Reports on cases from a file: good lines are reports, bad ones are named by number, and then none is written."""

import json
from collections.abc import Iterable
from pathlib import Path

import pytest
from click.testing import CliRunner

from infra.cli import payments
from infra.import_line import Problem
from infra.payments.payment_file import COLUMNS, PaymentFileError, read
from infra.settings import Settings
from processors.cases.opening import case_id_of
from schemas.messages import Payment, PaymentKind
from tests.unit.processors.cases.desk import Desk, at

HEAD = ",".join(COLUMNS)
CASE = case_id_of("v1")
NOW = at("2026-11-27T12:00")
GOOD = f"pay-1,{CASE},PAYMENT,19660,bank 4471,,2026-11-27T10:30"


def test_each_kind_of_report_is_read() -> None:
    """By the city's clocks, or by an offset that stands there; what has no amount has 0."""
    lines = [
        HEAD,
        GOOD,
        f'd-1,{CASE},DELIVERED,,"egov, cabinet",,2026-11-20 09:00:05',
        f"a-1,{CASE},APPEAL,0,,,2026-11-21T10:00+00:00",
        f"c-1,{CASE},COURT_DECISION,10000,case 7,changed,2026-11-22T10:00",
        f"c-2,{CASE},COURT_DECISION,,case 8,cancelled,2026-11-23T10:00Z",
        f"r-1,{CASE},REFUND,9660,,,2026-11-24T10:00",
    ]
    assert list(read(lines, NOW)) == [
        Payment("pay-1", CASE, PaymentKind.PAYMENT, 19_660, "bank 4471", None, at("2026-11-27T10:30")),
        Payment("d-1", CASE, PaymentKind.DELIVERED, 0, "egov, cabinet", None, at("2026-11-20T09:00:05")),
        Payment("a-1", CASE, PaymentKind.APPEAL, 0, "", None, at("2026-11-21T15:00")),
        Payment("c-1", CASE, PaymentKind.COURT_DECISION, 10_000, "case 7", "changed", at("2026-11-22T10:00")),
        Payment("c-2", CASE, PaymentKind.COURT_DECISION, 0, "case 8", "cancelled", at("2026-11-23T15:00")),
        Payment("r-1", CASE, PaymentKind.REFUND, 9_660, "", None, at("2026-11-24T10:00")),
    ]


@pytest.mark.parametrize(
    ("line", "says"),
    [
        (f",{CASE},PAYMENT,1,,,2026-11-27T10:30", "payment_id is empty"),
        ("p,case-1,PAYMENT,1,,,2026-11-27T10:30", "case_id is 'case-1'; expected case- and 20"),
        (f"p,{CASE},paid,1,,,2026-11-27T10:30", "kind is 'paid'; expected one of DELIVERED, PAYMENT"),
        (f"p,{CASE},PAYMENT,1 000,,,2026-11-27T10:30", "amount_kzt is '1 000'; expected whole tenge"),
        (f"p,{CASE},PAYMENT,-5,,,2026-11-27T10:30", "amount_kzt is '-5'; expected whole tenge"),
        (f"p,{CASE},PAYMENT,0,,,2026-11-27T10:30", "expected more than 0 of PAYMENT"),
        (f"p,{CASE},DELIVERED,5,,,2026-11-27T10:30", "expected 0 or nothing of DELIVERED"),
        (f"p,{CASE},PAYMENT,5,,upheld,2026-11-27T10:30", "outcome is 'upheld'; expected nothing"),
        (f"p,{CASE},COURT_DECISION,,,won,2026-11-27T10:30", "outcome is 'won'; expected one of cancelled, upheld"),
        (f"p,{CASE},COURT_DECISION,,,changed,2026-11-27T10:30", "more than 0 of COURT_DECISION with the outcome"),
        (f"p,{CASE},PAYMENT,5,,,27.11.2026", "happened_at is '27.11.2026'; expected an instant"),
        (f"p,{CASE},PAYMENT,5,,,2026-02-30T10:00", "a day and a time that the calendar has"),
        (f"p,{CASE},PAYMENT,5,,,2026-11-27T12:01", "expected an instant that has passed"),
        (f"p,{CASE},PAYMENT,5,,,2026-11-27T10:30,more", "the line is longer than 7 columns"),
        (f"p,{CASE},PAYMENT,5", "the line is of 4 columns"),
        (f"p,{CASE},PAYMENT,5,{'x' * 129},,2026-11-27T10:30", "reference is 129 characters long"),
        (GOOD, "payment_id is that of line 2"),
    ],
)
def test_a_bad_line_is_named_with_what_was_expected(line: str, says: str) -> None:
    """The number is the file's; the good line beside it is read."""
    good, bad = read([HEAD, GOOD, line], NOW)
    assert isinstance(good, Payment)
    assert isinstance(bad, Problem)
    assert bad.line == 3
    assert says in str(bad)


def test_another_heading_is_refused() -> None:
    """With the one that is expected."""
    with pytest.raises(PaymentFileError, match=f"expected {HEAD}"):
        list(read(["id,case", "1,2"], NOW))


@pytest.fixture
def written(monkeypatch: pytest.MonkeyPatch) -> list[Payment]:
    """Take what would go to Kafka."""
    out: list[Payment] = []

    def take(_: Settings, reports: Iterable[Payment]) -> int:
        out.extend(reports)
        return len(out)

    monkeypatch.setattr(payments, "write", take)
    return out


def imported(tmp_path: Path, *lines: str, options: tuple[str, ...] = (), expect: int = 0) -> dict[str, object]:
    """Import a file of these lines; return what the command says to programs."""
    path = tmp_path / "payments.csv"
    path.write_text("\n".join((HEAD, *lines)) + "\n", encoding="utf-8")
    done = CliRunner().invoke(payments.command, ["import", str(path), "--json", *options])
    assert done.exit_code == expect, done.output
    found: dict[str, object] = json.loads(done.stdout)
    return found


def test_a_file_is_written_whole_or_not_at_all(tmp_path: Path, written: list[Payment]) -> None:
    """One bad line keeps all back, a dry run too; a good file is told by kind and sum."""
    old = GOOD.replace("2026", "2024")
    said = imported(tmp_path, old, f"p,{CASE},PAYMENT,0,,,2024-11-27T10:30", expect=1)
    assert (said["bad"], said["written"], written) == (1, 0, [])
    assert imported(tmp_path, old, options=("--dry-run",))["written"] == 0
    assert written == []
    said = imported(tmp_path, old, old.replace("pay-1", "pay-2"))
    assert (said["written"], said["kinds"]) == (2, {"PAYMENT": {"reports": 2, "amount_kzt": 39_320}})
    assert [one.payment_id for one in written] == ["pay-1", "pay-2"]


def test_a_file_imported_twice_pays_once() -> None:
    """The cases stage knows a report by its id: the second import makes no step and no dead letter."""
    desk = Desk()
    case_id = desk.delivered()
    line = f"pay-1,{case_id},PAYMENT,18460,bank 4471,,2024-05-14T10:30"
    for _ in range(2):
        (report,) = read([HEAD, line], NOW)
        assert isinstance(report, Payment)
        desk.relay(report, desk.vehicle_of[case_id])
    assert desk.steps(case_id)[-1] == "DISCOUNTED"
    assert desk.steps(case_id).count("DISCOUNTED") == 1
    assert desk.refused == []
