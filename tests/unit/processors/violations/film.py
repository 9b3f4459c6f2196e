"""Seconds of one vehicle from where it is at each look, for the tests of rules that follow vehicles box by box."""

import math
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from processors.violations.core import ViolationsCore
from schemas.messages import Camera, Tracks, Violation
from tests.unit.processors.rules.street import Cameras, car, play, second

#: Looks a second.
FPS = 5
#: Ground positions, metres, one a look; None: it is not seen.
Places = Sequence[tuple[float, float] | None]


def filmed(places: Places, name: str = "a", coco: int = 2, begin: int = 0) -> list[Tracks]:
    """Return the seconds in which a vehicle is at these places; its heading and speed are those of its last second.

    The camera looks straight down, 10 pixels a metre.

    Args:
        places: FPS a second.
        name: of its track.
        coco: its class.
        begin: number of the first second.
    """
    out = []
    for n in range(math.ceil(len(places) / FPS)):
        shown = [(s, place) for s, place in enumerate(places[FPS * n : FPS * (n + 1)]) if place is not None]
        boxes = [car(name, 10 * x, 10 * y).box for _, (x, y) in shown]
        seen = []
        if shown:
            x, y = shown[-1][1]
            before = [place for place in places[max(0, FPS * (n - 1)) : FPS * n] if place is not None]
            x0, y0 = before[-1] if before else shown[0][1]
            path, lasted = math.hypot(x - x0, y - y0), 1.0 if before else (len(shown) - 1) / FPS
            moves = path / lasted > 0.6 if lasted else False
            heading = math.degrees(math.atan2(x - x0, y - y0)) % 360.0 if moves else None
            speed = path / lasted * 3.6 if lasted else None
            one = car(name, 10 * x, 10 * y, x_m=x, y_m=y, heading_deg=heading, speed_kmh=speed, error_kmh=1.0)
            seen = [replace(one, track_class=coco)]
        out.append(
            replace(
                second(begin + n, seen, samples=FPS),
                box_track=[0] * len(shown),
                box_sample=[s for s, _ in shown],
                box_x1_px=[box[0] for box in boxes],
                box_y1_px=[box[1] for box in boxes],
                box_x2_px=[box[2] for box in boxes],
                box_y2_px=[box[3] for box in boxes],
                box_x_m=[x for _, (x, _) in shown],
                box_y_m=[y for _, (_, y) in shown],
            )
        )
    return out


def straight(x_m: float, from_y_m: float, to_y_m: float, mps: float = 8.0) -> list[tuple[float, float] | None]:
    """Return a way along y at one speed, its end left out."""
    steps = round(abs(to_y_m - from_y_m) / mps * FPS)
    return [(x_m, from_y_m + (to_y_m - from_y_m) * n / steps) for n in range(steps)]


def found(messages: Sequence[Tracks], place: Camera, *, at_once: bool = True) -> list[Violation]:
    """Return the violations for these seconds."""
    return play(ViolationsCore(), Cameras(place), messages, at_once=at_once)[0]


def both(first: Tracks, then: Tracks) -> Tracks:
    """Return the second in which the tracks of two of one time are seen."""
    lists = [name for name in Tracks.__dataclass_fields__ if name.startswith(("track_", "box_"))]
    joint: dict[str, Any] = {name: [*getattr(first, name), *getattr(then, name)] for name in lists}
    apart = len(first.track_id)
    joint["box_track"] = [*first.box_track, *(apart + n for n in then.box_track)]
    return replace(first, **joint)
