"""A way keeps the looks of one vehicle's size: second boxes of the detector, and boxes of others, show in it."""

from dataclasses import replace

import pytest

from processors.rules.place import Place
from processors.rules.second import Second
from processors.violations.even_size import of_one_size
from processors.violations.upright import Upright
from processors.violations.way import Look, Way
from tests.unit.processors.rules.street import calibration, camera, second, zone
from tests.unit.processors.violations.oblique import CAR_M, block, oblique

AT = camera(zone("stop-line", "stop_line", heading_deg=180.0), calibration=oblique())
PLACE = Place(AT)
SECOND = Second(second(0), PLACE)
BUS_M = (12.0, 2.55, 3.1)


def way(
    size: tuple[float, float, float] = CAR_M, odd: dict[int, float] | None = None, cut: frozenset[int] = frozenset()
) -> Way:
    """Return a way from 70 to 28 m before the camera in looks of 6 m, a line at 40 m.

    Args:
        size: the vehicle's.
        odd: boxes that are so many times as large, by look.
        cut: looks that the picture's edge cuts off.
    """
    sight = SECOND.sight([])
    looks = []
    for n in range(8):
        y_m = 70.0 - 6.0 * n
        box = block(y_m, size, (odd or {}).get(n, 1.0))
        seen = sight._replace(track_ids=["a"], boxes_xyxy_px=list(box))
        looks.append(Look(500_000 * n, 40.0 - y_m, 0.0, n in cut, seen))
    return Way(looks, vehicle_class=2)


@pytest.mark.parametrize("size", [CAR_M, BUS_M, (2.1, 0.8, 1.55)])
def test_one_vehicle_keeps_all_its_looks(size: tuple[float, float, float]) -> None:
    """A car, a bus and a motorcycle, near and far, whose boxes err by a tenth now and then."""
    for odd in ({}, {2: 1.1, 5: 0.9}):
        whole = way(size, odd)
        assert of_one_size(whole, SECOND, PLACE) is whole


@pytest.mark.parametrize("times", [1.5, 0.6])
def test_a_second_box_is_no_look_of_the_vehicle(times: float) -> None:
    """Half as large again, or a part of it: what is left passes the line as if it had not been there."""
    found = of_one_size(way(odd={5: times}), SECOND, PLACE)
    assert [look.at_us for look in found.looks] == [500_000 * n for n in range(8) if n != 5]
    assert found.vehicle_class == 2
    (passing, other) = (one.passing(0.1) for one in (found, way()))
    assert passing is not None
    assert other is not None
    assert abs(passing.at_us - other.at_us) < 10_000


def test_a_box_that_the_edge_cuts_may_be_lower_but_not_taller() -> None:
    """What is cut off is missing below."""
    low = way(odd={7: 0.5}, cut=frozenset({7}))
    assert of_one_size(low, SECOND, PLACE) is low
    assert len(of_one_size(way(odd={7: 1.5}, cut=frozenset({7})), SECOND, PLACE).looks) == 7


def test_a_box_just_above_the_edge_that_lacks_its_lower_part_is_cut() -> None:
    """The detector draws the lower edge a little above the picture's: the look stays, but its foot is hidden."""
    whole = way()
    top_px = whole.looks[7].sight.boxes_xyxy_px[1]
    tall_px = whole.looks[7].sight.boxes_xyxy_px[3] - top_px
    for above_px, kept in ((0.05 * tall_px, True), (0.2 * tall_px, False)):
        # The picture ends where 0.6 of the vehicle is seen, and its box so far above that.
        low_px = top_px + 0.6 * tall_px
        left, _, right, _ = whole.looks[7].sight.boxes_xyxy_px[:4]
        low = whole.looks[7].sight._replace(boxes_xyxy_px=[left, top_px, right, low_px])
        odd = Way([*whole.looks[:7], whole.looks[7]._replace(sight=low)])
        at = Second(replace(SECOND.tracks, height_px=round(low_px + above_px)), PLACE)
        scaled = replace(AT.calibration, height_px=at.tracks.height_px) if AT.calibration is not None else None
        found = of_one_size(odd, at, Place(replace(AT, calibration=scaled)))
        assert [look.cut for look in found.looks] == [False] * 7 + [True] * kept


def test_where_sizes_cannot_be_told_all_looks_stay() -> None:
    """A camera that looks straight down, one without a calibration or a height, and two boxes alone."""
    odd = way(odd={5: 1.5})
    for other in (
        replace(AT, calibration=calibration()),
        replace(AT, calibration=None),
        replace(AT, height_m=None),
    ):
        assert of_one_size(odd, SECOND, Place(other)) is odd
    two = Way([odd.looks[4], odd.looks[5]])
    assert of_one_size(two, SECOND, PLACE) is two


@pytest.mark.parametrize("y_m", [25.0, 40.0, 70.0, 100.0])
def test_a_cars_height_is_its_own_at_any_distance(y_m: float) -> None:
    """A car of 1.5 m within a decimetre, its box as tall as a car's; a lorry comes out taller, by its length."""
    view = Upright.of(PLACE, 1000, 1000)
    assert view is not None
    assert view.height_m(*block(y_m)) == pytest.approx(1.5, abs=0.1)
    assert view.times_a_car(*block(y_m)) == pytest.approx(1.0, abs=0.05)
    tall = view.height_m(*block(y_m, (8.2, 2.5, 3.2)))
    assert tall is not None
    assert 3.2 <= tall <= 4.5
