"""The city's tables of vehicles in a stage's memory: each vehicle's newest entry, by its sealed key.

Entries are kept as bytes, about 300 B each with their key: a million vehicles take some 400 MB in each process.
"""

import logging
from typing import Final

from processors.stage_core import Record
from processors.vehicles.by_period import ByPeriod, sealed_key
from schemas.codec import MessageCodec
from schemas.messages import VehicleEntry

log = logging.getLogger(__name__)
#: Vehicles kept, for memory is bounded: see ByPeriod. Two million are Almaty's fleet under two quarters' keys.
MOST_VEHICLES: Final = 2_000_000


class VehicleTable:
    """What the city's tables say of a vehicle. add() and remove() are the reader's thread's, the rest the stage's.

    Args:
        codec: decodes entries; the stage's own.
        most_vehicles: see MOST_VEHICLES.

    Attributes:
        newest_known_at_us: when the newest table was drawn, microseconds since the Unix epoch; 0: none was read.
    """

    TOPIC = "vehicle-registry"

    def __init__(self, codec: MessageCodec, most_vehicles: int = MOST_VEHICLES) -> None:
        self._codec = codec
        self._bytes: ByPeriod[bytes] = ByPeriod(self.TOPIC, most_vehicles)
        self.newest_known_at_us = 0

    @property
    def left_out(self) -> int:
        """Entries for which there was no room."""
        return self._bytes.left_out

    def add(self, key: str, record: Record[VehicleEntry], value: bytes) -> None:
        """Take an entry in; it takes the place of the vehicle's earlier one."""
        del key
        name = sealed_key(record.message.vehicle_key)
        if name is None:
            log.error("offset %d of %s has no sealed key; mend what wrote it", record.offset, self.TOPIC)
            return
        self.newest_known_at_us = max(self.newest_known_at_us, record.message.known_at_us)
        self._bytes.put(record.message.key_period, name, value)

    def remove(self, key: str) -> None:
        """Forget a vehicle that the city took out of its table, by the key of a record without value."""
        name = sealed_key(key)
        if name is None:
            log.error("a record of %s without value has no sealed key; mend what wrote it", self.TOPIC)
            return
        self._bytes.remove(name)

    def __len__(self) -> int:
        return len(self._bytes)

    def get(self, vehicle_key: str) -> VehicleEntry | None:
        """Return what is known of a vehicle, or None."""
        value = self._bytes.get(bytes.fromhex(vehicle_key))
        if value is None:
            return None
        entry: VehicleEntry = self._codec.decode(self.TOPIC, value)
        return entry
