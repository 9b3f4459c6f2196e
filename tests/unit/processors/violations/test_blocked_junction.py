"""A junction is blocked by who stands in it on red, and came in while another already stood there."""

from collections.abc import Sequence
from dataclasses import replace

import pytest

from schemas.messages import Analysis, Camera, Signal, Tracks, Violation
from tests.unit.processors.rules.street import calibration, camera, zone
from tests.unit.processors.violations.frames import Frame, found, messages

KIND = "blocked_junction"
#: The junction is x = 10 to 30 m, y = 20 to 40 m; traffic runs towards y = 0.
AREA = (100, 200, 300, 200, 300, 400, 100, 400)
JUNCTION = camera(
    zone("box", "junction", AREA, heading_deg=180.0, **{"signal_group.NS": 1.0}),
    calibration=calibration(),
    junction_id="J-1",
)
#: Red begins in the 15th second, green in the 40th.
SIGNALS = [(Signal.GREEN, -20), (Signal.AMBER, 12), (Signal.RED, 15), (Signal.GREEN, 40)]
GONE_S = 50


def stands(
    *stays: tuple[str, float, float, float], signals: Sequence[tuple[Signal, float]] = SIGNALS, seconds: int = GONE_S
) -> list[Tracks]:
    """Return seconds with vehicles that stand: name, x in metres, from and to which second."""
    frames: list[Frame] = [
        {name: (x, 30.0) for name, x, since, until in stays if since <= n / 2 < until} for n in range(2 * seconds)
    ]
    return messages(frames, signals)


def proposed(seconds: Sequence[Tracks], place: Camera = JUNCTION, *, at_once: bool = True) -> list[Violation]:
    """Return the violations for these seconds."""
    return found(seconds, place, KIND, at_once=at_once)


FIRST, SECOND = ("a", 15.0, 4.0, 41.0), ("b", 22.0, 9.0, 41.0)


def test_who_came_in_behind_one_that_stood_there_is_proposed_once() -> None:
    """The second, not the first; both are in the latest picture, and the time counts from red on."""
    (one,) = proposed(stands(FIRST, SECOND))
    assert (one.track_id, one.unit, one.zone_id, one.limit) == ("b", "s", "box", 5.0)
    assert one.measured - one.confidence_factor * one.measured_error > one.limit
    assert one.measures["on_red_s"] <= 25.0
    assert one.measures["other_stood_before_s"] == 5.0
    assert [e.role for e in one.evidence] == ["onset", "peak"]
    assert set(one.evidence[1].track_ids) == {"a", "b"}
    assert {article.code for article in one.articles} == {"KoAP 594.1"}


def test_state_through_its_bytes_decides_alike() -> None:
    """A restart after each message changes nothing."""
    seconds = stands(FIRST, SECOND)
    assert proposed(seconds, at_once=False) == proposed(seconds)


@pytest.mark.parametrize(
    "stays",
    [
        pytest.param([FIRST], id="alone: broken down, for all that is seen"),
        pytest.param([FIRST, ("b", 22.0, 4.0, 41.0)], id="both at once: neither saw the other stand"),
        pytest.param([FIRST, ("b", 22.0, 9.0, 17.0)], id="clears it two seconds after red"),
        pytest.param([FIRST, ("b", 33.0, 9.0, 41.0)], id="beside the junction"),
        pytest.param([("a", 33.0, 4.0, 41.0), SECOND], id="the other stands beside the junction"),
        pytest.param([("a", 15.0, 4.0, 12.0), SECOND], id="the other has left before red"),
    ],
)
def test_who_did_not_drive_into_a_jam_is_left(stays: list[tuple[str, float, float, float]]) -> None:
    """What a camera cannot tell from a breakdown, and who clears the junction."""
    assert proposed(stands(*stays)) == []


def test_the_whole_interval_must_lie_beyond() -> None:
    """Red for five seconds may have been less; for eight it was not."""
    for until_s, count in ((20.0, 0), (24.0, 1)):
        assert len(proposed(stands(FIRST, ("b", 22.0, 9.0, until_s)))) == count


@pytest.mark.parametrize("signal", [Signal.GREEN, Signal.AMBER, Signal.FLASHING, Signal.DARK])
def test_any_other_signal_blocks_nobody(signal: Signal) -> None:
    """Nobody who crosses has the right of way then, or no signal tells."""
    assert proposed(stands(FIRST, SECOND, signals=[(signal, -2)])) == []


