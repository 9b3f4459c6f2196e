"""GroundArea: a zone on the ground, and what is on it, near it or leads over it. Pure."""

import math
from collections.abc import Sequence
from dataclasses import dataclass

from processors.rules.ground import within


@dataclass(frozen=True, slots=True)
class GroundArea:
    """A polygon on the ground.

    Attributes:
        corners: x and y in order, metres.
        bounds_m: least x, least y, greatest x, greatest y of them.
    """

    corners: Sequence[tuple[float, float]]
    bounds_m: tuple[float, float, float, float]

    @classmethod
    def of(cls, corners: Sequence[tuple[float, float]]) -> "GroundArea":
        """Return the area with these corners, one or more."""
        xs, ys = [x for x, _ in corners], [y for _, y in corners]
        return cls(corners, (min(xs), min(ys), max(xs), max(ys)))

    def contains(self, x_m: float, y_m: float) -> bool:
        """Say whether a place lies in it."""
        return within(x_m, y_m, self.corners)

    def is_near(self, x_m: float, y_m: float, margin_m: float) -> bool:
        """Say whether a place lies within a margin of the upright box around it."""
        left, low, right, high = self.bounds_m
        return left - margin_m <= x_m <= right + margin_m and low - margin_m <= y_m <= high + margin_m

    def leaves_at(self, inside_m: tuple[float, float], outside_m: tuple[float, float]) -> tuple[float, float]:
        """Return where a straight way from a place in it to one beyond its border passes the border first, metres.

        It may be driven the other way round: then that is where it comes in.
        """
        (ax, ay), (east, north) = inside_m, (outside_m[0] - inside_m[0], outside_m[1] - inside_m[1])
        least = 1.0
        px, py = self.corners[-1]
        for qx, qy in self.corners:
            side_x, side_y = qx - px, qy - py
            across = east * side_y - north * side_x
            if across:
                share = ((px - ax) * side_y - (py - ay) * side_x) / across
                on_side = ((px - ax) * north - (py - ay) * east) / across
                if 0.0 <= on_side <= 1.0 and 0.0 <= share < least:
                    least = share
            px, py = qx, qy
        return ax + least * east, ay + least * north

    def may_meet(self, begin_m: tuple[float, float], end_m: tuple[float, float], margin_m: float) -> bool:
        """Say whether a straight way may come within a margin of it; False: it surely does not.

        Where the corners all lie beyond the margin on one side of the way, or before or behind it, a line between them
        separates the two (separating axes).
        """
        east, north = end_m[0] - begin_m[0], end_m[1] - begin_m[1]
        way_m = math.hypot(east, north)
        if way_m <= 0:
            return self.is_near(*begin_m, margin_m)
        east, north = east / way_m, north / way_m
        along = [(x - begin_m[0]) * east + (y - begin_m[1]) * north for x, y in self.corners]
        aside = [(x - begin_m[0]) * north - (y - begin_m[1]) * east for x, y in self.corners]
        return (
            min(along) <= way_m + margin_m
            and max(along) >= -margin_m
            and min(aside) <= margin_m
            and max(aside) >= -margin_m
        )
