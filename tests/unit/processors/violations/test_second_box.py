"""A second box is told from a second vehicle by how near two vehicles can stand."""

from dataclasses import replace

import pytest

from processors.rules.place import Place
from processors.rules.second import Second
from processors.violations.second_box import elder_of
from tests.unit.processors.rules.street import calibration, camera
from tests.unit.processors.violations.film import both, filmed

#: Towards +y at 5 m/s, seen from above: five looks.
WAY = [(50.0, 30.0 + n) for n in range(10)]
HERE = Place(camera(calibration=calibration()))


def seconds(aside_m: float, behind_m: float, coco: int = 2) -> Second:
    """Return the second second of a car and of another track so far aside of it and behind it."""
    other = [(x + aside_m, y - behind_m) for x, y in WAY]
    pairs = zip(filmed(WAY), filmed(other, "b", coco), strict=True)
    return Second([both(*pair) for pair in pairs][1], HERE)


@pytest.mark.parametrize(("aside_m", "behind_m", "one"), [
    (0.3, 0.5, True), (1.5, 2.0, True), (0.2, 4.0, True), (0.2, 5.0, False), (3.0, 0.0, False), (0.0, 7.0, False),
])  # fmt: skip
def test_two_that_stand_nearer_than_vehicles_can_are_one(aside_m: float, behind_m: float, *, one: bool) -> None:
    """Less than a car's width aside, less than its length behind, and boxes that overlap; the elder is the vehicle."""
    second = seconds(aside_m, behind_m)
    assert elder_of(1, second) == (0 if one else None)
    assert elder_of(0, second) is None


def test_a_motorcycle_is_nobodys_second_box() -> None:
    """It may ride so near to a car; nor is a person one."""
    assert elder_of(1, seconds(1.0, 1.0, coco=3)) is None
    assert elder_of(1, seconds(1.0, 1.0, coco=0)) is None


def test_most_frames_that_both_have_must_agree() -> None:
    """One look beside a car at which the boxes jump together is no second box."""
    second = seconds(3.0, 0.0)
    t = second.tracks
    jumped = [
        x - 2.5 if track and n < 7 else x for n, (x, track) in enumerate(zip(t.box_x_m, t.box_track, strict=True))
    ]
    assert elder_of(1, Second(replace(t, box_x_m=jumped), HERE)) is None


def test_without_places_nothing_is_told() -> None:
    """A camera that is not calibrated says nothing of where vehicles stand."""
    second = seconds(0.3, 0.5)
    assert elder_of(1, Second(replace(second.tracks, box_x_m=[], box_y_m=[]), HERE)) is None
