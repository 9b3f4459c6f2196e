"""Classes that a detector confuses on one object: they share a track, and the track's class is voted."""

import math
from collections.abc import Mapping
from typing import Final

import numpy as np
from numpy.typing import NDArray

#: COCO-80 has this many classes.
CLASSES: Final = 80
#: Classes of a group vote in this many places.
VOTES: Final = 4
PERSON: Final = 0
#: Groups of COCO-80 ids. Alone: each other class.
GROUPS: Final[tuple[tuple[int, ...], ...]] = (
    (2, 5, 7),  # car, bus, truck
    (1, 3),  # bicycle, motorcycle
    (24, 26, 28),  # backpack, handbag, suitcase
)
#: Groups whose members drive.
VEHICLES: Final[tuple[tuple[int, ...], ...]] = (GROUPS[0], GROUPS[1], (6,))
#: Share of found boxes of each true class that the detector names car, bus, truck: the noise file's (docs/noise.md:
#: cars and trucks measured, 500 boxes of the latter; buses assumed). A label that was never seen has LEAST_RATIO: none
#: in 500 is below 0.006 at 95 % (the rule of three: Hanley, Lippman-Hand, JAMA 249, 1983); half of that.
LEAST_RATIO: Final = 0.003
LABELLED: Final[Mapping[int, tuple[float, float, float]]] = {
    2: (0.9832, LEAST_RATIO, 0.0168),
    5: (0.05, 0.8, 0.15),
    7: (0.4217, LEAST_RATIO, 0.5783),
}
#: Shares of traffic: nine of ten motor vehicles of a city are cars. A choice; a few boxes outweigh it.
USUAL: Final[Mapping[int, float]] = {2: 0.9, 5: 0.05, 7: 0.05}
#: What a vote of one, a sum of scores, counts: a label lasts some four frames and a score is about a half, so two
#: frames that make one are half a draw of a label.
DRAWS_PER_VOTE: Final = 0.5


def class_table() -> NDArray[np.int64]:
    """Return int64 [CLASSES, 3]: group, place of the class in the group's votes, 1 where it is a vehicle."""
    table = np.zeros((CLASSES, 3), np.int64)
    for one in range(CLASSES):
        table[one] = one, 0, 0
    for group in GROUPS:
        for place, one in enumerate(group):
            table[one, :2] = group[0], place
    for group in VEHICLES:
        for one in group:
            table[one, 2] = 1
    return table


def member_table() -> NDArray[np.int64]:
    """Return int64 [CLASSES, VOTES]: for each group (by its first class) the class at each place of votes, or -1."""
    table = np.full((CLASSES, VOTES), -1, np.int64)
    for one in range(CLASSES):
        table[one, 0] = one
    for group in GROUPS:
        table[group[0], : len(group)] = group
    return table


def vote_table() -> NDArray[np.float64]:
    """Return float64 [CLASSES, VOTES, VOTES + 1]: how votes speak for the classes of each group, by its first class.

    A class's figure is the sum of the votes, each times its column, plus the last column; the class with the highest
    one is voted. For cars, buses and trucks that is the likelihood of the labels, given the class, times how usual the
    class is: trucks are named cars almost as often as trucks, cars nearly never trucks, so the most frequent label is
    the wrong one for many a truck. Elsewhere the most frequent label is voted.
    """
    table = np.zeros((CLASSES, VOTES, VOTES + 1))
    table[:, :, :VOTES] = np.eye(VOTES)
    motor = GROUPS[0]
    for place, one in enumerate(motor):
        table[motor[0], place, : len(motor)] = [DRAWS_PER_VOTE * math.log(share) for share in LABELLED[one]]
        table[motor[0], place, VOTES] = math.log(USUAL[one])
    # the fourth place has no class
    table[motor[0], len(motor) :, VOTES] = -math.inf
    return table
