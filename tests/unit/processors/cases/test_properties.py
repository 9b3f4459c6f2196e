"""Whatever comes, in whatever order and however often: no fine without a confirmed review, nor two for one offence."""

from collections.abc import Mapping
from dataclasses import replace
from importlib import resources
from tomllib import loads
from typing import Any, Final

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from processors.cases import verdicts
from processors.cases.transitions import TransitionTable
from schemas.messages import CaseEvent, CommandKind, PaymentKind, Review, Verdict
from tests.unit.processors.cases.desk import Desk
from tests.unit.processors.cases.sequences import ACTS, DRIVE_S, READ, Recorder, played, sequence

FINED: Final = (
    "ISSUED", "DELIVERED", "DISCOUNTED", "PAID", "IN_FORCE", "ENFORCED", "CHANGED", "REFUND_DUE", "REFUND_PART",
    "REFUNDED",
)  # fmt: skip
SEQUENCES: Final = st.integers(0, 2**32).map(sequence)
TRYING: Final = settings(
    max_examples=60, deadline=None, database=None, derandomize=True, suppress_health_check=list(HealthCheck),
    phases=[Phase.generate], report_multiple_bugs=False,
)  # fmt: skip


def of_case(desk: Desk) -> dict[str, list[CaseEvent]]:
    """Return the events of each case."""
    out: dict[str, list[CaseEvent]] = {}
    for event in desk.events:
        out.setdefault(event.case_id, []).append(event)
    return out


def confirmations(desk: Recorder, confirmed: CaseEvent) -> list[Review]:
    """Return the confirmations of a case, against its vehicle and for its article, that were taken until its step."""
    out = []
    proposed = next(event for event in desk.events if event.case_id == confirmed.case_id)
    for command, offset, refused in desk.sent:
        if command.kind is CommandKind.REVIEW and not refused and offset <= confirmed.commands_offset:
            review = desk.codec.decode("reviews", command.payload)
            vehicle, article = review.corrected_vehicle_key or proposed.vehicle_key, review.article or proposed.article
            wanted = confirmed.case_id, confirmed.vehicle_key, confirmed.article
            if review.verdict is Verdict.CONFIRMED and (review.case_id, vehicle, article) == wanted:
                out.append(review)
    return out


def unlawful(desk: Recorder, share: float) -> list[str]:
    """Return the cases that too few officers confirmed as they stand, that were fined without, or are a court's."""
    out = []
    for case_id, events in of_case(desk).items():
        steps = [event.step.value for event in events]
        officers_needed = 2 if share else 1
        wrong = any(
            len({review.officer_id for review in confirmations(desk, event)}) < officers_needed
            for event in events
            if event.step.value == "CONFIRMED"
        )
        if any(step in steps for step in FINED):
            wrong |= steps[1:3] != ["CONFIRMED", "ISSUED"] or "KoAP 596.3" in {event.article for event in events[1:]}
            wrong |= not {event.vehicle_key for event in events[1:]} <= set(READ)
        if wrong:
            out.append(case_id)
    return out


def hold_every_sequence_against_the_law(table: TransitionTable | None = None) -> None:
    """Try the sequences with a table of transitions.

    Raises:
        AssertionError: one gives a fine without the officers whom it needs, a court's fine, or a step twice.
    """

    @settings(TRYING, max_examples=120)
    @given(SEQUENCES, st.sampled_from([0.0, 1.0]))
    def tried(operations: list[Any], share: float) -> None:
        desk = played(operations, share, table=table)
        assert unlawful(desk, share) == []
        for events in of_case(desk).values():
            steps = [event.step.value for event in events]
            assert [event.revision for event in events] == list(range(1, len(events) + 1))
            assert steps[0] == "DETECTED"
            once = [step for step in steps if step not in ("IN_FORCE", "APPEALED", "CHANGED", "REFUND_PART")]
            assert len(set(once)) == len(once)

    tried()


def test_no_fine_without_a_confirmed_review() -> None:
    """A prescription follows a confirmation by the officers whom the case needs, against a vehicle; no court's case."""
    hold_every_sequence_against_the_law()


@pytest.mark.parametrize(
    "way",
    [
        {"from": ["DETECTED"], "on": "issue", "to": "ISSUED", "step": "ISSUED", "reason": "tier"},
        {"from": ["UNDER_REVIEW"], "on": "issue", "to": "ISSUED", "step": "ISSUED", "reason": "tier"},
        {"from": ["REJECTED"], "on": "issue", "to": "ISSUED", "step": "ISSUED", "reason": "tier"},
        {"from": ["DETECTED"], "on": "verdict", "to": "CONFIRMED", "step": "CONFIRMED"},
        {"from": ["DETECTED"], "on": "rejected", "to": "CONFIRMED", "step": "CONFIRMED"},
    ],
)
def test_the_property_fails_where_the_table_lets_a_fine_through(way: Mapping[str, Any]) -> None:
    """With one way too many in the table the very sequences of the property find a case that is not as it must be."""
    data = loads((resources.files("processors.cases") / "transitions.toml").read_text(encoding="utf-8"))
    for entry in data["transition"]:
        if entry["on"] == way["on"]:
            entry["from"] = [state for state in entry["from"] if state not in way["from"]]
    data["transition"].append(way)
    with pytest.raises(AssertionError):
        hold_every_sequence_against_the_law(TransitionTable.from_toml(data))


