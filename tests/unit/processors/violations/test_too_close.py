"""Two tracks are one vehicle where they are nearer than two can be, in most of the seconds that both are in view."""

from collections.abc import Sequence
from dataclasses import replace
from itertools import pairwise, permutations

import pytest

from processors.rules.place import Place
from processors.rules.second import Second
from processors.violations.too_close import MOST_SAME, Companion, join, name_of, near_pairs
from schemas.messages import Tracks
from tests.unit.processors.rules.street import EPOCH_US, calibration, camera, zone
from tests.unit.processors.violations.film import FPS, Places, both, filmed, found

ROAD = camera(zone("road", "roadway", speed_limit_kmh=60.0), calibration=calibration())
ONE_WAY = camera(zone("lane", "lane", heading_deg=0.0), calibration=calibration())


def fast(places: Places, name: str, speed_kmh: float, coco: int = 2) -> list[Tracks]:
    """Return the seconds of a vehicle that is measured at a speed; its boxes are as wide as a car's."""
    out = []
    begin = next(n for n, place in enumerate(places) if place is not None)
    for one in filmed(places, name, coco):
        boxes = [(a + b) / 2 for a, b in zip(one.box_x1_px, one.box_x2_px, strict=True)]
        out.append(
            replace(
                one,
                track_speed_kmh=[speed_kmh for _ in one.track_id],
                track_speed_error_kmh=[1.0 for _ in one.track_id],
                track_first_seen_us=[EPOCH_US + begin * 1_000_000 // FPS for _ in one.track_id],
                box_x1_px=[x - 10 for x in boxes],
                box_x2_px=[x + 10 for x in boxes],
                box_y1_px=[y - 45 for y in one.box_y2_px],
            )
        )
    return out


def joint(first: Sequence[Tracks], then: Sequence[Tracks]) -> list[Tracks]:
    """Return the seconds of two vehicles."""
    return [
        one if not other.track_id else other if not one.track_id else both(one, other)
        for one, other in zip(first, then, strict=True)
    ]


def along(x_m: float, from_m: float, mps: float, looks: int = 30) -> list[tuple[float, float] | None]:
    """Return a way towards +y; who is 99 m away is out of view."""
    ways = [(x_m, from_m + mps * n / FPS) for n in range(looks)]
    return [place if 0 <= place[1] < 99 else None for place in ways] + [None] * 15


@pytest.mark.parametrize("coco", [2, 3])
@pytest.mark.parametrize("aside_m", [1.3, 3.0])
@pytest.mark.parametrize("from_m", [5.0, 14.0, 17.0])
def test_who_passes_a_vehicle_is_charged_with_its_own_speed(aside_m: float, coco: int, from_m: float) -> None:
    """A motorcycle at 110 km/h between the lanes, whatever its class, beside a car at 80 where 60 are allowed."""
    passed, passing = along(50.0, 17.0, 22.2), along(50.0 + aside_m, from_m, 30.5)
    messages = joint(fast(passed, "car", 80.0), fast(passing, "moto", 110.0, coco))
    for at_once in (True, False):
        charged = {(v.track_id, v.measured) for v in found(messages, ROAD, at_once=at_once)}
        assert charged == {("car", 80.0), ("moto", 110.0)}


def test_a_second_box_that_lasts_longer_has_the_vehicles_name() -> None:
    """Begun beside the vehicle's own, a second before that one ends; measured at a little more afterwards."""
    way = along(50.0, 5.0, 22.2, looks=20)
    first = [place if n < 10 else None for n, place in enumerate(way)]
    then = [(place[0] + 0.5, place[1] + 1.0) if place and n >= 5 else None for n, place in enumerate(way)]
    messages = joint(fast(first, "a", 80.0), fast(then, "b", 83.0))
    for at_once in (True, False):
        assert [v.track_id for v in found(messages, ROAD, at_once=at_once)] == ["a"]


def test_one_frame_beside_another_is_no_second_box() -> None:
    """A vehicle against the direction meets one, whose box jumps to it in one of five frames: both stay two."""
    one, other = along(50.0, 95.0, -10.0), along(53.5, 95.0, -10.0)
    other[7] = (50.5, 81.0)
    for at_once in (True, False):
        messages = joint(filmed(one, "a"), filmed(other, "b"))
        assert {v.track_id for v in found(messages, ONE_WAY, at_once=at_once)} == {"a", "b"}


def beside(*ys: tuple[str, float]) -> Second:
    """Return a second of tracks in one lane, in this order, that drive at ten metres a second."""
    cars = [fast(along(50.0, y_m, 10.0, looks=10), name, 36.0)[0] for name, y_m in ys]
    message = cars[0]
    for one in cars[1:]:
        message = both(message, one)
    return Second(message, Place(ROAD))


@pytest.mark.parametrize("order", list(permutations([("a", 16.0), ("b", 13.0), ("c", 10.0)])))
def test_the_order_of_tracks_does_not_matter(order: tuple[tuple[str, float], ...]) -> None:
    """Three boxes of one vehicle, the first near the second, the second near the third: one name."""
    same: dict[str, Companion] = {}
    assert join(same, beside(*order), {"a": EPOCH_US, "b": EPOCH_US + 1, "c": EPOCH_US + 2}) == {"b", "c"}
    assert [name_of(same, track) for track in "abc"] == ["a", "a", "a"]


@pytest.mark.parametrize("turned", [False, True])
def test_the_elder_ones_heading_counts(turned: bool) -> None:  # noqa: FBT001
    """Where two tracks' headings differ, whichever is named first in the message."""
    message = beside(("a", 13.0), ("b", 10.0)).tracks
    message = replace(message, track_heading_deg=[0.0, 90.0], track_first_seen_us=[EPOCH_US, EPOCH_US + 1])
    if turned:
        message = replace(
            message,
            track_id=message.track_id[::-1],
            track_heading_deg=message.track_heading_deg[::-1],
            track_first_seen_us=message.track_first_seen_us[::-1],
            box_track=[1 - of for of in message.box_track],
        )
    assert near_pairs(Second(message, Place(ROAD)), {"a"}) == {("a", "b"), ("b", "a")}


def test_a_name_that_is_taken_over_later_takes_its_own_with_it() -> None:
    """The third shows the second's vehicle, and only then the second the first's."""
    same: dict[str, Companion] = {}
    join(same, beside(("c", 10.0), ("b", 13.0)), {"b": EPOCH_US, "c": EPOCH_US + 1})
    assert name_of(same, "c") == "b"
    join(same, beside(("b", 13.0), ("a", 16.0)), {"a": EPOCH_US, "b": EPOCH_US + 1})
    assert name_of(same, "c") == "a"


def test_nobody_is_its_own_further_track() -> None:
    """Whichever of two was known first in which second."""
    same: dict[str, Companion] = {}
    for driving in ({"a": 1, "b": 2}, {"a": 2, "b": 1}) * 2:
        join(same, beside(("a", 13.0), ("b", 10.0)), driving)
    assert (name_of(same, "a"), name_of(same, "b")) == ("a", "a")


def test_what_is_remembered_has_a_bound() -> None:
    """The oldest leave."""
    same = {f"old {n}": Companion("x", 1, 1) for n in range(MOST_SAME)}
    join(same, beside(("a", 13.0), ("b", 10.0)), {"a": 1})
    assert len(same) == MOST_SAME
    assert "old 0" not in same
    assert list(same)[-1] == "b"
    assert all(Companion.unpack(one.pack()) == one for one in same.values())
    assert all(next_one != one for one, next_one in pairwise(same))
