"""The relay's core and its index of cases."""

import sqlite3
from dataclasses import replace
from pathlib import Path

import pytest

from processors.cases.event_book import PlacedEvent
from processors.cases.relay.case_index import CaseIndex
from processors.cases.relay.core import case_of, command_of
from schemas.messages import CommandKind, Payment, PaymentKind, Review, Verdict
from tests.unit.processors.cases.desk import CAR, OTHER_CAR, Desk, at, violation


def test_each_message_becomes_a_command_of_its_vehicle() -> None:
    """Kind, id, time and coordinates come from the message; a violation names no case, the others theirs."""
    review = Review("r1", "case-1", Verdict.CONFIRMED, "", "", None, None, "officer-1", 1, 2)
    payment = Payment("p1", "case-1", PaymentKind.DELIVERED, 0, "sms", None, 3)
    found = [
        command_of(message, b"payload", CAR, topic, 2, 7)
        for topic, message in (("violations", violation("v1")), ("reviews", review), ("payments", payment))
    ]
    assert [(c.kind, c.command_id, c.case_id, c.happened_at_us) for c in found] == [
        (CommandKind.VIOLATION, "violation/v1", None, at("2024-05-06T10:00")),
        (CommandKind.REVIEW, "review/r1", "case-1", 2),
        (CommandKind.PAYMENT, "payment/p1", "case-1", 3),
    ]
    assert {(c.vehicle_key, c.payload, c.source_partition, c.source_offset, c.ordinal) for c in found} == {
        (CAR, b"payload", 2, 7, 0)
    }
    assert case_of(violation("v1")) is None


def test_the_index_knows_the_vehicle_of_the_latest_step(tmp_path: Path) -> None:
    """A moved case is found at its new vehicle, also where an old event comes again; positions survive a restart."""
    desk = Desk()
    case_id = desk.violate()
    desk.review(case_id, corrected=OTHER_CAR)
    placed = [PlacedEvent(event, 0, n, event.happened_at_us) for n, event in enumerate(desk.events)]
    path = tmp_path / "index" / "cases.sqlite"
    index = CaseIndex(path)
    index.apply(placed, {0: 2})
    index.apply(placed[:1], {0: 3})
    index.close()
    index = CaseIndex(path)
    assert index.vehicle_of(case_id) == OTHER_CAR
    assert index.vehicle_of("case-nobody") is None
    assert dict(index.positions()) == {0: 3}
    assert index.newest_us() == max(event.happened_at_us for event in desk.events)
    index.forget()
    assert index.newest_us() == 0
    assert index.vehicle_of(case_id) is None
    assert dict(index.positions()) == {}
    index.close()


def test_events_and_positions_are_taken_together_or_not_at_all(tmp_path: Path) -> None:
    """An event that cannot be stored leaves the position where it was: it is read again."""
    desk = Desk()
    desk.violate()
    index = CaseIndex(tmp_path / "cases.sqlite")
    broken = replace(desk.events[0], vehicle_key=None)  # type: ignore[arg-type]
    with pytest.raises(sqlite3.IntegrityError, match="NOT NULL"):
        index.apply([PlacedEvent(desk.events[0], 0, 0, 0), PlacedEvent(broken, 0, 1, 0)], {0: 2})
    assert dict(index.positions()) == {}
    assert index.vehicle_of(desk.events[0].case_id) is None
    index.close()
