"""Whole cases, worked by hand from the law's reference: money, terms, tiers, officers, and what opens no case."""

from dataclasses import replace
from typing import Any, Final

import pytest

from processors.cases.office_rules import office_rules
from processors.cases.transitions import State, transitions
from producers.simulator.history.case_event_rows import _REASONS
from producers.simulator.history.fate import STEPS, TAKES, Fate
from schemas.messages import CaseCommand, Exculpation
from tests.unit.processors.cases.desk import CAR, OTHER_CAR, Desk, at, with_share

FULL: Final = 36_920
HALF: Final = 18_460


def test_the_index_of_the_day_of_sending_sets_the_fine() -> None:
    """KoAP 44, 802.4: detected and confirmed in 2024 at 3,692 KZT, sent on 2 January 2025 at 3,932: ISSUED says so."""
    desk = Desk()
    case_id = desk.violate(when="2024-12-30T10:00")
    desk.review(case_id, when="2024-12-31T20:00")
    desk.deadline(case_id, when="2025-01-02T09:00")
    assert desk.told(case_id) == [("DETECTED", 36_920), ("CONFIRMED", 36_920), ("ISSUED", 39_320)]
    assert {event.tariff_version for event in desk.events} == {"2024-12-04"}


def test_the_prescription_is_sent_after_the_confirmation() -> None:
    """ISSUED happens when the scheduler sends it, half an hour after the confirmation, and not before."""
    desk = Desk()
    case_id = desk.violate()
    desk.review(case_id, when="2024-05-07T09:00")
    desk.deadline(case_id, when="2024-05-07T09:29")
    assert "it is due at" in desk.refused[0]
    desk.deadline(case_id, when="2024-05-07T09:31")
    assert desk.events[-1].happened_at_us == at("2024-05-07T09:31")
    assert desk.events[-1].reason == "first offence"


@pytest.mark.parametrize(("paid", "step"), [("2024-05-20T23:59", "DISCOUNTED"), ("2024-05-21T00:00", "DELIVERED")])
def test_half_is_enough_to_the_last_minute_of_the_seventh_day(paid: str, step: str) -> None:
    """KoAP 811: delivered on 13 May, half closes the case on the 20th; a minute later it is a part of the whole."""
    desk = Desk()
    case_id = desk.delivered()
    desk.report(case_id, "PAYMENT", paid, HALF)
    assert desk.steps(case_id)[-1] == step
    if step == "DELIVERED":
        desk.report(case_id, "PAYMENT", "2024-05-25T10:00", FULL - HALF)
        assert desk.told(case_id)[-1] == ("PAID", FULL)


def test_a_payment_that_was_reported_before_its_delivery_waits_for_it() -> None:
    """Reports come in any order: the money of 15 May counts once the delivery of the 13th is reported."""
    desk = Desk()
    case_id = desk.issued()
    desk.report(case_id, "PAYMENT", "2024-05-15T10:00", HALF)
    assert desk.steps(case_id)[-1] == "ISSUED"
    desk.report(case_id, "DELIVERED", "2024-05-13T12:00", reference="registered_letter")
    assert desk.told(case_id)[-2:] == [("DELIVERED", FULL), ("DISCOUNTED", HALF)]
    assert desk.events[-2].reason == "registered_letter"
    assert desk.events[-1].happened_at_us == at("2024-05-15T10:00")


def test_money_during_an_appeal_waits_for_the_court() -> None:
    """Paid in full while the appeal stays execution: the case is paid when the appeal is dismissed."""
    desk = Desk()
    case_id = desk.delivered()
    desk.report(case_id, "APPEAL", "2024-06-01T10:00")
    desk.report(case_id, "PAYMENT", "2024-06-05T10:00", FULL)
    desk.report(case_id, "COURT_DECISION", "2024-06-20T10:00", outcome="upheld")
    assert desk.told(case_id)[-3:] == [("APPEALED", FULL), ("IN_FORCE", FULL), ("PAID", FULL)]


def test_more_money_than_asked_is_told_as_received() -> None:
    """DISCOUNTED and PAID are money received, to the tenge; a second payment of a closed case is a dead letter."""
    desk = Desk()
    case_id = desk.delivered()
    desk.report(case_id, "PAYMENT", "2024-05-15T10:00", 20_000)
    assert desk.told(case_id)[-1] == ("DISCOUNTED", 20_000)
    desk.report(case_id, "PAYMENT", "2024-05-16T10:00", HALF)
    assert "is DISCOUNTED" in desk.refused[0]


