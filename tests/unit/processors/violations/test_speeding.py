"""Speeding needs the whole tolerance interval beyond the limit and the statute's margin, more than once in a row."""

from collections.abc import Sequence
from dataclasses import replace

import pytest

from processors.rules.place import Place
from processors.rules.second import Second
from processors.violations.core import ViolationsCore
from processors.violations.rules.speeding import Speeding
from processors.violations.speed_limits import Settings, scopes_of
from schemas.messages import Analysis, Camera, Tracks, Violation
from tests.unit.processors.rules.street import Cameras, Seen, calibration, camera, car, person, play, second, zone

LIMIT_KMH = 60.0
ROAD = camera(zone("road", "roadway", speed_limit_kmh=LIMIT_KMH), calibration=calibration())


def at(speed_kmh: float | None, error_kmh: float | None = 2.0, name: str = "a", boxes: int = 100) -> Seen:
    """Return a car that was measured at a speed."""
    return car(name, 500, 500, speed_kmh=speed_kmh, error_kmh=error_kmh, boxes=boxes)


def found(scenes: Sequence[Sequence[Seen]], place: Camera = ROAD, samples: int = 2) -> list[Violation]:
    """Return the violations for what is seen in each second."""
    messages = [second(n, seen, samples=samples) for n, seen in enumerate(scenes)]
    return play(ViolationsCore(), Cameras(place), messages)[0]


def test_a_car_clearly_too_fast_is_proposed_once_by_its_best_measurement() -> None:
    """The measurement whose lower end is farthest beyond the limit, with its pictures and article."""
    speeds = [(85.0, 3.0), (90.0, 2.0), (92.0, 5.0), (86.0, 2.0)]
    (one,) = found([*[[at(*measured)] for measured in speeds], [], []])
    assert (one.kind, one.unit, one.limit, one.zone_id, one.track_id) == ("speeding", "km/h", LIMIT_KMH, "road", "a")
    assert (one.measured, one.measured_error, one.confidence_factor) == (90.0, 2.0, 1.96)
    assert one.occurred_at_us == second(1).sample_at_us[-1]
    assert one.started_at_us == second(0).sample_at_us[-1]
    assert [article.code for article in one.articles] == ["KoAP 592.2"]
    assert [(e.role, e.sequence) for e in one.evidence] == [("onset", 0), ("peak", 1)]
    assert one.measures["least_excess_kmh"] == pytest.approx(90 - 1.96 * 2 - LIMIT_KMH)
    assert "90 km/h" in one.summary


@pytest.mark.parametrize("speed_kmh", [LIMIT_KMH, LIMIT_KMH + 9, LIMIT_KMH + Settings().floor_kmh])
def test_an_interval_that_reaches_below_limit_and_margin_is_none(speed_kmh: float) -> None:
    """At the limit, within the statute's margin, and at its end with an error."""
    assert found([[at(speed_kmh)]] * 10 + [[]]) == []


def test_the_uncertainty_decides() -> None:
    """80 km/h: with 2 km/h of error beyond 70 for certain, with 6 not."""
    assert len(found([[at(80, 2)]] * 5 + [[]])) == 1
    assert found([[at(80, 6)]] * 5 + [[]]) == []


@pytest.mark.parametrize(
    "seen",
    [
        at(90, None),
        at(90, 0.0),
        at(180, Settings().max_error_kmh + 1),
        at(Settings().most_kmh + 1, 2.0),
        at(90, 2.0, boxes=int(Settings().min_boxes) - 1),
        replace(at(90), track_class=0),
        replace(at(78), track_class=1),
    ],
)
def test_measurements_not_to_be_trusted_and_other_road_users_are_none(seen: Seen) -> None:
    """No error, an error of nothing or too much, an impossible speed, a young track, a person, a fast cyclist."""
    assert found([[seen]] * 10 + [[]]) == []


def test_one_outlier_is_none() -> None:
    """One second beyond, whatever stands around it."""
    assert found([[at(55)], [at(95)], [at(55)], [at(55)], []]) == []


