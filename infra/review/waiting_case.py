"""WaitingCase: a case that waits for an officer, and whether it waits for this one. Pure."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from infra.review.officers import Officer, Role

#: A verdict that decides has become a step of its case by then: stage and sink take a second or two. A choice.
SETTLES_S: Final = 60


@dataclass(frozen=True, slots=True)
class WaitingCase:
    """One row of queries/waiting.sql.

    Attributes:
        case_id: the case.
        violation_id: its violation.
        kind: kind of the violation.
        article: the article proposed.
        amount_kzt: the fine proposed, tenge.
        offence_at: when the offence happened, UTC.
        district: where.
        camera_id: the camera.
        officers: who has given a verdict.
        verdicts: the verdicts, in their order; shown to nobody.
        looker: who looks at it right now; empty: nobody.
        verdict_age_s: how long ago the last of the verdicts was given, seconds; 0 where there is none.
        stands: the last step of one that waits no more, with its reason; empty: it waits.
    """

    case_id: str
    violation_id: str
    kind: str
    article: str
    amount_kzt: int
    offence_at: datetime
    district: str
    camera_id: str
    officers: Sequence[str]
    verdicts: Sequence[str]
    looker: str
    verdict_age_s: float = 0.0
    stands: str = ""

    def refuses(self, officer: Officer) -> str | None:
        """Return why an officer cannot give the next verdict, or None.

        Never says what another officer decided. Which cases need a second verdict the desk does not know: it waits for
        the step that follows from the first, and offers the case to another officer where none comes.
        """
        if officer.officer_id in self.officers:
            return f"{officer.officer_id} has given a verdict on it"
        given = len(self.officers)
        differ = len(set(self.verdicts)) > 1
        if given == 1 and self.verdict_age_s < SETTLES_S:
            return f"a verdict on it is less than {SETTLES_S} s old; its next step may be on its way"
        if given > 1 and not differ:
            return "it has the verdicts that it needs; its next step is on its way"
        if given > 2:
            return "three officers have decided it; its next step is on its way"
        if differ and Role.SENIOR not in officer.roles:
            return f"it waits for an officer with the role {Role.SENIOR}"
        return None

    def to_json(self) -> Mapping[str, Any]:
        """Return what may be shown: no verdict, and not who gave one."""
        return {
            "case_id": self.case_id,
            "violation_id": self.violation_id,
            "kind": self.kind,
            "article": self.article,
            "amount_kzt": self.amount_kzt,
            "offence_at": self.offence_at.isoformat(),
            "district": self.district,
            "camera_id": self.camera_id,
            "stands": self.stands,
        }
