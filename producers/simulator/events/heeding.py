"""Heeding: staged vehicles that pass a signalled stop line on red where that is not what is staged. Pure."""

from collections.abc import Sequence
from typing import Final

import numpy as np

from producers.simulator.actor import Actor
from producers.simulator.city import City
from producers.simulator.events.scene import Scene
from producers.simulator.events.staged import Staged
from producers.simulator.motions import BICYCLE, PERSON
from producers.simulator.signals import Programme, group_of
from producers.simulator.streets import STOP_LINE_M, Streets
from schemas.messages import Signal

#: A car's middle so far beyond the line is past it, metres: its front is 6 m beyond, which is more than one that brakes
#: late and stands there.
PAST_M: Final = 4.0
#: A scene waits in steps of so much for its vehicles to have green, for as long as the longest cycle lasts at most.
STEP_S: Final = 5
MOST_S: Final = 95


def runs_red(scene: Scene, staged: Staged) -> bool:
    """Say whether a vehicle of a scene drives through a red signal on its way, unasked.

    What is staged at one place drives past others: whoever breaks down on a street heeds the signals before and after
    it. Of who does not the scene's truth would not say that they ran one, though cameras there see it.
    """
    if staged.kind == "red_light":
        return False
    driving = [actor for actor in scene.actors if actor.kind not in {PERSON, BICYCLE}]
    return any(_on_red(scene.city, edge, driving) for edge in _straight(scene.city.streets, scene.camera.edge))


def _straight(streets: Streets, edge: int) -> list[int]:
    """Return a street and those that lead straight to it: some come from before its begin."""
    ends = np.nonzero(streets.edge_to == streets.edge_from[edge])[0].tolist()
    return [edge, *(one for one in ends if np.allclose(streets.direction(one), streets.direction(edge)))]


def _on_red(city: City, edge: int, driving: Sequence[Actor]) -> bool:
    programme = city.programmes.get(int(city.streets.edge_to[edge]))
    return programme is not None and any(_passes_red(city.streets, edge, programme, actor) for actor in driving)


def _passes_red(streets: Streets, edge: int, programme: Programme, actor: Actor) -> bool:
    way, origin = streets.direction(edge), streets.point(edge, 0.0, 0.0)
    x, y = actor.x_m - origin[0], actor.y_m - origin[1]
    along = x * way[0] + y * way[1]
    past = streets.length_m(edge) - STOP_LINE_M + PAST_M
    for n in np.nonzero((along[:-1] < past) & (along[1:] >= past))[0].tolist():
        share = float((past - along[n]) / (along[n + 1] - along[n]))
        right = float((1.0 - share) * (x[n] * way[1] - y[n] * way[0]) + share * (x[n + 1] * way[1] - y[n + 1] * way[0]))
        at_us = int(actor.at_us[n] + share * int(actor.at_us[n + 1] - actor.at_us[n]))
        # to the left of the middle line it comes from elsewhere
        if right > 0 and programme.state(group_of(*way), at_us // 1_000_000)[0] is Signal.RED:
            return True
    return False
