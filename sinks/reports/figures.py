"""Figures as people read them: money and counts in groups of three, ratios in percent."""

from typing import Any

from sinks.reports.answer import Answer


def title_of(answer: Answer) -> str:
    """Return a report's title: name, period, and how it is dated."""
    asked = answer.question
    by = f" by {asked.by}" if asked.by else ""
    dated = " (by cash date)" if asked.cash else ""
    return f"{asked.report.name}{by}, {asked.first} to {asked.last}{dated}"


def shown(name: str, value: Any) -> str:
    """Return a value of a column for people; a dash where nothing is known."""
    if value is None:
        return "-"
    if isinstance(value, str):
        return value
    if name.endswith("_ratio"):
        return f"{value:.1%}"
    return f"{value:,}" if isinstance(value, int) or value != int(value) else f"{int(value):,}"


def freshness_of(answer: Answer) -> str:
    """Return the sentence that says how fresh a report is."""
    if answer.as_of is None or answer.made_at is None:
        return "Nothing was made yet."
    return f"As of {answer.as_of:%Y-%m-%d %H:%M:%S} UTC; tables made {answer.made_at:%Y-%m-%d %H:%M:%S} UTC."
