"""A rail crossing is entered against its closed signal, or stood on; each vehicle is proposed for it once."""

from collections.abc import Sequence
from dataclasses import replace

import pytest

from processors.rules.place import Place
from processors.violations.core import ViolationsCore
from processors.violations.rails_stand import RailsStand
from schemas.messages import Analysis, Camera, Signal, Tracks, Violation
from tests.unit.processors.rules.street import EPOCH_US, Cameras, calibration, camera, play, zone
from tests.unit.processors.violations.frames import Frame, found, messages

KIND = "rail_crossing"
#: The line lies at y = 60 m, the rails from 50 to 44 m; traffic runs towards y = 0: 10 pixels a metre, no perspective.
LINE_M, RAILS_M, END_M = 60.0, 10.0, 16.0
CROSSING = camera(
    zone(
        "rails",
        KIND,
        (0, 440, 200, 440, 200, 600, 0, 600),
        heading_deg=180.0,
        **{"signal_group.NS": 1.0, "rails_m": RAILS_M},
    ),
    calibration=calibration(position_error_m=0.3),
    junction_id="X-1",
)
#: 10 m/s: over the line at 6.0 s.
THROUGH = [5.0 * n - 60.0 for n in range(18)]
CLOSES = [(Signal.GREEN, -20), (Signal.FLASHING, 1)]


def way(
    fronts: Sequence[float | None], signals: Sequence[tuple[Signal, float]] = (), x_m: float = 10.0
) -> list[Tracks]:
    """Return the seconds of a car whose front is so far beyond the line in each half second; None: it is not seen."""
    frames: list[Frame] = [{"a": (x_m, LINE_M - at)} if at is not None else {} for at in (*fronts, *[None] * 10)]
    return messages(frames, signals)


def stays(front_m: float, seconds: float) -> list[float]:
    """Return the way of a car that comes at 10 m/s, stands for so long with its front there, and goes on."""
    return [
        *[front_m - 5.0 * n for n in range(6, 0, -1)], *[front_m] * round(2 * seconds), *[front_m + 5.0, front_m + 10.0]
    ]  # fmt: skip


def proposed(seconds: Sequence[Tracks], place: Camera = CROSSING, *, at_once: bool = True) -> list[Violation]:
    """Return the rule's violations for these seconds."""
    return found(seconds, place, KIND, at_once=at_once)


@pytest.mark.parametrize("closed", [Signal.FLASHING, Signal.RED])
def test_who_enters_against_the_closed_signal_is_proposed_once_with_three_pictures(closed: Signal) -> None:
    """Five seconds after it closed: before the line, on it and past it; red_light says nothing, whatever it is told."""
    seconds = way(THROUGH, [(Signal.GREEN, -20), (closed, 1)])
    (one,) = proposed(seconds)
    assert (one.unit, one.zone_id, one.limit, one.measured) == ("s", "rails", 3.0, 5.0)
    assert one.measured - one.confidence_factor * one.measured_error > one.limit
    assert one.occurred_at_us == EPOCH_US + 6_000_000
    assert [e.role for e in one.evidence] == ["onset", "middle", "peak"]
    before, on, past = (10 * LINE_M - e.boxes_xyxy_px[3] for e in one.evidence)
    assert before < 0 <= on < 60 <= past
    assert one.measures["closed_before_onset_s"] == 4.5
    assert {article.code for article in one.articles} == {"KoAP 607"}
    assert found(seconds, CROSSING, "red_light") == []


@pytest.mark.parametrize("signal", [Signal.GREEN, Signal.AMBER, Signal.RED_AMBER, Signal.DARK, Signal.UNKNOWN])
def test_any_other_signal_closes_nothing(signal: Signal) -> None:
    """A crossing whose signal is dark is open, or out of order: nobody is proposed for it."""
    assert proposed(way(THROUGH, [(signal, -2)])) == []


@pytest.mark.parametrize(("closes_s", "count"), [(1.0, 1), (2.5, 1), (2.9, 0), (4.0, 0), (6.5, 0)])
def test_the_whole_interval_must_lie_after_the_time_that_stopping_takes(closes_s: float, count: int) -> None:
    """Passed at 6.0 s: three seconds of grace, and 1.96 times the error of the passing and of the clocks."""
    assert len(proposed(way(THROUGH, [(Signal.GREEN, -20), (Signal.FLASHING, closes_s)]))) == count


