"""What a report says of its day is held against the day on which it was written, and against the steps before it."""

from collections.abc import Callable
from typing import Final

import pytest

from processors.cases.clock import MOST_AHEAD_US, check_clock
from processors.cases.impossible import ImpossibleError
from processors.cases.relay.core import command_of
from processors.cases.vehicle_log import VehicleLog
from processors.stage_core import Record
from schemas.messages import Payment, PaymentKind, Review, Verdict
from tests.unit.processors.cases.desk import CAR, Desk, at

NOW: Final = at("2024-05-13T12:00")


@pytest.mark.parametrize("ahead_us", [-90 * 86_400_000_000, 0, MOST_AHEAD_US])
def test_what_has_happened_is_taken_however_late_it_is_told(ahead_us: int) -> None:
    """Clocks differ by minutes at most; a report may be months late."""
    for message in messages(NOW + ahead_us):
        check_clock(message, NOW)


@pytest.mark.parametrize("ahead_us", [MOST_AHEAD_US + 1, 6_500 * 86_400_000_000])
def test_what_is_yet_to_happen_is_refused(ahead_us: int) -> None:
    """A delivery of 2042 would begin terms of 2042: the right report could not follow it."""
    for message in messages(NOW + ahead_us):
        with pytest.raises(ImpossibleError, match="expected an instant that has come"):
            check_clock(message, NOW)


def messages(at_us: int) -> tuple[Payment, Review]:
    """Return a report and a review of an instant."""
    return (
        Payment("p", "case-1", PaymentKind.DELIVERED, 0, "courier", None, at_us),
        Review("r", "case-1", Verdict.CONFIRMED, "", "", None, None, "officer-1", at_us, at_us),
    )


def test_a_delivery_with_a_wrong_year_leaves_the_case_for_the_right_one() -> None:
    """The typo is refused by its own day; the courier's second report, under its own id, is applied."""
    desk = Desk()
    case_id = desk.issued()
    wrong = Payment("pay-wrong", case_id, PaymentKind.DELIVERED, 0, "courier", None, at("2042-05-13T12:00"))
    data = desk.codec.encode("payments", wrong)
    record = Record(command_of(wrong, data, CAR, "payments", 0, 99), 0, 99, at("2024-05-13T12:05") // 1_000)
    with pytest.raises(ImpossibleError, match=r"DELIVERED is said to have happened 6,\d{3}\.\d days after"):
        desk.core.apply(CAR, desk.logs[CAR], record)
    desk.report(case_id, "DELIVERED", "2024-05-13T12:00", reference="courier")
    assert desk.steps(case_id)[-1] == "DELIVERED"
    assert isinstance(desk.logs[CAR], VehicleLog)


def court_before_appeal(desk: Desk) -> str:
    """An appeal of 20 May, decided on 19 May."""
    case_id = desk.delivered()
    desk.report(case_id, "APPEAL", "2024-05-20T10:00")
    desk.report(case_id, "COURT_DECISION", "2024-05-19T10:00", outcome="cancelled")
    return case_id


def appeal_before_delivery(desk: Desk) -> str:
    """Delivered on 13 May, appealed on 12 May."""
    case_id = desk.delivered()
    desk.report(case_id, "APPEAL", "2024-05-12T10:00")
    return case_id


def review_before_offence(desk: Desk) -> str:
    """An offence of 6 May 10:00, confirmed at 9:59."""
    case_id = desk.violate("v1", "2024-05-06T10:00")
    desk.review(case_id, when="2024-05-06T09:59")
    return case_id


@pytest.mark.parametrize(
    ("happens", "says", "step"),
    [
        (court_before_appeal, "COURT_DECISION of 2024-05-19, but the appeal came on 2024-05-20", "APPEALED"),
        (appeal_before_delivery, "APPEAL of 2024-05-12, but the prescription was delivered on 2024-05-13", "DELIVERED"),
        (review_before_offence, "reviewed on 2024-05-06, before the offence on 2024-05-06", "DETECTED"),
    ],
)
def test_nothing_happens_before_what_it_follows(happens: Callable[[Desk], str], says: str, step: str) -> None:
    """One refusal that names both days; the case stands where it stood."""
    desk = Desk()
    case_id = happens(desk)
    (refused,) = desk.refused
    assert says in refused
    assert desk.steps(case_id)[-1] == step


def test_a_decision_on_the_day_of_the_appeal_is_taken() -> None:
    """Days are compared, not hours: reports carry what a register says, often midnight."""
    desk = Desk()
    case_id = desk.delivered()
    desk.report(case_id, "APPEAL", "2024-05-20T10:00")
    desk.report(case_id, "COURT_DECISION", "2024-05-20T00:00", outcome="cancelled")
    assert (desk.refused, desk.case(case_id).state) == ([], "CANCELLED")
