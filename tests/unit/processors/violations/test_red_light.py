"""Red light is a line passed while it is surely red, by one vehicle whose way over it was seen."""

from dataclasses import replace

import pytest

from processors.violations.rules.red_light import Settings
from schemas.messages import Analysis, Camera, PlateCandidate, Signal, VotedPlate
from tests.unit.processors.rules.street import EPOCH_US, calibration, camera, zone
from tests.unit.processors.violations.junction import APPROACH, LINE_M, Fronts, found, together, tracks

#: 10 m/s: over the line at 3.0 s, gone after 4.5 s.
THROUGH: Fronts = [*[5.0 * n - 30.0 for n in range(10)], None, None, None, None]
GREEN_THEN_RED = [(Signal.GREEN, -20), (Signal.AMBER, -2), (Signal.RED, 1)]


def test_a_passing_on_red_is_proposed_once_with_three_pictures() -> None:
    """Two seconds after red began: the pictures show it before the line, on it and past it, in that order."""
    (one,) = found(tracks(THROUGH, GREEN_THEN_RED))
    assert (one.kind, one.unit, one.zone_id, one.limit) == ("red_light", "s", "stop-line", 0.5)
    assert one.measured == 2.0
    assert one.occurred_at_us == EPOCH_US + 3_000_000
    assert [e.role for e in one.evidence] == ["onset", "middle", "peak"]
    assert [e.at_us for e in one.evidence] == sorted({e.at_us for e in one.evidence})
    before, on, past = (10 * LINE_M - e.boxes_xyxy_px[3] for e in one.evidence)
    assert before < 0 <= on < 60 <= past
    assert one.measures["red_before_onset_s"] == 1.5
    assert one.measures["red_before_middle_s"] == 2.0
    assert {article.code for article in one.articles} == {"KoAP 599"}


def test_who_has_left_the_view_when_the_phases_are_heard_is_proposed_with_the_plate() -> None:
    """The fastest are out of view a second later, when the controller's word comes; class and plate are remembered."""
    fast: Fronts = [7.5 * n - 41.0 for n in range(8)]
    messages = tracks([*fast, None, None, None, None], GREEN_THEN_RED)
    plate = VotedPlate(0, [PlateCandidate("123ABC02", 0.995)], 3)
    messages[3] = replace(messages[3], plates=[plate])
    (one,) = found(messages)
    assert found(messages, at_once=False) == [one]
    assert (one.measured, one.vehicle_class) == (1.73, messages[0].track_class[0])
    (owner,) = (e for e in one.exculpations if e.ground == "plate_owner")
    assert owner.outcome == "cleared"


@pytest.mark.parametrize("signal", [Signal.GREEN, Signal.AMBER, Signal.RED_AMBER, Signal.FLASHING, Signal.DARK])
def test_any_other_signal_forbids_nothing(signal: Signal) -> None:
    """Amber and red-amber are not held against anybody; a signal that is off says nothing."""
    assert found(tracks(THROUGH, [(signal, -2)])) == []


@pytest.mark.parametrize(("red_s", "count"), [(2.0, 1), (2.2, 1), (2.45, 0), (2.9, 0), (3.5, 0)])
def test_the_whole_interval_must_lie_after_red_and_grace(red_s: float, count: int) -> None:
    """Passed at 3.0 s: half a second of grace, and 1.96 times the error of the passing and of the clocks."""
    assert len(found(tracks(THROUGH, [(Signal.AMBER, -2), (Signal.RED, red_s)]))) == count


def test_the_error_of_the_place_widens_the_interval() -> None:
    """With two metres of error at 10 m/s 1.0 s after red began is no proof, with a decimetre it is."""
    red = [(Signal.AMBER, -2), (Signal.RED, 2.0)]
    poor = replace(APPROACH, calibration=calibration(position_error_m=4.0))
    assert found(tracks(THROUGH, red), poor) == []
    assert len(found(tracks(THROUGH, red), replace(APPROACH, calibration=calibration(position_error_m=0.1)))) == 1


def test_who_stops_beyond_the_line_did_not_pass_through() -> None:
    """Four metres beyond the line until green, then on: that is stop_line's."""
    stands: Fronts = [*[5.0 * n - 30.0 for n in range(7)], *[4.0] * 8, 9.0, 14.0, None, None]
    kinds = [v.kind for v in found(tracks(stands, [(Signal.AMBER, -2), (Signal.RED, 1), (Signal.GREEN, 7)]))]
    assert "red_light" not in kinds


@pytest.mark.parametrize(
    "fronts",
    [
        # it stands before the line, and in one step is 12 m further: no car does that
        [-6.0] * 6 + [6.0, 12.0, 18.0, None, None, None],
        # it stands before the line and in half a second is 7 m/s fast: brakes can, no engine does
        [-0.5] * 6 + [3.0, 6.5, 10.0, 13.5, None, None],
        # it stands before the line, its box jumps on, rests and jumps again: each step alone could be driven
        [-0.5] * 6 + [3.0, 3.2, 6.8, 10.4, None, None],
        # nothing was seen for 1.5 s around the line
        [-10.0, -8.0, -6.0, -4.0, None, None, 6.5, 10.0, 14.0, None, None, None],
        # a track that begins at the line
        [-1.0, 4.0, 9.0, 14.0, None, None, None, None],
    ],
)
def test_a_track_that_may_have_gone_over_to_another_vehicle_proves_nothing(fronts: Fronts) -> None:
    """Tracks of a queue are taken over by what drives past it."""
    assert found(tracks(fronts, [(Signal.RED, -9)])) == []