@pytest.mark.parametrize(
    ("fronts", "count"),
    [
        pytest.param([5.0 * n - 40.0 if n not in {7, 8, 9} else None for n in range(14)], 1, id="hidden, it drove on"),
        pytest.param([*[-1.0] * 8, None, None, None, 6.5, 7.0, 7.0, 7.0], 0, id="it waits; a box beyond the line"),
        pytest.param([5.0 * n - 40.0 if not 6 < n < 12 else None for n in range(15)], 0, id="hidden for too long"),
    ],
)
def test_a_vehicle_hidden_at_the_line_must_have_driven_before(fronts: list[float | None], count: int) -> None:
    """A track that was lost may go on with another box; who stood before did not drive meanwhile."""
    assert len(proposed(way(fronts, [(Signal.GREEN, -20), (Signal.FLASHING, -10)]))) == count


@pytest.mark.parametrize(
    ("x_m", "behind_m", "count"),
    [
        pytest.param(11.2, 3.0, 1, id="a second box of the same vehicle, 3 m behind and 1.2 m aside"),
        pytest.param(10.0, 8.0, 2, id="the next vehicle"),
        pytest.param(11.7, 4.5, 2, id="another one, a car's length behind and beside"),
        pytest.param(13.5, 1.0, 2, id="one in the next lane"),
    ],
)
def test_a_second_track_of_the_vehicle_is_no_second_offence(x_m: float, behind_m: float, count: int) -> None:
    """Their boxes do not overlap enough to be told by them."""
    frames: list[Frame] = [{"a": (10.0, LINE_M - at), "b": (x_m, LINE_M - at + behind_m)} for at in THROUGH]
    frames += [{}] * 10
    seconds = messages(frames, CLOSES)
    assert len(proposed(seconds)) == count
    assert proposed(seconds, at_once=False) == proposed(seconds)


def test_who_stops_just_beyond_the_line_did_not_enter() -> None:
    """Four metres beyond it, well before the rails, until it opens."""
    signals = [*CLOSES, (Signal.GREEN, 22)]
    assert proposed(way(stays(4.0, 20), signals)) == []
    assert proposed(way([*stays(-1.0, 20), 20.0, 25.0], signals)) == []


@pytest.mark.parametrize("signals", [[(Signal.GREEN, -20)], [(Signal.DARK, -20)], []])
def test_who_stands_on_the_rails_is_proposed_whatever_the_signal_shows(signals: list[tuple[Signal, float]]) -> None:
    """Twenty seconds on open rails, or where no controller is heard: pictures of begin and end."""
    (one,) = proposed(way(stays(12.0, 20), signals))
    assert (one.unit, one.zone_id, one.limit) == ("s", "rails", 10.0)
    assert one.measured - one.confidence_factor * one.measured_error > one.limit
    assert [e.role for e in one.evidence] == ["onset", "peak"]
    assert one.measures["over_m"] == 2.0
    assert {article.code for article in one.articles} == {"KoAP 607"}
    (failure,) = (e for e in one.exculpations if e.ground == "signal_failure")
    assert failure.outcome == "cleared"


@pytest.mark.parametrize(
    ("front_m", "seconds", "count"),
    [
        pytest.param(12.0, 13.0, 1, id="long enough"),
        pytest.param(12.0, 10.0, 0, id="ten seconds may be less than the limit"),
        pytest.param(10.4, 20.0, 0, id="its front may be before the rails"),
        pytest.param(11.0, 20.0, 1, id="its front is surely over them"),
        pytest.param(18.5, 20.0, 1, id="its front is past them, its rear is not"),
        pytest.param(19.4, 20.0, 0, id="its rear may be past them"),
        pytest.param(24.0, 20.0, 0, id="behind the crossing"),
        pytest.param(-1.0, 20.0, 0, id="before the line"),
    ],
)
def test_its_body_must_surely_lie_over_the_rails_for_long_enough(front_m: float, seconds: float, count: int) -> None:
    """The place by 1.96 times the position's error, the time by that of both looks."""
    assert len(proposed(way(stays(front_m, seconds), [(Signal.GREEN, -20)]))) == count


def test_who_stands_beside_the_crossing_is_left() -> None:
    """On the carriageway of the other direction, which the zone does not cover."""
    assert proposed(way(stays(12.0, 20), x_m=25.0)) == []


