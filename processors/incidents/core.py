"""The incidents stage's core: tracks in, steps of incidents out."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from processors.incidents import rules as rules_package
from processors.incidents.life_cycle import LifeCycle
from processors.rules.places import Places
from processors.rules.rule import discover
from processors.rules.second import Second
from processors.rules.state import from_bytes, to_bytes
from processors.stage_core import KeyBatch, KeyResult, Output, Record, Registry
from schemas.messages import Incident, Tracks

State = dict[str, Any]


class IncidentsCore:
    """Runs every rule of the rules package over each camera-second, and the life cycle over what they find."""

    name = "incidents"
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
        return {"epoch_us": 0, "rules": {}, "open": {}}

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
        if place is None:
            return []
        new_epoch = state["epoch_us"] not in {0, message.epoch_us}
        state["epoch_us"] = message.epoch_us
        if not place.zones and not state["open"]:
            state["rules"].clear()
            return []
        second = Second.of(message, place)
        life = LifeCycle(state["open"], second, place)
        steps: list[Incident] = []
        if new_epoch:
            steps += life.close_all("camera_lost")
            state["rules"].clear()
        for rule in self._rules:
            if rule.kind in place.disabled:
                state["rules"].pop(rule.kind, None)
                continue
            rule_state, findings = rule.observe(state["rules"].get(rule.kind, {}), second, place)
            if rule_state:
                state["rules"][rule.kind] = rule_state
            else:
                state["rules"].pop(rule.kind, None)
            steps += life.apply(rule.kind, rule.version, findings)
        steps += life.close_ended()
        placed = (replace(step, tracks_partition=record.partition, tracks_offset=record.offset) for step in steps)
        return [Output("incidents", step.incident_id, step, same_partition=False) for step in placed]
