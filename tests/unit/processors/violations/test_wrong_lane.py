"""Wrong lane is a turn from a lane that does not lead there, driven by one vehicle that was seen in that lane."""

from collections.abc import Sequence
from dataclasses import replace

import pytest

from processors.rules.sight import Sight
from processors.violations.turn import turn_of
from processors.violations.turn_settings import TurnSettings
from processors.violations.way import Look
from schemas.messages import Analysis, Camera
from tests.unit.processors.rules.street import calibration, zone
from tests.unit.processors.violations.film import both
from tests.unit.processors.violations.junction import APPROACH, found
from tests.unit.processors.violations.turns import JUNCTION, TURN, driving, lane, mirrored


@pytest.mark.parametrize(
    ("number", "aside_m", "side", "leads"), [(0, TURN, "left", 2.0), (2, mirrored(TURN), "right", 0.0)]
)
def test_a_turn_across_the_other_lanes_is_proposed_once(
    number: int, aside_m: Sequence[float], side: str, leads: float
) -> None:
    """Left from the rightmost lane, right from the leftmost: the look farthest aside, the last one before the line."""
    (one,) = found(driving(number, aside_m), JUNCTION)
    assert (one.kind, one.unit, one.zone_id) == ("wrong_lane", "lane", "stop-line")
    assert (one.measured, one.limit) == (float(number), leads)
    assert one.measures["aside_m"] == pytest.approx(7.0)
    assert one.measures["course_deg"] > 25.0
    assert f"Turns {side} from lane {number}" in one.summary
    assert [article.code for article in one.articles] == ["KoAP 601", "KoAP 596.2"]
    assert [(e.role, e.sequence) for e in one.evidence] == [("onset", 1), ("peak", 4)]


@pytest.mark.parametrize(("number", "aside_m"), [(2, TURN), (0, mirrored(TURN))])
def test_a_turn_from_the_lane_that_leads_there_is_none(number: int, aside_m: Sequence[float]) -> None:
    """Left from the leftmost, right from the rightmost."""
    assert found(driving(number, aside_m), JUNCTION) == []


def test_a_lane_change_and_the_way_straight_on_are_none() -> None:
    """Three and a half metres aside within two seconds at 29 km/h, or nothing."""
    change = (0.0, 0.0, 0.0, 0.0, 0.2, 0.9, 2.0, 2.9, 3.4, 3.5, 0.0, 0.0)
    fronts = (-12.0, -8.0, -4.0, -0.5, 3.5, 7.5, 11.5, 15.5, 19.5, 23.5, None, None)
    assert found(driving(0, change, fronts), JUNCTION) == []
    assert found(driving(0, [0.0] * 12), JUNCTION) == []


def test_a_track_that_goes_over_to_another_vehicle_is_none() -> None:
    """In one step to a neighbour, at once to the speed of the cross street, after a missing look, or back first."""
    assert found(driving(0, (*[0.0] * 6, 3.5, 7.0, 7.0, 0.0, 0.0, 0.0)), JUNCTION) == []
    assert found(driving(0, (*[0.0] * 6, 2.6, 5.2, 7.8, 0.0, 0.0, 0.0)), JUNCTION) == []
    missing = (-12.0, -8.0, -4.0, -0.5, 3.5, None, None, 12.0, 13.5, None, None, None)
    assert found(driving(0, TURN, missing), JUNCTION) == []
    assert found(driving(1, (*[0.0] * 4, -0.6, -1.4, -1.0, 0.6, 2.8, 0.0, 0.0, 0.0)), JUNCTION) == []


def test_one_look_may_be_missing_where_the_vehicle_is_found_again() -> None:
    """Where its speed brings it, and not as far aside as the next lane's traffic; two looks are too many (above)."""
    missing = (-12.0, -8.0, -4.0, -0.5, 3.5, None, 10.0, 12.0, 13.5, None, None, None)
    assert len(found(driving(0, TURN, missing), JUNCTION)) == 1
    assert found(driving(0, (*[0.0] * 4, 0.2, 0.8, 3.6, 5.6, 8.0, 0.0, 0.0, 0.0), missing), JUNCTION) == []
    elsewhere = (-12.0, -8.0, -4.0, -0.5, 3.5, None, 5.0, 8.0, 10.5, None, None, None)
    assert found(driving(0, TURN, elsewhere), JUNCTION) == []


