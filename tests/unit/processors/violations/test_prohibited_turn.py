"""A prohibited turn goes to a side that a sign forbids at that time, by one vehicle that the sign binds."""

from collections.abc import Sequence
from dataclasses import replace

import pytest

from processors.rules.place import Place
from processors.rules.sight import Sight
from processors.violations.rules.prohibited_turn import may_be_bus
from processors.violations.turn_signs import turn_signs_of
from processors.violations.upright import Upright
from processors.violations.way import Look
from schemas.messages import Analysis, Camera, RuleSetting, Tracks, Violation
from tests.unit.processors.rules.street import calibration, zone
from tests.unit.processors.violations.junction import found
from tests.unit.processors.violations.oblique import CAR_M, block, oblique
from tests.unit.processors.violations.turns import JUNCTION, TURN, driving, mirrored

#: The seconds of these tests are at 13:53:20 in Almaty, 9 October 2025.
NOON_H = 13.0
BUS, TRUCK = 5, 7


def signed(**signs: float) -> Camera:
    """Return the junction's camera with these signs at its stop line."""
    zones = [
        replace(one, limits={**one.limits, **signs}) if one.kind == "stop_line" else one
        for one in JUNCTION.zones
    ]  # fmt: skip
    return replace(JUNCTION, zones=zones)


NO_LEFT = signed(no_left_turn=1.0)


def of_class(messages: Sequence[Tracks], track_class: int) -> list[Tracks]:
    """Return the seconds with the vehicle as one of another class."""
    return [replace(one, track_class=[track_class] * len(one.track_class)) for one in messages]


def turns(messages: Sequence[Tracks], place: Camera) -> list[Violation]:
    """Return what is proposed, which is nothing but forbidden turns."""
    proposed = found(messages, place)
    assert {one.kind for one in proposed} <= {"prohibited_turn"}
    return proposed


@pytest.mark.parametrize(
    ("lane", "aside_m", "sign", "side"),
    [
        (2, TURN, "no_left_turn", "left"),
        (0, TURN, "no_left_turn", "left"),
        (0, mirrored(TURN), "no_right_turn", "right"),
        (2, mirrored(TURN), "no_right_turn", "right"),
    ],
)
def test_a_turn_to_the_forbidden_side_is_proposed_once(
    lane: int, aside_m: Sequence[float], sign: str, side: str
) -> None:
    """From whichever lane, and then as no turn from the wrong lane beside it; with the first way that proves it."""
    (one,) = found(driving(lane, aside_m), signed(**{sign: 1.0}))
    assert (one.kind, one.unit, one.limit, one.zone_id) == ("prohibited_turn", "m", 2.4, "stop-line")
    assert one.measured == pytest.approx(4.4)
    assert one.measures["to_left"] == float(side == "left")
    assert f"Turns {side} where a sign forbids it: 4.4 m aside" in one.summary
    assert [article.code for article in one.articles] == ["KoAP 601"]
    assert [(e.role, e.sequence) for e in one.evidence] == [("onset", 1), ("peak", 3)]


def test_a_turn_to_the_other_side_and_the_way_straight_on_are_none() -> None:
    """To the right from its lane, straight on, and straight on with a change of lanes."""
    change = (0.0, 0.0, 0.0, 0.0, 0.2, 0.9, 2.0, 2.9, 3.4, 3.5, 0.0, 0.0)
    fronts = (-12.0, -8.0, -4.0, -0.5, 3.5, 7.5, 11.5, 15.5, 19.5, 23.5, None, None)
    assert turns(driving(0, mirrored(TURN)), NO_LEFT) == []
    assert turns(driving(2, [0.0] * 12), NO_LEFT) == []
    assert turns(driving(1, change, fronts), NO_LEFT) == []


def test_a_turn_whose_interval_reaches_the_way_straight_on_proves_nothing() -> None:
    """Seven metres aside are no turn for sure where a place is uncertain by two."""
    unsure = replace(NO_LEFT, calibration=calibration(position_error_m=2.0))
    assert turns(driving(2, TURN), unsure) == []


def test_a_turn_into_a_yard_before_the_line_is_none() -> None:
    """Who leaves the street before the line never passes it."""
    fronts = (-18.0, -16.0, -14.0, -12.5, -11.5, -11.0, -11.0, -11.0, -11.0, None, None, None)
    assert turns(driving(0, mirrored(TURN), fronts), signed(no_right_turn=1.0)) == []


