"""A review of an incident is of no case: neither relay nor stage takes it for one."""

import io
from dataclasses import asdict, replace

from fastavro import schemaless_writer

from processors.cases.relay.core import of_cases
from schemas.avro import parse_writer_schema
from schemas.codec import decode_datum
from schemas.history import released
from schemas.messages import Payment, PaymentKind, Review, ReviewSubject, Verdict
from tests.unit.processors.cases.desk import CAR, Desk, at, violation

DECIDED = at("2024-05-07T09:00")
OF_A_CASE = Review("rev-i1", "case-1", Verdict.CONFIRMED, "", "", None, None, "officer-1", DECIDED, DECIDED)
OF_AN_INCIDENT = replace(OF_A_CASE, subject=ReviewSubject.INCIDENT)


def test_only_reviews_of_cases_are_relayed() -> None:
    """All else that the relay reads is of cases."""
    payment = Payment("p1", "case-1", PaymentKind.DELIVERED, 0, "sms", None, 3)
    assert [of_cases(one) for one in (OF_A_CASE, OF_AN_INCIDENT, violation("v1"), payment)] == [True, False, True, True]


def test_no_review_of_an_incident_confirms_or_withdraws_a_case() -> None:
    """Relayed all the same, under a case's own id, it is refused, and the case stands where it stood."""
    desk = Desk()
    case_id = desk.violate()
    desk.relay(replace(OF_AN_INCIDENT, case_id=case_id), CAR)
    assert desk.steps(case_id) == ["DETECTED"]
    assert ["of an incident" in said for said in desk.refused] == [True]
    desk.review(case_id)
    back = replace(OF_AN_INCIDENT, review_id="rev-i2", case_id=case_id, verdict=Verdict.REJECTED, withdraws=True)
    desk.relay(replace(back, reason_code="no_offence"), CAR)
    assert desk.steps(case_id) == ["DETECTED", "CONFIRMED"]
    assert len(desk.refused) == 2


def test_reviews_of_every_earlier_version_are_of_cases() -> None:
    """What lies in the topic from before says nothing of its subject."""
    earlier = released("reviews")[:3]
    assert len(earlier) == 3
    for text in earlier:
        schema, written = parse_writer_schema(text), io.BytesIO()
        schemaless_writer(written, schema, {**asdict(OF_A_CASE), "verdict": "CONFIRMED"})
        assert decode_datum("reviews", written.getvalue(), 0, schema) == OF_A_CASE