@pytest.mark.parametrize(
    ("offence", "tier"),
    [
        ("2024-05-15T12:00", FULL),  # the day of the execution itself
        ("2024-05-16T12:00", 110_760),  # 30 MRP
        ("2025-05-15T12:00", 117_960),  # the last day of the year, at 3,932 KZT
        ("2025-05-16T12:00", 39_320),
    ],
)
def test_a_repeat_is_within_a_year_of_the_executed_penalty(offence: str, tier: int) -> None:
    """KoAP 61: from the day after the payment of 15 May 2024 to 15 May 2025; the second fine by the repeat tier."""
    desk = Desk()
    first = desk.delivered()
    desk.report(first, "PAYMENT", "2024-05-15T10:00", HALF)
    second = desk.violate("v2", offence)
    assert desk.told(second) == [("DETECTED", tier)]


def test_a_penalty_that_was_not_executed_makes_no_repeat() -> None:
    """Neither an unpaid penalty, nor another article, nor another vehicle."""
    desk = Desk()
    desk.delivered()
    assert desk.told(desk.violate("v2", "2024-06-01T12:00")) == [("DETECTED", FULL)]
    desk = Desk()
    paid = desk.delivered()
    desk.report(paid, "PAYMENT", "2024-05-15T10:00", HALF)
    assert desk.told(desk.violate("v2", "2024-06-01T12:00", article="KoAP 601", kind="stop_line")) == [
        ("DETECTED", 11_076)
    ]
    assert desk.told(desk.violate("v3", "2024-06-01T12:00", vehicle=OTHER_CAR)) == [("DETECTED", FULL)]


def test_a_repeat_known_late_is_priced_when_it_is_sent() -> None:
    """A payment reported after the second offence was detected: DETECTED has the first tier, ISSUED the repeat."""
    desk = Desk()
    first = desk.delivered()
    second = desk.violate("v2", "2024-05-20T12:00")
    desk.report(first, "PAYMENT", "2024-05-15T10:00", HALF)
    desk.review(second, when="2024-05-21T09:00")
    desk.deadline(second)
    assert desk.told(second) == [("DETECTED", FULL), ("CONFIRMED", 110_760), ("ISSUED", 110_760)]
    assert desk.events[-1].reason == "repeat within a year of an executed penalty, art. 61"


def test_what_only_a_court_may_sanction_is_never_fined() -> None:
    """KoAP 596.3: confirmed, proposed to a judge, 0 tenge; no deadline runs, and a sending is refused."""
    desk = Desk()
    case_id = desk.violate(article="KoAP 596.3", kind="wrong_way")
    desk.review(case_id)
    assert desk.told(case_id) == [("DETECTED", 0), ("CONFIRMED", 0)]
    assert desk.events[-1].reason == "a judge decides: protocol, art. 802.4"
    with pytest.raises(AssertionError, match="no deadline runs from CONFIRMED"):
        desk.deadline(case_id)
    desk.deadline(case_id, "ISSUE", "2024-05-08T09:00")
    assert len(desk.refused) == 1
    assert desk.steps(case_id) == ["DETECTED", "CONFIRMED"]


def test_a_case_lapses_two_months_after_the_offence() -> None:
    """KoAP 62: offence on 6 May, 6 July is the last day; a review of the 7th is refused, one of the 6th counts."""
    desk = Desk()
    case_id = desk.violate()
    desk.review(case_id, when="2024-07-07T00:00")
    assert "the last day of liability" in desk.refused[0]
    desk.deadline(case_id)
    assert desk.events[-1].step == "LAPSED"
    assert desk.events[-1].happened_at_us == at("2024-07-07T00:00")
    desk = Desk()
    case_id = desk.violate()
    desk.review(case_id, when="2024-07-06T23:40")
    desk.deadline(case_id)  # half an hour later it is the 7th: too late to send
    assert desk.steps(case_id) == ["DETECTED", "CONFIRMED", "LAPSED"]
    assert desk.events[-1].reason == "not sent within the liability term, art. 62"


