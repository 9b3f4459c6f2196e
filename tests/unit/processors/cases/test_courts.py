"""Courts' decisions and money given back, worked by hand: who owes whom what, to the tenge."""

import orjson
import pytest

from processors.cases.moves import FORMAT
from processors.cases.transitions import State
from tests.unit.processors.cases.desk import CAR, Desk
from tests.unit.processors.cases.warning_law import WARNED_ARTICLE, warning_law

FULL, HALF = 36_920, 18_460
LOWERED, HALF_OF_LOWERED = 18_461, 9_231


def paid(desk: Desk, kzt: int = FULL, when: str = "2024-05-25T10:00") -> str:
    """Return a case of 13 May that was paid, with the half by 20 May."""
    case_id = desk.delivered()
    desk.report(case_id, "PAYMENT", when, kzt)
    return case_id


def test_cancelled_after_payment_and_given_back_in_parts() -> None:
    """All that came is owed; each part is told, the last one tells the whole; then nothing more can be given back."""
    desk = Desk()
    case_id = paid(desk, FULL + 80)
    desk.report(case_id, "COURT_DECISION", "2024-07-01T10:00", outcome="cancelled")
    assert desk.told(case_id)[-3:] == [("PAID", FULL + 80), ("CANCELLED", FULL), ("REFUND_DUE", FULL + 80)]
    desk.report(case_id, "REFUND", "2024-07-05T10:00", 30_000, reference="order 11")
    assert (desk.told(case_id)[-1], desk.events[-1].reason) == (("REFUND_PART", 30_000), "order 11")
    desk.report(case_id, "REFUND", "2024-07-06T10:00", 7_001)
    assert "7001 KZT where 7000 KZT are to be given back" in desk.refused[-1]
    desk.report(case_id, "REFUND", "2024-07-08T10:00", 7_000, reference="order 12")
    assert desk.told(case_id)[-1] == ("REFUNDED", FULL + 80)
    assert desk.events[-1].reason == "order 12"
    desk.report(case_id, "REFUND", "2024-07-09T10:00", 1)
    assert "REFUNDED" in desk.refused[-1]
    assert len(desk.refused) == 2


def test_a_part_may_be_reported_after_a_later_one() -> None:
    """Parts are held against the day since which the refund is due, not against each other."""
    desk = Desk()
    case_id = paid(desk)
    desk.report(case_id, "COURT_DECISION", "2024-07-01T10:00", outcome="cancelled")
    for day, kzt in ((5, 30_000), (3, 6_000), (4, FULL - 36_000)):
        desk.report(case_id, "REFUND", f"2024-07-0{day}T10:00", kzt)
    assert desk.refused == []
    assert desk.told(case_id)[-3:] == [("REFUND_PART", 30_000), ("REFUND_PART", 6_000), ("REFUNDED", FULL)]


def test_the_half_that_was_paid_is_given_back_when_the_fine_is_cancelled() -> None:
    """Half closed the case on 15 May; cancelled, the half is owed, not the fine."""
    desk = Desk()
    case_id = paid(desk, HALF, "2024-05-15T10:00")
    desk.report(case_id, "COURT_DECISION", "2024-07-01T10:00", outcome="cancelled")
    assert desk.told(case_id)[-2:] == [("CANCELLED", FULL), ("REFUND_DUE", HALF)]


def test_money_that_waited_during_an_appeal_is_owed_when_it_is_allowed() -> None:
    """Paid while the appeal was open, then cancelled: it was never told as paid, and it is owed back."""
    desk = Desk()
    case_id = desk.delivered()
    desk.report(case_id, "APPEAL", "2024-05-30T10:00")
    desk.report(case_id, "PAYMENT", "2024-06-05T10:00", FULL)
    desk.report(case_id, "COURT_DECISION", "2024-06-20T10:00", outcome="cancelled")
    assert desk.told(case_id)[-3:] == [("APPEALED", FULL), ("CANCELLED", FULL), ("REFUND_DUE", FULL)]


def test_a_fine_that_was_lowered_on_appeal_goes_on_with_the_new_one() -> None:
    """In force from the decision with the new fine; its term runs from then, and the new fine pays it off."""
    desk = Desk()
    case_id = desk.delivered()
    desk.report(case_id, "APPEAL", "2024-05-30T10:00")
    desk.report(case_id, "COURT_DECISION", "2024-06-20T10:00", LOWERED, outcome="changed")
    assert desk.told(case_id)[-2:] == [("CHANGED", LOWERED), ("IN_FORCE", LOWERED)]
    desk.report(case_id, "PAYMENT", "2024-07-01T10:00", LOWERED)
    assert desk.told(case_id)[-1] == ("PAID", LOWERED)
    assert desk.refused == []


def test_a_lowered_fine_that_nobody_pays_is_enforced_with_the_new_sum() -> None:
    """30 days from the decision the deadline enforces what the court left."""
    desk = Desk()
    case_id = desk.delivered()
    desk.report(case_id, "APPEAL", "2024-05-30T10:00")
    desk.report(case_id, "COURT_DECISION", "2024-06-20T10:00", LOWERED, outcome="changed")
    desk.deadline(case_id)
    assert desk.told(case_id)[-1] == ("ENFORCED", LOWERED)


