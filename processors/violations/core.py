"""The violations stage's core: tracks in, proposed violations out."""

import hashlib
from collections.abc import Sequence
from typing import Any

from processors.rules.place import Place
from processors.rules.places import Places
from processors.rules.rule import discover
from processors.rules.second import Second
from processors.rules.state import from_bytes, to_bytes
from processors.stage_core import KeyBatch, KeyResult, Output, Record, Registry
from processors.violations import rules as rules_package
from processors.violations.articles import articles_for
from processors.violations.exculpations import exculpations_of
from processors.violations.measured import Measured
from schemas.messages import Tracks, Violation

State = dict[str, Any]


def violation_id(kind: str, camera_id: str, epoch_us: int, track_id: str) -> str:
    """Return the id of a violation: one of a kind for each track, the same in every replay."""
    digest = hashlib.sha256(f"{kind}|{camera_id}|{epoch_us}|{track_id}".encode()).hexdigest()
    return f"{kind}-{camera_id}-{digest[:16]}"


class ViolationsCore:
    """Runs every rule of the rules package over each camera-second."""

    name = "violations"
    source = "tracks"
    version = "1"

    def __init__(self) -> None:
        self._rules = discover(rules_package)
        self._places = Places()

    def stamp(self, message: Tracks) -> tuple[int, int]:
        """Return (epoch_us, sequence)."""
        return message.epoch_us, message.sequence

    def needs(self, message: Tracks) -> tuple[str, int] | None:
        """Return the registry version that perception stamped."""
        return (message.camera_id, message.registry_version) if message.registry_version else None

    def initial(self, key: str) -> State:
        """Return the state of a camera that has none."""
        del key
        return {"epoch_us": 0, "rules": {}}

    def to_bytes(self, state: State) -> bytes:
        """Serialise a state."""
        return to_bytes(state)

    def from_bytes(self, key: str, data: bytes) -> State:
        """Restore a state; raises ValueError for a format it cannot read."""
        return from_bytes(key, data)

    async def advance(self, batch: Sequence[KeyBatch[Tracks, State]], registry: Registry) -> Sequence[KeyResult[State]]:
        """Apply one batch."""
        results = []
        for item in batch:
            outputs: list[Output] = []
            for record in item.records:
                outputs += self._second(item.state, record, registry)
            results.append(KeyResult(item.state, outputs))
        return results

    def _second(self, state: State, record: Record[Tracks], registry: Registry) -> list[Output]:
        message = record.message
        place = self._places.get(registry, message.camera_id, message.registry_version)
        if state["epoch_us"] != message.epoch_us:
            state["epoch_us"] = message.epoch_us
            state["rules"].clear()
        if place is None or not place.zones or not place.camera.analysis.enforcement:
            return []
        second = Second.of(message, place)
        outputs = []
        for rule in self._rules:
            if rule.kind in place.disabled:
                continue
            rule_state, found = rule.observe(state["rules"].get(rule.kind, {}), second, place)
            if rule_state:
                state["rules"][rule.kind] = rule_state
            else:
                state["rules"].pop(rule.kind, None)
            for measured in found:
                violation = _violation(rule.kind, rule.version, measured, second, place, record)
                outputs.append(Output("violations", violation.violation_id, violation, same_partition=False))
        return outputs


def _violation(
    kind: str, version: str, measured: Measured, second: Second, place: Place, record: Record[Tracks]
) -> Violation:
    camera, message = place.camera, second.tracks
    return Violation(
        violation_id=violation_id(kind, message.camera_id, message.epoch_us, measured.track_id),
        kind=kind,
        camera_id=message.camera_id,
        site_id=camera.site_id,
        district=camera.district,
        owner=camera.owner,
        epoch_us=message.epoch_us,
        zone_id=measured.zone_id,
        track_id=measured.track_id,
        vehicle_class=measured.vehicle_class,
        occurred_at_us=measured.occurred_at_us,
        started_at_us=measured.started_at_us,
        measured=measured.measured,
        measured_error=measured.measured_error,
        limit=measured.limit,
        unit=measured.unit,
        confidence_factor=measured.confidence_factor,
        measures=measured.measures,
        articles=articles_for(kind, measured.excess, measured.occurred_at_us),
        exculpations=exculpations_of(second),
        vehicle_key=measured.track_id,  # the plate is unread: the track stands for the vehicle
        key_period=None,
        plate_encrypted=None,
        summary=measured.summary,
        evidence=measured.evidence,
        registry_version=message.registry_version,
        calibration_version=message.calibration_version,
        model_version=message.model_version,
        rule_version=version,
        frames_created_at_ms=message.frames_created_at_ms,
        tracks_partition=record.partition,
        tracks_offset=record.offset,
    )
