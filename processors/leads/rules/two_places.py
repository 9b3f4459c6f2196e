"""FALSE_PLATE: one plate at two cameras so far apart that one vehicle cannot have been at both."""

import math
from typing import Final

from processors.leads.finding import Finding, Question
from processors.leads.seen import Seen
from schemas.messages import LeadKind

#: Mean radius of the Earth, metres (IUGG).
EARTH_M: Final = 6_371_008.8


def rule(question: Question) -> Finding | None:
    """Return the finding with the fastest way from an earlier sighting, or None: each could have been driven."""
    settings, new = question.settings, question.seen
    worst: tuple[float, float, float, Seen] | None = None
    for other in question.earlier:
        apart_m = distance_m(new, other)
        if other.camera_id == new.camera_id or apart_m < settings.least_apart_m:
            continue
        least_m = apart_m - 2.0 * settings.reach_m
        most_s = abs(new.at_us - other.at_us) / 1e6 + new.error_s + other.error_s
        kmh = 3.6 * least_m / most_s
        if kmh > settings.fastest_kmh and (worst is None or kmh > worst[0]):
            worst = (kmh, apart_m, most_s, other)
    if worst is None:
        return None
    kmh, apart_m, most_s, other = worst
    return Finding(
        LeadKind.FALSE_PLATE,
        f"one plate at two cameras {apart_m / 1000:.1f} km apart within {most_s:.0f} s: at least {kmh:.0f} km/h",
        {"apart_m": round(apart_m, 0), "most_apart_s": round(most_s, 1), "least_speed_kmh": round(kmh, 1)},
        (other,),
    )


def distance_m(a: Seen, b: Seen) -> float:
    """Return the great circle between two cameras, metres (haversine)."""
    lat_a, lat_b = math.radians(a.latitude_deg), math.radians(b.latitude_deg)
    half_lat, half_lon = (lat_b - lat_a) / 2.0, math.radians(b.longitude_deg - a.longitude_deg) / 2.0
    h = math.sin(half_lat) ** 2 + math.cos(lat_a) * math.cos(lat_b) * math.sin(half_lon) ** 2
    return 2.0 * EARTH_M * math.asin(math.sqrt(min(h, 1.0)))
