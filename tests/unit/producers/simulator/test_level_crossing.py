"""A level crossing closes by its programme, ordinary traffic keeps to it, and what is staged is what is said of it."""

from collections.abc import Iterator, Sequence

import numpy as np
import pytest

from producers.simulator.actor import Actor
from producers.simulator.city import build_city
from producers.simulator.city_camera import CityCamera
from producers.simulator.city_clock import SECOND_US, START_US
from producers.simulator.events.scenario import all_scenarios
from producers.simulator.events.scene import Scene
from producers.simulator.events.staged import Staged
from producers.simulator.level_crossing import RAILS_M, RAILS_WIDE_M, LevelCrossing
from producers.simulator.motions import SIZES_M
from producers.simulator.outlook import Outlook
from producers.simulator.phases import in_force, told
from producers.simulator.rail_traffic import RailTraffic
from producers.simulator.seeds import generator
from producers.simulator.shard import neighbours
from schemas.messages import Signal

CITY = build_city(101, 60)
CAMERAS = [camera for camera in CITY.cameras if camera.outlook is Outlook.RAIL]
DRAWS = 12
LAST_RAIL_M = RAILS_M + RAILS_WIDE_M


def stagings(name: str) -> Iterator[tuple[CityCamera, Scene, Staged]]:
    """Yield several stagings of a scenario before each camera of a level crossing."""
    scenario = next(one for one in all_scenarios() if one.name == name)
    for camera in CAMERAS:
        for draw in range(DRAWS):
            random = generator(3101, name, camera.number, draw)
            scene = Scene(CITY, camera, random, START_US + draw * 37 * SECOND_US, 0)
            staged = scenario.stage(scene)
            assert staged is not None
            yield camera, scene, staged


def fronts_m(camera: CityCamera, one: Actor, at_us: Sequence[int] | np.ndarray) -> np.ndarray:
    """Return how far beyond the line an actor's front is at some instants."""
    way, origin = CITY.streets.direction(camera.edge), CITY.streets.point(camera.edge, 0.0, 0.0)
    at = np.asarray(at_us)
    x, y = np.interp(at, one.at_us, one.x_m) - origin[0], np.interp(at, one.at_us, one.y_m) - origin[1]
    middle = x * way[0] + y * way[1]
    return np.asarray(middle + SIZES_M[one.kind][0] / 2 - camera.areas["rail-crossing"].along_m[0])


def passes_us(camera: CityCamera, one: Actor) -> int:
    """Return when an actor's front passes the line, to a centisecond."""
    at = np.arange(one.begin_us, one.end_us, 10_000)
    return int(at[np.argmax(fronts_m(camera, one, at) >= 0)])


def test_the_signal_closes_and_opens_by_its_programme() -> None:
    """Every second of three cycles: one state, that began when it says, and the next closing is one."""
    crossing = LevelCrossing("X-00001", 40, 80, 25)
    for at_s in range(1_000, 1_360):
        signal, since_s = crossing.state(0, at_s)
        assert since_s <= at_s
        assert crossing.state(0, since_s) == (signal, since_s)
        assert crossing.state(0, since_s - 1)[0] is not signal
        closes = crossing.next_closing(at_s)
        assert at_s <= closes < at_s + crossing.cycle_s
        assert crossing.state(0, closes) == (Signal.FLASHING, closes)
        opens = crossing.opens_after(float(at_s))
        assert (opens > at_s) is (signal is Signal.FLASHING)
        assert crossing.state(0, round(opens))[0] is Signal.GREEN