def test_who_was_hidden_before_the_line_and_is_found_at_it_came_from_that_lane() -> None:
    """Two metres beyond it a turn has hardly begun; farther on it may come from another lane."""
    turn = (*[0.0] * 5, 0.1, 0.9, 2.4, 4.6, 7.2, 0.0, 0.0)
    at_line = (-20.0, -16.0, None, None, None, 1.5, 5.5, 9.0, 11.5, 13.0, None, None)
    (one,) = found(driving(0, turn, at_line), JUNCTION)
    assert one.measured == 0.0
    never = (None, None, None, None, None, 1.5, 5.5, 9.0, 11.5, 13.0, None, None)
    assert len(found(driving(0, turn, never), JUNCTION)) == 1
    beyond = (-20.0, -16.0, None, None, None, None, 5.5, 9.0, 11.5, 13.0, None, None)
    assert found(driving(0, turn, beyond), JUNCTION) == []


@pytest.mark.parametrize(
    ("fronts", "aside_m"),
    [
        pytest.param((2.5,) * 5, (0.0, 2.0, 4.2, 6.4, 8.6), id="across, 2.5 m beyond the line"),
        pytest.param((1.0,) * 5, (0.0, 4.0, 8.0, 12.0, 16.0), id="across, fast, 1 m beyond it"),
        pytest.param((2.0, 2.5, 3.0, 3.5, 4.0), (0.0, 3.0, 6.0, 9.0, 12.0), id="pulls out slowly"),
        pytest.param((1.0, 2.5, 4.0, 5.5, 7.0), (0.0, 2.0, 4.0, 6.0, 8.0), id="more across than along"),
    ],
)
def test_who_is_first_seen_at_the_line_and_does_not_drive_along_came_from_elsewhere(
    fronts: Sequence[float], aside_m: Sequence[float]
) -> None:
    """The cross street's traffic close to the line, and who pulls out there, never was in a lane of the approach."""
    unseen = [None] * 5
    way = driving(0, (*[0.0] * 5, *aside_m, 0.0, 0.0), (*unseen, *fronts, None, None))
    assert found(way, JUNCTION) == []
    # The same place, but seen in the lane and then hidden: as little is known of where that one went.
    hidden = driving(0, (*[0.0] * 5, *aside_m, 0.0, 0.0), (-20.0, -16.0, None, None, None, *fronts, None, None))
    assert found(hidden, JUNCTION) == []


def test_a_broken_track_goes_on_where_one_vehicle_can_have_driven() -> None:
    """The box changes its form in a turn: the track that begins where the lost one would be is the same vehicle."""
    before, after = (-12.0, -8.0, -4.0, -0.5, 3.5, 7.0), (10.0, 12.0, 13.5, None, None, None)
    first, then = driving(0, TURN[:6], before, "a"), driving(0, TURN, (*[None] * 6, *after), "b")
    (one,) = found([*first, *then[3:]], JUNCTION)
    assert one.track_id == "b"
    assert one.evidence[0].track_ids == ["a"]
    # A second box that was seen before, and was hidden since, goes on as well.
    seen = driving(0, [0.0] * 12, (-13.0, -9.0, *[None] * 10), "b")
    again = [both(one, other) for one, other in zip(first, seen[:3], strict=True)]
    assert [violation.track_id for violation in found([*again, *then[3:]], JUNCTION)] == ["b"]
    # A second box beside the last one of the lost track, aside of it: what that one shows comes first.
    doubled = driving(0, (*[0.0] * 5, 1.6, *TURN[6:]), (*[None] * 5, 7.0, *after), "b")
    side_by_side = [*first[:2], both(first[2], doubled[2]), *doubled[3:]]
    assert [violation.track_id for violation in found(side_by_side, JUNCTION)] == ["b"]
    # So far aside in the same picture it is no second box, but who drives there; nearer it is one.
    early = driving(0, TURN[1:6], before[1:], "a")
    for aside_m, proposed in ((3.1, 0), (1.6, 1)):
        beside = driving(0, (*[0.0] * 4, aside_m, *TURN[6:]), (*[None] * 4, 7.0, *after), "b")
        assert len(found([*early[:2], both(early[2], beside[2]), *beside[3:]], JUNCTION)) == proposed
    far = driving(0, [aside + 6.0 for aside in TURN], (*[None] * 6, *after), "b")
    assert found([*first, *far[3:]], JUNCTION) == []