@pytest.mark.parametrize(
    ("hours", "proposed"),
    [
        ((NOON_H, 14.0), True),
        ((20.0, 14.0), True),
        ((0.0, 24.0), True),
        ((7.0, 10.0), False),
        ((14.0, 20.0), False),
        # the turn is at 13:53:22 to 13:53:24; the clock may be wrong by five seconds
        ((13.0 + (53 * 60 + 20) / 3600, 14.0), False),
        ((13.0, 13.0 + (53 * 60 + 27) / 3600), False),
        ((13.0 + (53 * 60 + 10) / 3600, 13.0 + (53 * 60 + 40) / 3600), True),
    ],
)
def test_a_sign_with_hours_holds_in_them_alone(hours: tuple[float, float], *, proposed: bool) -> None:
    """The whole turn, wider by the clock's error, must lie within; hours may go over midnight."""
    place = signed(no_left_turn=1.0, no_turn_from_h=hours[0], no_turn_to_h=hours[1])
    assert bool(turns(driving(2, TURN), place)) is proposed


def test_the_margin_of_the_hours_has_a_name_of_its_own() -> None:
    """A zone's limit `clock_error_s` is the clock's against the controller's, of `red_light` at the same line."""
    until = {"no_left_turn": 1.0, "no_turn_from_h": 13.0, "no_turn_to_h": 13.0 + (53 * 60 + 27) / 3600}
    kinds = [
        [one.kind for one in found(driving(0, TURN), signed(**until, **margin))]
        for margin in ({"hours_margin_s": 0.1}, {"clock_error_s": 0.1}, {"hours_margin_s": 30.0})
    ]
    assert kinds == [["prohibited_turn"], [], []]


def test_the_hours_are_named_where_they_matter() -> None:
    """In the sentence and among the measurements, for the officer."""
    (one,) = turns(driving(2, TURN), signed(no_left_turn=1.0, no_turn_from_h=7.0, no_turn_to_h=14.0))
    assert "forbids it from 7 to 14 h" in one.summary
    assert (one.measures["no_turn_from_h"], one.measures["no_turn_to_h"]) == (7.0, 14.0)


def test_out_of_a_signs_hours_a_turn_is_judged_by_its_lane_again() -> None:
    """One manoeuvre is one offence: prohibited_turn within the hours, wrong_lane out of them, neither where unsure."""
    within, without = (13.0, 14.0), (7.0, 10.0)
    unsure = (13.0, 13.0 + (53 * 60 + 26) / 3600)
    kinds = [
        [one.kind for one in found(driving(0, TURN), signed(no_left_turn=1.0, no_turn_from_h=a, no_turn_to_h=b))]
        for a, b in (within, without, unsure)
    ]
    assert kinds == [["prohibited_turn"], ["wrong_lane"], []]


@pytest.mark.parametrize(
    "place",
    [
        signed(no_left_turn=1.0, prohibited_turn=0.0),
        replace(NO_LEFT, rules=[RuleSetting("prohibited_turn", False, {})]),
    ],
)
def test_where_the_rule_is_off_its_sign_keeps_no_turn_from_its_lane(place: Camera) -> None:
    """Off at the zone or on the camera: nobody else speaks of the turn, so the lane does."""
    assert [one.kind for one in found(driving(0, TURN), place)] == ["wrong_lane"]


@pytest.mark.parametrize("track_class", [BUS, TRUCK])
def test_who_is_not_bound_by_the_sign_is_judged_by_its_lane(track_class: int) -> None:
    """A bus may turn there, but not from any lane; once it was taken for a car, the sign may have had its say."""
    messages = driving(0, TURN)
    assert [one.kind for one in found(of_class(messages, track_class), NO_LEFT)] == ["wrong_lane"]
    bound = signed(no_left_turn=1.0, no_turn_buses=1.0)
    assert [one.kind for one in found(of_class(messages, track_class), bound)] == ["prohibited_turn"]
    assert found([*messages[:2], *of_class(messages[2:], track_class)], NO_LEFT) == []
    late = found([*messages[:4], *of_class(messages[4:], track_class)], NO_LEFT)
    assert [one.kind for one in late] == ["prohibited_turn"]


