"""The life of incidents: opened, updated, closed; written once for every rule, on event time alone.

    ABSENT --found--> HOLDING --missed, stopped--> FADING --expired--> closed
                        ^  |                         |  |
                        |  +--found: refresh         |  +--lost, superseded--> closed
                        +---------found again--------+

CLOSE is an incident's last step: what comes back while it fades goes on as the same incident, so closing waits out the
grace. Only time in which the camera was looked at counts towards it; a camera that is not looked at for `lost_s`, or
that is away as long, closes its incidents as camera_lost.
"""

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum, auto

from processors.incidents.episode import Episode, Stage
from processors.incidents.finding import Finding
from schemas.messages import IncidentPhase, Severity


@dataclass(frozen=True, slots=True)
class LifeCycleSettings:
    """Settings of the life cycle.

    Attributes:
        update_s: an incident under way says so at least this seldom; smaller: more messages.
        least_update_s: it says so at most this often for a rising peak; a rising severity is said at once.
        peak_step_ratio: by how much of the last peak sent the peak must rise to be said before update_s.
        lost_s: time without a look, or without a message, after which the camera counts as lost.
        most_open: incidents under way on one camera; further ones are not opened.
        most_tracks: tracks that one incident names.
    """

    update_s: float = 30.0
    least_update_s: float = 5.0
    peak_step_ratio: float = 0.25
    lost_s: float = 60.0
    most_open: int = 256
    most_tracks: int = 64


class Event(StrEnum):
    """What a second means for one incident."""

    FOUND = auto()
    MISSED = auto()
    STOPPED = auto()
    EXPIRED = auto()
    LOST = auto()
    SUPERSEDED = auto()


class Action(StrEnum):
    """What follows."""

    NOTHING = auto()
    OPEN = auto()
    REFRESH = auto()
    FADE = auto()
    CLOSE = auto()


#: The whole life cycle: where an incident goes on an event, and what follows. Nothing else is possible.
TRANSITIONS: Mapping[tuple[Stage, Event], tuple[Stage, Action]] = {
    (Stage.ABSENT, Event.FOUND): (Stage.HOLDING, Action.OPEN),
    (Stage.ABSENT, Event.MISSED): (Stage.ABSENT, Action.NOTHING),
    (Stage.ABSENT, Event.STOPPED): (Stage.ABSENT, Action.NOTHING),
    (Stage.ABSENT, Event.EXPIRED): (Stage.ABSENT, Action.NOTHING),
    (Stage.ABSENT, Event.LOST): (Stage.ABSENT, Action.NOTHING),
    (Stage.ABSENT, Event.SUPERSEDED): (Stage.ABSENT, Action.NOTHING),
    (Stage.HOLDING, Event.FOUND): (Stage.HOLDING, Action.REFRESH),
    (Stage.HOLDING, Event.MISSED): (Stage.FADING, Action.FADE),
    (Stage.HOLDING, Event.STOPPED): (Stage.FADING, Action.FADE),
    (Stage.HOLDING, Event.EXPIRED): (Stage.HOLDING, Action.NOTHING),
    (Stage.HOLDING, Event.LOST): (Stage.ABSENT, Action.CLOSE),
    (Stage.HOLDING, Event.SUPERSEDED): (Stage.ABSENT, Action.CLOSE),
    (Stage.FADING, Event.FOUND): (Stage.HOLDING, Action.REFRESH),
    (Stage.FADING, Event.MISSED): (Stage.FADING, Action.NOTHING),
    (Stage.FADING, Event.STOPPED): (Stage.FADING, Action.FADE),
    (Stage.FADING, Event.EXPIRED): (Stage.ABSENT, Action.CLOSE),
    (Stage.FADING, Event.LOST): (Stage.ABSENT, Action.CLOSE),
    (Stage.FADING, Event.SUPERSEDED): (Stage.ABSENT, Action.CLOSE),
}

