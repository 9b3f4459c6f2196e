"""Views of a frame into one set of boxes: places on the canvas, doubles, edges, order, quantisation."""

from collections.abc import Sequence

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from processors.perception.detector import Found
from processors.perception.letterbox import Letterbox, View, letterbox
from processors.perception.merge import Boxes, MergeLimits, merge
from processors.perception.views import views_of
from schemas.messages import RegionOfInterest
from tests.unit.processors.perception.streams import camera

WIDTH, HEIGHT, SIDE = 832, 416, 416
WHOLE = letterbox(View(0, 0, WIDTH, HEIGHT, whole=True), SIDE)
REGION = letterbox(View(200, 100, 416, 208, whole=False), SIDE)
LIMITS = MergeLimits((0, 2, 5, 7), 0.3, 0.55, 10)
Box = tuple[float, float, float, float]


def found(place: Letterbox, *boxes: tuple[Box, float, int]) -> tuple[Letterbox, Found]:
    """Return what a model answers that sees boxes of the picture in a view."""
    view = place.view
    scale = place.width_px / view.width_px
    shift = np.array([place.left_px - view.x_px * scale, place.top_px - view.y_px * scale] * 2)
    xyxy = np.array([box for box, _, _ in boxes], np.float64).reshape(-1, 4) * scale + shift
    scores = np.array([score for _, score, _ in boxes], np.float32)
    return place, Found(xyxy.astype(np.float32), scores, np.array([kind for *_, kind in boxes], np.int32))


def merged(*views: tuple[Letterbox, Found], limits: MergeLimits = LIMITS) -> Boxes:
    """Merge views of the picture."""
    return merge(views, (WIDTH, HEIGHT), limits)


def test_a_view_lies_in_the_middle_of_its_canvas() -> None:
    """The shape is kept; the rest is padding of equal height."""
    assert (WHOLE.left_px, WHOLE.top_px, WHOLE.width_px, WHOLE.height_px) == (0, 104, 416, 208)
    tall = letterbox(View(0, 0, 10, 4000, whole=True), SIDE)
    assert tall.height_px == SIDE
    assert tall.width_px == 2


@given(st.integers(16, 4096), st.integers(16, 2304), st.integers(0, 500), st.integers(0, 500))
def test_boxes_come_back_to_the_picture(width: int, height: int, x: int, y: int) -> None:
    """The canvas's corners are cut at the view's; the view's own corners come back exactly."""
    place = letterbox(View(x, y, width, height, whole=False), SIDE)
    left, top = place.left_px, place.top_px
    corners = [[left, top, left + place.width_px, top + place.height_px], [-50, -50, SIDE + 50, SIDE + 50]]
    for row in place.to_picture(np.array(corners, np.float32)):
        assert row.tolist() == pytest.approx([x, y, x + width, y + height])


def test_one_thing_in_two_views_is_one_box() -> None:
    """The stronger stays."""
    box = (300.0, 150.0, 360.0, 190.0)
    out = merged(found(WHOLE, (box, 0.5, 2)), found(REGION, (box, 0.8, 2)))
    assert out.scores.tolist() == [0.8]
    assert out.xyxy_px.tolist() == [list(box)]


def test_a_van_is_not_a_car_and_a_truck_but_a_rider_is_two() -> None:
    """Vehicle classes are one kind; other classes lie over each other as they are."""
    box = (300.0, 150.0, 360.0, 190.0)
    out = merged(found(WHOLE, (box, 0.5, 2), (box, 0.6, 7), (box, 0.4, 0)))
    assert out.class_ids.tolist() == [7, 0]


def test_what_a_regions_inner_edge_cuts_off_is_left_to_the_whole_view() -> None:
    """Half a car at the region's edge is no car; at the picture's own edge it is."""
    cut, inside = (200.0, 150.0, 240.0, 190.0), (300.0, 150.0, 340.0, 190.0)
    assert merged(found(REGION, (cut, 0.9, 2), (inside, 0.9, 2))).xyxy_px.tolist() == [list(inside)]
    corner = letterbox(View(0, 0, 416, 208, whole=False), SIDE)
    at_edge = (0.0, 0.0, 40.0, 40.0)
    assert merged(found(corner, (at_edge, 0.9, 2))).xyxy_px.tolist() == [list(at_edge)]


def test_weak_foreign_and_empty_boxes_are_dropped_and_the_bound_holds() -> None:
    """Only what limits name comes out, the strongest first."""
    box = (10.0, 10.0, 40.0, 40.0)
    out = merged(found(WHOLE, (box, 0.29, 2), (box, 0.9, 56), ((10.0, 10.0, 10.0, 40.0), 0.9, 2)))
    assert len(out.scores) == 0
    many = [((n * 20.0, 0.0, n * 20.0 + 16, 16.0), 0.4 + n / 100, 2) for n in range(20)]
    assert merged(found(WHOLE, *many)).scores.tolist() == [round(0.4 + n / 100, 4) for n in range(19, 9, -1)]


def test_numbers_that_are_none_are_dropped() -> None:
    """A model that answers NaN makes no box and no crash."""
    place, good = found(WHOLE, ((10.0, 10.0, 40.0, 40.0), 0.9, 2), ((50.0, 10.0, 90.0, 40.0), 0.9, 2))
    good.xyxy_px[0] = np.nan
    assert merged((place, good)).xyxy_px.tolist() == [[50, 10, 90, 40]]


@given(st.permutations(range(6)))
def test_the_order_of_answers_does_not_matter(order: Sequence[int]) -> None:
    """Equal scores are ordered by class and place."""
    boxes: list[tuple[Box, float, int]] = [((n % 3 * 100.0, 0.0, n % 3 * 100.0 + 50, 50.0), 0.5, 0) for n in range(3)]
    boxes += [((n * 100.0, 4.0, n * 100.0 + 50, 54.0), 0.5, 2) for n in range(3)]
    base = merged(found(WHOLE, *boxes))
    out = merged(found(WHOLE, *[boxes[n] for n in order]))
    assert out.xyxy_px.tolist() == base.xyxy_px.tolist()
    assert out.class_ids.tolist() == base.class_ids.tolist()


def test_no_views() -> None:
    """Nothing in, nothing out."""
    assert merged().xyxy_px.shape == (0, 4)


def test_regions_are_scaled_to_the_picture_cut_and_even() -> None:
    """A region drawn at 160x96 on a picture of twice the size; what is too small or outside is dropped."""
    regions = [
        RegionOfInterest(11, 11, 41, 31),
        RegionOfInterest(140, 80, 100, 100),
        RegionOfInterest(0, 0, 7, 40),
        RegionOfInterest(500, 500, 50, 50),
    ]
    whole, *rest = views_of(camera(regions=regions), 320, 192)
    assert whole == View(0, 0, 320, 192, whole=True)
    assert rest == [View(22, 22, 82, 62, whole=False), View(280, 160, 40, 32, whole=False)]


@pytest.mark.parametrize("size", [(0, 96), (160, 0)])
def test_a_camera_without_a_size_has_no_regions(size: tuple[int, int]) -> None:
    """Regions mean nothing then; the whole view is seen all the same."""
    assert len(views_of(camera(regions=[RegionOfInterest(0, 0, 90, 90)], size=size), 320, 192)) == 1
    assert len(views_of(None, 320, 192)) == 1
