"""A vehicle whose box the picture's lower border cuts stands where its upper edge and its height say."""

from dataclasses import replace

import pytest

from processors.rules.place import Place
from processors.rules.sight import Sight
from processors.violations.hidden_foot import CAR_M, ERROR_RATIO, HiddenFoot
from processors.violations.stop_line import StopLine
from processors.violations.turn import turn_of
from processors.violations.turn_settings import TurnSettings
from processors.violations.way import Look
from tests.unit.processors.rules.street import calibration, camera
from tests.unit.processors.violations.oblique import block, oblique, pixel

#: Traffic comes towards the camera of oblique.py over a line 40 m before it.
LINE = StopLine("line", "", 0.0, -1.0, -40.0, -9.0, 9.0)
PLACE = Place(camera(calibration=oblique()))
#: A picture of 1000 pixels that ends where the road is 19 m away.
SIZE_PX = 1000


def look(y_m: float, n: int = 0, *, aside_px: float = 0.0, wider_px: float = 0.0, edge_px: float = SIZE_PX) -> Look:
    """Return the look at a car whose front is y_m before the camera, its box cut off at the picture's borders."""
    x1, y1, x2, y2 = block(y_m)
    x1, x2 = x1 + aside_px, x2 + aside_px + wider_px
    x1, x2 = max(x1, 0.0), min(x2, float(SIZE_PX))
    y2 = min(y2, edge_px)
    assert PLACE.ground is not None
    x, y = PLACE.ground.point_m((x1 + x2) / 2, y2)
    sight = Sight(0, 0, 0, 0, 0, ["a"], [x1, y1, x2, y2])
    return Look(500_000 * n, LINE.along_m(x, y), LINE.across_m(x, y), y2 >= SIZE_PX - 3.0, sight)


def feet(place: Place = PLACE) -> HiddenFoot:
    """Return the camera's."""
    found = HiddenFoot.of(place, LINE, SIZE_PX, SIZE_PX)
    assert found is not None
    return found


@pytest.mark.parametrize("y_m", [17.0, 15.0, 13.0])
def test_a_foot_below_the_border_is_placed_by_the_upper_edge(y_m: float) -> None:
    """Within its standard uncertainty of where the car is; by its box alone it would be metres farther away."""
    looks = [look(36.0, 0), look(32.0, 1), look(28.0, 2), look(y_m, 3)]
    placed, hidden = feet().placed(looks)
    assert hidden == [False, False, False, True]
    assert placed[:3] == looks[:3]
    assert 40.0 - placed[3].along_m == pytest.approx(y_m, rel=ERROR_RATIO)
    assert placed[3].along_m > looks[3].along_m + 1.0
    assert placed[3].cut


def test_a_box_that_ends_just_above_the_border_may_be_cut_as_well() -> None:
    """A detector draws the edge of a cut box some pixels off: the upper edge tells, and a whole one stays."""
    cut = look(17.0, 3, edge_px=985.0)
    assert not cut.cut
    before = [look(36.0, 0), look(32.0, 1), look(28.0, 2)]
    placed, hidden = feet().placed([*before, cut])
    assert hidden[3]
    assert 40.0 - placed[3].along_m == pytest.approx(17.0, rel=ERROR_RATIO)
    whole = [*before, look(25.0, 3)]
    assert feet().placed(whole) == (whole, [False] * 4)


def test_who_leaves_to_the_side_is_no_narrower_than_before() -> None:
    """The side cuts the box too: its middle is taken from the inner edge and the width it had."""
    before = [look(36.0, 0), look(32.0, 1), look(28.0, 2)]
    (*_, last), hidden = feet().placed([*before, look(18.0, 3, aside_px=350.0)])
    assert hidden[3]
    (*_, whole), _ = feet().placed([*before, look(18.0, 3, aside_px=200.0)])
    x1, _, x2, _ = block(18.0)
    middle = (x1 + x2) / 2 - 500.0
    # Traffic's right is the picture's left, so a place farther to the picture's right is farther to the left.
    expected_m = whole.across_m * (middle + 350.0) / (middle + 200.0)
    assert last.across_m == pytest.approx(expected_m, rel=ERROR_RATIO)
    left = x1 + 350.0
    assert abs(last.across_m) > abs(whole.across_m) * ((left + 1000.0) / 2 - 500.0) / (middle + 200.0)


