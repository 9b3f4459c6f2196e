"""Classes that a detector confuses on one object: they share a track, and the track's class is voted."""

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