def test_an_appeal_has_its_ten_days_after_the_fifteen() -> None:
    """KoAP 817, 826-2: delivered on 13 May, considered on the 28th, appeal until 7 June, in force from the 8th."""
    desk = Desk()
    case_id = desk.delivered()
    desk.report(case_id, "APPEAL", "2024-06-08T00:00")
    assert "the last day of the term" in desk.refused[0]
    desk.deadline(case_id)
    assert desk.events[-1].happened_at_us == at("2024-06-08T00:00")
    desk.report(case_id, "APPEAL", "2024-06-07T23:59")  # filed in time, reported late
    assert desk.steps(case_id)[-2:] == ["IN_FORCE", "APPEALED"]


def test_two_officers_who_agree_and_a_third_where_they_differ() -> None:
    """The first verdict tells nothing; the second that agrees decides; where they differ the third does."""
    desk = Desk(rules=with_share(1.0))
    agreed = desk.violate("v1")
    desk.review(agreed, officer="officer-1")
    assert desk.steps(agreed) == ["DETECTED"]
    desk.review(agreed, officer="officer-1")
    assert "expected another officer's" in desk.refused[-1]
    desk.review(agreed, officer="officer-2")
    assert desk.steps(agreed) == ["DETECTED", "CONFIRMED"]
    differed = desk.violate("v2", "2024-05-06T12:00")
    desk.review(differed, officer="officer-1")
    desk.review(differed, "REJECTED", officer="officer-2", reason="plate_uncertain")
    assert desk.case(differed).state is State.UNDER_REVIEW
    desk.review(differed, "REJECTED", officer="officer-3", reason="no_offence")
    assert desk.events[-1].step == "REJECTED"
    assert desk.events[-1].reason == "no_offence"


def test_the_share_of_second_officers_is_drawn_by_the_case() -> None:
    """Of 4,000 cases 5 % need two officers, always the same ones."""
    rules = office_rules()
    chosen = [f"case-{n}" for n in range(4_000) if rules.officers_needed(f"case-{n}") == 2]
    assert 0.04 < len(chosen) / 4_000 < 0.06
    assert all(rules.officers_needed(case_id) == 2 for case_id in chosen)
    # with a secret they are others, as many, and always the same: who lacks it cannot reckon them
    secret = replace(rules, sample_key=b"k" * 32)
    others = [f"case-{n}" for n in range(4_000) if secret.officers_needed(f"case-{n}") == 2]
    assert 0.04 < len(others) / 4_000 < 0.06
    assert len(set(others) & set(chosen)) < 30
    assert all(secret.officers_needed(case_id) == 2 for case_id in others)


def test_a_rejection_needs_a_reason_of_the_list() -> None:
    """A reason that nobody knows is refused with the list; the case stays where it is."""
    desk = Desk()
    case_id = desk.violate()
    desk.review(case_id, "REJECTED", reason="did not like it")
    assert "plate_unreadable" in desk.refused[0]
    assert desk.case(case_id).state is State.DETECTED


@pytest.mark.parametrize(
    "changes",
    [
        {"exculpations": [Exculpation("emergency_vehicle", "dropped", "blue lights")]},
        {"article": None},
        {"article": "KoAP 593.2"},  # belts: outside the cameras' scope before 2026-03-12
    ],
)
def test_what_opens_no_case(changes: dict[str, Any]) -> None:
    """A dropped violation, one without an article, one outside the cameras' scope: no case, no dead letter."""
    desk = Desk()
    desk.violate(**changes)
    assert (desk.events, desk.refused) == ([], [])


def test_flagged_grounds_open_a_case() -> None:
    """Flagged or unknown grounds are the officer's to weigh."""
    desk = Desk()
    desk.violate(exculpations=[Exculpation("clock", "flagged", "arrival time"), Exculpation("x", "unknown", "")])
    assert [event.step for event in desk.events] == ["DETECTED"]


def test_one_case_for_one_offence() -> None:
    """Findings of one vehicle, kind and site within a minute are one offence; others are not."""
    desk = Desk()
    desk.violate("v1", "2024-05-06T10:00:00")
    desk.violate("v2", "2024-05-06T10:00:59")
    assert len(desk.events) == 1
    desk.violate("v3", "2024-05-06T10:01:01")
    desk.violate("v4", "2024-05-06T10:00:30", site="S-2")
    desk.violate("v5", "2024-05-06T10:00:30", article="KoAP 599", kind="red_light")
    assert [event.violation_id for event in desk.events] == ["v1", "v3", "v4", "v5"]


