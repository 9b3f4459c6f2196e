"""Bucket: what the leads stage remembers of the vehicles whose keys begin alike."""

from dataclasses import dataclass, field

import orjson

from processors.leads.seen import Seen
from processors.leads.settings import LeadsSettings

DAY_US = 86_400_000_000


@dataclass(slots=True)
class Bucket:
    """Vehicles seen lately, and what was told of them.

    Attributes:
        newest_us: latest sighting that no clock ahead can have made, microseconds since the Unix epoch.
        seen: sightings that another may still be held against, by vehicle key; who came last is last.
        told: when the sighting was that each lead told of, by lead id.
    """

    newest_us: int = 0
    seen: dict[str, list[Seen]] = field(default_factory=dict)
    told: dict[str, int] = field(default_factory=dict)

    def knows(self, vehicle_key: str, seen: Seen) -> bool:
        """Say whether a sighting was here before."""
        return any(seen.identity == one.identity for one in self.seen.get(vehicle_key, ()))

    def take(self, vehicle_key: str, seen: Seen, latest_us: int, settings: LeadsSettings) -> None:
        """Keep a sighting, and forget what is too old or too much.

        Args:
            vehicle_key: the vehicle.
            seen: the sighting, not later than latest_us.
            latest_us: when its message was made, and what clocks may differ; what is remembered as newest is not later,
                microseconds since the Unix epoch.
            settings: see LeadsSettings.
        """
        self.newest_us = min(max(self.newest_us, seen.at_us), latest_us)
        # what cameras that lag by as much as is allowed for may still bring is held against it
        oldest_us = self.newest_us - (settings.window_s + settings.most_lag_s) * 1_000_000
        own = [*self.seen.pop(vehicle_key, ()), seen]
        self.seen[vehicle_key] = own
        self.seen = {
            name: kept[-settings.most_waiting :]
            for name, of in self.seen.items()
            if (kept := [one for one in of if one.at_us >= oldest_us])
        }
        while len(self.seen) > settings.most_vehicles:
            del self.seen[next(iter(self.seen))]
        # a lead is one a day: two days are enough to know it by
        self.told = {name: at_us for name, at_us in self.told.items() if at_us >= self.newest_us - 2 * DAY_US}
        while len(self.told) > settings.most_vehicles:
            del self.told[next(iter(self.told))]

    def pack(self) -> bytes:
        """Return this as JSON."""
        seen = {name: [one.pack() for one in of] for name, of in self.seen.items()}
        return orjson.dumps([self.newest_us, seen, self.told])

    @classmethod
    def unpack(cls, data: bytes) -> "Bucket":
        """Return what `pack` gave."""
        newest_us, seen, told = orjson.loads(data)
        return cls(newest_us, {name: [Seen.unpack(one) for one in of] for name, of in seen.items()}, told)
