"""Episode: an incident that is under way, as the stage remembers it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from processors.rules.sight import Sight
from schemas.messages import Severity


class Stage(StrEnum):
    """Where an incident stands in its life."""

    ABSENT = "absent"
    HOLDING = "holding"
    FADING = "fading"


@dataclass(slots=True)
class Episode:
    """An incident under way.

    Attributes:
        incident_id: its identifier.
        kind: its rule.
        subject: what it is about, within kind and camera.
        stage: HOLDING while its condition holds, FADING while it may come back.
        revision: the last step sent.
        epoch_us: connection in which it began.
        zone_id: its zone.
        track_ids: tracks involved so far, the first first.
        started_at_us: when its condition began.
        opened_at_us: event time of its first step.
        sent_at_us: event time of its last step.
        sent_peak: peak in its last step.
        held_at_us: event time at which the condition last held.
        fading_us: time looked at since then, microseconds.
        grace_us: how much of it ends the incident.
        reason: why it fades.
        severity: the highest so far.
        peak: largest value of the rule's measure so far.
        measures: the last measures.
        limits: the last limits.
        summary: the last sentence.
        onset: pictures of the begin.
        at_peak: pictures of the peak.
        latest: the last pictures in which it held.
        rule_version: version of the rule.
    """

    incident_id: str
    kind: str
    subject: str
    stage: Stage
    revision: int
    epoch_us: int
    zone_id: str | None
    track_ids: list[str]
    started_at_us: int
    opened_at_us: int
    sent_at_us: int
    sent_peak: float
    held_at_us: int
    fading_us: int
    grace_us: int
    reason: str
    severity: Severity
    peak: float
    measures: Mapping[str, float]
    limits: Mapping[str, float]
    summary: str
    onset: Sight
    at_peak: Sight
    latest: Sight
    rule_version: str

    def pack(self) -> list[Any]:
        """Return this as plain data."""
        return [
            value.pack() if isinstance(value, Sight) else value for value in (getattr(self, f) for f in self.__slots__)
        ]

    @classmethod
    def unpack(cls, plain: Sequence[Any]) -> "Episode":
        """Return what `pack` gave."""
        fields = dict(zip(cls.__slots__, plain, strict=True))
        for name in ("onset", "at_peak", "latest"):
            fields[name] = Sight(*fields[name])
        fields["stage"] = Stage(fields["stage"])
        fields["severity"] = Severity(fields["severity"])
        return cls(**fields)
