"""Deadlines: which runs from which step, when it has passed, and the book of those that wait."""

import threading
from dataclasses import replace
from pathlib import Path
from typing import Any, Final, cast

import pytest

from processors.cases.deadline_command import DeadlineCommand
from processors.cases.deadlines.core import command_of, deadline_of
from processors.cases.deadlines.deadline_book import AGAIN_US, DeadlineBook
from processors.cases.deadlines.metrics import SchedulerMetrics
from processors.cases.deadlines.scheduler import Scheduler
from processors.cases.event_book import PlacedEvent
from processors.cases.office_rules import office_rules
from processors.cases.terms import DeadlineName, Terms
from schemas.messages import CommandKind
from tests.unit.processors.cases.desk import LAW, Desk, at

TERMS: Final = Terms(LAW, office_rules().issue_after_s)


def test_each_step_has_its_deadline() -> None:
    """By hand from the reference: 62, 890, 817 with 826-2, 893; half an hour to send; none after the end of a case."""
    desk = Desk()
    case_id = desk.delivered()
    desk.deadline(case_id)
    desk.deadline(case_id)
    found = [deadline_of(event, TERMS) for event in desk.events]
    assert [(d.name.value, d.due_us) if d is not None else None for d in found] == [
        ("LIABILITY", at("2024-07-07T00:00")),
        ("ISSUE", at("2024-05-07T09:30")),
        ("EXECUTION", at("2025-05-08T00:00")),
        ("APPEAL", at("2024-06-08T00:00")),
        ("PAYMENT", at("2024-07-10T00:00")),
        None,
    ]
    assert [event.step.value for event in desk.events][-1] == "ENFORCED"


def test_the_year_of_execution_goes_on_under_enforcement_where_the_law_data_says_so() -> None:
    """890: as shipped it ends with the handing over; else the case lapses a year after it, and not before."""
    desk = Desk()
    case_id = desk.delivered()
    desk.deadline(case_id)
    desk.deadline(case_id)
    enforced = desk.events[-1]
    other = replace(LAW, terms=replace(LAW.terms, execution_ends_when_enforced=False))
    found = deadline_of(enforced, Terms(other, office_rules().issue_after_s))
    assert deadline_of(enforced, TERMS) is None
    assert found is not None
    assert (found.name, found.due_us) == (DeadlineName.EXECUTION, at("2025-07-11T00:00"))
    desk.deadline(case_id, "EXECUTION", "2025-07-10T23:59")
    assert len(desk.refused) == 1
    desk.deadline(case_id, "EXECUTION", "2025-07-11T00:00")
    last = desk.events[-1]
    assert (last.step.value, last.amount_kzt, last.reason) == (
        "LAPSED",
        enforced.amount_kzt,
        "not executed within the execution term, art. 890",
    )


def test_a_command_names_the_step_that_it_runs_from() -> None:
    """Two commands of one deadline are the same but for their time, and the payload survives its bytes."""
    desk = Desk()
    desk.violate()
    deadline = deadline_of(desk.events[0], TERMS)
    assert deadline is not None
    command = command_of(deadline, at("2024-07-07T00:01"))
    assert command.kind is CommandKind.DEADLINE
    assert command.command_id == f"deadline/{deadline.case_id}/LIABILITY/1"
    assert DeadlineCommand.from_bytes(command.payload) == DeadlineCommand(DeadlineName.LIABILITY, 1)
    with pytest.raises(ValueError, match="this version reads 1"):
        DeadlineCommand.from_bytes(b"\x07[]")


def test_the_book_gives_what_has_passed_once(tmp_path: Path) -> None:
    """The latest step's deadline counts, oldest first; what is done, and what an old copy of a step begins, is gone."""
    desk = Desk()
    first, second = desk.violate("v1", "2024-05-06T10:00"), desk.violate("v2", "2024-05-05T10:00")
    desk.review(first, when="2024-05-07T09:00")
    placed = [PlacedEvent(event, 1, 10 + n, event.happened_at_us) for n, event in enumerate(desk.events)]
    book = DeadlineBook(tmp_path / "deadlines.sqlite", TERMS)
    book.apply(placed, {1: 13})
    assert book.passed(at("2024-05-07T09:29"), 10) == []
    passed = book.passed(at("2024-07-06T00:00"), 10)
    assert [(d.case_id, d.name.value, d.revision, d.source_partition, d.source_offset) for d in passed] == [
        (first, "ISSUE", 2, 1, 12),
        (second, "LIABILITY", 1, 1, 11),
    ]
    assert len(book.passed(at("2024-07-06T00:00"), 1)) == 1
    book.done(passed[1:], at("2024-07-06T00:00"))
    book.apply(placed[1:2], {1: 14})
    assert [d.case_id for d in book.passed(at("2024-07-08T00:00"), 10)] == [first]
    book.close()


