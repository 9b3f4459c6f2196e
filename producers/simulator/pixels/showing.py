"""Showing: what of the truth is drawn beside the actors: fire, smoke, water, lights, things left behind. Pure."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

import numpy as np
from numpy.typing import NDArray

from producers.simulator.lens import View
from schemas.messages import Truth


class Effect(StrEnum):
    """What is drawn."""

    FIRE = "fire"
    SMOKE = "smoke"
    WATER = "water"
    WELDING = "welding"
    GLARE = "glare"
    BAG = "bag"
    WASTE = "waste"


#: Scenarios that need something beside their actors; all others are their actors alone.
EFFECT_OF: Final[Mapping[str, Effect]] = {
    "fire": Effect.FIRE,
    "smoke": Effect.SMOKE,
    "flooding": Effect.WATER,
    "rain_puddle": Effect.WATER,
    "welding_light": Effect.WELDING,
    "sunset": Effect.GLARE,
    "object_left": Effect.BAG,
    "bag_put_down": Effect.BAG,
    "waste_dumper": Effect.WASTE,
}
#: Width and height of what is left behind, metres.
LEFT_M: Final = {Effect.BAG: (0.6, 0.45), Effect.WASTE: (1.1, 0.8)}


@dataclass(frozen=True, slots=True)
class Showing:
    """One thing to draw.

    Attributes:
        truth_id: of its truth.
        effect: what.
        from_us, to_us: when, microseconds since the Unix epoch.
        xyxy_px: float64 [4], where.
    """

    truth_id: str
    effect: Effect
    from_us: int
    to_us: int
    xyxy_px: NDArray[np.float64]


def showings(view: View, camera_id: str, truths: Sequence[Truth]) -> tuple[Sequence[Showing], Sequence[str]]:
    """Return what is to be drawn before a camera, and the scenarios without actors that cannot be drawn.

    Args:
        view: the camera's true view.
        camera_id: the camera.
        truths: of the run, any cameras'.
    """
    out, missing = [], set()
    for one in truths:
        if camera_id not in one.camera_ids:
            continue
        effect = EFFECT_OF.get(one.scenario)
        if effect is None:
            if not one.actor_ids:
                missing.add(one.scenario)
            continue
        place = list(one.camera_ids).index(camera_id)
        box = [one.view_x1_px[place], one.view_y1_px[place], one.view_x2_px[place], one.view_y2_px[place]]
        region = np.array(box, np.float64)
        if effect in LEFT_M:
            region = standing_box(view, one.x_m, one.y_m, *LEFT_M[effect])
        out.append(Showing(one.truth_id, effect, one.started_at_us, one.ended_at_us, region))
    return out, sorted(missing)


def standing_box(view: View, x_m: float, y_m: float, width_m: float, height_m: float) -> NDArray[np.float64]:
    """Return the box of a thing that stands at a place of the city, float64 [4]; its foot's middle is that place."""
    feet, depth = view.project(np.array([[x_m, y_m]]))
    u, v = (float(n) for n in feet[0])
    scale = view.focal_px / float(depth[0])
    return np.array([u - 0.5 * width_m * scale, v - height_m * scale, u + 0.5 * width_m * scale, v])