RANK = {severity: rank for rank, severity in enumerate(Severity)}

#: Incidents under way on one camera, by kind and subject.
Episodes = dict[str, Episode]


@dataclass(frozen=True, slots=True)
class Step:
    """One step of an incident, to be sent.

    Attributes:
        phase: opened, updated, closed.
        episode: the incident, as it is at this step. It is changed later: use it at once.
        at_us: event time of the step.
    """

    phase: IncidentPhase
    episode: Episode
    at_us: int


class LifeCycle:
    """Turns what rules find, second by second, into the steps of incidents."""

    def __init__(self, settings: LifeCycleSettings | None = None) -> None:
        self.settings = settings or LifeCycleSettings()

    def look(
        self,
        episodes: Episodes,
        findings: Sequence[tuple[str, str, Finding]],
        camera_id: str,
        epoch_us: int,
        at_us: int,
        step_us: int,
    ) -> list[Step]:
        """Apply one second that was looked at.

        Args:
            episodes: the camera's incidents under way; changed in place.
            findings: (kind, rule version, finding), those of one subject merged into one step.
            camera_id: the camera.
            epoch_us: its connection.
            at_us: event time of the second's findings.
            step_us: how much time was looked at, microseconds.
        """
        if not findings and not episodes:
            return []
        steps: list[Step] = []
        found: dict[str, tuple[str, Finding]] = {}
        kinds: dict[str, str] = {}
        superseded: set[str] = set()
        for kind, version, finding in findings:
            key = f"{kind}|{finding.subject}"
            known = found.get(key)
            found[key] = (version, finding if known is None else merged(known[1], finding))
            kinds[key] = kind
            for other in finding.supersedes:
                superseded.add(f"{kind}|{other}")
                self._apply(episodes, f"{kind}|{other}", Event.SUPERSEDED, at_us, steps, reason="superseded")
        for key in list(episodes):
            if key not in found:
                episode = episodes[key]
                self._apply(episodes, key, Event.MISSED, at_us, steps, reason="gone")
                episode.fading_us += step_us
                if episode.fading_us >= episode.grace_us:
                    self._apply(episodes, key, Event.EXPIRED, at_us, steps)
        for key, (version, finding) in found.items():
            if key in superseded:
                continue
            if finding.ended is not None:
                self._apply(episodes, key, Event.STOPPED, at_us, steps, finding, reason=finding.ended)
            elif key in episodes:
                self._apply(episodes, key, Event.FOUND, at_us, steps, finding)
            elif len(episodes) < self.settings.most_open:
                stage, _ = TRANSITIONS[Stage.ABSENT, Event.FOUND]
                episode = episodes[key] = opened(
                    kinds[key], version, finding, camera_id, epoch_us, stage, self.settings
                )
                steps.append(Step(IncidentPhase.OPEN, episode, at_us))
        return steps

    def lost(self, episodes: Episodes, at_us: int) -> list[Step]:
        """Close every incident of a camera that was lost.

        Args:
            episodes: the camera's incidents under way; none is left.
            at_us: event time at which that is known.
        """
        steps: list[Step] = []
        for key in list(episodes):
            self._apply(episodes, key, Event.LOST, at_us, steps, reason="camera_lost")
        return steps

    def _apply(
        self,
        episodes: Episodes,
        key: str,
        event: Event,
        at_us: int,
        steps: list[Step],
        finding: Finding | None = None,
        reason: str = "",
    ) -> None:
        episode = episodes.get(key)
        if episode is None:
            return
        episode.stage, action = TRANSITIONS[episode.stage, event]
        if action is Action.REFRESH:
            assert finding is not None
            self._refresh(episode, finding, at_us, steps)
        elif action is Action.FADE:
            episode.reason = reason
        elif action is Action.CLOSE:
            # What faded because its condition ended was over before the camera was lost.
            episode.reason = reason or episode.reason
            episode.revision += 1
            del episodes[key]
            steps.append(Step(IncidentPhase.CLOSE, episode, max(at_us, episode.sent_at_us)))

    def _refresh(self, episode: Episode, finding: Finding, at_us: int, steps: list[Step]) -> None:
        settings = self.settings
        risen = RANK[finding.severity] > RANK[episode.severity]
        if risen:
            episode.severity = finding.severity
        if finding.measure > episode.peak:
            episode.peak = finding.measure
            episode.at_peak = finding.sight
        for track_id in finding.track_ids:
            if track_id not in episode.track_ids and len(episode.track_ids) < settings.most_tracks:
                episode.track_ids.append(track_id)
        episode.held_at_us = max(finding.at_us, episode.held_at_us)
        episode.fading_us = 0
        episode.grace_us = round(finding.grace_s * 1e6)
        episode.reason = ""
        episode.measures, episode.limits, episode.summary = finding.measures, finding.limits, finding.summary
        episode.latest = finding.sight
        since_us = at_us - episode.sent_at_us
        peaked = episode.peak > episode.sent_peak + settings.peak_step_ratio * abs(episode.sent_peak)
        if risen or since_us >= settings.update_s * 1e6 or (peaked and since_us >= settings.least_update_s * 1e6):
            episode.revision += 1
            episode.sent_at_us, episode.sent_peak = at_us, episode.peak
            steps.append(Step(IncidentPhase.UPDATE, episode, at_us))


