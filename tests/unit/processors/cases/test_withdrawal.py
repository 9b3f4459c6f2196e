"""A wrong confirmation is taken back until the prescription is delivered; afterwards a court does."""

from tests.unit.processors.cases.desk import Desk

FULL = 36_920


def test_a_confirmation_is_taken_back_before_it_is_sent() -> None:
    """Also by the officer who confirmed: nothing is sent, and the reason says that it was withdrawn."""
    desk = Desk()
    case_id = desk.violate()
    desk.review(case_id)
    desk.review(case_id, "REJECTED", "2024-05-07T09:10", reason="no_offence", withdraws=True)
    assert desk.told(case_id) == [("DETECTED", FULL), ("CONFIRMED", FULL), ("REJECTED", FULL)]
    assert desk.events[-1].reason == "withdrawn: no_offence"
    desk.deadline(case_id, "ISSUE", "2024-05-07T12:00")
    assert desk.steps(case_id)[-1] == "REJECTED"


def test_a_prescription_that_was_sent_is_cancelled_and_its_money_owed_back() -> None:
    """Money that came before the delivery was reported is to be given back."""
    desk = Desk()
    case_id = desk.issued()
    desk.report(case_id, "PAYMENT", "2024-05-08T08:00", 18_460)
    desk.review(case_id, "REJECTED", "2024-05-08T09:00", "officer-2", "plate_uncertain", withdraws=True)
    assert desk.told(case_id)[-2:] == [("CANCELLED", FULL), ("REFUND_DUE", 18_460)]
    assert desk.refused == []


def test_a_court_cancels_what_no_courier_has_reported_yet() -> None:
    """The decision may come before the report of the delivery; what was paid is owed back."""
    desk = Desk()
    case_id = desk.issued()
    desk.report(case_id, "PAYMENT", "2024-05-08T08:00", 18_460)
    desk.report(case_id, "COURT_DECISION", "2024-05-20T10:00", outcome="cancelled")
    assert desk.told(case_id)[-2:] == [("CANCELLED", FULL), ("REFUND_DUE", 18_460)]
    assert desk.events[-2].reason == "cancelled by a court before its delivery was reported"


def test_an_ordinary_rejection_takes_nothing_back() -> None:
    """A second officer's verdict that crossed the first one's is refused, however it reads: it withdraws nothing."""
    desk = Desk()
    case_id = desk.violate()
    desk.review(case_id)
    desk.review(case_id, "REJECTED", officer="officer-2", reason="no_offence")
    assert (desk.steps(case_id), len(desk.refused)) == (["DETECTED", "CONFIRMED"], 1)


def test_a_withdrawal_has_a_reason_of_the_list() -> None:
    """One without, or that confirms, is refused with the list."""
    desk = Desk()
    case_id = desk.issued()
    desk.review(case_id, "REJECTED", reason="", withdraws=True)
    desk.review(case_id, "CONFIRMED", reason="no_offence", withdraws=True)
    assert desk.steps(case_id)[-1] == "ISSUED"
    assert all("plate_unreadable" in said for said in desk.refused)
    assert len(desk.refused) == 2


def test_what_was_taken_back_hinders_no_other_case_until_it_was_sent() -> None:
    """Two cases for one offence by a corrected plate: with the first withdrawn unsent the second one is confirmed."""
    for sent, step in ((False, "CONFIRMED"), (True, "REJECTED")):
        desk = Desk()
        first = desk.violate("v1", "2024-05-06T10:00:00", vehicle="b2" * 32)
        desk.review(first)
        if sent:
            desk.deadline(first)
        desk.review(first, "REJECTED", "2024-05-07T12:00", reason="no_offence", withdraws=True)
        second = desk.violate("v2", "2024-05-06T10:00:05")
        desk.review(second, when="2024-05-07T13:00", corrected="b2" * 32)
        assert desk.steps(second)[-1] == step