def test_outliers_with_a_slow_second_between_are_not_in_a_row() -> None:
    """A second in which the vehicle was measured and was not too fast breaks the row."""
    assert found([[at(95)], [at(55)]] * 6 + [[]]) == []
    assert found([[at(95)], [at(95, 15)]] * 6 + [[]]) == []


def test_a_second_without_a_measurement_does_not_break_the_row() -> None:
    """The speed is unknown for a moment, or the camera did not look: nothing speaks against it."""
    assert len(found([[at(95)], [at(None, None)], [at(95)], []])) == 1
    messages = [second(0, [at(95)]), second(1, samples=0), second(2, [at(95)]), second(3)]
    assert len(play(ViolationsCore(), Cameras(ROAD), messages)[0]) == 1


def test_two_vehicles_are_two() -> None:
    """Side by side, each its own."""
    beside = car("b", 600, 500, speed_kmh=95, error_kmh=2.0)
    assert {v.track_id for v in found([[at(95), beside]] * 4 + [[]])} == {"a", "b"}


def test_the_zones_limit_goes_before_the_cameras() -> None:
    """And where no zone has one, the camera's holds in the whole view."""
    slow = [[at(65)]] * 4 + [[]]
    assert found(slow, replace(ROAD, speed_limit_kmh=40.0)) == []
    (one,) = found(slow, camera(calibration=calibration(), speed_limit_kmh=40.0))
    assert (one.zone_id, one.limit) == (None, 40.0)


def test_a_zone_that_is_switched_off_stays_off() -> None:
    """The only zone is taken out of the rule: the camera's limit does not come back in through the whole view."""
    off = camera(zone("road", "roadway", speeding=0), calibration=calibration(), speed_limit_kmh=40.0)
    assert found([[at(95)]] * 4 + [[]], off) == []


def test_outside_the_zone_there_is_no_limit() -> None:
    """The foot of the box decides."""
    corner = camera(
        zone("road", "roadway", (0, 0, 200, 0, 200, 200, 0, 200), speed_limit_kmh=60), calibration=calibration()
    )
    assert found([[at(95)]] * 4 + [[]], corner) == []


@pytest.mark.parametrize(
    "place",
    [
        replace(ROAD, calibration=None),
        replace(ROAD, calibration=calibration(version=4)),
        replace(ROAD, capabilities=["incidents"]),
        replace(ROAD, analysis=Analysis(False, 1.0, 5.0, 0.3, [])),
        replace(ROAD, enabled=False),
        camera(zone("road", "roadway"), calibration=calibration()),
        camera(zone("road", "roadway", speed_limit_kmh=60, speeding=0), calibration=calibration()),
    ],
)
def test_without_all_it_needs_nothing_is_proposed(place: Camera) -> None:
    """Calibration, that very version, the capability, enforcement, service, a limit, and not switched off."""
    assert found([[at(95)]] * 4 + [[]], place) == []


def test_people_in_a_street_of_fast_cars_are_left_out() -> None:
    """A person with a car's speed is a switched track."""
    assert found([[person("p", 500, 500, speed_kmh=95.0, error_kmh=1.0)]] * 4 + [[]]) == []


def test_scopes_have_the_limit_that_holds() -> None:
    """For the operator's check of a registry entry."""
    (scope,) = scopes_of(Place(replace(ROAD, speed_limit_kmh=90.0)))
    assert (scope.zone_id, scope.settings.speed_limit_kmh) == ("road", LIMIT_KMH)


def moving(number: int, metres: Sequence[float], speed_kmh: float, error_kmh: float, y_px: float = 500) -> Tracks:
    """Return a second in which a car is at these places along the road, the last box at a row of the picture."""
    base = second(number, [car("a", 500, 500, speed_kmh=speed_kmh, error_kmh=error_kmh)], samples=len(metres))
    rows = [500.0] * (len(metres) - 1) + [y_px]
    return replace(
        base,
        box_x_m=[5.0] * len(metres),
        box_y_m=list(metres),
        box_y1_px=[row - 50 for row in rows],
        box_y2_px=rows,
    )


