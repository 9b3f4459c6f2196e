"""NO_INSURANCE: seen on a day without a valid insurance of the owner's liability, OGPO (KoAP 230.2)."""

from processors.leads.finding import Finding, Question, lapsed
from schemas.messages import LeadKind


def rule(question: Question) -> Finding | None:
    """Return the finding, or None: it is valid, or no fresh table has the vehicle."""
    entry = question.entry
    return None if entry is None else lapsed(LeadKind.NO_INSURANCE, "insurance", entry.insurance, question.day)
