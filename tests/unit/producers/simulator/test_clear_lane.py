"""Who passes a stop line late does so where nobody stops before it; else the scene is off."""

from collections.abc import Iterator, Sequence
from dataclasses import replace

import numpy as np
import pytest

from producers.simulator.city import build_city
from producers.simulator.city_camera import CityCamera
from producers.simulator.city_clock import SECOND_US, START_US
from producers.simulator.events.clear_lane import is_clear
from producers.simulator.events.scenario import all_scenarios
from producers.simulator.events.scene import Scene
from producers.simulator.events.staged import Staged
from producers.simulator.events.waiting_scenes import NEED_CLEAR_LANE, WaitingScenes
from producers.simulator.motions import CAR, NOTHING, Motions
from producers.simulator.seeds import generator
from producers.simulator.streets import LANE_M, STOP_LINE_M

CITY = build_city(101, 20)


def scenes(name: str) -> Iterator[tuple[CityCamera, Scene, Staged]]:
    """Yield a scenario before every camera that it is for, as far as it fits there."""
    (scenario,) = (one for one in all_scenarios() if one.name == name)
    for camera in CITY.cameras:
        scene = Scene(CITY, camera, generator(101, name, camera.number), START_US, 0)
        staged = scenario.stage(scene) if camera.outlook in scenario.shares else None
        if staged is not None:
            yield camera, scene, staged


def driving(edge: int, cars: Sequence[tuple[float, float, float]], to_us: int, *, against: bool = False) -> Motions:
    """Return a second of cars in a street's frame.

    Args:
        edge: the street.
        cars: (metres before the stop line at its end, metres right of the middle line, metres a second) of each.
        to_us: its end.
        against: they point the other way.
    """
    streets = CITY.streets
    line_m, way = streets.length_m(edge) - STOP_LINE_M, streets.direction(edge)
    ends = np.array([streets.point(edge, line_m - before, right) for before, right, _ in cars])
    begins = np.array([streets.point(edge, line_m - before - mps, right) for before, right, mps in cars])
    heading = np.arctan2(*way) + np.pi * against
    count = len(cars)
    return Motions(
        actor=np.arange(count), kind=np.full(count, CAR), from_us=np.full(count, to_us - SECOND_US),
        to_us=np.full(count, to_us), x_m=np.column_stack([begins[:, 0], ends[:, 0]]),
        y_m=np.column_stack([begins[:, 1], ends[:, 1]]), heading_rad=np.full((count, 2), heading),
        speed_kmh=np.array([mps * 3.6 for *_, mps in cars]),
    )  # fmt: skip


@pytest.mark.parametrize("name", sorted(NEED_CLEAR_LANE))
@pytest.mark.parametrize(
    ("before_m", "aside_m", "mps", "clear"),
    [
        pytest.param(5.0, 0.0, 0.0, False, id="stands at the line"),
        pytest.param(60.0, 0.0, 4.0, False, id="cannot be there before amber"),
        pytest.param(-3.0, 0.0, 0.0, False, id="stands just beyond the line"),
        pytest.param(2.0, 0.0, 14.0, True, id="is over the line before amber"),
        pytest.param(5.0, LANE_M, 0.0, True, id="stands in the next lane"),
        pytest.param(110.0, 0.0, 8.0, True, id="comes behind"),
        pytest.param(115.0, 0.0, 20.0, False, id="comes behind and is faster"),
    ],
)
def test_a_lane_is_clear_where_nobody_stops_in_it(
    name: str, before_m: float, aside_m: float, mps: float, *, clear: bool
) -> None:
    """By where one vehicle is, and how fast it drives, as the staged one sets out."""
    found = list(scenes(name))
    assert found
    for camera, scene, _ in found:
        (actor,) = scene.actors
        right_m = scene.where(actor, 0.0)[1]
        cars = driving(camera.edge, [(before_m, right_m + aside_m, mps)], actor.begin_us - SECOND_US)
        assert is_clear(CITY, camera.edge, actor, cars) is clear
        assert is_clear(CITY, camera.edge, actor, NOTHING)
        other = driving(camera.edge, [(before_m, right_m, mps)], actor.begin_us - SECOND_US, against=True)
        assert is_clear(CITY, camera.edge, actor, other)


def test_a_scene_is_off_where_the_lane_is_not_clear() -> None:
    """It waits until it begins; then it goes on, or is gone. Scenes that need no lane do not wait."""
    camera, scene, staged = next(scenes("red_light_runner"))
    (actor,) = scene.actors
    left_m = scene.where(actor, 0.0)[1]
    for before_m, on in ((300.0, 1), (3.0, 0)):
        traffic = driving(camera.edge, [(before_m, left_m, 0.0)], actor.begin_us - SECOND_US)
        waiting = WaitingScenes(CITY)
        assert waiting.take(camera, 7, staged, [actor])
        assert not waiting.take(camera, 8, replace(staged, scenario="over_the_line"), [actor])
        assert list(waiting.before(actor.begin_us, traffic)) == []
        assert list(waiting.before(actor.begin_us + 1, traffic)) == [(camera, 7, staged, [actor])] * on
        assert list(waiting.before(actor.begin_us + SECOND_US, NOTHING)) == []
