"""A car that turns at the junction of junction.py, from one of three lanes before its line."""

from collections.abc import Sequence
from dataclasses import replace

from schemas.messages import Signal, Tracks, Zone
from tests.unit.processors.rules.street import zone
from tests.unit.processors.violations.junction import APPROACH, tracks

#: Three lanes of 3.5 m; traffic runs towards y = 0, so its right is the picture's left: lane 0 begins at x = 0.
MIDDLES_M = (1.75, 5.25, 8.75)
#: Beyond the line at each half second, and to the side, metres.
FRONTS = (-12.0, -8.0, -4.0, -0.5, 3.5, 7.0, 10.0, 12.0, 13.5, None, None, None)
TURN = (0.0, 0.0, 0.0, 0.0, 0.2, 0.8, 2.2, 4.4, 7.0, 0.0, 0.0, 0.0)


def lane(number: int) -> Zone:
    """Return a lane before the line, of three: the rightmost leads to the right too, the leftmost to the left."""
    left, right = 35.0 * number, 35.0 * (number + 1)
    limits = {"lane": float(number), "left": float(number == 2), "straight": 1.0, "right": float(number == 0)}
    return zone(f"lane-{number}", "turn_lane", (left, 500, right, 500, right, 800, left, 800), 180.0, **limits)


JUNCTION = replace(APPROACH, zones=[*APPROACH.zones, *(lane(n) for n in range(3))])


def driving(
    number: int, aside_m: Sequence[float], fronts: Sequence[float | None] = FRONTS, name: str = "a"
) -> list[Tracks]:
    """Return the seconds of a car that comes in a lane and goes so far aside, positive to the left."""
    out = []
    for n, message in enumerate(tracks(fronts, [(Signal.GREEN, -9)], name, MIDDLES_M[number])):
        pair = aside_m[2 * n : 2 * n + 2]
        shifts = [pair[s] for s in message.box_sample]
        out.append(
            replace(
                message,
                box_x_m=[x + shift for x, shift in zip(message.box_x_m, shifts, strict=True)],
                box_x1_px=[x + 10 * shift for x, shift in zip(message.box_x1_px, shifts, strict=True)],
                box_x2_px=[x + 10 * shift for x, shift in zip(message.box_x2_px, shifts, strict=True)],
            )
        )
    return out


def mirrored(aside_m: Sequence[float]) -> list[float]:
    """Return the way to the other side."""
    return [-one for one in aside_m]
