"""Scenarios: what each says is true is what its actors do."""

from collections.abc import Iterator
from itertools import combinations, pairwise

import numpy as np
import pytest

from processors.incidents.core import IncidentsCore
from processors.violations.core import ViolationsCore
from processors.violations.rules.shoulder_driving import Settings as ShoulderSettings
from producers.simulator.actor import Actor, cut
from producers.simulator.city import build_city
from producers.simulator.city_camera import CityCamera
from producers.simulator.city_clock import SECOND_US, START_US
from producers.simulator.events.director import LEAST_GAP_S, Director
from producers.simulator.events.heeding import runs_red
from producers.simulator.events.scenario import Scenario, all_scenarios
from producers.simulator.events.scenarios.reverse_to_park import ReverseToPark
from producers.simulator.events.scene import STAGED, Scene
from producers.simulator.events.staged import Staged
from producers.simulator.motions import BUS, CAR, TRUCK
from producers.simulator.outlook import Outlook
from producers.simulator.plates import FLEET, SERVICE, plate_of
from producers.simulator.seeds import generator
from producers.simulator.sight import Sight
from producers.simulator.signals import group_of
from producers.simulator.streets import LANE_M
from producers.simulator.traffic.sumo_traffic import DRIVING
from producers.simulator.truth import truth_of
from producers.simulator.walkers import WALKING, Walkers
from schemas.messages import Signal

CITY = build_city(101, 60)
#: Kinds that the city stages before the product has a rule for them.
WITHOUT_RULE = {
    "abandoned_object", "accident", "container_fill", "fire", "flooding", "smoke", "waste_dumping",
    "section_speed",
}  # fmt: skip
LEFT_BEHIND = {"waste_dumping", "abandoned_object"}
STAGED_RULES = ("crowd", "loitering", "stopped_vehicle", "speeding", "wrong_way")


def stagings(scenario: Scenario) -> Iterator[tuple[CityCamera, Scene, Staged]]:
    """Yield a scenario before every camera that it is for, as far as it fits there."""
    for camera in CITY.cameras:
        if camera.outlook in scenario.shares:
            scene = Scene(CITY, camera, generator(101, scenario.name, camera.number), START_US, 0)
            staged = scenario.stage(scene)
            if staged is not None:
                yield camera, scene, staged


@pytest.mark.parametrize("scenario", all_scenarios(), ids=lambda s: s.name)
def test_truth_is_in_order(scenario: Scenario) -> None:
    """It begins, is due and ends in this order, within the time that the stage is taken; actors are on it then."""
    found = list(stagings(scenario))
    assert found, "no camera of the city has it"
    for _, scene, staged in found:
        assert staged.scenario == scenario.name
        assert scene.begin_us <= staged.started_us <= staged.due_us <= staged.ended_us <= staged.free_us
        there = {one.actor: one for one in scene.actors}
        assert set(staged.actors) <= set(there)
        if staged.actors:
            assert min(there[a].begin_us for a in staged.actors) <= staged.started_us
            # what is left behind outlasts who left it
            until = staged.started_us if staged.kind in LEFT_BEHIND else staged.ended_us
            assert max(there[a].end_us for a in staged.actors) >= until
        assert all((np.diff(one.at_us) > 0).all() for one in scene.actors)


@pytest.mark.parametrize("scenario", all_scenarios(), ids=lambda s: s.name)
def test_the_camera_sees_it(scenario: Scenario) -> None:
    """Its own camera is the first of those that see it, with a region in its picture, in the zone of the rule."""
    for camera, scene, staged in stagings(scenario):
        of_site = [c for c in CITY.cameras if c.site == camera.site]
        truth = truth_of(CITY, camera, of_site, Sight(of_site), "00001", staged, scene.actors)
        assert truth.camera_ids[0] == camera.camera_id
        assert 0.0 <= truth.view_x1_px[0] < truth.view_x2_px[0] <= 1920.0
        assert 0.0 <= truth.view_y1_px[0] < truth.view_y2_px[0] <= 1080.0
        assert truth.is_hard_negative is bool(truth.negative_of)
        assert staged.started_us <= truth.view_from_us[0] <= truth.view_to_us[0] <= staged.ended_us
        if not truth.is_hard_negative and truth.kind in STAGED_RULES:
            assert truth.view_zone_id[0] in {zone.zone_id for zone in camera.entry.zones}


