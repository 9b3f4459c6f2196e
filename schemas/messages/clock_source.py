"""ClockSource: Origin of capture times: RTCP reports, arrival at the producer, or a file's declared start."""

from enum import StrEnum


class ClockSource(StrEnum):
    """Origin of capture times: RTCP reports, arrival at the producer, or a file's declared start."""

    RTCP = "RTCP"
    ARRIVAL = "ARRIVAL"
    FILE = "FILE"