def test_who_enters_and_stays_on_the_rails_is_one_case() -> None:
    """Both acts of one vehicle: one proposal."""
    assert len(proposed(way(stays(12.0, 25), [(Signal.GREEN, -20), (Signal.FLASHING, -10)]))) == 1


@pytest.mark.parametrize(
    "place",
    [
        replace(CROSSING, calibration=None),
        replace(CROSSING, zones=[replace(CROSSING.zones[0], heading_deg=None)]),
        replace(CROSSING, zones=[replace(CROSSING.zones[0], limits={"signal_group.NS": 1.0, KIND: 0.0})]),
        replace(CROSSING, analysis=Analysis(False, 1.0, 5.0, 0.3, ())),
    ],
    ids=["no calibration", "no direction", "switched off", "not for enforcement"],
)
def test_a_camera_that_may_not_or_cannot_tell_proposes_nobody(place: Camera) -> None:
    """Nothing is measured without a calibration and a direction, nothing proposed where that is not wanted."""
    assert proposed(way(THROUGH, CLOSES), place) == []
    assert proposed(way(stays(12.0, 20)), place) == []


def test_without_a_signal_group_only_standing_is_an_offence() -> None:
    """A crossing whose signals nobody tells."""
    bare = replace(CROSSING, zones=[replace(CROSSING.zones[0], limits={"rails_m": RAILS_M})])
    assert proposed(way(THROUGH, CLOSES), bare) == []
    assert len(proposed(way(stays(12.0, 20)), bare)) == 1


def test_state_through_its_bytes_decides_alike() -> None:
    """A restart after each message changes nothing."""
    for seconds in (way(THROUGH, CLOSES), way(stays(12.0, 20))):
        assert proposed(seconds, at_once=False) == proposed(seconds)


@pytest.mark.parametrize("apart_s", [3, 5, 10])
def test_two_that_stand_on_the_rails_one_after_the_other_are_two(apart_s: int) -> None:
    """Each for six seconds; the first one's track is lost as it leaves, or nobody looks meanwhile."""
    first, then = ({name: (10.0, LINE_M - 12.0)} for name in "ab")
    frames: list[Frame] = [*[first] * 12, *[{}] * (2 * apart_s), *[then] * 12, *[{}] * 8]
    seconds = messages(frames)
    blind = [s for n, s in enumerate(seconds) if not 6 <= n < 6 + apart_s]
    assert proposed(seconds) == proposed(blind) == []


def test_one_hidden_for_two_seconds_on_the_rails_stands_on() -> None:
    """Its track is another one afterwards."""
    before, after = ({name: (10.0, LINE_M - 12.0)} for name in "ab")
    frames: list[Frame] = [*[before] * 20, *[{}] * 4, *[after] * 16, *[{}] * 10]
    (one,) = proposed(messages(frames))
    assert (one.track_id, one.measured) == ("a", 19.0)


def test_a_crossing_switched_off_meanwhile_forgets_who_stood_there() -> None:
    """Version 2 of the camera's entry takes the rule out for a hundred seconds, version 3 puts it in again."""
    without = replace(CROSSING.zones[0], limits={**CROSSING.zones[0].limits, KIND: 0.0})
    off = replace(CROSSING, version=2, zones=[without])
    stood: Frame = {"a": (10.0, LINE_M - 12.0)}
    seconds = messages([*[stood] * 12, *[{}] * 200, *[stood] * 12, *[{}] * 8])
    seconds = [replace(s, registry_version=1 if n < 6 else 2 if n < 106 else 3) for n, s in enumerate(seconds)]
    core, cameras = ViolationsCore(), Cameras(CROSSING, off, replace(CROSSING, version=3))
    assert play(core, cameras, seconds, at_once=True)[0] == []


@pytest.mark.parametrize("turns_red_s", [2.0, 5.0, 6.5])
def test_a_controller_that_goes_on_from_flashing_to_red_closed_once(turns_red_s: float) -> None:
    """Closed since the first second, red later on, also while the vehicle passes at 6.0 s: five seconds closed."""
    signals = [(Signal.GREEN, -20), (Signal.FLASHING, 1), (Signal.RED, turns_red_s)]
    (one,) = proposed(way(THROUGH, signals))
    assert one.measured == 5.0
    assert one.summary.startswith("Entered the rail crossing rails 5.0 s")
    assert proposed(way(THROUGH, [*signals[:2], (Signal.GREEN, 3), (Signal.RED, 5.0)])) == []


