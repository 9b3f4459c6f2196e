"""A junction for the tests of its rules: a camera that vehicles come towards, its signal, and ways over the line."""

from collections.abc import Sequence
from dataclasses import replace

from processors.violations.core import ViolationsCore
from schemas.messages import Camera, Signal, SignalState, Tracks, Violation
from tests.unit.processors.rules.street import EPOCH_US, Cameras, calibration, camera, car, play, second, zone

#: The line lies at y = 50 m, traffic runs towards y = 0, below the lens: 10 pixels a metre, no perspective.
LINE_M = 50.0
APPROACH = camera(
    zone(
        "stop-line",
        "stop_line",
        (0, 490, 100, 490, 100, 500, 0, 500),
        heading_deg=180.0,
        **{"signal_group.NS": 1.0},
    ),
    calibration=calibration(position_error_m=0.3),
    junction_id="J-1",
)
#: Where the vehicle's front is beyond the line at each half second; None: it is not seen.
Fronts = Sequence[float | None]


def tracks(
    fronts: Fronts, signals: Sequence[tuple[Signal, float]], name: str = "a", across_m: float = 5.0
) -> list[Tracks]:
    """Return the seconds in which a car is at these places, under a signal.

    Args:
        fronts: two a second, metres beyond the line.
        signals: (state, since which second), ascending; the last that began holds.
        name: of the track.
        across_m: x of the car.
    """
    out = []
    for n in range((len(fronts) + 1) // 2):
        pair = fronts[2 * n : 2 * n + 2]
        shown = [(s, LINE_M - front) for s, front in enumerate(pair) if front is not None]
        seen = [car(name, 10 * across_m, 10 * shown[-1][1], x_m=across_m, y_m=shown[-1][1])] if shown else []
        boxes = [car(name, 10 * across_m, 10 * y).box for _, y in shown]
        signal, since = [(state, at) for state, at in signals if at <= n][-1]
        out.append(
            replace(
                second(n, seen),
                box_track=[0] * len(shown),
                box_sample=[s for s, _ in shown],
                box_x1_px=[box[0] for box in boxes],
                box_y1_px=[box[1] for box in boxes],
                box_x2_px=[box[2] for box in boxes],
                box_y2_px=[box[3] for box in boxes],
                box_x_m=[across_m] * len(shown),
                box_y_m=[y for _, y in shown],
                signals_known=True,
                signals=[SignalState("NS", signal, EPOCH_US + round(since * 1e6))],
            )
        )
    return out


def found(messages: Sequence[Tracks], place: Camera = APPROACH, *, at_once: bool = True) -> list[Violation]:
    """Return the violations for these seconds."""
    return play(ViolationsCore(), Cameras(place), messages, at_once=at_once)[0]
