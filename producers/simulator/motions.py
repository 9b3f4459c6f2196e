"""Motions: everything that moves or stands in the city, as straight pieces of path, struct of arrays."""

from collections.abc import Sequence
from dataclasses import dataclass, fields
from typing import Final

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

#: Classes of objects: places in noise_model.COCO_IDS.
PERSON, BICYCLE, CAR, MOTORCYCLE, BUS, TRUCK = range(6)
#: COCO-80 class id of each.
COCO: Final = np.array([0, 1, 2, 3, 5, 7], np.int64)
#: Length, width and height in metres of each, as registered vehicles and grown people have in the middle.
SIZES_M: Final = np.array(
    [[0.5, 0.55, 1.72], [1.8, 0.6, 1.75], [4.5, 1.8, 1.52], [2.1, 0.8, 1.55], [12.0, 2.55, 3.1], [8.2, 2.5, 3.2]]
)
#: Objects of one class differ in size by up to this share.
SIZE_SPREAD_RATIO: Final = 0.08


@dataclass(frozen=True, slots=True)
class Motions:
    """N pieces of path: each object is on at most one of them at a time.

    Attributes:
        actor: int64 [N], the object.
        kind: int64 [N], its class, 0 to 5.
        from_us, to_us: int64 [N], when it is on the piece: from_us <= t < to_us, microseconds since the Unix epoch.
        x_m, y_m: float64 [N, 2], middle of its footprint at both ends, city frame.
        heading_rad: float64 [N, 2], where it points at both ends, clockwise from north.
        speed_kmh: float64 [N], on the piece.
    """

    actor: Ints
    kind: Ints
    from_us: Ints
    to_us: Ints
    x_m: Floats
    y_m: Floats
    heading_rad: Floats
    speed_kmh: Floats

    def __len__(self) -> int:
        """Return the number of pieces."""
        return len(self.actor)

    def chosen(self, index: Ints | NDArray[np.bool_]) -> "Motions":
        """Return some of the pieces."""
        return Motions(*(getattr(self, f.name)[index] for f in fields(self)))


NOTHING: Final = Motions(
    np.zeros(0, np.int64), np.zeros(0, np.int64), np.zeros(0, np.int64), np.zeros(0, np.int64),
    np.zeros((0, 2)), np.zeros((0, 2)), np.zeros((0, 2)), np.zeros(0),
)  # fmt: skip


def joined(parts: Sequence[Motions]) -> Motions:
    """Return the pieces of all parts, one after the other."""
    kept = [part for part in parts if len(part)] or [NOTHING]
    return Motions(*(np.concatenate([getattr(part, f.name) for part in kept]) for f in fields(Motions)))


def sizes_of(actor: Ints, kind: Ints) -> Floats:
    """Return length, width and height of objects, metres, float64 [N, 3]: the same for an object each time."""
    return SIZES_M[kind] * (1.0 + SIZE_SPREAD_RATIO * (2.0 * hashed(actor, 1) - 1.0))[:, None]


def hashed(actor: Ints, purpose: int) -> Floats:
    """Return a number in [0, 1) that stands for each actor: splitmix64's finaliser, as in noise/kernel.py."""
    z = actor.astype(np.uint64) + np.uint64((0x9E3779B97F4A7C15 * (purpose + 1)) & (2**64 - 1))
    z = (z ^ (z >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    z = (z ^ (z >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    return np.asarray(((z ^ (z >> np.uint64(31))) >> np.uint64(11)).astype(np.float64) / 2.0**53)
