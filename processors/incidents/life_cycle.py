"""The life of an incident: opened once, updated when it grows or goes on, closed once. The same for every rule."""

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict
from typing import Any

from processors.rules.finding import Finding, evidence_of
from processors.rules.place import Place
from processors.rules.second import Second
from schemas.messages import Evidence, Incident, IncidentPhase, Severity

#: An open incident says so again after this time, even if nothing changed.
UPDATE_EVERY_S = 30.0
#: The condition may be unseen so long (an occlusion, a missed detection) before its incident is closed.
CLOSE_AFTER_S = 10.0
#: Without a single sampled frame for so long nothing is known any more: closed as camera_lost.
LOST_AFTER_S = 120.0
#: Incidents open at a time on one camera; further findings of new subjects wait until one is closed.
MOST_OPEN = 64
#: Track ids kept with an incident, the first ones.
MOST_TRACKS = 32
#: Severity by how far the measure is beyond its limit: at least so many times the limit.
SEVERITIES: Sequence[tuple[float, Severity]] = (
    (3.0, Severity.CRITICAL),
    (2.0, Severity.HIGH),
    (1.5, Severity.MEDIUM),
    (0.0, Severity.LOW),
)
RANK: Mapping[str, int] = {Severity.LOW: 0, Severity.MEDIUM: 1, Severity.HIGH: 2, Severity.CRITICAL: 3}

#: What is kept of an open incident: plain JSON values.
OpenIncident = dict[str, Any]


def severity_of(measure: float, limit: float) -> Severity:
    """Return the severity of a measure; a limit of 0 makes any measure critical."""
    ratio = measure / limit if limit > 0 else 3.0
    return next(severity for least, severity in SEVERITIES if ratio >= least)


def incident_id(kind: str, camera_id: str, epoch_us: int, subject: str, since_us: int) -> str:
    """Return the id of an incident: the same in every replay."""
    digest = hashlib.sha256(f"{kind}|{camera_id}|{epoch_us}|{subject}|{since_us}".encode()).hexdigest()
    return f"{kind}-{camera_id}-{digest[:16]}"


class LifeCycle:
    """Turns a second's findings into steps of incidents.

    Args:
        open_incidents: the camera's open incidents by "kind|subject"; changed in place.
        second: the camera-second.
        place: its registry entry.
    """

    def __init__(self, open_incidents: dict[str, OpenIncident], second: Second, place: Place) -> None:
        self._open = open_incidents
        self._second = second
        self._place = place

    def apply(self, kind: str, version: str, findings: Iterable[Finding]) -> list[Incident]:
        """Open and update one rule's incidents."""
        steps = []
        for finding in findings:
            key = f"{kind}|{finding.subject}"
            known = self._open.get(key)
            if known is None:
                if len(self._open) >= MOST_OPEN:
                    continue
                known = self._open[key] = self._begin(kind, version, finding)
                steps.append(self._step(known, IncidentPhase.OPEN, finding))
                continue
            if self._renew(known, finding):
                steps.append(self._step(known, IncidentPhase.UPDATE, finding))
        return steps

    def close_ended(self) -> list[Incident]:
        """Close what was not found for a while."""
        steps = []
        now = self._second.at_us
        for key, known in list(self._open.items()):
            unseen_s = (now - known["seen_us"]) / 1e6
            if (self._second.sampled and unseen_s > CLOSE_AFTER_S) or unseen_s > LOST_AFTER_S:
                reason = "ended" if unseen_s <= LOST_AFTER_S else "camera_lost"
                steps.append(self._close(known, known["seen_us"], reason))
                del self._open[key]
        return steps

    def close_all(self, reason: str) -> list[Incident]:
        """Close everything: the connection in which it was seen has ended."""
        steps = [self._close(known, known["seen_us"], reason) for known in self._open.values()]
        self._open.clear()
        return steps

    def _begin(self, kind: str, version: str, finding: Finding) -> OpenIncident:
        message = self._second.tracks
        onset = evidence_of(self._second, finding.tracks, "onset")
        return {
            "id": incident_id(kind, message.camera_id, message.epoch_us, finding.subject, finding.since_us),
            "kind": kind,
            "version": version,
            "epoch_us": message.epoch_us,
            "zone_id": finding.zone_id,
            "since_us": finding.since_us,
            "opened_us": self._second.at_us,
            "seen_us": self._second.at_us,
            "said_us": self._second.at_us,
            "revision": 0,
            "peak": finding.measure,
            "severity": str(severity_of(finding.measure, finding.limit)),
            "track_ids": list(onset.track_ids[:MOST_TRACKS]),
            "onset": asdict(onset),
            "peak_evidence": None,
            "measures": dict(finding.measures),
            "limits": dict(finding.limits),
            "summary": finding.summary,
        }

    def _renew(self, known: OpenIncident, finding: Finding) -> bool:
        """Note a finding of an open incident; tell whether it is worth a step."""
        known["seen_us"] = self._second.at_us
        known["measures"], known["summary"] = dict(finding.measures), finding.summary
        for track in finding.tracks:
            name = self._second.tracks.track_id[track]
            if name not in known["track_ids"] and len(known["track_ids"]) < MOST_TRACKS:
                known["track_ids"].append(name)
        if finding.measure > known["peak"]:
            known["peak"] = finding.measure
            known["peak_evidence"] = asdict(evidence_of(self._second, finding.tracks, "peak"))
        severity = severity_of(known["peak"], finding.limit)
        risen = RANK[severity] > RANK[known["severity"]]
        if risen:
            known["severity"] = str(severity)
        if risen or self._second.at_us - known["said_us"] >= UPDATE_EVERY_S * 1e6:
            known["said_us"] = self._second.at_us
            return True
        return False

    def _close(self, known: OpenIncident, ended_us: int, reason: str) -> Incident:
        return self._step(known, IncidentPhase.CLOSE, None, closed_at_us=ended_us, close_reason=reason)

    def _step(
        self,
        known: OpenIncident,
        phase: IncidentPhase,
        finding: Finding | None,
        closed_at_us: int | None = None,
        close_reason: str | None = None,
    ) -> Incident:
        known["revision"] += 1
        camera, message = self._place.camera, self._second.tracks
        evidence = [Evidence(**known["onset"])]
        if known["peak_evidence"] is not None:
            evidence.append(Evidence(**known["peak_evidence"]))
        if finding is not None and phase == IncidentPhase.UPDATE:
            evidence.append(evidence_of(self._second, finding.tracks, "latest"))
        return Incident(
            incident_id=known["id"],
            revision=known["revision"],
            phase=phase,
            kind=known["kind"],
            severity=Severity(known["severity"]),
            camera_id=message.camera_id,
            site_id=camera.site_id,
            district=camera.district,
            owner=camera.owner,
            epoch_us=known["epoch_us"],
            zone_id=known["zone_id"],
            track_ids=list(known["track_ids"]),
            started_at_us=known["since_us"],
            opened_at_us=known["opened_us"],
            updated_at_us=max(self._second.at_us, known["seen_us"]),
            closed_at_us=closed_at_us,
            close_reason=close_reason,
            peak=known["peak"],
            measures=dict(known["measures"]),
            limits=dict(known["limits"]),
            summary=known["summary"],
            evidence=evidence,
            registry_version=message.registry_version,
            calibration_version=message.calibration_version,
            model_version=message.model_version,
            rule_version=known["version"],
            frames_created_at_ms=message.frames_created_at_ms,
            tracks_partition=0,
            tracks_offset=0,
        )