@pytest.mark.parametrize(
    ("kzt", "when", "step", "owed"),
    [
        (HALF, "2024-05-15T10:00", "DISCOUNTED", HALF - HALF_OF_LOWERED),  # the half in time: the new half is enough
        (FULL, "2024-05-25T10:00", "PAID", FULL - LOWERED),
        (LOWERED, "2024-05-25T10:00", "PAID", 0),  # a part of the old fine is the whole new one
    ],
)
def test_money_beyond_a_lowered_fine_is_owed(kzt: int, when: str, step: str, owed: int) -> None:
    """What waited is held against the new fine, by the day on which it was paid; the rest goes back."""
    desk = Desk()
    case_id = desk.issued()
    desk.report(case_id, "PAYMENT", when, kzt)
    desk.logs[CAR].cases[case_id].state = State.APPEALED  # with money that waited: the appeal was reported first
    desk.logs[CAR].cases[case_id].delivered_us = desk.events[-1].happened_at_us + 6 * 86_400_000_000
    desk.report(case_id, "COURT_DECISION", "2024-06-20T10:00", LOWERED, outcome="changed")
    expected = [("CHANGED", LOWERED), ("IN_FORCE", LOWERED), (step, kzt)]
    assert desk.told(case_id)[3:] == expected + ([("REFUND_DUE", owed)] if owed else [])
    assert desk.refused == []


@pytest.mark.parametrize(
    ("outcome", "kzt", "says"),
    [
        ("changed", FULL, "to 36920 KZT; expected less"),
        ("changed", 0, "has the outcome 'cancelled'"),
        ("changed", 110_760, "what is raised needs a person"),
        ("perhaps", 0, "expected cancelled, upheld, changed"),
    ],
)
def test_what_a_court_cannot_have_decided_is_refused(outcome: str, kzt: int, says: str) -> None:
    """A fine that is not lowered, or an outcome that nobody knows, changes nothing and says what was expected."""
    desk = Desk()
    case_id = paid(desk)
    desk.report(case_id, "COURT_DECISION", "2024-07-01T10:00", kzt, outcome=outcome)
    assert says in desk.refused[0]
    assert desk.steps(case_id)[-1] == "PAID"


def test_a_refund_before_the_decision_is_refused() -> None:
    """Money given back on a day on which nothing was owed is another's, or its clock is wrong."""
    desk = Desk()
    case_id = paid(desk)
    desk.report(case_id, "COURT_DECISION", "2024-07-01T10:00", outcome="cancelled")
    desk.report(case_id, "REFUND", "2024-06-30T10:00", FULL)
    assert "due since 2024-07-01" in desk.refused[0]


def test_a_cancelled_penalty_makes_no_repeat() -> None:
    """The second offence within a year is a first one again once the earlier penalty is cancelled."""
    desk = Desk()
    case_id = paid(desk)
    repeated = desk.violate("v2", "2024-06-10T10:00")
    assert desk.told(repeated) == [("DETECTED", 110_760)]
    desk.report(case_id, "COURT_DECISION", "2024-07-01T10:00", outcome="cancelled")
    again = desk.violate("v3", "2024-07-02T10:00")
    assert desk.told(again) == [("DETECTED", FULL)]


def test_a_warning_is_cancelled_and_lowered_by_no_court() -> None:
    """A warning in force can be cancelled, at 0 KZT; there is no sum that a court could lower."""
    desk = Desk(law=warning_law())
    case_id = desk.violate(when="2025-05-06T10:00", article=WARNED_ARTICLE, kind="lights")
    desk.review(case_id, when="2025-05-07T09:00")
    desk.deadline(case_id)
    desk.report(case_id, "DELIVERED", "2025-05-13T12:00", reference="sms")
    desk.deadline(case_id)
    desk.report(case_id, "COURT_DECISION", "2025-07-01T10:00", 5, outcome="changed")
    assert "fine of 0 KZT to 5 KZT" in desk.refused[0]
    desk.report(case_id, "COURT_DECISION", "2025-07-01T10:00", outcome="cancelled")
    assert desk.told(case_id)[-2:] == [("IN_FORCE", 0), ("CANCELLED", 0)]


#: Of a case in format 1: up to `seen`. What came later stands behind, in the order in which it came.
FIELDS_BEFORE = 24


def test_a_log_of_the_format_before_is_read() -> None:
    """A log that was written before there were refunds has the same cases, which owe nothing back."""
    desk = Desk()
    case_id = paid(desk)
    cases, moved, twins = desk.logs[CAR].pack()
    old = bytes([1]) + orjson.dumps([[case[:FIELDS_BEFORE] for case in cases], moved, twins])
    read = desk.core.from_bytes(CAR, old)
    assert read.cases[case_id].pack()[:FIELDS_BEFORE] == cases[0][:FIELDS_BEFORE]
    assert (read.moved, read.twins, len(read.cases)) == (moved, twins, 1)
    assert (read.cases[case_id].owed_back_kzt, read.cases[case_id].proposed_key) == (0, "")
    with pytest.raises(ValueError, match=f"format {FORMAT + 1}, this version reads {FORMAT}"):
        desk.core.from_bytes(CAR, bytes([FORMAT + 1]) + old[1:])
