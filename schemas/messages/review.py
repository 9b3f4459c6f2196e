"""Review: What an officer decided on a case, or on an incident."""

from dataclasses import dataclass

from schemas.messages.review_subject import ReviewSubject
from schemas.messages.verdict import Verdict


@dataclass(frozen=True, slots=True)
class Review:
    """What an officer decided on a case, or on an incident.

    Attributes:
        review_id: Identifier.
        case_id: The case; of an incident its incident_id.
        verdict: Confirmed or rejected.
        reason_code: Why, from the list of reasons; empty when confirmed without remark.
        remark: In the officer's words.
        corrected_vehicle_key: Key of the plate as corrected.
        corrected_plate_encrypted: Corrected plate under AES-GCM.
        officer_id: Pseudonymous identifier of the officer.
        looked_at_us: When the case, or the incident, was opened for review, microseconds since the Unix epoch.
        decided_at_us: When it was decided, microseconds since the Unix epoch.
        withdraws: Whether a confirmation is taken back: the verdict is a rejection of a case that was confirmed.
        article: Article that the officer chose among those that the violation proposes; null: the first.
        subject: What was reviewed. A review of an incident is no part of any case: it confirms and rejects none.
    """

    review_id: str
    case_id: str
    verdict: Verdict
    reason_code: str
    remark: str
    corrected_vehicle_key: str | None
    corrected_plate_encrypted: bytes | None
    officer_id: str
    looked_at_us: int
    decided_at_us: int
    withdraws: bool = False
    article: str | None = None
    subject: ReviewSubject = ReviewSubject.CASE
