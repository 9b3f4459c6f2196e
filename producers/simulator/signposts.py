"""Where the signs stand that forbid turns, drawn from the seed. Pure."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Final

from producers.simulator.junction_lanes import LEFT, RIGHT, STRAIGHT, arms
from producers.simulator.seeds import generator
from producers.simulator.sites import Site
from producers.simulator.streets import Streets
from producers.simulator.turn_sign import DAYS_OFF, WORKING_DAYS, TurnSign
from schemas.messages import Owner

#: Rush hours that a sign names: a city's run begins at seven.
MORNING_H: Final = (6.0, 10.0)
EVENING_H: Final = (16.0, 20.0)
#: A sign of the morning names working days; of those of the evening every second one is instead of the morning of days
#: off. A run begins on a working day: the first holds then, the last does not although its hours do.
#: Hours of the signs at a junction's approaches, in turn, and from one site to the next; an empty place: no sign. So a
#: small city has signs that hold when its run begins, and some that do not.
DEALT: Final = (None, (), EVENING_H, MORNING_H, ())
#: Share of signs that forbid the turn to the left, which crosses those who come towards it, where there are both.
LEFT_RATIO: Final = 0.67


def with_turn_signs(seed: int, streets: Streets, sites: Sequence[Site]) -> Streets:
    """Return the streets with signs at some approaches to the sites.

    One stands only where a street goes off to its side and another straight on, so that every lane leads somewhere.
    """
    random = generator(seed, "turn-signs")
    signs = {}
    for owner in Owner:
        for number, site in enumerate(site for site in sites if site.owner is owner):
            for place, edge in enumerate(site.edges):
                hours = DEALT[(number + place) % len(DEALT)]
                to_left = float(random.random()) < LEFT_RATIO
                there = arms(streets, edge)
                sides = [side for side in ((LEFT, RIGHT) if to_left else (RIGHT, LEFT)) if side in there]
                if hours != () and STRAIGHT in there and sides:
                    signs[edge] = _sign(sides[0], hours or None, turned=bool(number % 2))
    return replace(streets, turn_signs=signs)


def _sign(side: str, hours: tuple[float, float] | None, *, turned: bool) -> TurnSign:
    if hours == MORNING_H:
        return TurnSign(side, hours, WORKING_DAYS)
    return TurnSign(side, MORNING_H, DAYS_OFF) if hours == EVENING_H and turned else TurnSign(side, hours)