def test_a_lost_track_is_neither_another_vehicle_nor_a_second_offence() -> None:
    """The first one's track goes elsewhere and it is found anew behind the second: it still came first."""
    frames: list[Frame] = []
    for n in range(2 * GONE_S):
        at = n / 2
        frame: dict[str, tuple[float, float]] = {}
        if 4.0 <= at < 41.0:
            frame["a" if at < 20.0 else "c"] = (15.0, 30.0)
        if 20.0 <= at < 23.0:
            frame["a"] = (15.0, 60.0)
        if 9.0 <= at < 41.0:
            frame["b"] = (22.0, 30.0)
        frames.append(frame)
    assert [one.track_id for one in proposed(messages(frames, SIGNALS))] == ["b"]


def test_without_all_it_needs_nothing_is_proposed() -> None:
    """A controller that is heard, one signal group, a calibration of that very version, enforcement."""
    seconds = stands(FIRST, SECOND)
    assert proposed([replace(one, signals_known=False, signals=[]) for one in seconds]) == []
    box = JUNCTION.zones[0]
    for other in (
        replace(JUNCTION, zones=[replace(box, limits={})]),
        replace(JUNCTION, zones=[replace(box, limits={"signal_group.NS": 1.0, "signal_group.EW": 1.0})]),
        replace(JUNCTION, calibration=None),
        replace(JUNCTION, calibration=calibration(version=9)),
        replace(JUNCTION, analysis=Analysis(False, 1.0, 5.0, 0.3, [])),
    ):
        assert proposed(seconds, other) == []


@pytest.mark.parametrize(("until_s", "gap_s"), [(20.0, 4.0), (16.0, 6.0), (14.0, 12.0), (20.0, 16.0)])
def test_who_comes_to_the_place_of_one_that_left_answers_for_their_own_time_alone(until_s: float, gap_s: float) -> None:
    """One leaves, another stands at the same place seconds later, for four seconds of red: neither stood too long."""
    came = until_s + gap_s
    stays = [FIRST, ("b", 22.0, 9.0, until_s), ("d", 22.0, came, came + 4.0)]
    assert [one.track_id for one in proposed(stands(*stays))] == []


def test_who_moves_up_within_the_junction_does_not_answer_for_who_left() -> None:
    """One drives off two seconds after red, and the next, in view all along, stands at its place from 3 s later on.

    Neither was 5 s of red where it stood.
    """
    frames: list[Frame] = []
    for n in range(2 * GONE_S):
        at = n / 2
        frame: dict[str, tuple[float, float]] = {"a": (15.0, 30.0)} if 4.0 <= at < 41.0 else {}
        if 9.0 <= at < 30.0:
            frame["b"] = (22.0, 30.0 if at < 17.0 else 60.0)
        if 5.0 <= at < 24.5:
            frame["c"] = (22.0, 44.0 if at < 20.0 else 30.0)
        frames.append(frame)
    assert [one.track_id for one in proposed(messages(frames, SIGNALS))] == []


def test_who_stands_long_at_the_place_of_one_that_left_is_named_and_timed_by_themselves() -> None:
    """Their own track, and red counts from when they were seen to stand there."""
    (one,) = proposed(stands(FIRST, ("b", 22.0, 9.0, 14.0), ("d", 22.0, 20.0, 41.0), seconds=GONE_S))
    assert one.track_id == "d"
    assert one.measures["on_red_s"] <= 20.0


def test_who_is_found_again_where_somebody_stood_before_the_other_is_spared() -> None:
    """The first is hidden for eight seconds while the second comes: it may be the first, who came before it."""
    stays = [("a", 15.0, 4.0, 12.0), ("c", 15.0, 20.0, 41.0), ("b", 22.0, 16.0, 24.0)]
    assert [one.track_id for one in proposed(stands(*stays))] == []


def test_a_second_box_of_the_first_is_nobody_behind_it() -> None:
    """A box half a metre aside, found later, is not one that drove in behind."""
    assert proposed(stands(FIRST, ("b", 15.5, 9.0, 41.0))) == []
    assert [one.track_id for one in proposed(stands(FIRST, ("b", 18.0, 9.0, 41.0)))] == ["b"]
