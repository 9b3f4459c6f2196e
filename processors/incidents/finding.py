"""Finding: that a rule's condition holds, for one subject, in one camera-second."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from processors.rules.sight import Sight
from schemas.messages import Severity


@dataclass(frozen=True, slots=True)
class Finding:
    """A condition that holds, or has just stopped holding, for one subject.

    Attributes:
        subject: what it is about, the same in each second, e.g. a zone, or a zone and a standing place.
        zone_id: the zone; None: the whole view.
        track_ids: tracks involved so far.
        since_us: when the condition began, microseconds since the Unix epoch.
        at_us: event time of this finding.
        measure: the rule's measure, whose largest value is the incident's peak.
        measures: what was measured, named with units.
        limits: what it was held against, named with units.
        severity: how urgent, by this second's measures.
        summary: one sentence for people.
        onset: where the pictures of the begin are.
        sight: where the pictures of this second are.
        grace_s: how long the condition may be missing, in time looked at, before the incident ends.
        ended: None while the condition holds; else why it stopped: ended (it no longer holds) or gone (its subject is
            no longer there).
        supersedes: subjects that turned out to be this one; their incidents are closed.
    """

    subject: str
    zone_id: str | None
    track_ids: Sequence[str]
    since_us: int
    at_us: int
    measure: float
    measures: Mapping[str, float]
    limits: Mapping[str, float]
    severity: Severity
    summary: str
    onset: Sight
    sight: Sight
    grace_s: float
    ended: str | None = None
    supersedes: Sequence[str] = ()
