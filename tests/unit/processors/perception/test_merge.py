"""One set of boxes from the views of a frame."""

import dataclasses

import numpy as np

from processors.perception.detector import Found
from processors.perception.letterbox import View, letterbox
from processors.perception.merge import MergeLimits, merge

LIMITS = MergeLimits((0, 2, 5, 7), 0.3, 0.55, 100)


def found(*boxes: tuple[float, float, float, float, float, int]) -> Found:
    """Boxes of one canvas: left, top, right, bottom, score, class."""
    rows = np.array(boxes, np.float64).reshape(-1, 6)
    return Found(rows[:, :4].astype(np.float32), rows[:, 4].astype(np.float32), rows[:, 5].astype(np.int32))


def test_one_van_is_one_vehicle() -> None:
    """A car and a truck on one spot are the better of both; a person on it stays."""
    whole = letterbox(View(0, 0, 416, 416, whole=True), 416)
    boxes = merge(
        [(whole, found((10, 10, 60, 60, 0.5, 2), (11, 10, 61, 60, 0.7, 7), (10, 10, 60, 60, 0.6, 0)))],
        (416, 416),
        LIMITS,
    )
    assert boxes.class_ids.tolist() == [7, 0]
    assert boxes.scores.tolist() == [0.7, 0.6]


def test_what_a_region_cuts_off_is_left_to_the_whole_view() -> None:
    """Half a car at a region's inner edge is no car."""
    whole = (letterbox(View(0, 0, 416, 416, whole=True), 416), found((100, 100, 200, 200, 0.5, 2)))
    part = (letterbox(View(0, 0, 208, 208, whole=False), 416), found((200, 200, 416, 400, 0.9, 2)))
    boxes = merge([whole, part], (416, 416), LIMITS)
    assert boxes.xyxy_px.tolist() == [[100, 100, 200, 200]]


def test_the_order_of_views_does_not_show() -> None:
    """Equal scores are ordered by class and place."""
    a = (letterbox(View(0, 0, 416, 416, whole=True), 416), found((10, 10, 60, 60, 0.5, 2), (80, 10, 99, 60, 0.5, 0)))
    b = (letterbox(View(0, 0, 416, 416, whole=True), 416), found((200, 10, 260, 60, 0.5, 2)))
    one, other = merge([a, b], (416, 416), LIMITS), merge([b, a], (416, 416), LIMITS)
    assert one.xyxy_px.tolist() == other.xyxy_px.tolist()
    assert one.class_ids.tolist() == other.class_ids.tolist() == [0, 2, 2]


def test_weak_foreign_and_tiny_boxes_are_dropped() -> None:
    """Below the floor, of no class that a city asks about, smaller than a pixel; and no more than allowed."""
    whole = letterbox(View(0, 0, 416, 416, whole=True), 416)
    rubbish = found((0, 0, 50, 50, 0.29, 2), (0, 0, 50, 50, 0.9, 60), (0, 0, 0.5, 50, 0.9, 2))
    assert len(merge([(whole, rubbish)], (416, 416), LIMITS).scores) == 0
    many = found(*[(n * 10, 0, n * 10 + 8, 8, 0.5, 2) for n in range(20)])
    assert len(merge([(whole, many)], (416, 416), dataclasses.replace(LIMITS, most_boxes=5)).scores) == 5
    assert len(merge([], (416, 416), LIMITS).scores) == 0