def test_the_property_fails_where_one_officer_of_three_would_do(monkeypatch: pytest.MonkeyPatch) -> None:
    """A third confirmation that nobody shares, taken for a decision, is found by the very sequences of the property."""
    monkeypatch.setattr(verdicts, "stands", lambda *_: True)
    with pytest.raises(AssertionError):
        hold_every_sequence_against_the_law()


@TRYING
@given(SEQUENCES, st.sampled_from([0.0, 1.0]))
def test_no_two_fines_for_one_offence(operations: list[Any], share: float) -> None:
    """No vehicle has two prescriptions of one act within its window, however plates were corrected and found."""
    desk = played(operations, share)
    fined = [event for event in desk.events if event.step.value == "ISSUED"]
    for n, one in enumerate(fined):
        for other in fined[n + 1 :]:
            assert one.case_id != other.case_id
            assert one.vehicle_key != other.vehicle_key or not one_act(one, other)


def one_act(one: CaseEvent, other: CaseEvent) -> bool:
    """Return whether two cases of one vehicle are for one act: on a section's way wherever it was, else at one site."""
    (act, within_s), (other_act, _) = ACTS[one.kind], ACTS[other.kind]
    drives = [event for event in (one, other) if event.kind == "section_speed"]
    if act != other_act or (one.site_id != other.site_id and len(drives) != 1):
        return False
    begins = [event.offence_at_us - DRIVE_S * 1_000_000 * (event in drives) for event in (one, other)]
    apart_us = max(begins[0] - other.offence_at_us, begins[1] - one.offence_at_us)
    return apart_us <= within_s * 1_000_000


@TRYING
@given(SEQUENCES, st.sampled_from([0.0, 1.0]))
def test_money_told_is_money_received(operations: list[Any], share: float) -> None:
    """DISCOUNTED and PAID tell no more than what was reported of their case, and cover what was asked."""
    desk = played(operations, share)
    received = reported(desk, PaymentKind.PAYMENT)
    for case_id, events in of_case(desk).items():
        asked = 0
        for event in events:
            assert event.amount_kzt >= 0
            if event.step.value in ("ISSUED", "CHANGED"):
                assert event.step.value == "ISSUED" or event.amount_kzt < asked
                asked = event.amount_kzt
            if event.step.value in ("DISCOUNTED", "PAID"):
                least = asked if event.step.value == "PAID" else (asked + 1) // 2
                assert 0 < least <= event.amount_kzt <= received[case_id]


@TRYING
@given(SEQUENCES, st.sampled_from([0.0, 1.0]))
def test_no_more_is_given_back_than_came(operations: list[Any], share: float) -> None:
    """A refund follows a court's decision, is no more than came, and what is told as given back was reported."""
    desk = played(operations, share)
    received, returned = reported(desk, PaymentKind.PAYMENT), reported(desk, PaymentKind.REFUND)
    for case_id, events in of_case(desk).items():
        amounts = {event.step.value: event.amount_kzt for event in events}
        due_kzt, given_kzt = amounts.get("REFUND_DUE", 0), amounts.get("REFUNDED", 0)
        assert due_kzt <= received.get(case_id, 0)
        assert due_kzt == 0 or {"CANCELLED", "CHANGED"} & set(amounts)
        assert given_kzt in (0, due_kzt)
        assert given_kzt <= returned.get(case_id, 0)
        case = desk.case(case_id)
        parts_kzt = [event.amount_kzt for event in events if event.step.value == "REFUND_PART"]
        assert all(part_kzt > 0 for part_kzt in parts_kzt)
        assert sum(parts_kzt) < given_kzt or sum(parts_kzt) == case.given_back_kzt
        assert case.given_back_kzt <= case.owed_back_kzt <= case.received_kzt
        if "CANCELLED" in amounts:
            assert case.owed_back_kzt == case.received_kzt


def reported(desk: Recorder, kind: PaymentKind) -> dict[str, int]:
    """Return the tenge that reports of a kind come to, by case."""
    out: dict[str, int] = {}
    for command, _, _ in desk.sent:
        if command.kind is CommandKind.PAYMENT:
            report = desk.codec.decode("payments", command.payload)
            if report.kind is kind:
                out[report.case_id] = out.get(report.case_id, 0) + report.amount_kzt
    return out


@TRYING
@given(SEQUENCES, st.sampled_from([0.0, 1.0]))
def test_what_comes_again_tells_nothing_new(operations: list[Any], share: float) -> None:
    """With commands that come again strewn in, at new offsets, the same is told as without them."""
    again, once = played(operations, share), played(operations, share, repeats=False)

    def told(desk: Desk) -> list[CaseEvent]:
        return [replace(event, commands_offset=0) for event in desk.events]

    assert told(again) == told(once)