FAST = [6.0 * n for n in range(5)]  # 30 m/s at 5 frames a second


def test_one_whole_second_proves_it_where_it_does_so_by_far_and_step_by_step() -> None:
    """Who drives fastest is in view for little more than one camera-second."""
    (one,) = play(ViolationsCore(), Cameras(ROAD), [moving(0, FAST, 108.0, 4.0), second(1)])[0]
    assert (one.measured, one.measures["seconds"]) == (108.0, 1.0)


@pytest.mark.parametrize(
    ("metres", "error_kmh"),
    [
        # a track that goes over to another vehicle: one step of 40 m among some of 2
        ([0.0, 2.0, 42.0, 44.0, 46.0], 4.0),
        # far beyond by the usual interval, not by the wider one
        (FAST, 13.0),
        # of two steps the slower counts
        ([0.0, 2.0, 42.0], 4.0),
        # one step is too few
        (FAST[:2], 4.0),
    ],
)
def test_one_second_that_may_be_a_mistake_of_tracking_proves_nothing(metres: list[float], error_kmh: float) -> None:
    """It needs the wider interval and two steps, of which most are too fast."""
    road = replace(ROAD, zones=[replace(ROAD.zones[0], limits={"speed_limit_kmh": LIMIT_KMH, "max_error_kmh": 15.0})])
    assert play(ViolationsCore(), Cameras(road), [moving(0, metres, 108.0, error_kmh), second(1)])[0] == []


def test_one_second_never_proves_it_where_the_zone_says_so() -> None:
    """sure_k 0 asks for a row of seconds whatever they show."""
    road = replace(ROAD, zones=[replace(ROAD.zones[0], limits={"speed_limit_kmh": LIMIT_KMH, "sure_k": 0.0})])
    assert play(ViolationsCore(), Cameras(road), [moving(0, FAST, 108.0, 4.0), second(1)])[0] == []


def test_a_last_box_cut_off_beyond_the_zone_does_not_hide_the_vehicle() -> None:
    """The zone ends above the picture's lower edge; the boxes before lay in it."""
    drawn = replace(ROAD.zones[0], polygon_px=[0, 0, 1000, 0, 1000, 900, 0, 900])
    road = replace(ROAD, zones=[drawn])
    messages = [moving(0, FAST, 108.0, 4.0, y_px=1000), second(1)]
    assert [v.zone_id for v in play(ViolationsCore(), Cameras(road), messages)[0]] == ["road"]


def test_who_slows_down_before_the_zone_is_not_too_fast_in_it() -> None:
    """The two seconds behind the speed reach back before the zone; the steps in it are slow."""
    drawn = replace(ROAD.zones[0], polygon_px=[0, 600, 1000, 600, 1000, 1000, 0, 1000])
    base = moving(0, [0.0, 8.0, 16.0, 19.0, 22.0, 25.0], 108.0, 4.0)
    rows = [500.0, 560.0, 620.0, 640.0, 660.0, 680.0]
    seen = replace(base, box_y1_px=[row - 50 for row in rows], box_y2_px=rows)
    assert play(ViolationsCore(), Cameras(replace(ROAD, zones=[drawn])), [seen, second(1)])[0] == []


@pytest.mark.parametrize(("pace", "count"), [(5.0, 0), (6.0, 1)])
def test_two_seconds_prove_nothing_of_who_was_slower_in_the_zone(pace: float, count: int) -> None:
    """Speeds of both seconds reach back before the zone: at 5 m a fifth of a second it drove 90 km/h there, not 100."""
    road = replace(ROAD, zones=[replace(ROAD.zones[0], limits={"speed_limit_kmh": 85.0, "sure_k": 0.0})])
    first, then = ([pace * n for n in range(5 * k, 5 * k + 5)] for k in (0, 1))
    messages = [moving(0, first, 125.0, 4.0), moving(1, then, 112.0, 4.0), second(2)]
    for at_once in (True, False):
        assert len(play(ViolationsCore(), Cameras(road), messages, at_once=at_once)[0]) == count


