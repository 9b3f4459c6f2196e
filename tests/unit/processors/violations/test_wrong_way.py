"""Wrong way is a way driven against a zone's direction, not a manoeuvre, a turn or a noisy heading."""

from collections.abc import Sequence
from dataclasses import replace

import pytest

from processors.violations.core import ViolationsCore
from schemas.messages import Analysis, Camera, Tracks, Violation
from tests.unit.processors.rules.street import Cameras, Seen, calibration, camera, car, play, second, zone

#: Traffic runs towards +y.
LANE = camera(zone("lane", "lane", heading_deg=0.0), calibration=calibration())


def driving(y_m: float, heading_deg: float | None = 180.0, name: str = "a", x_m: float = 5.0) -> Seen:
    """Return a car at a place on the ground."""
    return car(name, 500, 500, x_m=x_m, y_m=y_m, heading_deg=heading_deg, speed_kmh=30.0, error_kmh=1.0)


def found(scenes: Sequence[Sequence[Seen]], place: Camera = LANE) -> list[Violation]:
    """Return the violations for what is seen in each second."""
    return play(ViolationsCore(), Cameras(place), [second(n, seen) for n, seen in enumerate(scenes)])[0]


def test_a_car_against_the_direction_is_proposed_once() -> None:
    """Eight metres a second for five seconds, straight against it."""
    (one,) = found([*[[driving(60 - 8 * n)] for n in range(6)], [], []])
    assert (one.kind, one.unit, one.limit, one.zone_id) == ("wrong_way", "deg", 120.0, "lane")
    assert one.measured == 180.0
    assert one.measures["path_m"] == 40.0
    assert one.started_at_us == second(0).sample_at_us[-1]
    assert {article.code for article in one.articles} == {"KoAP 596.3", "KoAP 596.3-1"}
    assert [(e.role, e.sequence) for e in one.evidence] == [("onset", 0), ("peak", 5)]


def test_with_the_direction_and_across_it_is_none() -> None:
    """Along the lane, a lane change, a crossing vehicle."""
    assert found([[driving(8 * n, 0.0)] for n in range(8)] + [[]]) == []
    assert found([[driving(8 * n, 40.0)] for n in range(8)] + [[]]) == []
    assert found([[driving(30, 90.0, x_m=8.0 * n)] for n in range(8)] + [[]]) == []


def test_reversing_into_a_bay_is_none() -> None:
    """Eight metres backwards in eight seconds are a manoeuvre."""
    assert found([[driving(60 - n)] for n in range(9)] + [[]]) == []


def test_a_heading_that_flips_over_a_way_with_the_direction_is_none() -> None:
    """The way over the ground decides: a heading turned by noise does not make it one."""
    assert found([[driving(8 * n, 180.0)] for n in range(8)] + [[]]) == []


def test_one_look_the_right_way_starts_it_afresh() -> None:
    """Never more than two seconds against it in one go."""
    scenes = [[driving(60 - 5 * n, 0.0 if n % 3 == 2 else 180.0)] for n in range(12)]
    assert found([*scenes, []]) == []


def test_a_track_that_jumps_to_another_vehicle_starts_it_afresh() -> None:
    """Twenty-five metres in a second at 30 km/h are none: the track is now another vehicle's, far away."""
    reversing = [[driving(60)], [driving(57)], [driving(54)]]
    assert found([*reversing, [driving(29)], [driving(28)], [driving(26)], []]) == []
    assert len(found([*reversing, [driving(46)], [driving(38)], [driving(30)], []])) == 1


def queued(*places_m: tuple[float, float | None]) -> list[Tracks]:
    """Return seconds of a car whose track stands at one place after the other, with what it tells of a heading."""
    return [
        replace(
            second(n, [driving(y_m, heading_deg)], samples=5),
            box_x_m=[5.0] * 5,
            box_y_m=[y_m + 0.1 * (b % 2) for b in range(5)],
        )
        for n, (y_m, heading_deg) in enumerate(places_m)
    ]


@pytest.mark.parametrize("heading_deg", [180.0, None])
def test_a_track_that_goes_from_car_to_car_of_a_queue_drives_nowhere(heading_deg: float | None) -> None:
    """Each step is one that its smoothed speed allows; but it stood before, and stands again after it."""
    core = ViolationsCore()
    hops = queued((60.0, 180.0), (60.0, 180.0), (52.0, heading_deg), (52.0, 180.0), (44.0, 180.0), (44.0, 180.0))
    assert play(core, Cameras(LANE), [*hops, second(6)])[0] == []
    driven = [
        replace(one, box_y_m=[60.0 - 8 * n - 1.6 * b for b in range(5)], track_y_m=[53.6 - 8 * n])
        for n, one in enumerate(hops)
    ]
    assert len(play(core, Cameras(LANE), [*driven, second(6)])[0]) == 1


@pytest.mark.parametrize("fps", [5, 25, 38, 50])
def test_it_is_found_at_every_rate_of_frames(fps: int) -> None:
    """Eight metres a second, each box of it with a place."""
    messages = []
    for n in range(6):
        y_m = [60.0 - 8 * (n + b / fps) for b in range(fps)]
        seen = second(n, [driving(y_m[-1])], samples=fps)
        messages.append(replace(seen, box_x_m=[5.0] * fps, box_y_m=y_m))
    for at_once in (True, False):
        assert len(play(ViolationsCore(), Cameras(LANE), [*messages, second(6)], at_once=at_once)[0]) == 1


