"""Lenses: the homography is the projection turned round, and surveys err by what they state."""

import numpy as np
import pytest

from producers.simulator.lens import View, draw_error, stated_errors
from producers.simulator.seeds import generator

VIEW = View(100.0, 200.0, 8.0, 37.0, 11.0, 3600.0, 1920, 1080)


def test_the_homography_takes_projected_ground_back() -> None:
    """A ground point's pixel, through the registry's matrix, is the point again, to a millimetre."""
    ground = np.array([[118.0, 224.0], [130.0, 240.0], [160.0, 279.0]])
    pixels, depth = VIEW.project(ground)
    assert (depth > 0).all()
    found = np.column_stack([pixels, np.ones(3)]) @ np.array(VIEW.homography()).reshape(3, 3).T
    assert found[:, :2] / found[:, 2:] == pytest.approx(ground - (VIEW.x_m, VIEW.y_m), abs=1e-3)


def test_what_lies_ahead_is_in_the_middle_column() -> None:
    """A point straight ahead meets the picture's middle column, lower the nearer it is."""
    heading = np.radians(VIEW.heading_deg)
    ahead = [[VIEW.x_m + d * np.sin(heading), VIEW.y_m + d * np.cos(heading)] for d in (30.0, 60.0)]
    pixels, _ = VIEW.project(np.array(ahead))
    assert pixels[:, 0] == pytest.approx([960.0, 960.0])
    assert pixels[0, 1] > pixels[1, 1]
    assert VIEW.ground_ahead_m(float(pixels[0, 1])) == pytest.approx(30.0)


def test_stated_errors_are_those_of_surveys() -> None:
    """Over many surveys, lengths are wrong by the stated share in the root mean square, within a fifth of it."""
    position, scale = stated_errors(VIEW, 25.0, 100.0, 1.0)
    random = generator("surveys")
    heading = np.radians(VIEW.heading_deg)
    ways = np.column_stack([np.linspace(25, 100, 9)] * 2) * (np.sin(heading), np.cos(heading))
    pixels, _ = VIEW.project(ways + np.array([VIEW.x_m, VIEW.y_m]))
    errors = []
    for _ in range(300):
        surveyed = draw_error(random, 1.0).applied(VIEW)
        found = np.column_stack([pixels, np.ones(9)]) @ np.array(surveyed.homography()).reshape(3, 3).T
        found = found[:, :2] / found[:, 2:]
        errors.append(np.hypot(*np.diff(found, axis=0).T) / np.hypot(*np.diff(ways, axis=0).T) - 1.0)
    assert np.sqrt(np.mean(np.square(errors))) == pytest.approx(scale, rel=0.2)
    assert 0.0 < position < 2.0
