"""Views of a picture, and the way of a box back from the canvas."""

import numpy as np
import pytest

from processors.perception.letterbox import View, letterbox
from processors.perception.views import views_of
from schemas.messages import RegionOfInterest
from tests.unit.processors.perception.streams import camera


@pytest.mark.parametrize("size", [(1920, 1080), (640, 480), (200, 416), (416, 416)])
def test_a_box_comes_back_from_the_canvas_where_it_was(size: tuple[int, int]) -> None:
    """Letterboxing and back is the identity within rounding, and cut at the picture's edge."""
    box = letterbox(View(0, 0, *size, whole=True), 416)
    canvas = np.array([[box.left_px, box.top_px, box.left_px + box.width_px, box.top_px + box.height_px]], np.float32)
    assert box.to_picture(canvas)[0] == pytest.approx([0, 0, *size], abs=0.01)
    assert box.to_picture(np.array([[-50, -50, 900, 900]], np.float32))[0] == pytest.approx([0, 0, *size], abs=0.01)


def test_regions_are_scaled_to_the_picture_and_cut_at_its_edge() -> None:
    """Drawn at 1280x720, played at 640x360; what is smaller than 16 px is dropped."""
    regions = [
        RegionOfInterest(600, 100, 400, 200),
        RegionOfInterest(1_200, 0, 400, 90),
        RegionOfInterest(0, 0, 20, 20),
    ]
    whole, first, second = views_of(camera(regions=regions, size=(1280, 720)), 640, 360)
    assert whole.whole
    assert (first.x_px, first.y_px, first.width_px, first.height_px) == (300, 50, 200, 100)
    assert (second.x_px, second.y_px, second.width_px, second.height_px) == (600, 0, 40, 44)
