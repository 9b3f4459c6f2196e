"""A junction for the tests of its rules: a camera that vehicles come towards, its signal, and ways over the line."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

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


def together(*ways: Sequence[Tracks]) -> list[Tracks]:
    """Return the seconds in which the tracks of all of these are in view, each begun when it is first shown."""
    first_us: dict[str, int] = {}
    out = []
    for n in range(max(len(way) for way in ways)):
        seconds = [way[n] for way in ways if n < len(way)]
        whole = seconds[0]
        for one in seconds:
            for name in one.track_id:
                first_us.setdefault(name, one.sample_at_us[one.box_sample[0]])
        for more in seconds[1:]:
            both: dict[str, Any] = {key: [*getattr(whole, key), *getattr(more, key)] for key in OF_TRACKS + OF_BOXES}
            both["box_track"] = [*whole.box_track, *(i + len(whole.track_id) for i in more.box_track)]
            whole = replace(whole, **both)
        out.append(replace(whole, track_first_seen_us=[first_us[name] for name in whole.track_id]))
    return out


OF_TRACKS = (
    *("track_id", "track_class", "track_score", "track_first_seen_us", "track_boxes", "track_x_m", "track_y_m"),
    *("track_speed_kmh", "track_speed_error_kmh", "track_heading_deg"),
)
OF_BOXES = ("box_sample", "box_x1_px", "box_y1_px", "box_x2_px", "box_y2_px", "box_x_m", "box_y_m")
