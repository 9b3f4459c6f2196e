"""Finding: a message of which evidence is kept."""

from typing import TypeAlias

from schemas.messages import Incident, Lead, Violation

Finding: TypeAlias = Incident | Violation | Lead


def at_us_of(finding: Finding) -> int:
    """Return when it was, microseconds since the Unix epoch: deadlines count from there."""
    if isinstance(finding, Incident):
        return finding.started_at_us
    return finding.seen_at_us if isinstance(finding, Lead) else finding.occurred_at_us
