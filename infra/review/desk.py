"""ReviewDesk: reads cases from ClickHouse, records each look, and writes verdicts to Kafka."""

import hashlib
import time
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import UTC, date, datetime
from importlib import resources
from typing import Any, Final

from clickhouse_connect.driver.client import Client

from infra.keys.key_store import KeyStore
from infra.keys.period import period_of
from infra.review.corrected_plate import corrected_plate
from infra.review.looks import Opened, record_case_look
from infra.review.officers import Officer, Role
from infra.review.plate_opening import SealedCasePlate, shown
from infra.review.proposal import Proposal
from infra.review.review_writer import send_review
from infra.review.rows import rows_of
from infra.review.waiting_case import WaitingCase
from infra.settings import Settings
from processors.cases.office_rules import OfficeRules, office_rules
from processors.plates.plate_formats import region_of
from schemas.city_time import day_of, to_the_hundredth
from schemas.law import Law, Term
from schemas.messages import Review, Verdict
from sinks.evidence.caption import signal_before

#: Cases that are asked for at a time to find the next one of an officer.
PAGE: Final = 200
#: A case that another officer opened so short a time ago is left to them, seconds.
CLAIM_S: Final = 900
#: Other cases of the vehicle so near in time are shown beside a case, seconds, and at most so many.
BESIDE_S: Final = 3_600
MOST_BESIDE: Final = 20


class ReviewError(ValueError):
    """A review cannot be; says why and what to do."""


def sql(name: str) -> str:
    """Return the text of a query."""
    return (resources.files("infra.review") / "queries" / f"{name}.sql").read_text(encoding="utf-8")


def _us(instant: datetime) -> int:
    """Return an instant of the tables, which is UTC's, as microseconds since the Unix epoch."""
    return round(instant.replace(tzinfo=UTC).timestamp() * 1e6)