def test_one_second_proves_nothing_where_the_mean_in_the_zone_may_be_slower() -> None:
    """Steps of 102, 79, 97 and 92 km/h where 90 are an offence: 93 on average, by feet that err by 0.7 m."""
    road = replace(ROAD, zones=[replace(ROAD.zones[0], limits={"speed_limit_kmh": 80.0})])
    feet = [0.0, 5.7, 10.1, 15.5, 20.6]
    assert play(ViolationsCore(), Cameras(road), [moving(0, feet, 105.72, 3.42), second(1)])[0] == []


def test_a_bicycle_that_no_cyclist_can_ride_is_a_motorcycle() -> None:
    """The detector takes one motorcycle in seven for a bicycle; at 90 km/h less its interval it is none."""
    (one,) = found([[replace(at(90), track_class=1)]] * 4 + [[]])
    assert one.vehicle_class == 3


def stretch(pace_m: float, speed_kmh: float, error_kmh: float, seconds: int, hop_m: float = 0.0) -> list[Tracks]:
    """Return seconds of a car at five frames a second; in the middle its track goes over to a car so far ahead."""
    half = seconds * 5 // 2
    metres = [pace_m * n + (hop_m if n >= half else 0.0) for n in range(5 * seconds)]
    return [moving(n, metres[5 * n : 5 * n + 5], speed_kmh, error_kmh) for n in range(seconds)]


@pytest.mark.parametrize(("seconds", "count"), [(4, 1), (2, 0)])
def test_a_long_stretch_proves_what_its_seconds_do_not(seconds: int, count: int) -> None:
    """75 km/h where 70 are an offence, each second to 3 km/h: a mean of four seconds is known to 1 km/h."""
    messages = [*stretch(75 / 18, 75.0, 3.0, seconds), second(seconds)]
    for at_once in (True, False):
        found_here = play(ViolationsCore(), Cameras(ROAD), messages, at_once=at_once)[0]
        assert len(found_here) == count
    for one in found_here:
        assert one.measured == pytest.approx(75.0, abs=0.1)
        assert 0.5 < one.measured_error < 1.5
        assert one.measures["seconds"] == seconds


def test_a_stretch_with_a_step_to_another_vehicle_proves_nothing() -> None:
    """Two cars at 66 km/h, 12 m apart: the way of both is one of 77 km/h."""
    assert play(ViolationsCore(), Cameras(ROAD), [*stretch(66 / 18, 68.0, 3.0, 4, 12.0), second(4)])[0] == []


def test_a_row_of_seconds_with_a_step_to_another_vehicle_proves_nothing() -> None:
    """For two seconds the speed is one of both vehicles, and above what either drives."""
    metres = [66 / 18 * n + (22.0 if n >= 8 else 0.0) for n in range(20)]
    speeds = [(68.0, 3.0), (88.0, 5.0), (85.0, 5.0), (66.0, 3.0)]
    messages = [moving(n, metres[5 * n : 5 * n + 5], *measured) for n, measured in enumerate(speeds)]
    for at_once in (True, False):
        assert play(ViolationsCore(), Cameras(ROAD), [*messages, second(4)], at_once=at_once)[0] == []


def test_a_stretch_ends_where_the_vehicle_was_slower_for_certain() -> None:
    """A mean may hide that it slowed down: what was before that second counts no more."""
    messages = stretch(75 / 18, 75.0, 3.0, 4)
    slow = replace(messages[2], track_speed_kmh=[60.0])
    assert play(ViolationsCore(), Cameras(ROAD), [*messages[:2], slow, messages[3], second(4)])[0] == []


