"""The average speed over a section and its uncertainty, from two timed passages."""

import math
from dataclasses import dataclass

from processors.sections.settings import SectionSettings
from schemas.messages import Passage


@dataclass(frozen=True, slots=True)
class AverageSpeed:
    """A measurement.

    Attributes:
        kmh: length over time, km/h.
        error_kmh: its standard uncertainty, km/h.
        travel_s: time between the crossings, seconds.
        travel_error_s: standard uncertainty of that, seconds.
        length_m: the section's length, metres.
        length_error_m: standard uncertainty of the way driven, metres.
    """

    kmh: float
    error_kmh: float
    travel_s: float
    travel_error_s: float
    length_m: float
    length_error_m: float


def average_speed(start: Passage, end: Passage, settings: SectionSettings) -> AverageSpeed | None:
    """Return the average speed between two passages; None where the second is not after the first.

    Uncertainties are independent, so they add by squares (GUM, JCGM 100:2008, 5.1.2; relative, for a quotient):
    the length by its survey and by where each camera takes its line to be; the time by the scatter of the positions
    at both lines and by both clocks.
    """
    travel_s = (end.crossed_at_us - start.crossed_at_us) / 1e6
    if travel_s <= 0.0:
        return None
    length_m = end.section_length_m
    length_error_m = math.hypot(settings.length_error_ratio * length_m, start.place_error_m, end.place_error_m)
    travel_error_s = math.hypot(
        start.crossed_error_s,
        end.crossed_error_s,
        settings.clock_error_s(start.clock_source),
        settings.clock_error_s(end.clock_source),
    )
    kmh = 3.6 * length_m / travel_s
    error_kmh = kmh * math.hypot(length_error_m / length_m, travel_error_s / travel_s)
    return AverageSpeed(
        kmh=round(kmh, 2),
        error_kmh=round(error_kmh, 2),
        travel_s=round(travel_s, 3),
        travel_error_s=round(travel_error_s, 4),
        length_m=length_m,
        length_error_m=round(length_error_m, 2),
    )