def test_its_controller_tells_what_its_cameras_detections_carry() -> None:
    """One group, and the same phase in both, under the name that the camera's entry has."""
    for camera in CAMERAS:
        crossing = CITY.crossings[camera.number]
        assert camera.entry.junction_id == crossing.crossing_id
        first, beat = told(crossing.crossing_id, crossing, START_US // SECOND_US, first=True)
        (state,) = in_force(crossing, START_US)
        assert (state.group_id, state.signal, state.since_us) == (first.group_id, first.signal, first.changed_at_us)
        assert beat.heartbeat
        (zone,) = camera.entry.zones
        assert zone.limits[f"signal_group.{state.group_id}"] == 1.0
        assert camera.site in neighbours(CITY, {camera.site})


def test_ordinary_vehicles_pass_only_while_it_is_open_and_never_touch() -> None:
    """An hour before each crossing: each is over the last rail or before the line when it closes, a queue has gaps."""
    for camera in CAMERAS:
        crossing = CITY.crossings[camera.number]
        traffic = RailTraffic(CITY, camera, START_US)
        actors = [one for n in range(3600) for one in traffic.before(START_US + n * SECOND_US)]
        assert len(actors) > 90
        for one in actors:
            assert crossing.state(0, passes_us(camera, one) // SECOND_US)[0] is Signal.GREEN
            assert (np.diff(one.at_us) > 0).all()
        for n in range(0, 3600, 1):
            at = START_US + n * SECOND_US
            there = [one for one in actors if one.begin_us <= at < one.end_us]
            front = np.array([float(fronts_m(camera, one, [at])[0]) for one in there])
            length = np.array([SIZES_M[one.kind][0] for one in there])
            order = np.argsort(front)
            gaps = (front - length)[order][1:] - front[order][:-1]
            near = front[order][:-1] > -60.0
            assert (gaps[near] > 0.3).all(), (camera.camera_id, n)


def test_ordinary_traffic_is_the_same_however_it_is_asked_for() -> None:
    """Second by second or a minute at once."""
    camera = CAMERAS[0]
    one, other = RailTraffic(CITY, camera, START_US), RailTraffic(CITY, camera, START_US)
    slowly = [a.actor for n in range(181) for a in one.before(START_US + n * SECOND_US)]
    assert slowly == [a.actor for a in other.before(START_US + 180 * SECOND_US)]


@pytest.mark.parametrize(
    ("name", "least_s", "most_s"),
    [("crosses_closed_rails", 4.0, 30.0), ("emergency_on_rails", 4.0, 30.0), ("passes_as_rails_close", -1.5, 2.0)],
)
def test_who_passes_the_line_does_so_when_it_is_said(name: str, least_s: float, most_s: float) -> None:
    """The front is on the line so long after the signal closed, and still closed when an offender is past it."""
    for camera, scene, staged in stagings(name):
        crossing = CITY.crossings[camera.number]
        (car,) = scene.actors
        at = passes_us(camera, car)
        assert staged.measured is not None
        closes = crossing.next_closing(round(at / 1e6 - staged.measured))
        assert at / 1e6 - closes == pytest.approx(staged.measured, abs=0.03)
        assert least_s <= staged.measured <= most_s
        if least_s > 0:
            assert crossing.state(0, (at + 2 * SECOND_US) // SECOND_US)[0] is Signal.FLASHING


@pytest.mark.parametrize("name", ["stands_on_rails", "stops_behind_rails", "crawls_over_rails"])
def test_who_is_on_the_crossing_while_it_is_open_has_left_before_it_closes(name: str) -> None:
    """All of it happens in one open time, so that no signal matters; its body lies over the rails, or does not."""
    for camera, scene, staged in stagings(name):
        crossing = CITY.crossings[camera.number]
        (car,) = scene.actors
        at = np.arange(passes_us(camera, car), car.end_us, SECOND_US)
        assert {crossing.state(0, int(t) // SECOND_US)[0] for t in at} == {Signal.GREEN}
        there = fronts_m(camera, car, [staged.started_us + SECOND_US, staged.ended_us - SECOND_US])
        length = SIZES_M[car.kind][0]
        if name == "stands_on_rails":
            assert there[0] == pytest.approx(there[1])
            assert RAILS_M + 2.0 < there[0] < LAST_RAIL_M + length - 2.0
            assert staged.ended_us - staged.started_us >= 15 * SECOND_US
            assert staged.due_us - staged.started_us == pytest.approx(10 * SECOND_US, abs=2)
        elif name == "stops_behind_rails":
            assert there[0] == pytest.approx(there[1])
            assert there[0] - length > LAST_RAIL_M
        else:
            assert there[1] - there[0] > 1.0


def test_who_waits_is_short_of_the_rails_until_it_opens() -> None:
    """At most two and a half metres beyond the line."""
    for camera, scene, staged in stagings("waits_at_rails"):
        crossing = CITY.crossings[camera.number]
        (car,) = scene.actors
        at = np.arange(staged.started_us, staged.ended_us, SECOND_US)
        assert fronts_m(camera, car, at).max() < 3.0
        assert crossing.state(0, staged.started_us // SECOND_US)[0] is Signal.FLASHING
        assert crossing.state(0, -(-staged.ended_us // SECOND_US))[0] is Signal.GREEN
