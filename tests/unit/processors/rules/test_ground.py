"""Where a vehicle behind its foot point stands on the ground."""

import math
from dataclasses import replace

import pytest

from processors.rules.ground import Ground
from tests.unit.processors.rules.street import calibration

#: One pixel is a decimetre; the picture's upper edge is away from the camera.
GROUND = Ground(calibration(), 1000, 1000)
BAND = (0, 440, 1000, 440, 1000, 490, 0, 490)


def test_a_pixel_lies_where_the_calibration_says() -> None:
    """Also where the registry's picture is of another size than the calibration's."""
    assert GROUND.point_m(500, 300) == pytest.approx((50.0, 30.0))
    assert Ground(calibration(), 2000, 500).point_m(500, 300) == pytest.approx((25.0, 60.0))


@pytest.mark.parametrize(("foot_y", "over_m"), [(500, 2.5), (485, 3.5), (490, 3.5), (470, 3.0), (440, 0.0), (600, 0.0)])
def test_what_lies_behind_the_foot_counts(foot_y: float, over_m: float) -> None:
    """A vehicle of 3.5 m before, over and beyond a band of 5 m."""
    assert GROUND.inside_m((500, foot_y), 3.5, BAND) == over_m


def test_on_the_horizon_nothing_lies_near() -> None:
    """A pixel on the horizon is infinitely far, and who stands there lies over no zone."""
    ground = Ground(replace(calibration(), homography=[0.1, 0, 0, 0, 0.1, 0, 0, 0.01, -1.0]), 1000, 1000)
    assert ground.point_m(500, 100) == (math.inf, math.inf)
    assert ground.inside_m((500, 100), 3.5, BAND) == 0.0