@pytest.mark.parametrize(
    "looks",
    [
        pytest.param([look(17.0)], id="no whole box before tells its height"),
        pytest.param([look(17.0, 0), look(16.0, 1)], id="nor a cut one"),
    ],
)
def test_without_a_whole_box_it_stays(looks: list[Look]) -> None:
    """Nothing tells how tall it is."""
    assert feet().placed(looks) == (looks, [False] * len(looks))


def test_without_perspective_or_calibration_nothing_is_placed() -> None:
    """A camera straight above sees no heights; one without a calibration sees no ground."""
    flat = Place(camera(calibration=calibration()))
    looks = [look(36.0, 0), look(32.0, 1), look(17.0, 2)]
    assert feet(flat).placed(looks) == (looks, [False] * 3)
    assert HiddenFoot.of(Place(camera(calibration=None)), LINE, SIZE_PX, SIZE_PX) is None
    assert HiddenFoot.of(PLACE, LINE, 0, SIZE_PX) is None


def test_a_picture_of_another_size_is_the_same_place() -> None:
    """Boxes are of the picture that was looked at, half as large here as the registry's."""
    looks = [look(36.0, 0), look(32.0, 1), look(28.0, 2), look(17.0, 3)]
    small = [replace_sight(one, [edge / 2 for edge in one.sight.boxes_xyxy_px]) for one in looks]
    half = replace(feet(), width_px=500, height_px=500, columns=2.0, rows=2.0)
    assert half == HiddenFoot.of(PLACE, LINE, 500, 500)
    placed, hidden = half.placed(small)
    assert hidden == [False, False, False, True]
    assert placed[3].along_m == pytest.approx(feet().placed(looks)[0][3].along_m, abs=0.01)


def replace_sight(one: Look, box_xyxy_px: list[float]) -> Look:
    """Return a look with another box."""
    return one._replace(sight=one.sight._replace(boxes_xyxy_px=box_xyxy_px))


def turning(*places_m: tuple[float, float]) -> list[Look]:
    """Return the looks at a car at (before the camera, to the picture's right), metres, every half second."""
    return [
        look(y, n, aside_px=pixel(x, y, 0.0)[0] - pixel(0.0, y, 0.0)[0]) for n, (y, x) in enumerate(places_m)
    ]  # fmt: skip


def broader(one: Look) -> Look:
    """Return a look whose box is half as broad again around its middle."""
    x1, y1, x2, y2 = one.sight.boxes_xyxy_px
    return replace_sight(one, [x1 - (x2 - x1) / 4, y1, x2 + (x2 - x1) / 4, y2])


def test_a_turn_is_seen_below_the_border_and_a_change_of_lanes_is_none_there() -> None:
    """That far beyond the line a lane's width aside is no proof: the last two steps are 20 degrees off, or not.

    One step of a hidden foot is not enough.
    """
    before = ((44.0, 2.0), (41.0, 2.0), (37.0, 2.0), (33.0, 1.9))
    way = turning(*before, (29.0, 1.4), (25.5, 0.3), (22.0, -1.0), (17.5, -2.9))
    # One that is no broader than before drives along.
    assert turn_of(way, TurnSettings(), 0.3, feet()) is None
    turn = turn_of([*way[:-1], broader(way[-1])], TurnSettings(), 0.3, feet())
    assert turn is not None
    # The picture's left is the right of those who come.
    assert (turn.side, turn.last) == ("right", 7)
    assert turn.aside_m == pytest.approx(4.9, abs=0.4)
    changes = turning(*before, (29.0, 1.2), (25.0, 0.0), (21.0, -1.1), (17.0, -1.9), (13.0, -2.2))
    assert turn_of(changes, TurnSettings(), 0.3, feet()) is None
    late = turning(*before, (29.0, 1.8), (25.0, 1.4), (21.0, 0.8), (17.0, -0.8))
    assert feet().placed(late)[1][-1]
    assert turn_of(late, TurnSettings(min_aside_m=1.0), 0.3, feet()) is None


def test_the_length_taken_off_is_a_cars() -> None:
    """The blocks of these tests are as long as what the rule takes a car for."""
    assert pytest.approx(4.5) == CAR_M