@pytest.mark.parametrize("name", ["object_left", "waste_dumper"])
def test_what_is_left_stays_in_view_until_its_end(name: str) -> None:
    """It is due when who left it has gone; an event that is out of view by then could not be found by anybody."""
    for camera, scene, staged in of(name):
        of_site = [c for c in CITY.cameras if c.site == camera.site]
        truth = truth_of(CITY, camera, of_site, Sight(of_site), "00001", staged, scene.actors)
        assert truth.view_to_us[0] == staged.ended_us > staged.due_us
        x, y = scene.actors[0].x_m, scene.actors[0].y_m
        nearest_m = np.hypot(x - truth.x_m, y - truth.y_m).min()
        assert nearest_m < 1.0, "it lies where its owner was"


@pytest.mark.parametrize("scenario", all_scenarios(), ids=lambda s: s.name)
def test_a_rule_that_exists_is_named_as_it_names_itself(scenario: Scenario) -> None:
    """Kinds of incidents and violations are those of the product's rules, where it has one."""
    rules = {rule.kind for core in (IncidentsCore(), ViolationsCore()) for rule in core.rules}
    assert set(STAGED_RULES) <= rules
    for _, _, staged in stagings(scenario):
        assert staged.kind in rules | WITHOUT_RULE
        break


def speeds(actor: Actor, from_us: int, to_us: int) -> np.ndarray:
    """Return an actor's speeds within a window, km/h."""
    return cut(actor.motions(), from_us, to_us).speed_kmh


def of(name: str) -> Iterator[tuple[CityCamera, Scene, Staged]]:
    """Yield the stagings of a scenario by its name."""
    yield from stagings(next(one for one in all_scenarios() if one.name == name))


@pytest.mark.parametrize(("name", "least", "most"), [("fast_driver", 10.0, 90.0), ("fast_but_tolerated", 0.0, 10.0)])
def test_who_is_fast_drives_as_fast_as_is_said(name: str, least: float, most: float) -> None:
    """The path's own speed is the measured one, and lies beyond the offence's margin or within it."""
    for camera, scene, staged in of(name):
        assert staged.measured is not None
        assert staged.limit is not None
        assert staged.limit == CITY.streets.edge_limit_kmh[camera.edge]
        assert speeds(scene.actors[0], staged.started_us, staged.ended_us) == pytest.approx(staged.measured, abs=0.02)
        assert least <= staged.measured - staged.limit < most
        assert (staged.article is not None) is (least == 10.0)


@pytest.mark.parametrize("name", ["parked_in_the_way", "drop_off", "bus_at_stop", "waste_collection"])
def test_who_stands_stands_as_long_as_is_said(name: str) -> None:
    """The vehicle does not move from begin to end, moves before and after, and a minute divides true from negative."""
    for _, scene, staged in of(name):
        first = scene.actors[0]
        assert (speeds(first, staged.started_us + 1, staged.ended_us - 1) == 0.0).all()
        assert speeds(first, staged.started_us - 2 * SECOND_US, staged.started_us).max() > 0.5
        assert speeds(first, staged.ended_us, staged.ended_us + 2 * SECOND_US).max() > 0.5
        stood_s = (staged.ended_us - staged.started_us) / 1e6
        assert staged.measured == pytest.approx(stood_s, abs=0.06)
        assert bool(staged.negative_of) is (stood_s < 60.0)


