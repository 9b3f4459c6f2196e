"""A year whose index is not known yet: what needs it waits, nothing is refused, and what has time goes on."""

import asyncio
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path
from typing import Final

import pytest

from processors.cases.app import NoCameras
from processors.cases.core import CasesCore
from processors.cases.deadlines.core import command_of as deadline_command
from processors.cases.deadlines.core import deadline_of
from processors.cases.deadlines.deadline_book import DeadlineBook
from processors.cases.event_book import PlacedEvent
from processors.cases.law_watch import watch_law
from processors.cases.relay.core import command_of
from processors.cases.vehicle_log import VehicleLog
from processors.stage.metrics import StageMetrics
from processors.stage_core import KeyBatch, KeyResult, Record, ServiceUnavailableError
from schemas.law import Law, LawEndsError
from schemas.law.mrp import MrpTable
from schemas.messages import CaseCommand
from tests.unit.processors.cases.desk import CAR, LAW, Desk, at, codec, one_officer, violation

LAST: Final = LAW.mrp.span.last


def ended(last: date = date(2024, 12, 31)) -> Law:
    """Return the law with an index that ends with this day."""
    rows = [(span, kzt) for span, kzt in LAW.mrp.rows if span.first <= last]
    rows[-1] = (replace(rows[-1][0], last=last), rows[-1][1])
    return replace(LAW, mrp=MrpTable(tuple(rows)))


