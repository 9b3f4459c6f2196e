"""HiddenFoot: where a vehicle stands whose box the picture's lower border cuts, from the upper edge. Pure."""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from statistics import median_low
from typing import Final

from processors.rules.ground import Ground
from processors.rules.place import Place
from processors.violations.stop_line import StopLine
from processors.violations.way import Look

#: Length of a car, metres, as of `Upright`: what lies between its near and its far end along the line of sight. A car
#: that has turned by less than 60 degrees takes up 3.8 to 4.9 m; the less, the nearer it is taken to be than it is.
CAR_M: Final = 4.5
#: Standard uncertainty of a hidden foot's distance from the lens, relative. Measured: of 5611 whole boxes, 8 to 14 m
#: beyond the lines of four of the test city's cameras, held against their own feet, half have -3.6 to +4 % and four in
#: five -6.2 to +6.9 %, with no bias (0.1 %). Two such make up a normal error's 5.1 %.
ERROR_RATIO: Final = 0.051
#: A detector's box ends this near to a border that cuts it, in heights (widths) of the vehicle's box: twice the error
#: of an edge, 5 %, which the foot of a near box shows.
EDGE_RATIO: Final = 0.1
#: A vehicle is at most this much of the lens' height lower than it: lorries of 4 m under lenses of 8 m.
LEAST_SHARE: Final = 0.5
#: Whole boxes, of the last ones before, whose median tells how tall a vehicle is.
MOST_WHOLE: Final = 4


