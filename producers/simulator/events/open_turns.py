"""Turns that are open to everybody before a camera. Pure."""

from collections.abc import Sequence

from producers.simulator.events.scene import Scene
from producers.simulator.junction_lanes import LEFT, RIGHT, arms


def open_turns(scene: Scene) -> Sequence[str]:
    """Return the sides, of LEFT and RIGHT, to which a street goes off and no sign may forbid to turn in minutes."""
    streets, edge = scene.city.streets, scene.camera.edge
    sign = streets.turn_signs.get(edge)
    closed = None if sign is None or not sign.may_hold_from(scene.begin_us) else sign.side
    return [side for side in (LEFT, RIGHT) if side in arms(streets, edge) and side != closed]