def test_a_track_that_breaks_after_the_turn_was_proven_is_no_second_offence() -> None:
    """The same vehicle goes on under another name, farther aside; the first name keeps its best."""
    fronts = (-12.0, -8.0, -4.0, -0.5, 3.5, 7.0, 10.0, 12.0, None, None, None, None)
    aside = (0.0, 0.0, 0.0, 0.0, 0.8, 2.2, 4.4, 7.0, 9.8, 12.6, 0.0, 0.0)
    first = driving(0, aside, fronts, "a")[:4]
    then = driving(0, aside, (*[None] * 8, 13.5, 14.0, None, None), "b")[4:]
    (one,) = found([*first, *then], JUNCTION)
    assert one.track_id == "a"
    assert one.measures["aside_m"] == pytest.approx(7.0)
    assert found([*first, *then], JUNCTION, at_once=False) == [one]
    # Of two names in the second that proves it the one that goes on is proposed, and no other.
    until, on = (*fronts[:7], *[None] * 5), (*[None] * 7, 12.0, 13.5, 14.0, None, None)
    pairs = zip(driving(0, aside, until, "a"), driving(0, aside, on, "b"), strict=True)
    assert [violation.track_id for violation in found([both(x, y) for x, y in pairs], JUNCTION)] == ["b"]


def test_a_lane_that_is_not_sure_proves_nothing() -> None:
    """On the border of two lanes; with a place that is uncertain by metres."""
    assert found(driving(0, [one + 1.75 for one in TURN]), JUNCTION) == []
    assert found(driving(0, TURN), replace(JUNCTION, calibration=calibration(position_error_m=2.0))) == []


def test_where_no_lane_leads_there_it_is_another_offence() -> None:
    """Then the turn as such is forbidden, whatever the lane."""
    zones = [replace(one, limits={**one.limits, "left": 0.0}) for one in JUNCTION.zones]
    assert found(driving(0, TURN), replace(JUNCTION, zones=zones)) == []


@pytest.mark.parametrize(
    ("heading_deg", "corners"),
    [
        pytest.param(90.0, (35, 500, 70, 500, 70, 800, 35, 800), id="of the street that crosses"),
        pytest.param(180.0, (35, 100, 70, 100, 70, 400, 35, 400), id="before the next line"),
    ],
)
def test_lanes_of_another_approach_are_not_this_lines(heading_deg: float, corners: Sequence[float]) -> None:
    """Left from the middle lane, which has a zone only of another approach that allows no left turn: not to be told."""
    other = zone("other", "turn_lane", corners, heading_deg, lane=1.0, left=0.0, straight=1.0, right=1.0)
    own = [one for one in JUNCTION.zones if one.zone_id != "lane-1"]
    mine = replace(other, heading_deg=180.0, polygon_px=list(lane(1).polygon_px))
    assert len(found(driving(1, TURN), replace(JUNCTION, zones=[*own, mine]))) == 1
    assert found(driving(1, TURN), replace(JUNCTION, zones=[*own, other])) == []


