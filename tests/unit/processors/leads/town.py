"""A town for the tests of leads: a table of vehicles, and sightings of them."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from functools import cache
from typing import Any, Final
from zoneinfo import ZoneInfo

from processors.leads.bucket import Bucket
from processors.leads.core import LeadsCore
from processors.leads.finding import EPOCH
from processors.sightings.core import bucket_of
from processors.stage_core import Record
from schemas.law import Law
from schemas.messages import ClockSource, DayRange, Evidence, Lead, Owner, Sighting, VehicleEntry

CAR: Final = "a1" * 32
OTHER: Final = "a1b" + "c" * 61
CITY: Final = ZoneInfo("Asia/Almaty")
#: Near the middle of Almaty; a thousandth of a degree of latitude is 111 m.
LATITUDE, LONGITUDE = 43.25, 76.92


@cache
def law() -> Law:
    """Return the law that ships, read once."""
    return Law.load()


def at(text: str) -> int:
    """Return a local time such as 2026-04-02T10:00:00 as microseconds since the Unix epoch."""
    return int(datetime.fromisoformat(text).replace(tzinfo=CITY).timestamp()) * 1_000_000


def days(first: str, last: str | None) -> DayRange:
    """Return a range of days."""
    until = None if last is None else (date.fromisoformat(last) - EPOCH).days
    return DayRange((date.fromisoformat(first) - EPOCH).days, until)


def entry(vehicle_key: str = CAR, **changes: Any) -> VehicleEntry:
    """Return an entry of 2026-04-01 with which everything is in order."""
    values: dict[str, Any] = {
        "vehicle_key": vehicle_key,
        "key_period": "2026-q2",
        "known_at_us": at("2026-04-01T03:00:00"),
        "vehicle_class": "car",
        "owner_class": "INDIVIDUAL",
        "make": "Kia",
        "colour": "white",
        "inspection": [days("2025-06-01", "2026-05-31")],
        "insurance": [days("2025-06-01", "2026-05-31")],
        "wanted": [],
    }
    return VehicleEntry(**{**values, **changes})


def sighting(
    when: str = "2026-04-02T10:00:00",
    camera_id: str = "cam-1",
    vehicle_key: str = CAR,
    *,
    north_m: float = 0.0,
    track: str = "t1",
    vehicle_class: int = 2,
    clock: ClockSource = ClockSource.RTCP,
) -> Sighting:
    """Return a sighting by a camera so far north of the middle."""
    seen_at_us = at(when)
    epoch_us = at("2026-04-01T00:00:00")
    picture = Evidence("peak", camera_id, epoch_us, 3, 1, 77, seen_at_us, [track], [1.0, 2.0, 3.0, 4.0])
    return Sighting(
        vehicle_key=vehicle_key,
        key_period="2026-q2",
        plate_encrypted=b"sealed",
        camera_id=camera_id,
        site_id="S-1",
        district="Medeu",
        owner=Owner.PUBLIC,
        latitude_deg=LATITUDE + north_m / 111_194.93,
        longitude_deg=LONGITUDE,
        epoch_us=epoch_us,
        track_id=track,
        vehicle_class=vehicle_class,
        seen_at_us=seen_at_us,
        clock_source=clock,
        evidence=picture,
        registry_version=1,
        model_version="m1",
        frames_created_at_ms=seen_at_us // 1_000,
        tracks_partition=0,
        tracks_offset=1,
    )


@dataclass(slots=True)
class Town:
    """A core with a table and the states of its buckets, each through its bytes after every message."""

    entries: dict[str, VehicleEntry] = field(default_factory=dict)
    states: dict[str, bytes] = field(default_factory=dict)
    made_at_ms: int | None = None

    def see(self, *sightings: Sighting) -> Sequence[Lead]:
        """Return the leads that these sightings make, one message at a time."""
        core = LeadsCore(self.entries.get, law())
        out: list[Lead] = []
        for number, one in enumerate(sightings):
            bucket = bucket_of(one.vehicle_key)
            state = core.from_bytes(bucket, self.states[bucket]) if bucket in self.states else Bucket()
            made_at_ms = one.seen_at_us // 1_000 if self.made_at_ms is None else self.made_at_ms
            out += core.told(state, Record(one, 0, number, made_at_ms))
            self.states[bucket] = core.to_bytes(state)
        return out


def town(*entries: VehicleEntry) -> Town:
    """Return a town with this table."""
    return Town({one.vehicle_key: one for one in entries})