@pytest.mark.parametrize(("track_class", "bound"), [(BUS, 1.0), (TRUCK, 1.0), (2, 0.0), (3, 0.0)])
def test_who_is_bound_by_the_sign_is_proposed(track_class: int, bound: float) -> None:
    """A bus where the zone says so; cars and motorcycles everywhere."""
    place = signed(no_left_turn=1.0, no_turn_buses=bound)
    assert len(turns(of_class(driving(2, TURN), track_class), place)) == 1


@pytest.mark.parametrize("track_class", [BUS, TRUCK])
def test_buses_and_what_may_be_one_are_let_through(track_class: int) -> None:
    """By default vehicles on a route need not keep to such a sign, and a lorry is easily taken for a bus."""
    assert turns(of_class(driving(2, TURN), track_class), NO_LEFT) == []


@pytest.mark.parametrize("track_class", [BUS, TRUCK])
def test_a_bus_that_is_called_a_car_in_its_turn_is_let_through(track_class: int) -> None:
    """A doubled box of it goes on as a car's; what was a bus, or taken for like one, before the line is one beyond."""
    messages = driving(2, TURN)
    assert turns([*of_class(messages[:2], track_class), *messages[2:]], NO_LEFT) == []
    assert turns([*of_class(messages[:3], track_class), *messages[3:]], NO_LEFT) == []


def test_what_is_as_tall_as_a_bus_is_let_through_whatever_it_was_voted() -> None:
    """A bus that was hidden until the line may be voted a car for all of its way; its height tells, and a car's."""
    view = Upright.of(Place(replace(NO_LEFT, calibration=oblique())), 1000, 1000)
    sight = Sight(0, 0, 0, 0, 0, ["a"], [])

    def looks(size: tuple[float, float, float]) -> list[Look]:
        boxes = [block(y_m, size) for y_m in (40.0, 34.0, 28.0)]
        return [Look(0, 0.0, 0.0, False, sight._replace(boxes_xyxy_px=list(box))) for box in boxes]

    bus, car = looks((12.0, 2.5, 3.0)), looks(CAR_M)
    assert may_be_bus(bus, view, 2.3)
    assert not may_be_bus(car, view, 2.3)
    # Boxes that the border cuts off show no height, and neither does a camera without a view.
    assert not may_be_bus([one._replace(cut=True) for one in bus], view, 2.3)
    assert not may_be_bus(bus, None, 2.3)


def test_who_was_hidden_before_the_line_is_judged_from_the_line_on() -> None:
    """It drives on along the approach from there and turns then; who goes across there came from elsewhere."""
    hidden = [None, None, None, None, 1.0, 5.0, 8.5, 11.0, 13.0, None, None, None]
    aside = (0.0, 0.0, 0.0, 0.0, 0.0, 0.4, 1.8, 4.0, 6.6, 0.0, 0.0, 0.0)
    assert len(turns(driving(2, aside, hidden), NO_LEFT)) == 1
    across = (0.0, 0.0, 0.0, 0.0, 0.0, 1.5, 3.0, 4.5, 6.6, 0.0, 0.0, 0.0)
    assert turns(driving(2, across, [None] * 4 + [1.0, 1.5, 2.0, 2.5, 3.0, None, None, None]), NO_LEFT) == []


def test_a_track_that_goes_over_to_another_vehicle_is_none() -> None:
    """In one step to a neighbour, at once to the speed of the cross street, after two missing looks."""
    assert turns(driving(2, (*[0.0] * 6, 3.5, 7.0, 7.0, 0.0, 0.0, 0.0)), NO_LEFT) == []
    assert turns(driving(2, (*[0.0] * 6, 2.6, 5.2, 7.8, 0.0, 0.0, 0.0)), NO_LEFT) == []
    missing = (-12.0, -8.0, -4.0, -0.5, 3.5, None, None, 12.0, 13.5, None, None, None)
    assert turns(driving(2, TURN, missing), NO_LEFT) == []


def test_one_missing_look_is_made_up_for() -> None:
    """Unlike for a lane it need not be known between which looks of a turn the vehicle left its own."""
    missing = (-12.0, -8.0, -4.0, -0.5, 3.5, None, 10.0, 12.0, 13.5, None, None, None)
    assert len(turns(driving(2, TURN, missing), NO_LEFT)) == 1


