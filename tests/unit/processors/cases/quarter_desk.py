"""A desk whose vehicles have another key in each quarter, and a relay before it that holds the keys."""

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any, Final

from infra.keys.key_store import KeyStore
from infra.keys.period import period_of
from infra.keys.vehicle_keys import LiveVehicleKeys
from processors.cases.event_book import PlacedEvent
from processors.cases.opening import case_id_of
from processors.cases.relay.case_index import CaseIndex
from processors.cases.relay.core import Relayed, command_of
from processors.cases.relay.other_quarters import OtherQuarters, sealed_case
from processors.cases.relay.turn_guard import TurnGuard
from schemas.law import Law
from schemas.messages import CaseCommand, CaseEvent, Payment, Violation
from tests.unit.processors.cases.desk import Desk, violation

QUARTERS: Final = ("2024-q1", "2024-q2", "2024-q3", "2024-q4", "2025-q1", "2025-q2")
WIDEST_US: Final = 14_400_000_000


def store_of(folder: Path, quarters: Sequence[str] = QUARTERS) -> KeyStore:
    """Return a store with the keys of some quarters."""
    store = KeyStore(folder)
    for quarter in quarters:
        store.create(quarter)
    return store


class QuarterDesk(Desk):
    """Relays as processors.cases.relay.relay does, without Kafka.

    Args:
        store: the quarters' keys.
        folder: of the index.
        law: default: the one that ships.
    """

    def __init__(self, store: KeyStore, folder: Path, law: Law | None = None) -> None:
        super().__init__(law)
        self.store = store
        self.keys = LiveVehicleKeys(store)
        self.index = CaseIndex(folder / "cases.sqlite", lambda at_us: self.keys.turns(at_us, WIDEST_US))
        self.quarters = OtherQuarters(self.keys, self.index, self.core.terms, self.core.rules)
        self.guard = TurnGuard(self.quarters, self.follow)
        self.sent: list[CaseCommand] = []
        self.dropped: list[str] = []
        self._followed = 0

    def find(self, name: str, when: str, plate: str, **changes: Any) -> str:
        """Let a violation of a plate come, sealed with the key of its quarter; return the id of its case."""
        found = violation(name, when, **changes)
        period = period_of(found.occurred_at_us)
        key = self.store.key(period)
        assert key is not None
        sealed = key.seal(plate, found.track_id)
        found = replace(found, vehicle_key=key.vehicle_key(plate), key_period=period, plate_encrypted=sealed)
        self.relay(found, found.vehicle_key)
        return case_id_of(name)

    def follow(self) -> None:
        """Let the index read case-events to their end."""
        new = self.events[self._followed :]
        placed = [PlacedEvent(event, 0, self._followed + n, event.happened_at_us) for n, event in enumerate(new)]
        self.index.apply(placed, {0: 0})
        self._followed = len(self.events)

    def relay(self, message: Relayed, vehicle: str, owner_class: str | None = None) -> None:
        """Send a message as the relay does."""
        self.keys.refresh()
        self.follow()
        topic = {Violation: "violations", Payment: "payments"}.get(type(message), "reviews")
        if isinstance(message, Violation):
            if self.quarters.turning(message) and not self.guard.passes(message):
                self.dropped.append(message.violation_id)
                return
            sealed = sealed_case(message)
            if sealed is not None:
                self.index.keep([sealed])
        repeats = self.quarters.repeats(message)
        payload = self.codec.encode(topic, message)
        self.send(
            command_of(
                message, payload, vehicle, topic, 0, self._offset, repeat_elsewhere=repeats, owner_class=owner_class
            )
        )

    def send(self, command: CaseCommand) -> None:
        """Keep and apply."""
        self.sent.append(command)
        super().send(command)

    def written(self, case_id: str) -> tuple[list[CaseCommand], list[CaseEvent]]:
        """Return what was written of a case, but for where it lies."""
        name = {event.violation_id for event in self.events if event.case_id == case_id}
        commands = [one for one in self.sent if one.case_id == case_id or one.command_id.partition("/")[2] in name]
        events = [replace(event, commands_offset=0) for event in self.events if event.case_id == case_id]
        return [replace(one, source_offset=0) for one in commands], events