def test_a_crowd_is_there_while_it_is_said_to_be() -> None:
    """From begin to end at least the limit's number of people stand on the square, and fewer just before."""
    for camera, scene, staged in of("gathering"):
        moments = np.linspace(staged.started_us + SECOND_US // 2, staged.ended_us - SECOND_US // 2, 9).astype(int)
        assert min(on_square(camera, scene, int(at)) for at in moments) >= 20
        assert on_square(camera, scene, staged.started_us - SECOND_US // 2) < 20


def on_square(camera: CityCamera, scene: Scene, at_us: int) -> int:
    """Return how many of a scene's people are on the camera's square at an instant."""
    area, way = camera.areas["square"], CITY.streets.direction(camera.edge)
    origin = CITY.streets.point(camera.edge, 0.0, 0.0)
    count = 0
    for one in scene.actors:
        if one.begin_us <= at_us < one.end_us:
            x = float(np.interp(at_us, one.at_us, one.x_m)) - origin[0]
            y = float(np.interp(at_us, one.at_us, one.y_m)) - origin[1]
            along, right = x * way[0] + y * way[1], x * way[1] - y * way[0]
            count += area.along_m[0] <= along <= area.along_m[1] and area.right_m[0] <= right <= area.right_m[1]
    return count


def test_a_red_light_is_red_when_it_is_passed() -> None:
    """The line is passed while the programme shows red, by the runner and by the emergency vehicle alike."""
    for name in ("red_light_runner", "emergency_on_red"):
        for camera, _, staged in of(name):
            programme = CITY.programmes[int(CITY.streets.edge_to[camera.edge])]
            group = group_of(*CITY.streets.direction(camera.edge))
            state, since = programme.state(group, staged.started_us // SECOND_US)
            assert state is Signal.RED
            assert staged.measured == pytest.approx(staged.started_us / 1e6 - since, abs=0.01)


def test_every_kind_has_an_event_and_a_hard_negative() -> None:
    """Whatever the city stages as true can also be mistaken: some scenario is a hard negative of its kind."""
    true, negative = set(), set()
    for scenario in all_scenarios():
        for _, _, staged in stagings(scenario):
            for one in (staged, *staged.also):
                true |= set() if one.negative_of else {one.kind}
                negative |= set(one.negative_of)
    assert true == negative
    rules = {rule.kind for core in (IncidentsCore(), ViolationsCore()) for rule in core.rules}
    assert true == rules | WITHOUT_RULE


def crossed(actor: Actor, line: tuple[float, float], way: tuple[float, float]) -> float:
    """Return when an actor passes a line across a direction of travel, microseconds."""
    along = (actor.x_m - line[0]) * way[0] + (actor.y_m - line[1]) * way[1]
    return float(np.interp(0.0, along, actor.at_us))


@pytest.mark.parametrize("name", ["section_speeder", "section_within_limit"])
def test_a_sections_average_is_the_time_between_its_cameras(name: str) -> None:
    """From gantry to gantry it takes as long as the average says; before both cameras nobody is 10 km/h too fast."""
    for camera, scene, staged in of(name):
        section = CITY.sections[camera.number]
        first = CITY.cameras[section.entry_camera]
        way, car = CITY.streets.direction(camera.edge), scene.actors[0]
        for ahead_m in (30.0, 90.0):
            at = [
                crossed(car, CITY.streets.point(edge, gantry - ahead_m, 0.0), way)
                for edge, gantry in ((first.edge, section.entry_m), (camera.edge, section.exit_m))
            ]
            assert section.length_m / (at[1] - at[0]) * 3.6e6 == pytest.approx(staged.measured, abs=0.2)
        assert staged.measured is not None
        assert (staged.measured - section.limit_kmh >= 10.0) is not bool(staged.negative_of)
        for which, gantry in ((first, section.entry_m), (camera, section.exit_m)):
            begin, end = (crossed(car, CITY.streets.point(which.edge, gantry - m, 0.0), way) for m in (99.0, 26.0))
            assert speeds(car, round(begin), round(end)).max() < section.limit_kmh + 10.0


def test_a_car_passes_before_somebody_on_the_crossing_where_no_signal_stands() -> None:
    """When it passes the crossing's middle the person is on the road, neither at the kerb nor in the car's lane."""
    for camera, scene, staged in of("car_before_pedestrian"):
        assert int(CITY.streets.edge_to[camera.edge]) not in CITY.programmes
        car, person = scene.actors
        way, area = CITY.streets.direction(camera.edge), camera.areas["crossing"]
        passes = crossed(car, CITY.streets.point(camera.edge, area.middle[0], 0.0), way)
        origin = CITY.streets.point(camera.edge, 0.0, 0.0)
        x, y = (float(np.interp(passes, person.at_us, axis)) for axis in (person.x_m, person.y_m))
        right = (x - origin[0]) * way[1] - (y - origin[1]) * way[0]
        assert 3.0 < right < area.right_m[1]
        assert staged.started_us <= passes <= staged.ended_us
        # the car's front is half a car before its middle, its side half a car aside of it
        there = lateral(person, passes - 2.25 / (speeds(car, round(passes), round(passes) + 1)[0] / 3.6) * 1e6, camera)
        assert staged.measured == pytest.approx((there - 1.75 - 0.9) / 1.4, abs=0.05)


def lateral(actor: Actor, at_us: float, camera: CityCamera) -> float:
    """Return how far right of the middle line of a camera's street an actor is, metres."""
    way, origin = CITY.streets.direction(camera.edge), CITY.streets.point(camera.edge, 0.0, 0.0)
    x, y = (float(np.interp(at_us, actor.at_us, axis)) for axis in (actor.x_m, actor.y_m))
    return (x - origin[0]) * way[1] - (y - origin[1]) * way[0]


def test_a_car_that_passes_behind_somebody_is_in_nobodys_way() -> None:
    """The person has left the car's lane when it passes, and walks away from it; nobody else has stepped off."""
    for camera, scene, _ in of("passes_behind_pedestrian"):
        car, person = scene.actors
        area = camera.areas["crossing"]
        passes = crossed(car, CITY.streets.point(camera.edge, area.middle[0], 0.0), CITY.streets.direction(camera.edge))
        assert 1.75 + 2.5 < lateral(person, passes, camera) < lateral(person, passes + SECOND_US, camera)
        programme = CITY.programme_at(int(CITY.streets.edge_to[camera.edge]))
        assert programme.state(group_of(*CITY.streets.direction(camera.edge)), int(passes) // SECOND_US)[0] in {
            Signal.AMBER,
            Signal.RED,
        }


@pytest.mark.parametrize("name", ["parked_on_crossing", "stops_before_crossing"])
def test_who_stands_by_a_crossing_drives_over_it_while_nobody_walks_there(name: str) -> None:
    """While the car moves over any of the crossing its direction has green, when no walker is on the road."""
    for camera, scene, _ in of(name):
        (car,) = scene.actors
        programme = CITY.programme_at(int(CITY.streets.edge_to[camera.edge]))
        group = group_of(*CITY.streets.direction(camera.edge))
        first, last = camera.areas["crossing"].along_m
        moving = 0
        for at_us in range(int(car.at_us[0]), int(car.at_us[-1]) - SECOND_US, SECOND_US // 5):
            there = along_of(car, at_us, camera)
            if not first - 2.25 < there < last + 2.25 or along_of(car, at_us + SECOND_US // 5, camera) - there < 0.01:
                continue
            moving += 1
            assert programme.state(group, at_us // SECOND_US)[0] is Signal.GREEN
        assert moving


def test_who_crosses_on_red_does_so_while_cars_have_green() -> None:
    """When the car passes its signal is green: it has the right of way."""
    for camera, scene, _ in of("crosses_on_red"):
        area = camera.areas["crossing"]
        way = CITY.streets.direction(camera.edge)
        passes = crossed(scene.actors[0], CITY.streets.point(camera.edge, area.middle[0], 0.0), way)
        programme = CITY.programmes[int(CITY.streets.edge_to[camera.edge])]
        assert programme.state(group_of(*way), int(passes) // SECOND_US)[0] is Signal.GREEN


@pytest.mark.parametrize(("name", "red"), [("stop_beyond_line", True), ("beyond_line_on_green", False)])
def test_who_stands_beyond_the_line_does_so_on_red_or_on_green(name: str, *, red: bool) -> None:
    """The signal shows one and the same from when the car stands until it goes on, give or take the last second."""
    for camera, scene, staged in of(name):
        programme = CITY.programmes[int(CITY.streets.edge_to[camera.edge])]
        group = group_of(*CITY.streets.direction(camera.edge))
        shown = {
            programme.state(group, at)[0]
            for at in range(staged.started_us // SECOND_US, staged.ended_us // SECOND_US - 1)
        }
        assert shown <= ({Signal.RED, Signal.RED_AMBER} if red else {Signal.GREEN})
        assert (speeds(scene.actors[0], staged.started_us + 1, staged.ended_us - 1) == 0.0).all()


@pytest.mark.parametrize("name", ["turn_from_wrong_lane", "turn_from_its_lane", "lane_change_beyond_line"])
def test_who_turns_has_left_its_lane_when_it_is_due_and_is_in_view_still(name: str) -> None:
    """More than a lane's width aside; a change of lanes is none at the picture's end, 13 m beyond the line."""
    for camera, scene, staged in of(name):
        way, origin = CITY.streets.direction(camera.edge), CITY.streets.point(camera.edge, 0.0, 0.0)
        car = scene.actors[0]
        at = staged.started_us + 1_800_000 if staged.negative_of else staged.due_us
        x, y = (
            float(np.interp(at, car.at_us, axis)) - zero for axis, zero in zip((car.x_m, car.y_m), origin, strict=True)
        )
        aside = abs(x * way[1] - y * way[0] - staged.right_m)
        assert x * way[0] + y * way[1] - next(iter(camera.areas.values())).along_m[1] < 17.0
        assert (aside > LANE_M) is (name != "lane_change_beyond_line")
        assert (staged.measured == staged.limit) is bool(staged.negative_of)
        if not staged.negative_of:
            of_site = [c for c in CITY.cameras if c.site == camera.site]
            truth = truth_of(CITY, camera, of_site, Sight(of_site), "00001", staged, scene.actors)
            assert truth.view_to_us[0] >= truth.due_at_us


@pytest.mark.parametrize("name", ["u_turn", "u_turn_where_allowed"])
def test_who_turns_round_is_on_the_other_side_when_it_is_due(name: str) -> None:
    """Right of the middle line when it begins, left of it and heading back when it is due; forbidden there or not."""
    for camera, scene, staged in of(name):
        way, origin = CITY.streets.direction(camera.edge), CITY.streets.point(camera.edge, 0.0, 0.0)
        car = scene.actors[0]
        right, along = [], []
        for at in (staged.started_us, staged.ended_us - SECOND_US, staged.ended_us):
            x, y = (
                float(np.interp(at, car.at_us, axis)) - zero
                for axis, zero in zip((car.x_m, car.y_m), origin, strict=True)
            )
            right.append(x * way[1] - y * way[0])
            along.append(x * way[0] + y * way[1])
        assert right[0] > 0.0 > -1.0 > right[2]
        assert along[2] < along[1] - 5.0
        carriageway = next(zone for zone in camera.entry.zones if zone.zone_id == "carriageway")
        assert bool(carriageway.limits["u_turn"]) is not bool(staged.negative_of)


def test_two_that_collide_come_to_rest_and_stay() -> None:
    """From the contact on both stand, nearer to each other than two cars are long; the second came fast until then."""
    for _, scene, staged in of("accident"):
        first, second = scene.actors
        assert speeds(second, staged.started_us - SECOND_US, staged.started_us).min() > 30.0
        for one in (first, second):
            assert (speeds(one, staged.started_us + 1, staged.ended_us - 1) == 0.0).all()
        at = staged.started_us + SECOND_US
        a, b = ([np.interp(at, one.at_us, axis) for axis in (one.x_m, one.y_m)] for one in (first, second))
        assert np.hypot(a[0] - b[0], a[1] - b[1]) < 4.5
        assert [(one.kind, set(one.actors)) for one in staged.also] == [
            ("stopped_vehicle", {first.actor, second.actor})
        ]


def along_the_shoulder_m(camera: CityCamera, one: Actor) -> float:
    """Return the longest way that an actor drives with the traffic on a camera's shoulder, not to a stand, metres."""
    area, origin = camera.areas["shoulder"], CITY.streets.point(camera.edge, 0.0, 0.0)
    way, at = CITY.streets.direction(camera.edge), np.arange(one.begin_us, one.end_us, SECOND_US // 4)
    x, y = np.interp(at, one.at_us, one.x_m) - origin[0], np.interp(at, one.at_us, one.y_m) - origin[1]
    along, right = x * way[0] + y * way[1], x * way[1] - y * way[0]
    on_it = (right > area.right_m[0]) & (right < area.right_m[1])
    on_it &= (along > area.along_m[0]) & (along < area.along_m[1])
    longest = driven = 0.0
    for there, step in zip(on_it[1:], np.diff(along), strict=True):
        if there and step > 0.0:
            driven += step
            continue
        if not there:
            longest = max(longest, driven)
        driven = 0.0
    return max(longest, driven)


@pytest.mark.parametrize("scenario", all_scenarios(), ids=lambda s: s.name)
def test_nobody_but_the_offender_drives_along_a_shoulder(scenario: Scenario) -> None:
    """Who comes to stand on one, or leaves it, is on it for less than `shoulder_driving` asks for.

    Else the city would stage an offence that its truth does not know of. Who rolls out to a stand may, out of view too;
    who breaks the rule does.
    """
    if scenario.name == "breakdown_on_shoulder":
        return
    ways = [
        along_the_shoulder_m(camera, one)
        for camera, scene, _ in stagings(scenario)
        if "shoulder" in camera.areas
        for one in scene.actors
        if one.kind in (CAR, BUS, TRUCK)
    ]
    longest = max(ways, default=0.0)
    assert (longest > ShoulderSettings().min_path_m) == (scenario.name == "shoulder_driver")


def test_people_cross_while_traffic_is_stopped() -> None:
    """Of all who walk before cameras nobody is on a crossing's road while traffic there may drive."""
    crossers = 0
    for camera in CITY.cameras:
        if "crossing" not in camera.areas:
            continue
        programme = CITY.programme_at(int(CITY.streets.edge_to[camera.edge]))
        group, road = group_of(*CITY.streets.direction(camera.edge)), camera.areas["crossing"].right_m[1]
        way, origin = CITY.streets.direction(camera.edge), CITY.streets.point(camera.edge, 0.0, 0.0)
        for one in Walkers(CITY, camera, START_US).before(START_US + 300 * SECOND_US):
            right = (one.x_m - origin[0]) * way[1] - (one.y_m - origin[1]) * way[0]
            if abs(right[0] - right[-1]) < 5.0:
                continue
            crossers += 1
            order = np.argsort(right[2:4])
            on = np.interp([-road, road], right[2:4][order], one.at_us[2:4][order])
            for at in range(int(on.min()) // SECOND_US, int(on.max()) // SECOND_US + 1):
                assert programme.state(group, at)[0] is Signal.RED
    assert crossers > 50


def test_who_walks_along_a_sidewalk_crosses_no_street_with_it() -> None:
    """Sidewalks end before the next street's."""
    for camera in CITY.cameras:
        way, origin = CITY.streets.direction(camera.edge), CITY.streets.point(camera.edge, 0.0, 0.0)
        for one in Walkers(CITY, camera, START_US).before(START_US + 60 * SECOND_US):
            along = (one.x_m - origin[0]) * way[0] + (one.y_m - origin[1]) * way[1]
            if len(along) == 2:
                assert along.min() >= 12.0
                assert along.max() <= CITY.streets.length_m(camera.edge) - 12.0


def test_nobody_runs_a_red_light_but_who_is_said_to() -> None:
    """Whatever is staged before a camera drives past its street's signals on green or amber, before and after.

    Without waiting some would run them: one that is staged at any moment of a cycle does, at some of them.
    """
    until = START_US + 1_800 * SECOND_US
    runs = []
    for camera in CITY.cameras:
        for number, staged, actors in Director(CITY, camera, START_US, until, 40.0).staged_before(until):
            scene = Scene(CITY, camera, generator(101, "any", number), START_US, 0, list(actors))
            assert not runs_red(scene, staged), staged.scenario
        if camera.outlook is Outlook.SPEED:
            for second in range(0, 95, 5):
                scene = Scene(CITY, camera, generator(101, "any", camera.number), START_US + second * SECOND_US, 0)
                runs.append(runs_red(scene, ReverseToPark().stage(scene)))
    assert 0 < sum(runs) < len(runs)


def test_a_directors_events_do_not_overlap_and_end_with_the_run() -> None:
    """Before one camera one thing happens at a time, with a gap that rules can tell; all of it within the run."""
    until = START_US + 1_800 * SECOND_US
    for camera in CITY.cameras[:20]:
        whole = Director(CITY, camera, START_US, until, 40.0).staged_before(until)
        parts = Director(CITY, camera, START_US, until, 40.0)
        steps = [one for n in range(1_800) for one in parts.staged_before(START_US + n * SECOND_US)]
        assert [staged for _, staged, _ in steps] == [staged for _, staged, _ in whole][: len(steps)]
        assert len(steps) >= 5
        for (_, before, _), (_, after, _) in pairwise(whole):
            assert after.started_us >= before.free_us + LEAST_GAP_S * 1e6
        assert all(staged.free_us <= until for _, staged, _ in whole)


def test_traffic_has_plates_of_its_own_and_the_fleet_its_forty() -> None:
    """Nobody in either traffic is numbered as one of the fleet: hundreds of vehicles would share its plates."""
    bits = (SERVICE, DRIVING, WALKING, STAGED)
    assert [a & b for a, b in combinations(bits, 2)] == [0] * 6
    streets = {plate_of(DRIVING | n) for n in range(500)} | {plate_of(1 << 28 | n) for n in range(500)}
    fleet = {plate_of(STAGED | SERVICE | n) for n in range(500)}
    assert len(streets) > 990
    assert len(fleet) == FLEET
    assert len(fleet & streets) <= 1


def test_plates_are_of_the_kazakh_format() -> None:
    """Three digits, three letters, two digits of a region; the same for a vehicle each time."""
    plates = {plate_of(number) for number in range(500)}
    assert len(plates) > 495
    assert all(len(p) == 8 and p[:3].isdigit() and p[3:6].isalpha() and 1 <= int(p[6:]) <= 20 for p in plates)
    assert plate_of(7) == plate_of(7)


def test_who_blocks_a_junction_saw_another_stand_in_it() -> None:
    """Both stand in it through the whole red; the first came two seconds before or more; both came on green."""
    for camera, scene, staged in of("blocks_junction"):
        first, second = scene.actors
        area = camera.areas["junction"]
        programme = CITY.programmes[int(CITY.streets.edge_to[camera.edge])]
        group = group_of(*CITY.streets.direction(camera.edge))
        for one in (first, second):
            assert (speeds(one, staged.started_us + 1, staged.ended_us - 1) == 0.0).all()
            front = along_of(one, staged.started_us, camera) + 2.25
            assert area.along_m[0] < front < area.along_m[1]
        assert (speeds(first, staged.started_us - 2 * SECOND_US, staged.started_us) == 0.0).all()
        assert programme.state(group, staged.started_us // SECOND_US)[0] is Signal.GREEN
        assert programme.state(group, staged.due_us // SECOND_US)[0] is Signal.RED


def along_of(actor: Actor, at_us: float, camera: CityCamera) -> float:
    """Return how far along a camera's street an actor is, metres."""
    way, origin = CITY.streets.direction(camera.edge), CITY.streets.point(camera.edge, 0.0, 0.0)
    x, y = (float(np.interp(at_us, actor.at_us, axis)) for axis in (actor.x_m, actor.y_m))
    return (x - origin[0]) * way[0] + (y - origin[1]) * way[1]


def test_who_breaks_down_on_a_shoulder_comes_to_stand_and_who_drives_there_does_not() -> None:
    """The one stands on the strip at the kerb to its end, the other passes at one speed."""
    for camera, scene, staged in of("breakdown_on_shoulder"):
        car = scene.actors[0]
        assert (speeds(car, staged.ended_us - 10 * SECOND_US, staged.ended_us - 1) == 0.0).all()
        strip = camera.areas["shoulder"].right_m
        assert strip[0] < lateral(car, staged.ended_us - 1, camera) < strip[1]
    for camera, scene, staged in of("shoulder_driver"):
        pace = speeds(scene.actors[0], staged.started_us, staged.ended_us)
        assert pace.min() >= 34.9
        assert pace.max() - pace.min() < 0.1
        assert camera.areas["shoulder"].right_m[0] < staged.right_m < camera.areas["shoulder"].right_m[1]
