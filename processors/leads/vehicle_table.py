"""The city's tables of vehicles in a stage's memory: each vehicle's newest entry, by its sealed key.

Entries are kept as bytes, about 300 B each with their key: a million vehicles take some 400 MB in each process.
"""

import logging
from typing import Final

from processors.stage_core import Record
from schemas.codec import MessageCodec
from schemas.messages import VehicleEntry

log = logging.getLogger(__name__)
#: Vehicles kept; further ones are left out, with a line in the log, for a process's memory is bounded. Two million are
#: Almaty's fleet under two quarters' keys.
MOST_VEHICLES: Final = 2_000_000
#: An HMAC-SHA-256; a plate can look like hexadecimal digits, and is never so long.
KEY_BYTES: Final = 32


class VehicleTable:
    """What the city's tables say of a vehicle. add() is called by the reader's thread, the rest by the stage's.

    Args:
        codec: decodes entries; the stage's own.
        most_vehicles: see MOST_VEHICLES.
    """

    TOPIC = "vehicle-registry"

    def __init__(self, codec: MessageCodec, most_vehicles: int = MOST_VEHICLES) -> None:
        self._codec = codec
        self._most = most_vehicles
        self._bytes: dict[bytes, bytes] = {}
        self.left_out = 0

    def add(self, key: str, record: Record[VehicleEntry], value: bytes) -> None:
        """Take an entry in; it takes the place of the vehicle's earlier one."""
        del key
        try:
            name = bytes.fromhex(record.message.vehicle_key)
        except ValueError:
            name = b""
        if len(name) != KEY_BYTES:
            log.error("offset %d of %s has no sealed key; mend what wrote it", record.offset, self.TOPIC)
            return
        if name not in self._bytes and len(self._bytes) >= self._most:
            self.left_out += 1
            if self.left_out == 1:
                log.error("more than %d vehicles in %s: the rest is left out", self._most, self.TOPIC)
            return
        self._bytes[name] = value

    def __len__(self) -> int:
        return len(self._bytes)

    def get(self, vehicle_key: str) -> VehicleEntry | None:
        """Return what is known of a vehicle, or None."""
        value = self._bytes.get(bytes.fromhex(vehicle_key))
        if value is None:
            return None
        entry: VehicleEntry = self._codec.decode(self.TOPIC, value)
        return entry
