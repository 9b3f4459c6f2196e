"""Zones hold what stands in them; areas, boxes and directions are what plane geometry says."""

import math
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from processors.rules.geometry import (
    calibration_problem,
    containment,
    ground_area_m2,
    heading_deg,
    iou,
    turn_deg,
)
from processors.rules.place import Place
from processors.rules.second import Second
from tests.unit.processors.rules.street import PERSON, Seen, calibration, camera, car, person, second, zone


def mask(x: float, y: float, *polygons: tuple[float, ...]) -> int:
    """Return the zones that hold a foot point, as the kernel finds them."""
    place = Place(camera(*(zone(f"z{i}", "square", p) for i, p in enumerate(polygons))))
    return Second(second(0, [person("p", x, y)]), place).zone_mask[0]


def test_a_concave_zone_holds_its_arms_and_not_its_notch() -> None:
    """A U-shaped zone: both arms are inside, what lies between them is not."""
    u = (100, 100, 200, 100, 200, 300, 300, 300, 300, 100, 400, 100, 400, 400, 100, 400)
    assert mask(150, 200, u) == 1
    assert mask(350, 200, u) == 1
    assert mask(250, 200, u) == 0
    assert mask(250, 350, u) == 1


@given(st.integers(0, 1000), st.integers(0, 1000))
def test_zones_that_share_edges_never_both_hold_a_point(x: int, y: int) -> None:
    """Four quarters of the picture: every point of it lies in exactly one, points on their edges included."""
    quarters = [(a, b, a + 501, b, a + 501, b + 501, a, b + 501) for a in (0, 501) for b in (0, 501)]
    assert mask(x, y, *quarters).bit_count() == 1


def test_a_picture_of_another_size_is_scaled_to_the_registrys() -> None:
    """The stream turned to half the size: zones drawn on the full one hold the same feet."""
    place = Place(camera(zone("z", "square", (0, 0, 500, 0, 500, 1000, 0, 1000))))
    half = second(0, [Seen("p", PERSON, (215, 100, 245, 180))], width_px=500, height_px=500)
    assert Second(half, place).zone_mask == [1]
    assert Second(replace(half, width_px=1000, height_px=1000), place).zone_mask == [1]
    right = second(0, [Seen("p", PERSON, (265, 100, 295, 180))], width_px=500, height_px=500)
    assert Second(right, place).zone_mask == [0]
    assert Second(right, place).mean_box[0] == [530, 200, 590, 360]


def test_what_stands_in_an_ignored_zone_is_in_no_zone() -> None:
    """A billboard with a face on it, inside a square."""
    place = Place(camera(zone("all", "square"), zone("poster", "ignore", (0, 0, 300, 0, 300, 300, 0, 300))))
    seen = Second(second(0, [person("poster", 100, 200), person("real", 600, 600)]), place)
    assert seen.zone_mask == [0, 1]
    assert seen.people[0] == [1, 1]


def test_areas_of_zones() -> None:
    """A square of 100 x 100 pixels at 0.1 m a pixel is 100 m2; a zone that crosses the horizon has no area."""
    straight = calibration(0.1)
    assert ground_area_m2(straight, (0, 0, 100, 0, 100, 100, 0, 100), 1000, 1000) == pytest.approx(100.0)
    assert ground_area_m2(straight, (0, 0, 50, 0, 50, 50, 0, 50), 500, 500) == pytest.approx(100.0)
    tilted = replace(straight, homography=[0.1, 0, -50, 0, -0.1, 100, 0, 0.002, -0.8])
    assert ground_area_m2(tilted, (0, 100, 100, 100, 100, 900, 0, 900), 1000, 1000) is None


@pytest.mark.parametrize(
    ("changes", "says"),
    [
        ({"homography": [1.0] * 9}, "singular"),
        ({"homography": [0.0] * 9}, "singular"),
        ({"homography": [1.0] * 8}, "8 numbers"),
        ({"homography": [math.nan] * 9}, "finite"),
        ({"width_px": 0}, "0 x 1000"),
    ],
)
def test_a_degenerate_calibration_is_named_and_not_used(changes: dict[str, object], says: str) -> None:
    """The place goes on without it and says why, naming the camera and its version."""
    bad = calibration(0.1, **changes)
    assert says in (calibration_problem(bad) or "")
    place = Place(camera(calibration=bad))
    assert place.calibration is None
    assert "cam-1 version 1" in place.problems[0]


def test_boxes_and_directions() -> None:
    """Overlap, containment and angles at values known by hand."""
    assert iou((0, 0, 10, 10), (5, 0, 15, 10)) == pytest.approx(1 / 3)
    assert iou((0, 0, 10, 10), (10, 0, 20, 10)) == 0
    assert containment((0, 0, 10, 10), (5, 5, 8, 8)) == 1
    assert turn_deg(350, 10) == 20
    assert turn_deg(0, 180) == 180
    assert heading_deg(0, 1) == 0
    assert heading_deg(1, 0) == 90
    assert heading_deg(0, -1) == 180


def test_steadiness_within_a_second() -> None:
    """A car that moves its own length within the second is unsteady; a still one is steady."""
    place = Place(camera(zone("z", "roadway")))
    tracks = second(0, [car("moving", 200, 500), car("still", 600, 500)])
    shifted = replace(tracks, box_x1_px=[160, 560, 240, 560], box_x2_px=[240, 640, 320, 640])
    assert Second(shifted, place).steady == [0.0, 1.0]
    assert Second(shifted, place).mean_box[0] == [200, 450, 280, 500]
