"""Truck ban: a lorry in hours in which lorries may not drive there. Defaults and sources: docs/rules.md."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import ClassVar

from processors.rules.place import Place, Scope
from processors.violations.driving_rule import DrivingRule, Settings
from processors.violations.hours import Hours, local_hour


@dataclass(frozen=True, slots=True)
class TruckSettings(Settings):
    """Settings of one zone.

    Attributes:
        truck_ban_from_h: local hour of the day from which on lorries are banned.
        truck_ban_to_h: local hour from which on they are not; below truck_ban_from_h: of the next day.
    """

    min_path_m: float = 20.0
    min_kmh: float = 5.0
    truck_ban_from_h: float = 0.0
    truck_ban_to_h: float = 0.0


class TruckBan(DrivingRule):
    """The whole way, widened by the clock's error, must lie in the banned hours by the country's clock."""

    kind: ClassVar[str] = "truck_ban"
    version: ClassVar[str] = "truck_ban/2"
    zone_kinds: ClassVar[frozenset[str]] = frozenset()
    triggers: ClassVar[frozenset[str]] = frozenset({"truck_ban_from_h"})
    vehicles: ClassVar[frozenset[int]] = frozenset({7})
    did: ClassVar[str] = "A lorry where and when lorries are banned"
    defaults: ClassVar[type[Settings]] = TruckSettings

    def allowed(self, since_us: int, at_us: int, settings: Settings) -> Mapping[str, float] | None:
        """Return the local hour where both ends of the way are in the ban; None where one may be outside."""
        assert isinstance(settings, TruckSettings)
        first, last = settings.truck_ban_from_h, settings.truck_ban_to_h
        if not Hours(first, last).hold_throughout(since_us, at_us, round(settings.clock_error_s * 1e6)):
            return None
        return {"hour_h": round(local_hour(at_us), 3), "truck_ban_from_h": first, "truck_ban_to_h": last}

    @classmethod
    def scopes_of(cls, place: Place) -> list[Scope[Settings]]:
        """Return the zones that name both hours: one alone says nothing."""
        found = super().scopes_of(place)
        return [s for s in found if s.zone is not None and "truck_ban_to_h" in s.zone.limits]