def advanced(core: CasesCore, log: VehicleLog, *commands: CaseCommand, written: str) -> KeyResult[VehicleLog]:
    """Let the stage's core take commands that were written at an instant."""
    records = [Record(one, 0, n, at(written) // 1_000) for n, one in enumerate(commands)]
    (result,) = asyncio.run(core.advance([KeyBatch(CAR, log, records)], NoCameras()))
    return result


def offence(when: str) -> CaseCommand:
    """Return the command of a violation."""
    message = violation("v1", when)
    return command_of(message, codec().encode("violations", message), CAR, "violations", 0, 0)


def test_the_law_says_that_it_ends() -> None:
    """After the last day the error names it; before the first one it is an error like any other."""
    with pytest.raises(LawEndsError) as raised:
        LAW.mrp.kzt(LAST + timedelta(days=1))
    assert raised.value.day == LAST + timedelta(days=1)
    assert LAW.last_days["mrp"] == LAST
    with pytest.raises(ValueError, match="found no MRP for 2019") as other:
        LAW.mrp.kzt(date(2019, 1, 1))
    assert not isinstance(other.value, LawEndsError)


def test_a_violation_of_a_year_without_an_index_waits_for_it() -> None:
    """Nothing is refused: the stage pauses, and with the year's index it opens the case from the same command."""
    core = CasesCore(codec().decode, ended(), one_officer())
    with pytest.raises(ServiceUnavailableError, match="found no MRP for 2025-01-01"):
        advanced(core, VehicleLog(), offence("2025-01-01T10:00"), written="2025-01-01T10:01")
    later = CasesCore(codec().decode, LAW, one_officer())
    result = advanced(later, VehicleLog(), offence("2025-01-01T10:00"), written="2025-01-01T10:01")
    assert ([one.message.step for one in result.outputs], result.refusals) == (["DETECTED"], [])


def test_a_violation_from_the_future_stops_nobody() -> None:
    """A day after the command's own: a clock is wrong, and what is behind it must not wait for a year to come."""
    core = CasesCore(codec().decode, ended(), one_officer())
    result = advanced(core, VehicleLog(), offence("2031-01-01T10:00"), written="2024-06-01T10:00")
    (refusal,) = result.refusals
    assert "a day after that on which the command was written" in refusal.error
    assert result.outputs == []


def test_what_was_confirmed_on_the_last_day_is_sent_when_the_index_is_there() -> None:
    """Confirmed at 23:50 on 31 December, to be sent at 00:20: it waits, and costs what the new year's index says."""
    desk = Desk(ended())
    case_id = desk.violate("v1", "2024-12-28T10:00")
    desk.review(case_id, when="2024-12-31T23:50")
    due = deadline_of(desk.events[-1], desk.core.terms)
    assert due is not None
    assert due.due_us == at("2025-01-01T00:20")
    packed = desk.core.to_bytes(desk.logs[CAR])
    command = deadline_command(due, due.due_us)
    with pytest.raises(ServiceUnavailableError):
        advanced(desk.core, desk.logs[CAR], command, written="2025-01-01T00:20")
    later = CasesCore(codec().decode, LAW, one_officer())
    result = advanced(later, later.from_bytes(CAR, packed), command, written="2025-01-01T00:20")
    (issued,) = [one.message for one in result.outputs]
    assert (issued.step, issued.amount_kzt) == ("ISSUED", 10 * LAW.mrp_kzt(date(2025, 1, 1)))


def test_a_scheduler_sends_nothing_on_a_day_without_an_index(tmp_path: Path) -> None:
    """A command of 1 January that the stage takes on 20 January would date the prescription back, past its liability.

    Other deadlines pass as ever; with the index the sending is of the day on which it is written.
    """
    desk = Desk(ended())
    case_id = desk.violate("v1", "2024-11-05T10:00")
    desk.review(case_id, when="2024-12-31T23:50")
    waits = desk.violate("v2", "2024-10-28T10:00")
    placed = [PlacedEvent(event, 0, n, event.happened_at_us) for n, event in enumerate(desk.events)]
    book = DeadlineBook(tmp_path / "book.sqlite", desk.core.terms)
    book.apply(placed, {0: 3})
    assert [(one.case_id, one.name) for one in book.passed(at("2025-01-20T00:00"), 10)] == [(waits, "LIABILITY")]
    book.close()
    book = DeadlineBook(tmp_path / "book.sqlite", Desk().core.terms)
    (due,) = [one for one in book.passed(at("2025-01-20T00:00"), 10) if one.case_id == case_id]
    later = CasesCore(codec().decode, LAW, one_officer())
    log = later.from_bytes(CAR, desk.core.to_bytes(desk.logs[CAR]))
    result = advanced(later, log, deadline_command(due, at("2025-01-20T00:00")), written="2025-01-20T00:00")
    assert [one.message.step for one in result.outputs] == ["LAPSED"]
    book.close()


def test_a_camera_some_seconds_ahead_at_midnight_waits_too() -> None:
    """Its first violation of the year was written in the old one: clocks differ by seconds."""
    core = CasesCore(codec().decode, ended(), one_officer())
    with pytest.raises(ServiceUnavailableError):
        advanced(core, VehicleLog(), offence("2025-01-01T00:00:02"), written="2024-12-31T23:59:59")


def test_a_scheduler_with_an_older_law_waits_for_the_sending_too() -> None:
    """What it cannot price it does not forget: the stage decides."""
    desk = Desk()
    case_id = desk.violate("v1", "2025-02-01T10:00")
    desk.review(case_id, when="2025-02-01T12:00")
    found = deadline_of(desk.events[-1], Desk(ended()).core.terms)
    assert found is not None
    assert (found.name, found.due_us) == ("ISSUE", at("2025-02-01T12:30"))


def test_the_gauge_counts_the_days_that_are_left() -> None:
    """Each table by itself; 0 on its last day, below it when the year has begun without it."""
    metrics = StageMetrics("cases")
    today = [LAST]
    watch_law(metrics, LAW, lambda: today[0])

    def left(table: str) -> float | None:
        return metrics.registry.get_sample_value("vigil_law_left_days", {"stage": "cases", "table": table})

    assert left("mrp") == 0.0
    today[0] = LAST - timedelta(days=30)
    assert (left("mrp"), left("calendar")) == (30.0, float((LAW.calendar.span.last - today[0]).days))
    today[0] = LAST + timedelta(days=1)
    assert left("mrp") == -1.0
