"""IncidentDesk: reads incidents from ClickHouse, records each look, and writes verdicts to Kafka."""

import hashlib
import time
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Any, Final
from uuid import uuid4

from clickhouse_connect.driver.client import Client

from infra.review.desk import CLAIM_S, ReviewError, sql
from infra.review.incident_reasons import IncidentReason, incident_reasons
from infra.review.incident_verdict import IncidentVerdict, refuses
from infra.review.login import login_name
from infra.review.looks import record_look
from infra.review.officers import Officer, Role
from infra.review.review_writer import send_review
from infra.review.rows import rows_of
from infra.settings import Settings
from schemas.city_time import to_the_hundredth
from schemas.messages import Review, ReviewSubject, Verdict


def verdicts_on(client: Client, incident_id: str) -> list[IncidentVerdict]:
    """Return what officers decided on an incident, the decision that stands first.

    Raises:
        ClickHouseError: ClickHouse refuses or does not answer.
    """
    found = rows_of(client, sql("incident_verdicts"), {"incident_id": incident_id})
    return [IncidentVerdict(**row) for row in found]


class IncidentDesk:
    """What an officer can do with incidents.

    Args:
        settings: where everything is.
        client: connected to the tables' database.
        reasons: to reject an incident; default: those that ship.
    """

    def __init__(self, settings: Settings, client: Client, reasons: Mapping[str, IncidentReason] | None = None) -> None:
        self._settings = settings
        self._client = client
        self.reasons: Final = reasons or incident_reasons()

    # Looking

    def waiting(self, most: int, officer_id: str = "") -> Sequence[Mapping[str, Any]]:
        """Return incidents that nobody has decided, the most urgent and then the newest first; no facts.

        Args:
            most: so many.
            officer_id: leave out what another officer looks at; empty: leave out nothing.

        Raises:
            ClickHouseError: ClickHouse refuses or does not answer.
        """
        parameters = {"most": most, "claim_s": CLAIM_S, "officer": officer_id}
        return rows_of(self._client, sql("incident_waiting"), parameters)

    def next(self, officer: Officer) -> str | None:
        """Return the first incident that no other officer is looking at; None: there is none.

        Raises:
            OfficerError: the role is missing.
            ClickHouseError: ClickHouse refuses or does not answer.
        """
        officer.needs(Role.INCIDENTS)
        found = self.waiting(1, officer.officer_id)
        return str(found[0]["incident_id"]) if found else None

    def look(self, officer: Officer, incident_id: str, why: str) -> Mapping[str, Any]:
        """Record a look with the revision that is shown, then return what there is to see.

        Raises:
            ReviewError: there is no such incident.
            OfficerError: the role is missing.
            ClickHouseError: the look could not be recorded, or the incident not be read.
        """
        officer.needs(Role.INCIDENTS)
        facts = self._facts(incident_id)
        row = {
            "looked_at": datetime.now(UTC).isoformat(timespec="microseconds"),
            "look_id": str(uuid4()),
            "incident_id": incident_id,
            "revision": facts["revision"],
            "officer_id": officer.officer_id,
            "login": login_name(),
            "role": Role.SENIOR if Role.SENIOR in officer.roles else Role.INCIDENTS,
            "why": why,
        }
        record_look(self._client, "incident_looks", row)
        places = zip(*(facts.pop(f"evidence_{name}") for name in ("roles", "cameras", "at_us")), strict=True)
        pictures = [
            {"role": role, "camera_id": camera, "at": to_the_hundredth(at_us)} for role, camera, at_us in places
        ]
        return {**facts, "pictures": pictures, "evidence_case": f"incidents/{incident_id}@{facts['revision']}"}

    def _facts(self, incident_id: str) -> dict[str, Any]:
        found = rows_of(self._client, sql("incident_facts"), {"incident_id": incident_id})
        if not found:
            raise ReviewError(
                f"incident {incident_id} is not in the tables; 'vigil review incident list' shows those that wait"
            )
        return found[0]

    def audit(self, incident_id: str) -> Sequence[Mapping[str, Any]]:
        """Return who opened or decided an incident, when and why.

        Raises:
            ReviewError: nobody has; names what may be wrong.
            ClickHouseError: ClickHouse refuses or does not answer.
        """
        found = rows_of(self._client, sql("incident_audit"), {"incident_id": incident_id})
        if not found:
            raise ReviewError(f"nobody has opened or decided incident {incident_id}, or there is no such incident")
        return found

    # Deciding

    def decide(self, officer: Officer, incident_id: str, verdict: Verdict, reason: str, remark: str) -> Review:
        """Write a verdict on an incident that this officer has looked at; return it when Kafka has it.

        Args:
            officer: who decides.
            incident_id: the incident.
            verdict: CONFIRMED: it happened as it was found; or REJECTED.
            reason: code of a rejection.
            remark: in the officer's words.

        Raises:
            ReviewError: it cannot be this officer's, or they have not looked, or the reason is none of the list.
            OfficerError: the role is missing.
            ClickHouseError: ClickHouse refuses or does not answer.
            KafkaException: Kafka did not take it.
        """
        officer.needs(Role.INCIDENTS)
        if verdict is Verdict.REJECTED and reason not in self.reasons:
            raise ReviewError(f"found the reason {reason!r}; expected one of {', '.join(self.reasons)}")
        self._facts(incident_id)
        refused = refuses(verdicts_on(self._client, incident_id), officer)
        if refused is not None:
            raise ReviewError(f"incident {incident_id}: {refused}")
        asked = {"incident_id": incident_id, "officer_id": officer.officer_id}
        looks = rows_of(self._client, sql("incident_last_look"), asked)
        if not looks:
            raise ReviewError(
                f"{officer.officer_id} has not looked at incident {incident_id}; open it with 'vigil review incident"
                f" next' or 'vigil review incident show {incident_id}' first"
            )
        name = hashlib.sha256(f"incident\n{incident_id}\n{officer.officer_id}".encode()).hexdigest()[:20]
        review = Review(
            review_id=f"rev-{name}",  # one verdict of an officer on an incident: sent twice it is one
            case_id=incident_id,
            verdict=verdict,
            reason_code=reason,
            remark=remark,
            corrected_vehicle_key=None,
            corrected_plate_encrypted=None,
            officer_id=officer.officer_id,
            looked_at_us=int(looks[0]["looked_at_us"]),
            decided_at_us=time.time_ns() // 1_000,
            subject=ReviewSubject.INCIDENT,
        )
        send_review(self._settings, review)
        return review
