"""Two tracks of one vehicle are one offence: known by boxes of one frame that overlap."""

from collections.abc import Sequence

import pytest

from processors.rules.place import Place
from processors.rules.second import Second
from processors.violations.core import ViolationsCore
from processors.violations.twins import twins
from schemas.messages import Tracks, Violation
from tests.unit.processors.rules.street import Cameras, Seen, calibration, camera, car, person, play, second, zone

ROAD = camera(zone("road", "roadway", speed_limit_kmh=60), calibration=calibration())


def fast(name: str, x: float, speed_kmh: float = 90.0) -> Seen:
    """Return a car that is too fast."""
    return car(name, x, 500, speed_kmh=speed_kmh, error_kmh=2.0)


def found(scenes: Sequence[Sequence[Seen]]) -> list[Violation]:
    """Return the violations; the same through the state's bytes after each second."""
    messages: list[Tracks] = [second(n, seen) for n, seen in enumerate(scenes)]
    out, state = play(ViolationsCore(), Cameras(ROAD), messages)
    assert play(ViolationsCore(), Cameras(ROAD), messages, at_once=False) == (out, state)
    return out


@pytest.mark.parametrize(("x", "speeds"), [(500, (90.0, 95.0)), (530, (95.0, 90.0))])
def test_a_track_that_begins_where_another_ends_is_the_same_offence(x: float, speeds: tuple[float, float]) -> None:
    """Both are seen in one second; the better measurement of the two is proposed."""
    first, then = (("a", speeds[0]), ("b", speeds[1]))
    scenes = [[fast(first[0], x, first[1])] for _ in range(2)]
    scenes += [[fast(first[0], x, first[1]), fast(then[0], 510, then[1])]]
    scenes += [[fast(then[0], 510, then[1])] for _ in range(3)] + [[], [], []]
    (one,) = found(scenes)
    assert one.measured == 95.0


def test_a_vehicle_with_two_boxes_all_along_is_one_offence() -> None:
    """Both tracks wait already when they are first told to be one."""
    assert len(found([[fast("a", 500), fast("b", 515)] for _ in range(5)] + [[], []])) == 1


def test_a_track_is_joined_for_a_while_after_its_vehicle_was_decided() -> None:
    """The first is decided by its best measurement before; the second track begins beside it later."""
    scenes = [[fast("a", 500)] for _ in range(3)] + [[fast("a", 500, 55.0)] for _ in range(4)]
    scenes += [[fast("a", 500, 55.0), fast("b", 505, 55.0)]] + [[fast("b", 505)] for _ in range(4)] + [[], []]
    assert len(found(scenes)) == 1


def test_vehicles_beside_each_other_are_two() -> None:
    """Boxes that overlap by less than half, and a box of another frame."""
    assert len(found([[fast("a", 500), fast("b", 545)] for _ in range(5)] + [[], []])) == 2
    assert len(found([*[[fast("a", 500)] for _ in range(3)], *[[fast("b", 500)] for _ in range(3)], [], []])) == 2


def test_only_vehicles_are_joined() -> None:
    """A person in front of the car is nobody's second track."""
    seen = Second(second(0, [fast("a", 500), person("p", 500, 500), fast("b", 500)]), Place(ROAD))
    assert twins(seen, {"a": "a"}) == [("a", "b")]
    assert twins(seen, {}) == []
