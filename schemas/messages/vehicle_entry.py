"""VehicleEntry: What the city's tables say of one vehicle."""

from collections.abc import Sequence
from dataclasses import dataclass

from schemas.messages.day_range import DayRange


@dataclass(frozen=True, slots=True)
class VehicleEntry:
    """What the city's tables say of one vehicle. Sealed: the plate is in no field.

    Attributes:
        vehicle_key: HMAC-SHA-256 of the plate under the period's key, hex.
        key_period: Retention period whose key was used.
        known_at_us: When the city drew the table, microseconds since the Unix epoch.
        vehicle_class: Registered kind: car, motorcycle, bus or truck.
        owner_class: Who is liable: INDIVIDUAL, SMALL_BUSINESS, MEDIUM_BUSINESS or LARGE_BUSINESS.
        make: Registered make, for the officer who compares it with the picture.
        colour: Registered colour, likewise.
        inspection: Days with a valid technical inspection.
        insurance: Days with a valid insurance of the owner's liability (OGPO).
        wanted: Days on which the vehicle is wanted.
    """

    vehicle_key: str
    key_period: str
    known_at_us: int
    vehicle_class: str
    owner_class: str
    make: str
    colour: str
    inspection: Sequence[DayRange]
    insurance: Sequence[DayRange]
    wanted: Sequence[DayRange]