def test_a_track_that_breaks_after_the_turn_was_proven_is_no_second_offence() -> None:
    """The same vehicle goes on under another name, farther aside than before."""
    fronts = (-12.0, -8.0, -4.0, -0.5, 3.5, 7.0, 10.0, 12.0, None, None, None, None)
    aside = (0.0, 0.0, 0.0, 0.0, 0.8, 2.2, 4.4, 7.0, 9.8, 12.6, 0.0, 0.0)
    first = driving(2, aside, fronts, "a")[:4]
    then = driving(2, aside, (*[None] * 8, 13.5, 14.0, None, None), "b")[4:]
    (one,) = turns([*first, *then], NO_LEFT)
    assert one.track_id == "a"


@pytest.mark.parametrize(
    "place",
    [
        JUNCTION,
        signed(no_left_turn=0.0),
        signed(no_left_turn=1.0, prohibited_turn=0.0),
        replace(NO_LEFT, calibration=None),
        replace(NO_LEFT, calibration=calibration(version=9)),
        replace(NO_LEFT, analysis=Analysis(False, 1.0, 5.0, 0.3, [])),
    ],
)
def test_without_all_it_needs_nothing_is_proposed(place: Camera) -> None:
    """A sign, the rule in force, a calibration of that very version, enforcement."""
    assert turns(driving(2, TURN), place) == []


@pytest.mark.parametrize(
    "hours",
    [
        {"no_turn_from_h": 7.0},
        {"no_turn_to_h": 14.0},
        {"no_turn_from_h": 7.0, "no_turn_to_h": 25.0},
        {"no_turn_from_h": 7.0, "no_turn_to_h": 7.0},
        {"no_turn_from_h": 24.0, "no_turn_to_h": 0.0},
    ],
)
def test_half_a_pair_of_hours_and_an_empty_one_prove_nothing_and_are_named(hours: dict[str, float]) -> None:
    """They hold at an unknown time, and the whole day is from 0 to 24; a sentence says what was found where, once."""
    entry = signed(no_left_turn=1.0, **hours)
    assert turns(driving(2, TURN), entry) == []
    place = Place(entry)
    line = next(one for one in place.zones if one.kind == "stop_line")
    assert [turn_signs_of(place, line) for _ in range(2)] == [None, None]
    (problem,) = place.problems
    assert "zone stop-line: no_turn_from_h is" in problem
    assert "expected two different hours from 0 to 24 (0 and 24: the whole day), or neither" in problem


def test_it_goes_on_from_its_bytes() -> None:
    """The state through its bytes after each second gives the same messages as one batch."""
    whole = found(driving(2, TURN), NO_LEFT)
    assert len(whole) == 1
    assert found(driving(2, TURN), NO_LEFT, at_once=False) == whole


@pytest.mark.parametrize(
    ("days", "kind"),
    [
        ({"no_turn_on_working_days": 1.0}, "prohibited_turn"),
        ({"no_turn_on_thursday": 1.0, "no_turn_on_sunday": 1.0}, "prohibited_turn"),
        ({"no_turn_on_days_off": 1.0}, "wrong_lane"),
        ({"no_turn_on_working_days": 0.0, "no_turn_on_friday": 1.0}, "wrong_lane"),
    ],
)
def test_a_sign_with_days_holds_on_them_alone(days: dict[str, float], kind: str) -> None:
    """The turn is on a Thursday, a working day: on a day on which the sign does not hold, its lane decides."""
    (one,) = found(driving(0, TURN), signed(no_left_turn=1.0, no_turn_from_h=7.0, no_turn_to_h=14.0, **days))
    assert one.kind == kind


def test_the_days_are_named_where_they_matter() -> None:
    """In the sentence and among the measurements, for the officer, also without hours."""
    days = {"no_turn_on_days_off": 1.0, "no_turn_on_thursday": 1.0, "no_turn_on_friday": 0.0}
    (one,) = turns(driving(2, TURN), signed(no_left_turn=1.0, **days))
    assert "forbids it on days off, Thursday: " in one.summary
    assert {name: one.measures.get(name) for name in days} == {**days, "no_turn_on_friday": None}


def test_a_sign_at_another_kind_of_zone_is_not_read() -> None:
    """Only a stop line's: elsewhere nobody is seen to pass a line."""
    place = replace(JUNCTION, zones=[*JUNCTION.zones, zone("road", "roadway", heading_deg=180.0, no_left_turn=1.0)])
    assert turns(driving(2, TURN), place) == []