class ReviewDesk:
    """What an officer can do.

    Args:
        settings: where everything is.
        client: connected to the tables' database.
        rules: of the office; default: those that ship.
        keys: open sealed plates; None: every plate stays closed.
    """

    def __init__(
        self, settings: Settings, client: Client, rules: OfficeRules | None = None, keys: KeyStore | None = None
    ) -> None:
        self._settings = settings
        self._client = client
        self.rules = rules or office_rules()
        self._keys = keys
        self._law = Law.load()

    # Looking

    def waiting(self, most: int, case_id: str = "") -> Sequence[WaitingCase]:
        """Return cases that wait, the oldest offence first.

        Raises:
            ClickHouseError: ClickHouse refuses or does not answer.
        """
        return self._waiting(most=most, case_id=case_id)

    def next(self, officer: Officer) -> WaitingCase | None:
        """Return the oldest case that waits for this officer and that no other is looking at; None: there is none."""
        officer.needs(Role.REVIEWER)
        last: WaitingCase | None = None
        while True:
            page = self._waiting(most=PAGE, officer=officer, after=last)
            for one in page:
                if one.refuses(officer) is None:
                    return one
            if len(page) < PAGE:
                return None
            last = page[-1]

    def _waiting(
        self, most: int, case_id: str = "", officer: Officer | None = None, after: WaitingCase | None = None
    ) -> Sequence[WaitingCase]:
        parameters = {
            "most": most,
            "case_id": case_id,
            "claim_s": CLAIM_S,
            "officer": officer.officer_id if officer is not None else "",
            "senior": officer is not None and Role.SENIOR in officer.roles,
            "after_us": _us(after.offence_at) if after is not None else 0,
            "after_id": after.case_id if after is not None else "",
        }
        return [WaitingCase(**row) for row in self._rows("waiting", parameters)]

    def one(self, case_id: str) -> WaitingCase:
        """Return a case that waits.

        Raises:
            ReviewError: it waits for nobody.
        """
        found = self.waiting(1, case_id)
        if not found:
            raise ReviewError(f"case {case_id} waits for no officer; 'vigil review list' shows those that do")
        return found[0]

    def opened(self, officer: Officer, case_id: str) -> WaitingCase:
        """Return a case that waits; for a senior, who answers for it, also one that waits for nobody any more.

        Raises:
            ReviewError: it does not wait for this officer, or there is no such case.
        """
        if Role.SENIOR not in officer.roles:
            case = self.one(case_id)
            refused = case.refuses(officer)
            if refused is not None:
                raise ReviewError(f"case {case_id}: {refused}")
            return case
        found = self.waiting(1, case_id)
        if found:
            return found[0]
        rows = self._rows("decided", {"case_id": case_id})
        if not rows:
            raise ReviewError(f"there is no case {case_id} in the tables; 'vigil review list' shows those that wait")
        return WaitingCase(**rows[0])

    def look(self, officer: Officer, case: WaitingCase, why: str) -> Mapping[str, Any]:
        """Record a look, then return what there is to see; the plate is opened after a record of its own.

        Raises:
            ClickHouseError: a look could not be recorded, or the violation not be read.
            KeyStoreError: the key store is not safe.
            ReviewError: the violation is not in the tables.
        """
        record_case_look(self._client, officer, case.case_id, why, Opened.CASE)
        found = self._rows("facts", {"violation_id": case.violation_id})
        if not found:
            raise ReviewError(
                f"violation {case.violation_id} of case {case.case_id} is not in the tables; does the sink run?"
            )
        facts = found[0]
        sealed = bytes.fromhex(facts.pop("plate_sealed_hex"))
        plate, corrected = SealedCasePlate(facts["track_id"], facts["key_period"], sealed), self._corrected(case)
        if corrected is not None:
            plate = replace(plate, key_period=period_of(_us(case.offence_at)), sealed=corrected)
        seen = shown(
            officer,
            plate,
            self._keys,
            lambda: record_case_look(self._client, officer, case.case_id, why, Opened.PLATE),
        )
        roles, times_us = facts.pop("evidence_roles"), facts.pop("evidence_at_us")
        return {
            **case.to_json(),
            "decide_until": self._law.term_end(Term.LIABILITY, self._law.local_day(_us(case.offence_at))).isoformat(),
            **facts,
            "beside": [
                {**one, "offence_at": one["offence_at"].isoformat()}
                for one in self._rows("beside", {"case_id": case.case_id, "within_s": BESIDE_S, "most": MOST_BESIDE})
            ],
            "pictures": [
                {"role": role, "at": to_the_hundredth(at_us), **{f"{word}_s": s for word, s in before}}
                for role, at_us in zip(roles, times_us, strict=True)
                for before in [signal_before(facts["measures"], role)]
            ],
            "plate": seen.text,
            "plate_note": seen.note,
            "plate_corrected": corrected is not None,
            "plate_region": region_of(seen.text, day_of(_us(case.offence_at))) if seen.text is not None else None,
        }

    def _corrected(self, case: WaitingCase) -> bytes | None:
        """Return the sealed plate by which a decided case became another vehicle's; None: it is the violation's.

        Of a case that waits it is what one officer typed, which is told to nobody.
        """
        if not case.stands:
            return None
        found = self._rows("corrected", {"case_id": case.case_id, "violation_id": case.violation_id})
        return bytes.fromhex(found[0]["sealed_hex"]) if found else None

    def audit(self, officer: Officer, case_id: str, why: str) -> tuple[Sequence[Mapping[str, Any]], bool]:
        """Return who opened or decided a case, when and why, and whether its verdicts are held back.

        While a case waits its verdicts are: whoever asks may be the one who gives the next. The asking is recorded.

        Raises:
            OfficerError: the role is missing.
            ClickHouseError: ClickHouse refuses or does not answer.
            ReviewError: nobody has; names what may be wrong.
        """
        officer.needs(Role.SENIOR)
        waits = bool(self.waiting(1, case_id))
        found = self._rows("audit", {"case_id": case_id, "waits": waits})
        if not found:
            raise ReviewError(
                f"nobody has opened case {case_id}, which waits"
                if waits
                else f"nobody has opened or decided case {case_id}, or there is no such case"
            )
        record_case_look(self._client, officer, case_id, why, Opened.ACTS)
        return found, waits

    def agreement(self, first: date, last: date) -> Sequence[Mapping[str, Any]]:
        """Return how often the first two officers of a case agreed, by month."""
        return self._rows("agreement", {"first": first, "last": last})

    # Deciding

    def withdraw(self, officer: Officer, case_id: str, reason: str, remark: str) -> Review:
        """Take back the confirmation of a case that this officer has looked at and that is not delivered.

        That it was taken back is recorded as a look as well, with the reason.

        Returns:
            The review, when Kafka has it.

        Raises:
            ReviewError: there is nothing to take back, the officer has not looked, or the reason is none of the list.
            OfficerError: the role is missing.
            ClickHouseError: ClickHouse refuses or does not answer.
            KafkaException: Kafka did not take it.
        """
        officer.needs(Role.SENIOR)
        self._check_reason(reason)
        found = self._rows("standing", {"case_id": case_id})
        if not found or found[0]["step"] not in ("CONFIRMED", "ISSUED"):
            stands = f"its last step is {found[0]['step']}" if found else "the tables have no step of it"
            raise ReviewError(
                f"case {case_id}: {stands}; expected CONFIRMED or ISSUED. What waits is rejected; what was delivered"
                " a court cancels"
            )
        looked_at_us = self._looked(officer, case_id)
        record_case_look(self._client, officer, case_id, f"withdraws: {reason}", Opened.CASE)
        now_us = time.time_ns() // 1_000
        name = hashlib.sha256(f"{case_id}\n{officer.officer_id}\nwithdraws".encode()).hexdigest()[:20]
        review = Review(
            f"rev-{name}", case_id, Verdict.REJECTED, reason, remark, None, None, officer.officer_id, looked_at_us,
            now_us, withdraws=True,
        )  # fmt: skip
        send_review(self._settings, review)
        return review

    def _check_reason(self, reason: str) -> None:
        if reason not in self.rules.reject_reasons:
            listed = ", ".join(self.rules.reject_reasons)
            raise ReviewError(f"found the reason {reason!r}; expected one of {listed}")

    def decide(
        self,
        officer: Officer,
        case_id: str,
        verdict: Verdict,
        reason: str,
        remark: str,
        *,
        plate: str = "",
        article: str | None = None,
    ) -> Review:
        """Write a verdict on a case that this officer has looked at; return it when Kafka has it.

        Args:
            officer: who decides.
            case_id: the case.
            verdict: CONFIRMED or REJECTED.
            reason: code of a rejection.
            remark: in the officer's words.
            plate: as the officer read it in the pictures; empty: the one that was read stands.
            article: one of those that the violation proposes; None: the first.

        Raises:
            ReviewError: it cannot be this officer's, or is against no vehicle, or for another article.
            PlateError: the plate is none, or cannot be sealed.
            OfficerError: the role is missing.
            KeyStoreError: the key store is not safe.
            ClickHouseError: ClickHouse refuses or does not answer.
            KafkaException: Kafka did not take it.
        """
        officer.needs(Role.REVIEWER)
        if verdict is Verdict.REJECTED:
            self._check_reason(reason)
        case = self.one(case_id)
        confirms = verdict is Verdict.CONFIRMED
        proposal = self._proposal(case)
        refused = case.refuses(officer) or (proposal.refuses(plate, article) if confirms else None)
        if refused is not None:
            raise ReviewError(f"case {case_id}: {refused}")
        looked_at_us = self._looked(officer, case_id)
        corrected = (
            corrected_plate(officer, plate, proposal.track_id, proposal.occurred_at_us, self._keys)
            if confirms and plate
            else None
        )
        name = hashlib.sha256(f"{case_id}\n{officer.officer_id}".encode()).hexdigest()[:20]
        review = Review(
            review_id=f"rev-{name}",  # one verdict of an officer on a case: sent twice it is one
            case_id=case_id,
            verdict=verdict,
            reason_code=reason,
            remark=remark,
            corrected_vehicle_key=corrected.vehicle_key if corrected is not None else None,
            corrected_plate_encrypted=corrected.encrypted if corrected is not None else None,
            officer_id=officer.officer_id,
            looked_at_us=looked_at_us,
            decided_at_us=time.time_ns() // 1_000,
            article=article,
        )
        send_review(self._settings, review)
        return review

    def _looked(self, officer: Officer, case_id: str) -> int:
        """Return when an officer last opened a case, microseconds since the Unix epoch.

        Raises:
            ReviewError: they have not.
        """
        looks = self._rows("last_look", {"case_id": case_id, "officer_id": officer.officer_id})
        if not looks:
            raise ReviewError(
                f"{officer.officer_id} has not looked at case {case_id}; open it with 'vigil review next' or"
                f" 'vigil review show {case_id}' first"
            )
        return int(looks[0]["looked_at_us"])

    def _proposal(self, case: WaitingCase) -> Proposal:
        """Return what a case's violation proposes, of the articles those that cameras may be used for on its day.

        Raises:
            ReviewError: the violation is not in the tables.
        """
        found = self._rows("proposal", {"violation_id": case.violation_id})
        if not found:
            raise ReviewError(
                f"violation {case.violation_id} of case {case.case_id} is not in the tables; does the sink run?"
            )
        row = Proposal(**found[0])
        day = self._law.local_day(row.occurred_at_us)
        articles = [one for one in row.articles if self._law.in_camera_scope(one, day)]
        return replace(row, articles=articles, courts=[one for one in articles if self._law.is_a_courts(one, day)])

    def _rows(self, name: str, parameters: dict[str, Any]) -> list[dict[str, Any]]:
        return rows_of(self._client, sql(name), parameters)