def test_what_comes_again_changes_nothing() -> None:
    """All commands of a paid case again, in both orders, at new offsets: no event, no refusal, the same bytes."""
    desk = Desk()
    sent: list[CaseCommand] = []
    send = desk.send

    def recording(command: CaseCommand) -> None:
        sent.append(command)
        send(command)

    desk.send = recording  # type: ignore[method-assign]
    case_id = desk.delivered()
    desk.report(case_id, "PAYMENT", "2024-05-15T10:00", HALF)
    events, bytes_before = list(desk.events), desk.core.to_bytes(desk.logs[CAR])
    for command in [*sent, *reversed(sent)]:
        send(replace(command, source_offset=command.source_offset + 1_000))
    assert (desk.events, desk.refused) == (events, [])
    assert desk.core.to_bytes(desk.logs[CAR]) == bytes_before


def test_a_refused_report_stays_refused() -> None:
    """A payment of an unsent case is a dead letter; sent again after the prescription it is still not applied."""
    desk = Desk()
    case_id = desk.violate()
    desk.report(case_id, "PAYMENT", "2024-05-15T10:00", HALF, name="pay-x")
    assert len(desk.refused) == 1
    desk.review(case_id)
    desk.deadline(case_id)
    desk.report(case_id, "PAYMENT", "2024-05-15T10:00", HALF, name="pay-x")
    assert len(desk.refused) == 1
    assert desk.case(case_id).money == []


def test_an_id_with_another_content_is_refused() -> None:
    """The first report of an id stands; another sum under the same id is a dead letter that says so."""
    desk = Desk()
    case_id = desk.delivered()
    desk.report(case_id, "PAYMENT", "2024-05-15T10:00", 1_000, name="pay-x")
    desk.report(case_id, "PAYMENT", "2024-05-15T10:00", 2_000, name="pay-x")
    assert "came before with another content" in desk.refused[0]
    assert desk.case(case_id).received_kzt == 1_000


def test_a_corrected_plate_moves_the_case() -> None:
    """The case goes to the other vehicle's log, is confirmed there, at that vehicle's tier; late commands follow it."""
    desk = Desk()
    paid = desk.violate("v0", "2024-05-01T10:00", vehicle=OTHER_CAR)
    desk.review(paid, when="2024-05-01T12:00")
    desk.deadline(paid)
    desk.report(paid, "DELIVERED", "2024-05-02T10:00")
    desk.report(paid, "PAYMENT", "2024-05-03T10:00", HALF)
    case_id = desk.violate("v1")
    desk.review(case_id, corrected=OTHER_CAR)
    assert desk.told(case_id) == [("DETECTED", FULL), ("CONFIRMED", 110_760)]
    assert desk.events[-1].vehicle_key == OTHER_CAR
    assert case_id not in desk.logs[CAR].cases
    assert desk.logs[CAR].moved[case_id] == (OTHER_CAR, 1)
    desk.vehicle_of[case_id] = CAR  # a scheduler and a relay that have not heard of it
    desk.deadline(case_id)
    assert desk.steps(case_id)[-1] == "ISSUED"
    assert desk.refused == []


def test_a_moved_case_for_an_offence_that_is_fined_is_a_duplicate() -> None:
    """Two cameras of a site read one plate twice, once wrongly; corrected, the second is turned down, not fined."""
    desk = Desk()
    first = desk.violate("v1", "2024-05-06T10:00:00", vehicle=OTHER_CAR)
    desk.review(first)
    second = desk.violate("v2", "2024-05-06T10:00:05")
    desk.review(second, corrected=OTHER_CAR)
    assert desk.steps(second) == ["DETECTED", "REJECTED"]
    assert desk.events[-1].reason == "duplicate"


def test_a_prescription_that_lapsed_was_a_fine_all_the_same() -> None:
    """A case that was sent and lapsed undelivered stands against a second fine for its offence."""
    desk = Desk()
    first = desk.issued("v1", "2024-05-06T10:00:00", vehicle=OTHER_CAR)
    desk.deadline(first)
    second = desk.violate("v2", "2024-05-06T10:00:20")
    desk.review(second, corrected=OTHER_CAR)
    assert desk.steps(first)[-2:] == ["ISSUED", "LAPSED"]
    assert desk.steps(second) == ["DETECTED", "REJECTED"]


