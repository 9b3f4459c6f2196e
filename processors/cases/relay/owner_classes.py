"""OwnerClasses: who is liable for each vehicle, by the city's tables; of these the relay keeps nothing else."""

import logging
from typing import Final

from processors.stage_core import Record
from processors.vehicles.by_period import ByPeriod, sealed_key
from schemas.law import OwnerClass
from schemas.messages import VehicleEntry

log = logging.getLogger(__name__)
#: Vehicles kept, about 150 B each: see ByPeriod. Of those left out the class is not known.
MOST_VEHICLES: Final = 2_000_000
CLASSES: Final = frozenset(OwnerClass)


class OwnerClasses:
    """Classes by sealed key. add() and remove() are the reader's thread's, the rest the relay's.

    Args:
        most_vehicles: see MOST_VEHICLES.
    """

    TOPIC = "vehicle-registry"

    def __init__(self, most_vehicles: int = MOST_VEHICLES) -> None:
        self._of: ByPeriod[OwnerClass] = ByPeriod(self.TOPIC, most_vehicles)

    def add(self, key: str, record: Record[VehicleEntry], value: bytes) -> None:
        """Take an entry in; one without a sealed key or with a class that nobody knows is left out."""
        del key, value
        name, known = sealed_key(record.message.vehicle_key), record.message.owner_class in CLASSES
        if name is None or not known:
            # neither is quoted: what was written wrongly may be a plate
            log.error("offset %d of %s is left out: its key or its class is none", record.offset, self.TOPIC)
            return
        self._of.put(record.message.key_period, name, OwnerClass(record.message.owner_class))

    def remove(self, key: str) -> None:
        """Forget a vehicle that the city took out of its table, by the key of a record without value."""
        name = sealed_key(key)
        if name is None:
            log.error("a record of %s without value has no sealed key; mend what wrote it", self.TOPIC)
            return
        self._of.remove(name)

    def get(self, vehicle_key: str) -> str | None:
        """Return a vehicle's class; None: it is in no table, or its plate is unread and the key a track."""
        name = sealed_key(vehicle_key)
        found = None if name is None else self._of.get(name)
        return None if found is None else found.value