def test_a_stretch_is_of_one_limit() -> None:
    """Three seconds where 80 are allowed, one where 60 are: one second at 75 km/h proves nothing."""
    fast = zone("fast", "roadway", (0, 0, 1000, 0, 1000, 400, 0, 400), speed_limit_kmh=80)
    slow = zone("slow", "roadway", (0, 400, 1000, 400, 1000, 1000, 0, 1000), speed_limit_kmh=60)
    messages = stretch(75 / 18, 75.0, 3.0, 4)
    rows = [300.0] * 5
    before = [replace(one, box_y1_px=[250.0] * 5, box_y2_px=rows) for one in messages[:3]]
    for drawn, count in (([fast, slow], 0), ([zone("slow", "roadway", speed_limit_kmh=60)], 1)):
        road = replace(ROAD, zones=drawn)
        assert len(play(ViolationsCore(), Cameras(road), [*before, messages[3], second(4)])[0]) == count


def test_a_zone_may_ask_for_longer_stretches_or_none() -> None:
    """least_stretch_s is the zone's; 0: single seconds alone prove it."""
    messages = [*stretch(75 / 18, 75.0, 3.0, 4), second(4)]
    for least_s in (0.0, 5.0):
        drawn = replace(ROAD.zones[0], limits={"speed_limit_kmh": LIMIT_KMH, "least_stretch_s": least_s})
        assert play(ViolationsCore(), Cameras(replace(ROAD, zones=[drawn])), messages)[0] == []


def test_a_box_that_the_picture_cuts_off_does_not_make_the_mean_slower() -> None:
    """The foot of a box at the lower edge seems to stay where the picture ends."""
    first, last = (moving(n, [5.2 * (5 * n + k) for k in range(5)], 94.0, 4.0) for n in range(2))
    cut = replace(
        last, box_y_m=[26.0, 31.2, 32.0, 32.0, 32.0], box_y2_px=[500.0, 500.0, 998.0, 999.0, 1000.0],
        box_y1_px=[450.0, 450.0, 900.0, 900.0, 900.0],
    )  # fmt: skip
    road = replace(ROAD, zones=[replace(ROAD.zones[0], limits={"speed_limit_kmh": 75.0, "sure_k": 0.0})])
    assert len(play(ViolationsCore(), Cameras(road), [first, cut, second(2)])[0]) == 1


def test_the_state_comes_back_as_it_was() -> None:
    """Rows and stretches, through plain data."""
    rule, place = Speeding(), Place(ROAD)
    state = rule.initial()
    for message in stretch(90 / 18, 90.0, 3.0, 2):
        state, _ = rule.observe(state, Second(message, place), place)
    assert state.runs
    assert state.stretches
    assert rule.unpack(rule.pack(state)) == state


@pytest.mark.parametrize(("ahead_m", "aside_m", "count"), [(3.0, 0.3, 1), (-3.0, 0.3, 1), (8.0, 0.3, 2), (0.5, 3.5, 2)])
def test_nobody_drives_nearer_to_another_than_a_car_is_long(ahead_m: float, aside_m: float, count: int) -> None:
    """A second box of a fast car is no second offender; the car before it is, and the one beside it."""
    messages = []
    for n, one in enumerate(stretch(5.0, 90.0, 2.0, 3)):
        seen = [car(name, 500, 500, speed_kmh=90.0, error_kmh=2.0, heading_deg=0.0) for name in ("a", "b")]
        places = [*one.box_y_m, *(y_m + ahead_m for y_m in one.box_y_m)]
        samples = list(range(5))
        messages.append(
            replace(
                second(n, seen, samples=5), box_track=[0] * 5 + [1] * 5, box_sample=samples * 2,
                box_x_m=[5.0] * 5 + [5.0 + aside_m] * 5, box_y_m=places,
                box_x1_px=[460.0] * 5 + [460.0 + 20 * aside_m] * 5,
                box_x2_px=[540.0] * 5 + [540.0 + 20 * aside_m] * 5,
                box_y1_px=[400.0] * 5 + [400.0 - 10 * ahead_m] * 5, box_y2_px=[500.0] * 5 + [500.0 - 10 * ahead_m] * 5,
            )
        )  # fmt: skip
    for at_once in (True, False):
        assert len(play(ViolationsCore(), Cameras(ROAD), [*messages, second(3)], at_once=at_once)[0]) == count