@pytest.mark.parametrize(("ahead_m", "aside_m", "count"), [(-2.0, 0.3, 1), (2.0, 0.3, 1), (9.0, 0.3, 2), (0.5, 3.5, 2)])
def test_a_second_box_of_the_vehicle_is_no_second_offender(ahead_m: float, aside_m: float, count: int) -> None:
    """Nobody drives nearer to another than a car is long; who is a lane aside or farther ahead is another."""
    messages = []
    for n in range(6):
        y_m = [60.0 - 8 * n - 1.6 * b for b in range(5)]
        seen = [driving(y_m[-1]), driving(y_m[-1] + ahead_m, name="b", x_m=5.0 + aside_m)]
        messages.append(
            replace(
                second(n, seen, samples=5), box_track=[0] * 5 + [1] * 5, box_sample=[*range(5), *range(5)],
                box_x_m=[5.0] * 5 + [5.0 + aside_m] * 5, box_y_m=[*y_m, *(y + ahead_m for y in y_m)],
                box_x1_px=[460.0] * 5 + [460.0 + 20 * aside_m] * 5,
                box_x2_px=[540.0] * 5 + [540.0 + 20 * aside_m] * 5,
                box_y1_px=[400.0] * 5 + [400.0 - 10 * ahead_m] * 5, box_y2_px=[500.0] * 5 + [500.0 - 10 * ahead_m] * 5,
            )
        )  # fmt: skip
    for at_once in (True, False):
        assert len(play(ViolationsCore(), Cameras(LANE), [*messages, second(6)], at_once=at_once)[0]) == count


def test_a_place_that_moves_with_the_traffic_starts_it_afresh() -> None:
    """After a jump the smoothed heading lags behind: the steps between the looks say where the vehicle drives."""
    assert (
        found([[driving(60)], [driving(52)], [driving(46)], [driving(40)], [driving(47)], [driving(39)], []])[
            0
        ].measures["path_m"]
        == 20.0
    )
    assert found([[driving(20)], [driving(27)], [driving(14)], [driving(22)], [driving(9)], []]) == []


def test_a_stop_in_between_does_not_end_it() -> None:
    """It drives against the direction, waits, drives on: the heading is unknown while it stands."""
    scenes = [[driving(60)], [driving(54)], *[[driving(53, None)]] * 6, [driving(48)], [driving(40)], []]
    assert len(found(scenes)) == 1


def test_a_position_that_is_uncertain_proves_less() -> None:
    """Twelve and a half metres with a decimetre of error are a way, with three metres they are not."""
    scenes = [[driving(60 - 4.5 * n)] for n in range(4)] + [[]]
    assert len(found(scenes, replace(LANE, calibration=calibration(position_error_m=0.1)))) == 1
    assert found(scenes, replace(LANE, calibration=calibration(position_error_m=3.0))) == []


@pytest.mark.parametrize(
    "place",
    [
        camera(zone("lane", "lane"), calibration=calibration()),
        replace(LANE, calibration=None),
        replace(LANE, calibration=calibration(version=9)),
        replace(LANE, analysis=Analysis(False, 1.0, 5.0, 0.3, [])),
        camera(zone("lane", "sidewalk", heading_deg=0.0), calibration=calibration()),
        camera(zone("lane", "lane", heading_deg=0.0, wrong_way=0), calibration=calibration()),
    ],
)
def test_without_all_it_needs_nothing_is_proposed(place: Camera) -> None:
    """A direction, a calibration, that very version, enforcement, a zone for driving, not switched off."""
    assert found([[driving(60 - 8 * n)] for n in range(6)] + [[]], place) == []


def test_a_person_walks_where_they_like() -> None:
    """Motor vehicles only."""
    assert found([[replace(driving(60 - 8 * n), track_class=0)] for n in range(6)] + [[]]) == []


#: The same direction on the right side of a street whose middle line, at x = 50 m, traffic of the other side may be
#: over: the picture's pixels are decimetres of ground.
SIDE = (500, 0, 1000, 0, 1000, 1000, 500, 1000)


@pytest.mark.parametrize("oncoming", [0.0, 1.0])
def test_who_drives_near_a_middle_line_may_be_overtaking(oncoming: float) -> None:
    """Whether that is allowed is said on the other side, by `oncoming`; two lanes off nobody overtakes."""
    street = camera(zone("side", "roadway", SIDE, 0.0, oncoming=oncoming), calibration=calibration())
    assert found([*[[driving(60 - 8 * n, x_m=51.8)] for n in range(6)], []], street) == []
    overtaking = [[driving(60 - 8 * n, x_m=x_m)] for n, x_m in enumerate((56.0, 53.0, 51.8, 51.8, 51.8, 53.0))]
    assert found([*overtaking, []], street) == []
    assert len(found([*[[driving(60 - 8 * n, x_m=57.0)] for n in range(6)], []], street)) == 1


def test_without_a_middle_line_the_whole_width_counts() -> None:
    """A one-way road and a divided one's half: nobody overtakes there from the other side."""
    road = camera(zone("side", "roadway", SIDE, 0.0), calibration=calibration())
    assert len(found([*[[driving(60 - 8 * n, x_m=51.8)] for n in range(6)], []], road)) == 1
