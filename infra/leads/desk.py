"""LeadsDesk: reads leads from ClickHouse, and records each look and decision there. Nothing else follows."""

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from importlib import resources
from typing import Any, Final
from uuid import uuid4

from clickhouse_connect.driver.client import Client

from infra.keys.key_store import KeyStore
from infra.review.login import login_name
from infra.review.looks import record_look
from infra.review.officers import Officer, Role
from infra.review.plate_opening import SealedCasePlate, shown
from infra.review.rows import rows_of

#: Leads looked at to find the next one of an officer.
MOST: Final = 500
#: A lead that another officer opened so short a time ago is left to them, seconds.
CLAIM_S: Final = 900
LOOKED, PLATE, CONFIRMED, DISMISSED = "LOOKED", "PLATE", "CONFIRMED", "DISMISSED"


class LeadError(ValueError):
    """A look or a decision cannot be; says why and what to do."""


class LeadsDesk:
    """What an officer can do with leads.

    Args:
        client: connected to the tables' database.
        keys: open sealed plates; None: every plate stays closed.
    """

    def __init__(self, client: Client, keys: KeyStore | None = None) -> None:
        self._client = client
        self._keys = keys

    def waiting(self, most: int = MOST, lead_id: str = "") -> Sequence[Mapping[str, Any]]:
        """Return leads that nobody has decided, wanted vehicles first; no facts.

        Raises:
            ClickHouseError: ClickHouse refuses or does not answer.
        """
        return self._rows("waiting", {"most": most, "lead_id": lead_id, "claim_s": CLAIM_S})

    def next(self, officer: Officer) -> Mapping[str, Any] | None:
        """Return the first lead that no other officer is looking at; None: there is none."""
        officer.needs(Role.REVIEWER)
        return next((one for one in self.waiting() if one["looker"] in ("", officer.officer_id)), None)

    def look(self, officer: Officer, lead_id: str, why: str) -> Mapping[str, Any]:
        """Record a look, then return what there is to see; the plate is opened after a record of its own.

        Raises:
            LeadError: there is no such lead.
            OfficerError: the role is missing.
            KeyStoreError: the key store is not safe.
            ClickHouseError: a look could not be recorded, or the lead not be read.
        """
        officer.needs(Role.REVIEWER)
        if not self._rows("known", {"lead_id": lead_id}):
            raise LeadError(f"lead {lead_id} is not in the tables; 'vigil leads list' shows those that wait")
        self._record(officer, lead_id, LOOKED, why)
        facts = self._rows("facts", {"lead_id": lead_id})[0]
        sealed = bytes.fromhex(facts.pop("plate_encrypted"))
        plate = SealedCasePlate(facts["track_id"], facts["key_period"], sealed)
        seen = shown(officer, plate, self._keys, lambda: self._record(officer, lead_id, PLATE, why))
        known = self.waiting(1, lead_id)
        return {
            "lead_id": lead_id,
            **(known[0] if known else {}),
            **facts,
            "evidence_case": f"leads/{lead_id}",
            "plate": seen.text,
            "plate_note": seen.note,
        }

    def decide(self, officer: Officer, lead_id: str, act: str, why: str) -> None:
        """Record a decision on a lead that this officer has looked at. The first one stands.

        Raises:
            LeadError: the lead is decided or unknown, or the officer has not looked at it, or says no reason.
            OfficerError: the role is missing.
            ClickHouseError: ClickHouse refuses or does not answer.
        """
        officer.needs(Role.REVIEWER)
        if not why.strip():
            raise LeadError(f"lead {lead_id}: a decision without a reason; expected --why in a few words")
        acts = self.acts(lead_id)
        decided = next((one for one in acts if one["act"] in (CONFIRMED, DISMISSED)), None)
        if decided is not None:
            raise LeadError(f"lead {lead_id} was {decided['act']} by {decided['officer_id']} at {decided['at']} UTC")
        if not any(one["officer_id"] == officer.officer_id for one in acts):
            raise LeadError(
                f"{officer.officer_id} has not looked at lead {lead_id}; open it with 'vigil leads next' or"
                f" 'vigil leads show {lead_id}' first"
            )
        self._record(officer, lead_id, act, why)

    def acts(self, lead_id: str) -> Sequence[Mapping[str, Any]]:
        """Return what officers did with a lead, in order."""
        return self._rows("acts", {"lead_id": lead_id})

    def _record(self, officer: Officer, lead_id: str, act: str, why: str) -> None:
        row = {
            "at": datetime.now(UTC).isoformat(timespec="microseconds"),
            "look_id": str(uuid4()),
            "lead_id": lead_id,
            "officer_id": officer.officer_id,
            "login": login_name(),
            "role": Role.SENIOR if Role.SENIOR in officer.roles else Role.REVIEWER,
            "act": act,
            "why": why,
        }
        record_look(self._client, "lead_looks", row)

    def _rows(self, name: str, parameters: dict[str, Any]) -> list[dict[str, Any]]:
        sql = (resources.files("infra.leads") / "queries" / f"{name}.sql").read_text(encoding="utf-8")
        return rows_of(self._client, sql, parameters)
