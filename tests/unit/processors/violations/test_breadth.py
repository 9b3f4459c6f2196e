"""How far a vehicle has turned is told by how much broader it is seen than one that drives along."""

import math
from itertools import pairwise

import pytest

from processors.rules.place import Place
from processors.rules.sight import Sight
from processors.violations.breadth import ERROR_DEG, seen_at
from processors.violations.hidden_foot import HiddenFoot
from processors.violations.stop_line import StopLine
from processors.violations.turn import turn_of
from processors.violations.turn_settings import TurnSettings
from processors.violations.way import Look
from tests.unit.processors.rules.street import calibration, camera
from tests.unit.processors.violations.oblique import CAR_M, oblique, pixel

#: Length, width and height of a bus, metres.
BUS_M = (12.0, 2.55, 3.1)
#: As of test_hidden_foot: traffic comes towards the camera of oblique.py over a line 40 m before it.
LINE = StopLine("line", "", 0.0, -1.0, -40.0, -9.0, 9.0)
PLACE = Place(camera(calibration=oblique()))
SIZE_PX = 1000
#: (before the camera, to the picture's right, metres, turned towards the picture's right, degrees), a half second each.
Spot = tuple[float, float, float]
BEFORE: tuple[Spot, ...] = ((50.0, 0.0, 0.0), (46.0, 0.0, 0.0), (42.0, 0.0, 0.0))


def feet() -> HiddenFoot:
    """Return the camera's picture."""
    found = HiddenFoot.of(PLACE, LINE, SIZE_PX, SIZE_PX)
    assert found is not None
    return found


def look(n: int, spot: Spot, size: tuple[float, float, float] = CAR_M) -> Look:
    """Return the look at a vehicle whose front's middle is there, its box cut off at the picture's borders.

    Args:
        n: half seconds since the first.
        spot: where it is.
        size: its length, width and height, metres.
    """
    y_m, x_m, turned = spot
    length, width, height = size
    way = math.radians(turned)
    # Its front faces the camera, along -y; turned, it points to the picture's right.
    along, across = (math.sin(way), -math.cos(way)), (math.cos(way), math.sin(way))
    corners = [
        pixel(x_m - back * along[0] + side * across[0], y_m - back * along[1] + side * across[1], z)
        for back in (0.0, length)
        for side in (-width / 2, width / 2)
        for z in (0.0, height)
    ]
    u, v = zip(*corners, strict=True)
    x1, x2 = max(min(u), 0.0), min(max(u), float(SIZE_PX))
    y1, y2 = max(min(v), 0.0), min(max(v), float(SIZE_PX))
    assert PLACE.ground is not None
    x, y = PLACE.ground.point_m((x1 + x2) / 2, y2)
    sight = Sight(0, 0, 0, 0, 0, ["a"], [x1, y1, x2, y2])
    return Look(500_000 * n, LINE.along_m(x, y), LINE.across_m(x, y), y2 >= SIZE_PX - 3.0, sight)


def looks(*spots: Spot) -> list[Look]:
    """Return the looks at a car at these places after it came along."""
    return [look(n, spot) for n, spot in enumerate((*BEFORE, *spots))]


def narrow(one: Look) -> Look:
    """Return a look whose box, at the same place, is as broad for its height as one of a car that drives along."""
    x1, y1, x2, y2 = one.sight.boxes_xyxy_px
    middle, half = (x1 + x2) / 2, 0.44 * (y2 - y1)
    return one._replace(sight=one.sight._replace(boxes_xyxy_px=[middle - half, y1, middle + half, y2]))


def told_deg(*spots: Spot) -> list[float | None]:
    """Return what its breadth tells at these places."""
    seen = looks(*spots)
    return [one and one.least_deg for one in seen_at(feet(), seen, feet().placed(seen)[0])[len(BEFORE) :]]


@pytest.mark.parametrize("x_m", [-3.5, -1.0, 0.0, 2.0, 3.5])
def test_who_drives_along_has_not_turned_wherever_it_is_seen(x_m: float) -> None:
    """Aside of the camera's axis its flank is seen too: that is no turn."""
    for deg in told_deg((36.0, x_m, 0.0), (30.0, x_m, 0.0), (26.0, x_m, 0.0)):
        assert deg == pytest.approx(0.0, abs=1.5 * ERROR_DEG)


