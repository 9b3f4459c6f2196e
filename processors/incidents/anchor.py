"""Where something stands: a spot that outlives a lost or renamed track, within a bounded time and distance."""

from collections.abc import Sequence
from typing import TypedDict

import numpy as np

from processors.rules.geometry import Array

#: Spots kept a zone; the longest unseen go first.
MOST_ANCHORS = 64


class Anchor(TypedDict):
    """A spot, as plain JSON values.

    Attributes:
        x, y: position, metres on the ground or pixels.
        radius: what still counts as this spot, same unit.
        since_us: when it was taken.
        seen_us: when it was last seen taken.
        track: the track that stands there.
    """

    x: float
    y: float
    radius: float
    since_us: int
    seen_us: int
    track: str


def forget(anchors: list[Anchor], now_us: int, gap_s: float) -> list[Anchor]:
    """Drop what was not seen for a while, and the oldest beyond the bound."""
    kept = [anchor for anchor in anchors if now_us - anchor["seen_us"] <= gap_s * 1e6]
    return sorted(kept, key=lambda a: (a["seen_us"], a["since_us"], a["track"]))[-MOST_ANCHORS:]


def match(anchors: Sequence[Anchor], track: str, position: Array) -> int | None:
    """Return the index of the spot that a track stands on: its own if it is near, else the nearest that is free.

    Args:
        anchors: the spots of a zone.
        track: the track's id.
        position: float64[2], same unit as the spots.
    """
    best: tuple[float, int] | None = None
    for index, anchor in enumerate(anchors):
        distance = float(np.hypot(position[0] - anchor["x"], position[1] - anchor["y"]))
        if distance > anchor["radius"]:
            continue
        if anchor["track"] == track:
            return index
        if best is None or distance < best[0]:
            best = (distance, index)
    return best[1] if best is not None else None