@pytest.mark.parametrize(
    ("kmh", "closed_s", "count"),
    [(50, 3.1, 0), (50, 3.6, 1), (60, 3.3, 0), (60, 4.0, 1), (70, 3.7, 0), (80, 4.1, 0), (80, 5.0, 1), (100, 4.7, 0)],
)
def test_who_could_not_stop_from_their_own_speed_is_left(kmh: float, closed_s: float, count: int) -> None:
    """A second to react and a stop at 3.4 m/s2: 3.45 s at 60 km/h, 4.27 s at 80; by the upper end of the speed."""
    fronts = [at if (at := kmh / 3.6 * (n / 2 - 6.0)) > -38 else None for n in range(17)]
    seconds = way(fronts, [(Signal.GREEN, -20), (Signal.FLASHING, 6.0 - closed_s)])
    entered = proposed(seconds)
    assert len(entered) == count
    assert all(one.limit == one.measures["grace_s"] >= 1.0 + kmh / 3.6 / 6.8 for one in entered)


@pytest.mark.parametrize(("limit_kmh", "count"), [(None, 1), (40.0, 1), (80.0, 0)])
def test_where_the_looks_give_no_speed_the_limit_of_speed_does(limit_kmh: float | None, count: int) -> None:
    """One look before the line in the last second, one behind it: the way before is not seen."""
    place = replace(CROSSING, speed_limit_kmh=limit_kmh)
    settings = {**CROSSING.zones[0].limits, "least_looks": 1.0}
    place = replace(place, zones=[replace(CROSSING.zones[0], limits=settings)])
    seconds = way([*[None] * 11, *THROUGH[11:]], [(Signal.GREEN, -20), (Signal.FLASHING, 2.0)])
    assert len(proposed(seconds, place)) == count


def test_who_enters_and_stays_on_the_rails_is_one_case_when_its_track_breaks() -> None:
    """The entry's; one that comes to stand in the other lane or half a minute later is another one."""
    fronts = stays(12.0, 25)
    frames: list[Frame] = [{"a" if n < 7 else "b": (10.0, LINE_M - at)} for n, at in enumerate(fronts)]
    signals = [(Signal.GREEN, -20), (Signal.FLASHING, -10)]
    (one,) = proposed(messages([*frames, *[{}] * 10], signals))
    assert (one.track_id, [e.role for e in one.evidence]) == ("a", ["onset", "middle", "peak"])
    beside: list[Frame] = [{**frame, "c": (6.0, LINE_M - 12.0)} for frame in frames]
    assert len(proposed(messages([*beside, *[{}] * 10], signals))) == 2
    later: list[Frame] = [*frames[:7], *[{}] * 40, *frames[7:]]
    assert len(proposed(messages([*later, *[{}] * 10], signals))) == 2


def test_a_motorcycle_abreast_of_a_car_is_no_second_box_of_it() -> None:
    """One and a half metres beside it, both over the line at once."""
    frames: list[Frame] = [{"a": (10.0, LINE_M - at), "b": (11.5, LINE_M - at)} for at in THROUGH]
    seconds = messages([*frames, *[{}] * 10], CLOSES)
    assert len(proposed(seconds)) == 1
    other = [
        replace(s, track_class=[3 if name == "b" else c for name, c in zip(s.track_id, s.track_class, strict=True)])
        for s in seconds
    ]
    assert len(proposed(other)) == 2
    assert proposed(other, at_once=False) == proposed(other)


def test_where_the_rails_are_not_told_nobody_stands_on_them() -> None:
    """Who waits two metres over the line is on no rails; the registry is told what is missing, entering is judged."""
    zone_ = replace(CROSSING.zones[0], limits={"signal_group.NS": 1.0})
    bare = replace(CROSSING, zones=[zone_])
    assert proposed(way(stays(2.0, 30)), bare) == []
    assert proposed(way(stays(12.0, 20)), bare) == []
    assert len(proposed(way(THROUGH, CLOSES), bare)) == 1
    place = Place(bare)
    assert RailsStand.scopes_of(place) == []
    (problem,) = place.problems
    assert "zone rails" in problem
    assert "rails_m" in problem
    at_line = replace(bare, zones=[replace(zone_, limits={**zone_.limits, "rails_m": 0.0})])
    assert len(proposed(way(stays(2.0, 30)), at_line)) == 1