def test_a_prescription_that_is_not_sent_comes_again_until_the_case_lapses(tmp_path: Path) -> None:
    """Refused for whatever reason, a confirmed case is not forgotten: it is sent later, or told to have lapsed."""
    desk = Desk()
    case_id = desk.violate("v1", "2024-05-06T10:00")
    desk.review(case_id, when="2024-05-07T09:00")
    book = DeadlineBook(tmp_path / "deadlines.sqlite", TERMS)
    book.apply([PlacedEvent(event, 1, 10 + n, event.happened_at_us) for n, event in enumerate(desk.events)], {1: 12})
    now_us, days = at("2024-05-07T09:30"), []
    while desk.steps(case_id)[-1] == "CONFIRMED":
        (one,) = book.passed(now_us, 10)
        assert book.passed(now_us - 1, 10) == []
        if TERMS.day(now_us) > TERMS.liability_ends(desk.events[0].offence_at_us):
            desk.send(command_of(one, now_us))  # until then the stage refused it
        book.done([one], now_us)
        days.append(TERMS.day(now_us))
        now_us += AGAIN_US
    assert len(days) == 10
    assert desk.steps(case_id) == ["DETECTED", "CONFIRMED", "LAPSED"]
    book.apply([PlacedEvent(desk.events[-1], 1, 20, now_us)], {1: 21})
    assert book.waiting() == 0
    book.close()


def test_a_late_second_scheduler_changes_nothing() -> None:
    """A deadline that was applied, or whose case has gone on, comes again: no step, no dead letter."""
    desk = Desk()
    case_id = desk.violate()
    old = deadline_of(desk.events[0], TERMS)
    assert old is not None
    desk.review(case_id)
    desk.deadline(case_id)
    for _ in range(2):
        desk.send(command_of(old, at("2024-08-01T00:00")))
    assert desk.steps(case_id) == ["DETECTED", "CONFIRMED", "ISSUED"]
    assert desk.refused == []


class Ends:
    """Stands for follower and writer of a scheduler: nothing comes, and the second command ends it."""

    def __init__(self, stop: threading.Event, metrics: SchedulerMetrics) -> None:
        self._stop = stop
        self._metrics = metrics
        self.sent: list[Any] = []
        self.overdue_s = 0.0

    def start(self) -> None:
        """Begin."""

    def catch_up(self) -> None:
        """Have nothing."""

    def read(self, wait_s: float) -> int:
        """Have nothing; note what the metrics said before the deadlines were fired."""
        del wait_s
        return 0

    def send(self, command: Any) -> None:
        """Take a command."""
        self.overdue_s = self._metrics.registry.get_sample_value("vigil_deadlines_overdue_seconds") or 0.0
        self.sent.append(command)
        if len(self.sent) == 2:
            self._stop.set()

    def settle(self) -> None:
        """Have it durable."""


def test_the_scheduler_tells_what_is_overdue_and_what_it_fired(tmp_path: Path) -> None:
    """The age of the oldest deadline stands there until its command is durable; then nothing is overdue."""
    desk = Desk()
    for name, when in (("v1", "2024-05-06T10:00"), ("v2", "2024-05-06T10:00"), ("v3", "2024-08-06T10:00")):
        desk.violate(name, when, site=name)
    book = DeadlineBook(tmp_path / "deadlines.sqlite", TERMS)
    book.apply([PlacedEvent(event, 0, n, event.happened_at_us) for n, event in enumerate(desk.events)], {0: 3})
    stop, metrics = threading.Event(), SchedulerMetrics()
    ends = Ends(stop, metrics)
    Scheduler(book, cast("Any", ends), cast("Any", ends), stop, by_events=True, metrics=metrics).run()
    value = metrics.registry.get_sample_value
    # the newest step is of 6 August; liability for 6 May ended with 6 July
    assert ends.overdue_s == (at("2024-08-06T10:00") - at("2024-07-07T00:00")) / 1e6
    assert len(ends.sent) == 2
    assert value("vigil_deadlines_fired_total", {"deadline": "LIABILITY"}) == 2
    assert value("vigil_deadlines_overdue_seconds") == 0.0
    assert value("vigil_deadlines_waiting_cases") == 3.0
    assert (value("vigil_deadlines_last_look_timestamp_seconds") or 0.0) > 0
    assert book.waiting() == 1
    book.close()