def opened(
    kind: str,
    version: str,
    finding: Finding,
    camera_id: str,
    epoch_us: int,
    stage: Stage,
    settings: LifeCycleSettings,
) -> Episode:
    """Return a new incident; its id follows from what it is about, so that every replay gives the same."""
    origin = (
        f"{camera_id}\n{kind}\n{epoch_us}\n{finding.zone_id}\n{finding.subject}\n{finding.since_us}\n{finding.at_us}"
    )
    digest = hashlib.sha256(origin.encode()).hexdigest()[:20]
    return Episode(
        incident_id=f"{kind}-{digest}",
        kind=kind,
        subject=finding.subject,
        stage=stage,
        revision=1,
        epoch_us=epoch_us,
        zone_id=finding.zone_id,
        track_ids=list(finding.track_ids[: settings.most_tracks]),
        started_at_us=finding.since_us,
        opened_at_us=finding.at_us,
        sent_at_us=finding.at_us,
        sent_peak=finding.measure,
        held_at_us=finding.at_us,
        fading_us=0,
        grace_us=round(finding.grace_s * 1e6),
        reason="",
        severity=finding.severity,
        peak=finding.measure,
        measures=finding.measures,
        limits=finding.limits,
        summary=finding.summary,
        onset=finding.onset,
        at_peak=finding.sight,
        latest=finding.sight,
        rule_version=version,
    )


def merged(a: Finding, b: Finding) -> Finding:
    """Return one finding of two about the same subject in the same second: the greater, with the tracks of both.

    One that holds goes before one that ended; the begin is the earlier one's.
    """
    rank = [(f.ended is None, RANK[f.severity], f.measure, f.at_us) for f in (a, b)]
    main, other = (a, b) if rank[0] >= rank[1] else (b, a)
    first = a if a.since_us <= b.since_us else b
    return Finding(
        subject=main.subject,
        zone_id=main.zone_id,
        track_ids=[*main.track_ids, *(t for t in other.track_ids if t not in main.track_ids)],
        since_us=first.since_us,
        at_us=max(a.at_us, b.at_us),
        measure=main.measure,
        measures=main.measures,
        limits=main.limits,
        severity=main.severity,
        summary=main.summary,
        onset=first.onset,
        sight=main.sight,
        grace_s=max(a.grace_s, b.grace_s),
        ended=main.ended,
        supersedes=[*a.supersedes, *b.supersedes],
    )
