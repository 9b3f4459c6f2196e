"""WANTED: seen on a day on which the city's table has the vehicle as wanted."""

from processors.leads.finding import Finding, Question, words_of
from schemas.messages import LeadKind


def rule(question: Question) -> Finding | None:
    """Return the finding, or None: it is not wanted, or no fresh table has it."""
    entry, day = question.entry, question.day
    if entry is None:
        return None
    since = [r.from_day for r in entry.wanted if r.from_day <= day and (r.until_day is None or day <= r.until_day)]
    if not since:
        return None
    return Finding(LeadKind.WANTED, f"seen on {words_of(day)}; wanted since {words_of(min(since))}")