def test_commands_of_a_case_that_nobody_has() -> None:
    """They are dead letters that name the case."""
    desk = Desk()
    desk.review("case-nowhere")
    assert "case-nowhere" in desk.refused[0]


def test_a_vehicle_with_too_many_cases_opens_no_more() -> None:
    """The log of one vehicle is bounded; the next violation is a dead letter that says what to do."""
    desk = Desk(rules=replace(with_share(0.0), most_cases=2))
    for n in range(3):
        desk.violate(f"v{n}", f"2024-05-0{n + 1}T10:00")
    assert len(desk.events) == 2
    assert "raise most_cases" in desk.refused[0]


def test_closed_cases_are_forgotten_after_their_terms() -> None:
    """Three years after its last step a closed case leaves the log; an open one stays."""
    desk = Desk()
    closed = desk.violate("v1", "2024-05-06T10:00")
    desk.review(closed, "REJECTED", reason="no_offence")
    still_open = desk.violate("v2", "2024-05-06T12:00")
    desk.violate("v3", "2026-11-01T10:00")
    assert closed in desk.logs[CAR].cases
    core_rules = replace(with_share(0.0), forget_days=400)
    desk.core.rules = core_rules
    desk.violate("v4", "2026-11-02T10:00")
    assert closed not in desk.logs[CAR].cases
    assert still_open in desk.logs[CAR].cases


@pytest.mark.parametrize("fate", list(Fate))
def test_the_same_steps_as_the_history(fate: Fate) -> None:
    """Each end of a case in the city's history has the same steps, sums and reasons: one report serves both."""
    desk = Desk()
    case_id = _through(desk, fate)
    taken = [step for step, takes in zip(STEPS, TAKES[fate], strict=True) if takes]
    assert desk.refused == []
    assert desk.steps(case_id) == taken
    received = {"DISCOUNTED": HALF, "PAID": FULL}
    court = fate is Fate.COURT
    assert [amount for _, amount in desk.told(case_id)] == [0 if court else received.get(step, FULL) for step in taken]
    given = {"egov_cabinet", "plate_uncertain"}
    assert {event.reason for event in desk.events} <= {*_REASONS, *given}


def _through(desk: Desk, fate: Fate) -> str:
    if fate is Fate.COURT:
        case_id = desk.violate(article="KoAP 596.3", kind="wrong_way")
        desk.review(case_id)
        return case_id
    if fate in (Fate.REJECTED, Fate.NEVER_REVIEWED):
        case_id = desk.violate()
        if fate is Fate.REJECTED:
            desk.review(case_id, "REJECTED", reason="plate_uncertain")
        else:
            desk.deadline(case_id)
        return case_id
    if fate is Fate.UNDELIVERED:
        case_id = desk.issued()
        desk.deadline(case_id)
        return case_id
    case_id = desk.delivered()
    if fate is Fate.DISCOUNTED:
        desk.report(case_id, "PAYMENT", "2024-05-15T10:00", HALF)
        return case_id
    if "APPEALED" in fate.name:
        desk.report(case_id, "APPEAL", "2024-06-01T10:00")
        outcome = "cancelled" if fate is Fate.APPEALED_CANCELLED else "upheld"
        desk.report(case_id, "COURT_DECISION", "2024-06-20T10:00", outcome=outcome)
    else:
        desk.deadline(case_id)
    if fate in (Fate.PAID, Fate.APPEALED_PAID):
        desk.report(case_id, "PAYMENT", "2024-06-25T10:00", FULL)
    elif fate in (Fate.ENFORCED, Fate.APPEALED_ENFORCED):
        desk.deadline(case_id)
    return case_id


def test_the_states_that_end_a_case() -> None:
    """In these nothing is waited for; a refund that is due is."""
    assert transitions().closed == {
        State.AT_COURT,
        State.REJECTED,
        State.DISCOUNTED,
        State.PAID,
        State.CANCELLED,
        State.WARNED,
        State.LAPSED,
        State.REFUNDED,
    }
