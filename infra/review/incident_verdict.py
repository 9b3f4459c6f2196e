"""IncidentVerdict: what officers decided on an incident, and what may follow from it. Pure."""

from dataclasses import dataclass

from infra.review.officers import Officer, Role
from schemas.messages import Verdict


@dataclass(frozen=True, slots=True)
class IncidentVerdict:
    """One row of queries/incident_verdicts.sql.

    Attributes:
        officer_id: who decided.
        verdict: CONFIRMED or REJECTED.
        reason_code: why it was rejected; empty of a confirmation.
        decided_at: when, UTC, for people.
    """

    officer_id: str
    verdict: str
    reason_code: str
    decided_at: str


def refuses(verdicts: list[IncidentVerdict], officer: Officer) -> str | None:
    """Return why an officer cannot decide an incident now, in words that name what to do; None: they can.

    Args:
        verdicts: that it has had, the one that stands first.
        officer: who would decide.
    """
    if any(one.officer_id == officer.officer_id for one in verdicts):
        return f"{officer.officer_id} has decided it; another officer with the role {Role.SENIOR} may decide it anew"
    if verdicts and Role.SENIOR not in officer.roles:
        last = verdicts[0]
        return (
            f"it was {last.verdict} by {last.officer_id} at {last.decided_at} UTC; an officer with the role"
            f" {Role.SENIOR} may decide it anew"
        )
    return None


def held_back(verdicts: list[IncidentVerdict]) -> str | None:
    """Return why an incident may not leave the house, in words that name what to do; None: an officer confirmed it.

    Args:
        verdicts: that it has had, the one that stands first.
    """
    if not verdicts:
        return (
            "no officer has reviewed it; look at it with 'vigil review incident show', then 'vigil review incident"
            " confirm' or 'reject'"
        )
    last = verdicts[0]
    if last.verdict != Verdict.CONFIRMED:
        return (
            f"{last.officer_id} rejected it at {last.decided_at} UTC ({last.reason_code}); an officer with the role"
            f" {Role.SENIOR} may decide it anew"
        )
    return None
