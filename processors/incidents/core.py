"""The incidents stage: tracks in, steps of incidents out."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import orjson

from processors.incidents import rules as rules_package
from processors.incidents.episode import Episode
from processors.incidents.finding import Finding
from processors.incidents.life_cycle import Episodes, LifeCycle, LifeCycleSettings, Step
from processors.rules.place import Place
from processors.rules.places import Places
from processors.rules.rule import Rule, discover
from processors.rules.rule_states import RuleStates, as_json
from processors.rules.second import Second
from processors.stage_core import KeyBatch, KeyResult, Output, Record, Refusal, Registry
from processors.state_format import body_of
from schemas.messages import Incident, IncidentPhase, Owner, Tracks

#: First byte of a state's bytes.
FORMAT = 1


@dataclass(slots=True)
class CameraIncidents:
    """What the stage remembers of one camera.

    Attributes:
        rules: states of its rules, and the time they have seen.
        episodes: its incidents under way.
    """

    rules: RuleStates
    episodes: Episodes


class IncidentsCore:
    """Runs every incident rule over each camera's seconds and follows what they find.

    Args:
        rules: the rules; default: every rule in processors/incidents/rules.
        settings: the life cycle's settings.
    """

    name = "incidents"
    source = "tracks"

    def __init__(
        self, rules: Sequence[Rule[Any, Finding]] | None = None, settings: LifeCycleSettings | None = None
    ) -> None:
        self.rules: Sequence[Rule[Any, Finding]] = discover(rules_package) if rules is None else rules
        self.life_cycle = LifeCycle(settings)
        self.version = "incidents/1 " + " ".join(rule.version for rule in self.rules)
        self._places = Places()
        self._lost_us = round(self.life_cycle.settings.lost_s * 1e6)

    def stamp(self, message: Tracks) -> tuple[int, int]:
        """Return (epoch_us, sequence)."""
        return message.epoch_us, message.sequence

    def needs(self, message: Tracks) -> tuple[str, int] | None:
        """Return the registry version that the message was made with."""
        return (message.camera_id, message.registry_version) if message.registry_version > 0 else None

    def initial(self, key: str) -> CameraIncidents:
        """Return the state of a camera without incidents."""
        del key
        return CameraIncidents(RuleStates.fresh(self.rules), {})

    def to_bytes(self, state: CameraIncidents) -> bytes:
        """Serialise a state: a format byte and JSON."""
        episodes = [episode.pack() for episode in state.episodes.values()]
        return bytes([FORMAT]) + as_json([state.rules.pack(self.rules), episodes])

    def from_bytes(self, key: str, data: bytes) -> CameraIncidents:
        """Restore a state.

        Raises:
            ValueError: a format that this version cannot read.
        """
        states, episodes = orjson.loads(body_of(data, FORMAT, f"state of camera {key}"))
        follows = [Episode.unpack(plain) for plain in episodes]
        return CameraIncidents(
            RuleStates.unpack(states, self.rules), {f"{episode.kind}|{episode.subject}": episode for episode in follows}
        )

    async def advance(
        self, batch: Sequence[KeyBatch[Tracks, CameraIncidents]], registry: Registry
    ) -> Sequence[KeyResult[CameraIncidents]]:
        """Apply one batch; a message whose arrays do not fit together is refused."""
        return [self._advance_key(work, registry) for work in batch]

    def _advance_key(self, work: KeyBatch[Tracks, CameraIncidents], registry: Registry) -> KeyResult[CameraIncidents]:
        state = work.state
        outputs: list[Output] = []
        refusals: list[Refusal] = []
        for number, record in enumerate(work.records):
            tracks = record.message
            place = self._places.get(registry, tracks.camera_id, tracks.registry_version)
            try:
                second = Second(tracks, place) if place is not None else None
            except ValueError as error:
                refusals.append(Refusal(number, str(error)))
                continue
            outputs += [
                Output("incidents", step.episode.incident_id, message_of(step, record, place), False)
                for step in self.steps(state, tracks, second)
            ]
        return KeyResult(state, outputs, refusals)

    def steps(self, state: CameraIncidents, tracks: Tracks, second: Second | None) -> list[Step]:
        """Apply one second to a camera's state, in place; return the steps of incidents it leads to.

        Args:
            state: the camera's state.
            tracks: the message.
            second: the same as its rules see it; None where the camera is not registered: nothing is known of it.
        """
        seen = state.rules
        steps: list[Step] = []
        begins_us, ends_us = tracks.captured_at_us, tracks.captured_at_us + tracks.duration_us
        away_us = begins_us - seen.ends_us
        if seen.ends_us and (away_us >= self._lost_us or away_us <= -self._lost_us):
            # A long gap, or a clock that was set back far: what was under way has no end that anyone saw.
            steps += self.life_cycle.lost(state.episodes, seen.ends_us)
            seen.forget(self.rules)
            seen.blind_us = 0
            away_us = 0
        elif not seen.ends_us:
            away_us = 0
        findings: list[tuple[str, str, Finding]] = []
        if second is not None:
            for rule in self.rules:
                seen.of[rule.kind], found = rule.observe(seen.of[rule.kind], second, second.place)
                if found:
                    findings += [(rule.kind, rule.version, finding) for finding in found]
        if second is not None and second.observed:
            seen.blind_us = 0
            if findings or state.episodes:
                steps += self.life_cycle.look(
                    state.episodes, findings, tracks.camera_id, tracks.epoch_us, second.at_us, tracks.duration_us
                )
        else:
            seen.blind_us += max(away_us, 0) + tracks.duration_us
            if seen.blind_us >= self._lost_us and state.episodes:
                steps += self.life_cycle.lost(state.episodes, ends_us)
                seen.forget(self.rules)
        seen.epoch_us, seen.ends_us = tracks.epoch_us, ends_us
        return steps


def message_of(step: Step, record: Record[Tracks], place: Place | None) -> Incident:
    """Return the message of one step of an incident."""
    episode, tracks = step.episode, record.message
    closed = step.phase is IncidentPhase.CLOSE
    evidence = [episode.onset.evidence("onset", tracks.camera_id), episode.at_peak.evidence("peak", tracks.camera_id)]
    if step.phase is not IncidentPhase.OPEN:
        evidence.append(episode.latest.evidence("end" if closed else "latest", tracks.camera_id))
    camera = place.camera if place is not None else None
    return Incident(
        incident_id=episode.incident_id,
        revision=episode.revision,
        phase=step.phase,
        kind=episode.kind,
        severity=episode.severity,
        camera_id=tracks.camera_id,
        site_id=camera.site_id if camera is not None else "",
        district=camera.district if camera is not None else "",
        owner=camera.owner if camera is not None else Owner.PUBLIC,
        epoch_us=episode.epoch_us,
        zone_id=episode.zone_id,
        track_ids=list(episode.track_ids),
        started_at_us=episode.started_at_us,
        opened_at_us=episode.opened_at_us,
        updated_at_us=step.at_us,
        closed_at_us=episode.held_at_us if closed else None,
        close_reason=episode.reason if closed else None,
        peak=round(episode.peak, 4),
        measures=dict(episode.measures),
        limits=dict(episode.limits),
        summary=episode.summary,
        evidence=evidence,
        registry_version=tracks.registry_version,
        calibration_version=tracks.calibration_version,
        model_version=tracks.model_version,
        rule_version=episode.rule_version,
        frames_created_at_ms=tracks.frames_created_at_ms,
        tracks_partition=record.partition,
        tracks_offset=record.offset,
    )