@pytest.mark.parametrize("turned", [20.0, 30.0, 40.0])
@pytest.mark.parametrize("outwards", [1.0, -1.0])
def test_who_turns_away_from_the_axis_has_turned_by_what_it_is_broader(turned: float, outwards: float) -> None:
    """To either side; a roof's far edge stands for its foot, so some degrees are left."""
    (deg,) = told_deg((30.0, 2.0 * outwards, turned * outwards))
    assert deg == pytest.approx(turned, abs=1.5 * ERROR_DEG)


def test_who_turns_towards_the_axis_has_turned_by_more_than_it_is_broader() -> None:
    """It is narrower first; what is told is never more than it has turned, beside the error."""
    for turned in (10.0, 20.0, 30.0, 40.0):
        (deg,) = told_deg((27.0, 3.0, -turned))
        assert deg is not None
        assert deg <= turned + ERROR_DEG


def test_of_a_box_that_the_side_cuts_no_more_is_told_than_is_seen() -> None:
    """Half of a car that drives along, at the picture's side, has not turned; half a car that turns tells less."""
    assert feet().cut_side(look(0, (24.0, 5.2, 0.0))) == 1
    (straight,) = told_deg((24.0, 5.2, 0.0))
    assert straight is not None
    assert straight < ERROR_DEG
    (turning,) = told_deg((24.0, 4.6, 40.0))
    assert turning is not None
    assert turning < 40.0


def test_what_cannot_be_told_is_not() -> None:
    """One box before the line is too few to say how broad it is; a camera straight above sees no far edge."""
    seen = looks((36.0, 0.0, 40.0))[2:]
    assert seen_at(feet(), seen, seen) == [None, None]
    flat = HiddenFoot.of(Place(camera(calibration=calibration())), LINE, SIZE_PX, SIZE_PX)
    assert flat is not None
    seen = looks((36.0, 0.0, 40.0))
    assert seen_at(flat, seen, seen) == [None] * 4


#: A turn to the picture's right, the left of its direction, that the border ends when it is 3.5 m aside.
TURN: tuple[Spot, ...] = ((38.0, 0.0, 3.0), (34.0, 0.7, 16.0), (30.5, 2.8, 33.0), (28.0, 5.1, 45.0))


def test_who_is_seen_broadside_need_not_be_beyond_all_that_a_calibration_errs() -> None:
    """One calibration has both ends of its way; of who is no broader than before the whole error is taken off."""
    turn = turn_of(looks(*TURN), TurnSettings(), 0.45, feet())
    assert turn is not None
    assert (turn.side, turn.last) == ("left", 6)
    assert turn.course_deg > 35.0
    assert turn.error_m < 0.3
    assert turn_of([narrow(one) for one in looks(*TURN)], TurnSettings(), 0.45, feet()) is None
    # A small way aside is none, however broad.
    slight = [(y, 0.6 * x, turned) for y, x, turned in TURN]
    assert turn_of(looks(*slight), TurnSettings(), 0.45, feet()) is None


def test_who_drove_out_by_the_side_does_not_turn_to_the_other() -> None:
    """From the lane at the picture's left it leaves there; the track goes on with who comes along farther right."""
    lane, along = -4.5, (50.0, 46.0, 42.0, 36.0, 29.0, 25.0)
    seen = [
        look(n, spot) for n, spot in enumerate([*((y, lane, 0.0) for y in along), (22.0, -2.0, 0.0), (20.0, 0.5, 0.0)])
    ]
    assert [feet().leaves_by(a, b) for a, b in pairwise(seen)] == [0, 0, 0, 0, -1, 0, 0]
    settings = TurnSettings(min_turn_deg=5.0, most_mps2=9.0)
    assert turn_of(seen, settings, 0.1, feet()) is None
    # The same places of a car whose box the side did not cut.
    whole = look(0, (25.0, 0.0, 0.0)).sight
    assert turn_of([*seen[:5], seen[5]._replace(sight=whole), *seen[6:]], settings, 0.1, feet()) is not None


