"""Deadlines: which runs from which step, when it has passed, and the book of those that wait."""

from pathlib import Path
from typing import Final

import pytest

from processors.cases.deadline_command import DeadlineCommand
from processors.cases.deadlines.core import command_of, deadline_of
from processors.cases.deadlines.deadline_book import DeadlineBook
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
    placed = [PlacedEvent(event, 1, 10 + n) for n, event in enumerate(desk.events)]
    book = DeadlineBook(tmp_path / "deadlines.sqlite", TERMS)
    book.apply(placed, {1: 13})
    assert book.passed(at("2024-05-07T09:29"), 10) == []
    passed = book.passed(at("2024-07-06T00:00"), 10)
    assert [(d.case_id, d.name.value, d.revision, d.source_partition, d.source_offset) for d in passed] == [
        (first, "ISSUE", 2, 1, 12),
        (second, "LIABILITY", 1, 1, 11),
    ]
    assert len(book.passed(at("2024-07-06T00:00"), 1)) == 1
    book.done(passed[:1])
    book.apply(placed[:1], {1: 14})
    assert [d.case_id for d in book.passed(at("2024-07-08T00:00"), 10)] == [second]
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