@pytest.mark.parametrize(
    "place",
    [
        APPROACH,
        replace(JUNCTION, calibration=None),
        replace(JUNCTION, calibration=calibration(version=9)),
        replace(JUNCTION, analysis=Analysis(False, 1.0, 5.0, 0.3, [])),
        replace(JUNCTION, zones=JUNCTION.zones[1:]),
    ],
)
def test_without_all_it_needs_nothing_is_proposed(place: Camera) -> None:
    """Lanes, a calibration of that very version, enforcement, a stop line."""
    assert found(driving(0, TURN), place) == []


def test_it_goes_on_from_its_bytes() -> None:
    """The state through its bytes after each second gives the same messages as one batch."""
    messages = driving(0, TURN)
    whole = found(messages, JUNCTION)
    assert len(whole) == 1
    assert found(messages, JUNCTION, at_once=False) == whole


def looks(*places: tuple[float, float, bool]) -> list[Look]:
    """Return looks every half second at (beyond the line, to the right, cut); boxes are 100 pixels high."""
    sight = Sight(0, 0, 0, 0, 0, ["a"], [0.0, 0.0, 100.0, 100.0])
    return [Look(500_000 * n, along, across, cut, sight) for n, (along, across, cut) in enumerate(places)]


def test_a_rest_of_a_box_at_the_pictures_edge_shows_no_place() -> None:
    """Of a car whose roof alone is left in the picture the foot can be anywhere: nothing is made of it."""
    way = looks(
        (-8.0, 0.0, False), (-4.0, 0.0, False), (1.0, -0.2, False), (5.0, -1.0, False), (8.5, -2.2, False),
        (12.0, -5.2, True),
    )  # fmt: skip
    assert turn_of(way, TurnSettings(), 0.3) is not None
    roof = way[-1].sight._replace(boxes_xyxy_px=[0.0, 0.0, 100.0, 20.0])
    assert turn_of([*way[:-1], way[-1]._replace(sight=roof)], TurnSettings(), 0.3) is None


def test_who_goes_aside_and_straight_on_again_or_stands_does_not_turn() -> None:
    """A change to the next lane, and one more step aside after it; the slide of a foot that stands in the junction."""
    steps = ((1.5, 0.0, False), (3.0, -1.7, False), (5.0, -3.1, False), (8.0, -3.2, False), (10.5, -3.2, False))
    changes = looks((-8.0, 0.0, False), (-4.0, 0.0, False), *steps, (12.0, -5.4, False))
    assert turn_of(changes, TurnSettings(), 0.3) is None
    stands = [(10.0, -3.0 - 0.3 * n, False) for n in range(5)]
    assert (
        turn_of(looks((-4.0, 0.0, False), (2.0, -1.0, False), (6.0, -2.1, False), *stands), TurnSettings(), 0.3) is None
    )


def test_what_the_pictures_edge_cuts_off_does_not_make_a_turn() -> None:
    """A cut box's foot stands still: its step aside is held against the way that its speed allows, not against that."""
    before = ((-8.0, 0.0, False), (-4.0, 0.0, False))
    settings = TurnSettings()
    drifting = looks(*before, (2.0, -0.6, False), (8.0, -1.8, False), (12.0, -3.2, True), (12.0, -4.6, True))
    assert turn_of(drifting, settings, 0.3) is None
    # At the edge the foot is nearer than it seems, and so its place nearer to the axis of the camera: here at 3.5 m.
    off = [one._replace(across_m=one.across_m + 3.5) for one in drifting]
    wide = [*off[:-1], off[-1]._replace(across_m=-0.5)]
    assert turn_of(wide, TurnSettings(min_turn_deg=0.0), 0.3) is not None
    assert turn_of(wide, TurnSettings(min_turn_deg=0.0, min_aside_m=3.1), 0.3) is None
    turning = looks(*before, (0.5, -0.1, False), (4.0, -1.2, False), (6.5, -3.6, True), (6.5, -6.4, True))
    turn = turn_of(turning, settings, 0.3)
    assert turn is not None
    assert (turn.side, turn.before, turn.last) == ("left", 1, 5)
    # The picture's side cuts it off later: the look that shows most holds.
    assert turn_of([*turning, *looks((6.5, -6.6, True))], settings, 0.3) == turn
