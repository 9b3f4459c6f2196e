"""Paths of staged vehicles, in the frame of a street. Pure."""

from collections.abc import Sequence
from typing import Final

#: Pace at which staged vehicles come and leave, and how far they brake and accelerate, metres: 1.8 m/s2.
PACE_MPS: Final = 12.0
BRAKE_M: Final = 40.0

Path = Sequence[tuple[float, float, float]]


def through(begin_m: float, end_m: float, right_m: float, speed_kmh: float) -> Path:
    """Return the path of a vehicle that drives on at one speed, backwards where end_m < begin_m."""
    lasting = abs(end_m - begin_m) / (speed_kmh / 3.6)
    return [(0.0, begin_m, right_m), (lasting, end_m, right_m)]


def braking(at_s: float, at_m: float, right_m: float, speed_mps: float, brake_mps2: float) -> Path:
    """Return the path from where a vehicle begins to brake evenly to where it stands, in quarters of that time."""
    lasting, whole = speed_mps / brake_mps2, speed_mps**2 / (2.0 * brake_mps2)
    quarters = (0.0, 0.25, 0.5, 0.75, 1.0)
    return [(at_s + lasting * share, at_m + whole * (1.0 - (1.0 - share) ** 2), right_m) for share in quarters]


def leaving(at_s: float, at_m: float, right_m: float, lane_m: float | None = None) -> Path:
    """Return the path of a vehicle that stood until an instant, drives off and is gone.

    Args:
        at_s: that instant.
        at_m: where it stood, along the street.
        right_m: where it stood, right of the street's middle line.
        lane_m: the lane that it turns into, likewise; None: it drives on as it stood.
    """
    off = [(at_s, at_m, right_m), (at_s + 3.5, at_m + 11.0, right_m)]
    if lane_m is None:
        return [*off, (at_s + 10.5, at_m + 95.0, right_m)]
    return [*off, (at_s + 5.5, at_m + 35.0, lane_m), (at_s + 10.5, at_m + 95.0, lane_m)]


def stopping(
    begin_m: float, stop_m: float, end_m: float, lane_m: float, kerb_m: float, stand_s: float
) -> tuple[Path, float, float]:
    """Return the path of a vehicle that comes in a lane, stands at the kerb and goes on; when it stands and leaves.

    Args:
        begin_m: where it comes into being, along the street.
        stop_m: where it stands.
        end_m: where it is gone.
        lane_m: its lane, right of the street's middle line.
        kerb_m: where it stands, likewise.
        stand_s: how long it stands.
    """
    at = (stop_m - BRAKE_M - begin_m) / PACE_MPS
    whole = 2.0 * BRAKE_M / PACE_MPS
    stood = at + whole
    left = stood + stand_s
    quarters = (0.25, 0.5, 0.75, 1.0)
    shift = kerb_m - lane_m
    path = [
        (0.0, begin_m, lane_m),
        (at, stop_m - BRAKE_M, lane_m),
        # constant braking: the way left is the square of the time left
        *((at + share * whole, stop_m - BRAKE_M * (1 - share) ** 2, lane_m + shift * share) for share in quarters),
        (left, stop_m, kerb_m),
        *((left + share * whole, stop_m + BRAKE_M * share**2, kerb_m - shift * share) for share in quarters),
    ]
    gone = max(end_m, stop_m + BRAKE_M + 6.0)
    path.append((left + whole + max(0.5, (end_m - stop_m - BRAKE_M) / PACE_MPS), gone, lane_m))
    return path, stood, left