def test_who_goes_aside_and_is_no_broader_has_changed_lanes() -> None:
    """Two lanes, 20 degrees off: with the whole error of both ends a turn, but for its breadth."""
    settings, slow = TurnSettings(), ((38.0, 0.0, 0.0), (35.0, 1.2, 0.0), (32.0, 2.8, 0.0), (29.0, 4.6, 0.0))
    changes = looks(*slow)
    assert turn_of(changes, settings, 0.3, feet()) is None
    turns = looks(*((y, x, 12.0 * n) for n, (y, x, _) in enumerate(slow)))
    assert turn_of(turns, settings, 0.3, feet()) is not None
    # Where its breadth before the line is not known nothing speaks against the turn.
    assert turn_of(changes[2:], settings, 0.3, feet()) is not None


def test_a_bus_that_changes_one_lane_does_not_turn() -> None:
    """3.5 m within 20 m at 36 km/h, 15 degrees off at most: 12 m of flank are as broad as a car's turn."""
    seen = []
    for n in range(8):
        y_m = 55.0 - 5.0 * n
        part = math.pi * min(max((40.0 - y_m) / 20.0, 0.0), 1.0)
        aside_m, turned = 1.75 * (1.0 - math.cos(part)), math.degrees(math.atan(1.75 * math.pi / 20.0 * math.sin(part)))
        seen.append(look(n, (y_m, aside_m, turned), BUS_M))
    told = [one for one in seen_at(feet(), seen, feet().placed(seen)[0]) if one is not None]
    assert max(one.least_deg for one in told) > 25.0
    assert turn_of(seen, TurnSettings(), 0.3, feet()) is not None
    assert turn_of(seen, TurnSettings(), 0.3, feet(), long=True) is None
    # A turn that its feet show is one.
    assert turn_of(looks(*TURN), TurnSettings(), 0.1, feet(), long=True) is not None


def test_one_broad_look_is_not_enough_for_a_smaller_error() -> None:
    """One box may be drawn around two vehicles: who is narrow again in the next look has changed lanes."""
    turning = looks(*TURN)
    assert turn_of(turning, TurnSettings(), 0.45, feet()) is not None
    assert turn_of([*turning[:-1], narrow(turning[-1])], TurnSettings(), 0.45, feet()) is None


def test_a_second_box_beyond_the_line_is_not_who_came_in_the_other_lane() -> None:
    """Its first look beyond the line is at an elder track's place, 0.6 m aside of where it came from."""
    turning = looks(*((y, x, turned) for y, x, turned in TURN))
    at = len(BEFORE)
    aside = turning[at]._replace(across_m=turning[at - 1].across_m - 0.6)
    assert turn_of([*turning[:at], aside, *turning[at + 1 :]], TurnSettings(), 0.45, feet()) is not None
    other = aside._replace(beside="b")
    assert turn_of([*turning[:at], other, *turning[at + 1 :]], TurnSettings(), 0.45, feet()) is None


def test_one_vehicle_does_not_leap_along() -> None:
    """Who slows down at the lower edge is not the one that is found six metres on."""
    way = [(-8.0, 0.0), (-4.0, 0.0), (0.5, -0.1), (5.0, -0.5), (8.0, -1.6), (9.5, -3.2), (11.0, -4.8)]
    sight = Sight(0, 0, 0, 0, 0, ["a"], [0.0, 0.0, 100.0, 100.0])
    turning = [Look(500_000 * n, along, across, False, sight) for n, (along, across) in enumerate(way)]
    assert turn_of(turning, TurnSettings(), 0.3) is not None
    leaps = [*turning[:-2], *(one._replace(along_m=one.along_m + 6.0) for one in turning[-2:])]
    assert turn_of(leaps, TurnSettings(), 0.3) is None


def test_a_second_box_at_the_line_is_no_vehicle_that_was_hidden_there() -> None:
    """Whoever is first seen at the line was in that lane before; not where an elder track's vehicle is."""
    way = [(2.0, 0.0), (6.0, -0.6), (9.0, -2.2), (11.0, -4.4)]
    sight = Sight(0, 0, 0, 0, 0, ["a"], [0.0, 0.0, 100.0, 100.0])
    hidden = [Look(500_000 * n, along, across, False, sight) for n, (along, across) in enumerate(way)]
    assert turn_of(hidden, TurnSettings(), 0.3) is not None
    assert turn_of([hidden[0]._replace(beside="b"), *hidden[1:]], TurnSettings(), 0.3) is None
