"""NotOpened: a violation that opened no case, and why; and the event that tells of it. Pure."""

from dataclasses import dataclass
from enum import StrEnum

from schemas.messages import CaseEvent, CaseStep, Violation


class Why(StrEnum):
    """Why a violation opened no case."""

    DROPPED = "dropped"
    NO_ARTICLE = "no article"
    OUTSIDE_SCOPE = "outside scope"
    SAME_OFFENCE = "same offence"


@dataclass(frozen=True, slots=True)
class NotOpened:
    """A violation that opened no case.

    Attributes:
        case_id: of the case that it would have opened.
        article: its first candidate; None where no article applies.
        why: the reason.
        detail: what the reason is about: the grounds that drop it, the article, its kind, or the case that is for the
            same offence.
    """

    case_id: str
    article: str | None
    why: Why
    detail: str

    def event(self, violation: Violation, vehicle_key: str, at_us: int, partition: int, offset: int) -> CaseEvent:
        """Return what case-events tells of it: revision 0, no money.

        Args:
            violation: the violation.
            vehicle_key: whose log it came to.
            at_us: when it was looked at, microseconds since the Unix epoch.
            partition: of the command in case-commands.
            offset: of the command in case-commands.
        """
        return CaseEvent(
            case_id=self.case_id,
            revision=0,
            step=CaseStep.NOT_OPENED,
            vehicle_key=vehicle_key,
            violation_id=violation.violation_id,
            kind=violation.kind,
            camera_id=violation.camera_id,
            site_id=violation.site_id,
            district=violation.district,
            owner=violation.owner,
            article=self.article,
            tariff_version=None,
            amount_kzt=0,
            offence_at_us=violation.occurred_at_us,
            happened_at_us=at_us,
            reason=f"{self.why}: {self.detail}",
            commands_partition=partition,
            commands_offset=offset,
        )