@pytest.mark.parametrize(
    ("fronts", "count"),
    [
        pytest.param([-5.0, 0.5, 6.0, 11.5], 1, id="three looks beyond"),
        pytest.param([-5.0, 0.5, 6.5], 0, id="two looks beyond"),
        pytest.param([-2.0, 3.5, 9.0, 14.5], 0, id="begins where one waits"),
        pytest.param([-5.0, 0.5, 11.0, 13.0], 0, id="not evenly"),
        pytest.param([-25.0, None, None, None, -3.0, 2.5, 8.0], 1, id="unseen for two seconds before"),
        pytest.param([-7.0, None, None, None, -3.0, 2.5, 8.0], 0, id="too slow before to be the same"),
        pytest.param([-31.0, None, None, None, None, None, -1.0, 5.0, 11.0], 0, id="unseen for three seconds"),
    ],
)
def test_one_look_before_the_line_is_enough_where_others_say_as_much(fronts: Fronts, count: int) -> None:
    """Its track shows the same vehicle earlier, or three even looks beyond the line one that does not wait there."""
    messages = tracks([*fronts, *[None] * 5], [(Signal.RED, -9)])
    assert [v.kind for v in found(messages)] == ["red_light"] * count
    assert found(messages, at_once=False) == found(messages)


def test_one_look_before_the_line_and_others_aside_are_not_one_vehicle() -> None:
    """Beyond the line the track is 0.8 m aside, on another one's box."""
    own, aside = (tracks([-5.0, 0.5, 6.0, 11.5, *[None] * 4], [(Signal.RED, -9)], across_m=x) for x in (5.0, 5.8))
    assert len(found(own)) == len(found(aside)) == 1
    assert found([own[0], *aside[1:]]) == []


@pytest.mark.parametrize(("on_m", "count"), [(2.0, 1), (None, 0)])
def test_a_box_that_is_cut_off_is_not_all_that_is_seen_beyond_the_line(on_m: float | None, count: int) -> None:
    """The picture's lower edge cuts the last look off; the one before it is whole, or is not seen."""
    messages = tracks([-15.0, -10.0, -5.0, on_m, 8.5, *[None] * 5], [(Signal.RED, -9)])
    messages[2] = replace(messages[2], box_y2_px=[1000.0])
    assert [v.kind for v in found(messages)] == ["red_light"] * count


def test_a_younger_vehicle_that_stands_beyond_the_line_has_its_place() -> None:
    """One that waited at the line for longer jumps to its box, as tracks do: it has not driven there."""
    red = [(Signal.RED, -9)]
    waits = tracks([*[-6.0] * 6, -5.0, -3.0, 0.0, 4.0, 8.0, 12.0, *[None] * 4], red, "a")
    assert [v.kind for v in found(waits)] == ["red_light"]
    stands = tracks([None, None, *[7.0] * 14], red, "b")
    slow = [replace(m, track_speed_kmh=[0.5] * len(m.track_id)) for m in stands]
    assert [v.kind for v in found(together(waits, slow))] == []


def test_a_silent_controller_proves_nothing() -> None:
    """Signals that are not known are no red, nor is a red that was last heard of before the passing."""
    messages = tracks(THROUGH, GREEN_THEN_RED)
    assert found([replace(m, signals_known=False, signals=[]) for m in messages]) == []
    assert found([m if n < 3 else replace(m, signals_known=False, signals=[]) for n, m in enumerate(messages)]) == []


@pytest.mark.parametrize(
    "place",
    [
        replace(APPROACH, calibration=None),
        replace(APPROACH, calibration=calibration(version=9)),
        replace(APPROACH, analysis=Analysis(False, 1.0, 5.0, 0.3, [])),
        camera(
            zone("l", "stop_line", (0, 490, 100, 490, 100, 500, 0, 500), heading_deg=180.0), calibration=calibration()
        ),
        replace(APPROACH, zones=[replace(APPROACH.zones[0], heading_deg=None)]),
        # seen from behind: the foot of a box is the vehicle's rear
        replace(APPROACH, zones=[replace(APPROACH.zones[0], heading_deg=0.0)]),
        replace(APPROACH, zones=[replace(APPROACH.zones[0], limits={"signal_group.NS": 1.0, "red_light": 0.0})]),
        # which of two groups holds is not said
        replace(APPROACH, zones=[replace(APPROACH.zones[0], limits={"signal_group.NS": 1.0, "signal_group.EW": 1.0})]),
    ],
)
def test_without_all_it_needs_nothing_is_proposed(place: Camera) -> None:
    """A calibration of the tracks' version, enforcement, a direction, a signal group, a view of the front."""
    assert found(tracks(THROUGH, GREEN_THEN_RED), place) == []


def test_it_goes_on_from_its_bytes() -> None:
    """The state through its bytes after each second gives the same messages as one batch."""
    messages = tracks(THROUGH, GREEN_THEN_RED)
    whole = found(messages)
    assert len(whole) == 1
    assert found(messages, at_once=False) == whole


@pytest.mark.parametrize("green_s", [4.1, 4.4])
def test_the_third_still_shows_the_vehicle_past_the_line_while_it_was_red(green_s: float) -> None:
    """It turns green before the vehicle is seen last: the picture is that of the second in which the phase is known."""
    signal = [(Signal.GREEN, -20.0), (Signal.AMBER, -2.0), (Signal.RED, 1.0), (Signal.GREEN, green_s)]
    (one,) = [found_one for found_one in found(tracks(THROUGH, signal)) if found_one.kind == "red_light"]
    peak = next(picture for picture in one.evidence if picture.role == "peak")
    assert (peak.at_us - EPOCH_US) / 1e6 < green_s
    assert one.measures["red_before_peak_s"] == pytest.approx((peak.at_us - EPOCH_US) / 1e6 - 1.0, abs=0.01)
    assert one.measures["past_line_m"] >= Settings().past_m
