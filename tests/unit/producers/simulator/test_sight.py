"""Sight: who is in the picture, how big, and how much of each shows."""

from dataclasses import replace

import numpy as np
import pytest

from producers.simulator.actor import Actor, Cast
from producers.simulator.city import City, build_city
from producers.simulator.motions import CAR, PERSON, Motions, joined, sizes_of
from producers.simulator.outlook import Outlook
from producers.simulator.sight import Seen, Sight


@pytest.fixture(scope="module")
def city() -> City:
    """A small city."""
    return build_city(101, 20)


def standing(city: City, outlook: Outlook, *places: tuple[int, int, float, float]) -> tuple[Sight, Motions]:
    """Return the sight of one camera and motions of things that stand: number, class, metres ahead and to the right."""
    camera = next(c for c in city.cameras if c.outlook is outlook)
    heading = np.radians(camera.view.heading_deg)
    parts = []
    for number, kind, ahead, right in places:
        x = camera.view.x_m + ahead * np.sin(heading) + right * np.cos(heading)
        y = camera.view.y_m + ahead * np.cos(heading) - right * np.sin(heading)
        actor = Actor(number, kind, np.array([0, 1_000_000]), np.array([x, x]), np.array([y, y]))
        parts.append(replace(actor.motions(), heading_rad=np.full((1, 2), heading)))
    return Sight([camera]), joined(parts)


def look(sight: Sight, motions: Motions) -> Seen:
    """Return what one frame shows."""
    return sight.look(np.array([0]), np.array([500_000]), motions)


def test_a_person_is_as_high_as_geometry_says(city: City) -> None:
    """Upright height times focal length over distance, within the lens' tilt."""
    camera = next(c for c in city.cameras if c.outlook is Outlook.ENTRANCE)
    seen = look(*standing(city, Outlook.ENTRANCE, (1, PERSON, 14.0, 0.0)))
    height = float(sizes_of(np.array([1]), np.array([PERSON]))[0, 2])
    expected = height * camera.view.focal_px / float(seen.depth_m[0])
    assert seen.xyxy_px[0, 3] - seen.xyxy_px[0, 1] == pytest.approx(expected, rel=0.15)
    assert seen.visible_ratio.tolist() == [1.0]


def test_the_nearer_hides_the_farther(city: City) -> None:
    """A person behind a car shows in part; the car wholly; boxes come nearest first."""
    seen = look(*standing(city, Outlook.SPEED, (1, PERSON, 45.0, 0.0), (2, CAR, 38.0, 0.0)))
    assert seen.actor.tolist() == [2, 1]
    assert seen.open_ratio[0] == 1.0
    assert 0.0 <= seen.open_ratio[1] < 0.9
    apart = look(*standing(city, Outlook.SPEED, (1, PERSON, 45.0, 5.0), (2, CAR, 38.0, 0.0)))
    assert apart.open_ratio.tolist() == [1.0, 1.0]


def test_behind_the_lens_and_out_of_reach_is_nothing(city: City) -> None:
    """What is behind, beside or far beyond a camera is not in its picture."""
    seen = look(*standing(city, Outlook.SPEED, (1, CAR, -30.0, 0.0), (2, CAR, 40.0, 60.0), (3, CAR, 400.0, 0.0)))
    assert len(seen.actor) == 0


def test_the_pictures_edge_cuts_boxes(city: City) -> None:
    """A box that reaches over the edge is cut there, and the share that shows says so."""
    sight, motions = standing(city, Outlook.ENTRANCE, (1, CAR, 9.0, 5.5))
    seen = look(sight, motions)
    assert seen.xyxy_px[0, 2] == 1920.0
    assert seen.visible_ratio[0] < 1.0
    assert seen.open_ratio[0] == 1.0


def test_other_cameras_change_nothing(city: City) -> None:
    """A camera's boxes are the same looked at alone and among all others."""
    cast = Cast()
    random = np.random.default_rng(5)
    for number, camera in enumerate(city.cameras):
        for n in range(6):
            x = camera.view.x_m + random.uniform(-60, 60, 2)
            y = camera.view.y_m + random.uniform(-60, 60, 2)
            cast.add([Actor(number * 10 + n, CAR, np.array([0, 30_000_000]), x, y)])
    motions = cast.window(0, 1_000_000)
    frames = np.arange(len(city.cameras))
    together = Sight(city.cameras).look(frames, np.full(len(frames), 400_000), motions)
    assert len(together.actor) > 20
    for number, camera in enumerate(city.cameras):
        alone = Sight([camera]).look(np.array([0]), np.array([400_000]), motions)
        rows = slice(int(together.first[number]), int(together.first[number + 1]))
        assert alone.actor.tolist() == together.actor[rows].tolist()
        assert alone.xyxy_px.tolist() == together.xyxy_px[rows].tolist()
        assert alone.visible_ratio.tolist() == together.visible_ratio[rows].tolist()


def test_windows_of_a_path_join() -> None:
    """An actor's pieces in two windows meet where the window is cut, at the path's own pace and heading."""
    actor = Actor(1, PERSON, np.array([0, 2_000_000, 3_000_000]), np.array([0.0, 4.0, 4.0]), np.array([0.0, 0.0, 0.0]))
    cast = Cast()
    cast.add([actor])
    first, second, third = (cast.window(n * 1_000_000, (n + 1) * 1_000_000) for n in range(3))
    assert first.x_m.tolist() == [[0.0, 2.0]]
    assert second.x_m.tolist() == [[2.0, 4.0]]
    assert first.speed_kmh.tolist() == pytest.approx([7.2])
    assert third.x_m.tolist() == [[4.0, 4.0]]
    assert third.heading_rad[0, 0] == pytest.approx(np.pi / 2)