@dataclass(frozen=True, slots=True)
class HiddenFoot:
    """A camera's picture around a stop line.

    The line of sight over a vehicle's far upper edge meets the ground at a distance D from the lens' foot, which is the
    ground's origin. By similar triangles (d + L) / D, with d the distance of its near end and L its length, is
    (c - H) / c, of the height c of the lens and H of the vehicle: the same wherever it drives. Its whole boxes tell it.

    Attributes:
        line: the stop line.
        ground: of the calibration, for the registry's picture.
        width_px, height_px: of the picture.
        columns, rows: the registry's pixels a pixel of the picture.
        scale_error_ratio: standard uncertainty of the calibration's scale, relative.
    """

    line: StopLine
    ground: Ground
    width_px: int
    height_px: int
    columns: float
    rows: float
    scale_error_ratio: float

    @classmethod
    def of(cls, place: Place, line: StopLine, width_px: int, height_px: int) -> "HiddenFoot | None":
        """Return a camera's for pictures of a size; None without a calibration or a size."""
        calibration = place.calibration
        if place.ground is None or calibration is None or not width_px or not height_px:
            return None
        columns, rows = place.camera.width_px / width_px, place.camera.height_px / height_px
        return cls(line, place.ground, width_px, height_px, columns, rows, calibration.scale_error_ratio)

    def may_hide(self, looks: Sequence[Look]) -> bool:
        """Return False where `placed` would leave every look as it is: none ends near the lower border."""
        tall_px = 0.0
        for look in looks:
            _, y1, _, y2 = look.sight.boxes_xyxy_px[:4]
            if y2 >= self.height_px - max(EDGE_RATIO * tall_px, 3.0):
                return True
            tall_px = max(tall_px, y2 - y1)
        return False

    def placed(self, looks: Sequence[Look]) -> tuple[list[Look], list[bool]]:
        """Return the looks with the hidden feet in their places, and of each whether it is such a one.

        One is taken to be hidden where the box ends at the lower border and the upper edge has the foot nearer than
        that; it is `cut` then. Without a whole box before, or perspective, it stays where it was.

        Args:
            looks: of one vehicle, ascending by time.
        """
        out: list[Look] = []
        hidden: list[bool] = []
        shares: list[float] = []
        tall_px = wide_px = wide_at_m = 0.0
        for look in looks:
            x1, y1, x2, y2 = look.sight.boxes_xyxy_px[:4]
            far_m = self._reach_m((x1 + x2) / 2, y1)
            placed = None
            if shares and far_m and y2 >= self.height_px - max(EDGE_RATIO * tall_px, 3.0):
                share = median_low(shares[-MOST_WHOLE:])
                placed = self._place(look, share * far_m - CAR_M, far_m, wide_px * wide_at_m / far_m)
            out.append(placed or look)
            hidden.append(placed is not None)
            tall_px = max(tall_px, y2 - y1)
            if placed is None and far_m and not self._side(x1, x2, wide_px):
                own = self.share(look)
                if own is not None:
                    shares.append(own)
            if far_m and not self._side(x1, x2, wide_px):
                wide_px, wide_at_m = x2 - x1, far_m
        return out, hidden

    def far_m(self, look: Look) -> float:
        """Return D of a look, metres; 0: its upper edge does not meet the ground before us."""
        x1, y1, x2, _ = look.sight.boxes_xyxy_px[:4]
        return self._reach_m((x1 + x2) / 2, y1)

    def share(self, look: Look) -> float | None:
        """Return (d + L) / D of a look; None of a box that the lower border cuts, and where no vehicle has such one."""
        far_m = self.far_m(look)
        if look.cut or not far_m:
            return None
        x1, _, x2, y2 = look.sight.boxes_xyxy_px[:4]
        share = (math.hypot(*self._point((x1 + x2) / 2, y2)) + CAR_M) / far_m
        return share if LEAST_SHARE <= share < 1.0 else None

    def cut_side(self, look: Look) -> int:
        """Return which side of the picture cuts a look's box: 1 the right one, -1 the left one, 0 none.

        The vehicle comes towards the camera, so the picture's left is the right of its direction.
        """
        x1, _, x2, _ = look.sight.boxes_xyxy_px[:4]
        return self._side(x1, x2, x2 - x1)

    def leaves_by(self, before: Look, look: Look) -> int:
        """Return the side of the picture by which a vehicle drives out, as of `cut_side`; 0: it does not.

        The side cuts its box, and the box's other edge has come nearer to that side.
        """
        side = self.cut_side(look)
        own, was = look.sight.boxes_xyxy_px, before.sight.boxes_xyxy_px
        return side if (side < 0 and own[2] < was[2]) or (side > 0 and own[0] > was[0]) else 0

    def off_axis_rad(self, x_px: float, y_px: float) -> float:
        """Return how far a point of the picture's ground lies off the line's direction, seen from the lens' foot."""
        x, y = self._point(x_px, y_px)
        return abs(math.atan2(self.line.across_m(x, y), -self.line.line_m - self.line.along_m(x, y)))

    def _place(self, look: Look, near_m: float, far_m: float, wide_px: float) -> Look | None:
        """Return a look with its foot so far from the lens; None where it is not hidden then."""
        x1, y1, x2, _ = look.sight.boxes_xyxy_px[:4]
        side = self._side(x1, x2, wide_px)
        # Of who leaves to the side the inner edge is seen, and who turns is no narrower than before.
        middle = (x1 + x2) / 2
        if side > 0:
            middle = max(middle, x1 + wide_px / 2)
        elif side < 0:
            middle = min(middle, x2 - wide_px / 2)
        far = self._point(middle, y1)
        ratio = near_m / far_m
        along_m = self.line.along_m(far[0] * ratio, far[1] * ratio)
        across_m = self.line.across_m(far[0] * ratio, far[1] * ratio)
        if along_m < look.along_m:
            return None
        return look._replace(along_m=round(along_m, 3), across_m=round(across_m, 3), cut=True)

    def _side(self, x1_px: float, x2_px: float, wide_px: float) -> int:
        """Return which side of the picture cuts a box: 1 the right one, -1 the left one, 0 none."""
        near_px = max(EDGE_RATIO * wide_px, 3.0)
        if x2_px >= self.width_px - near_px:
            return 1
        return -1 if x1_px <= near_px else 0

    def _point(self, x_px: float, y_px: float) -> tuple[float, float]:
        return self.ground.point_m(x_px * self.columns, y_px * self.rows)

    def _reach_m(self, x_px: float, y_px: float) -> float:
        """Return how far from the lens' foot a line of sight meets the ground, metres; 0: it does not, before us."""
        x, y = self._point(x_px, y_px)
        far_m = math.hypot(x, y)
        return far_m if math.isfinite(far_m) and self.line.along_m(x, y) < -self.line.line_m else 0.0
