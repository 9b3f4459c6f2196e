"""A camera-second whose arrays do not fit together is refused alone; a fitting one shows what was seen, and no more."""

import asyncio
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from processors.incidents.core import IncidentsCore
from processors.rules.place import Place
from processors.rules.second import MOST_BOXES, Second
from processors.stage_core import KeyBatch, Record
from processors.violations.core import ViolationsCore
from schemas.messages import DecodeStatus, Tracks
from tests.unit.processors.rules.street import Cameras, camera, car, person, play, second, zone

ROAD = camera(zone("road", "roadway", dwell_s=10))

BROKEN: dict[str, tuple[Callable[[Tracks], Tracks], str]] = {
    "tracks": (lambda t: replace(t, track_speed_kmh=[]), "differ in length"),
    "boxes": (lambda t: replace(t, box_x1_px=list(t.box_x1_px)[1:]), "differ in length"),
    "track": (lambda t: replace(t, box_track=[7] * len(t.box_track)), "names track 7"),
    "negative": (lambda t: replace(t, box_track=[-1] * len(t.box_track)), "box_track names track"),
    "sample": (lambda t: replace(t, box_sample=[9] * len(t.box_sample)), "names sampled frame 9"),
}


@pytest.mark.parametrize("make", [IncidentsCore, ViolationsCore])
@pytest.mark.parametrize("fault", BROKEN)
def test_a_message_that_does_not_fit_is_refused_alone(fault: str, make: Callable[[], Any]) -> None:
    """The others of its camera give what they give without it."""
    change, text = BROKEN[fault]
    core = make()
    good = [second(n, [car("a", 300, 300)]) for n in range(30)]
    records = [Record(change(m) if n == 20 else m, 2, 500 + n, 0) for n, m in enumerate(good)]
    batch = [KeyBatch("cam-1", core.initial("cam-1"), records)]
    (result,) = asyncio.run(core.advance(batch, Cameras(ROAD)))
    (refusal,) = result.refusals
    assert refusal.record == 20
    assert text in refusal.error
    without, state = play(make(), Cameras(ROAD), [*good[:20], *good[21:]])
    assert [o.message.summary for o in result.outputs] == [message.summary for message in without]
    assert core.to_bytes(result.state) == state


@pytest.mark.parametrize("make", [IncidentsCore, ViolationsCore])
def test_a_camera_that_is_not_registered_gives_nothing(make: Callable[[], Any]) -> None:
    """Version 0 asks for no entry, and nothing is known of its zones."""
    messages = [second(n, [car("a", 300, 300)], registry_version=0) for n in range(30)]
    assert make().needs(messages[0]) is None
    assert play(make(), Cameras(ROAD), messages)[0] == []


def test_a_second_is_observed_only_where_frames_were_decoded_and_sampled() -> None:
    """Neither a second without samples nor a damaged one says that nobody was there."""
    place = Place(ROAD)
    assert Second(second(0, samples=1), place).observed
    assert not Second(second(0, samples=0), place).observed
    for status in DecodeStatus:
        seen = Second(second(0, samples=2, decode_status=status), place)
        assert seen.observed == (status is DecodeStatus.DECODED)


def test_a_sight_shows_the_latest_box_of_each_track() -> None:
    """Of one track and of several, at the frame's own time."""
    one = Second(second(3, [car("a", 300, 300), person("b", 600, 600)], samples=4), Place(ROAD))
    assert one.sight_of(1).track_ids == ["b"]
    assert one.sight_of(1).boxes_xyxy_px == [585, 520, 615, 600]
    assert one.sight_of(1).at_us == one.tracks.sample_at_us[-1]
    both = one.sight([0, 1])
    assert both.track_ids == ["a", "b"]
    assert (both.sequence, both.frames_offset) == (3, one.tracks.frames_offset)
    assert len(both.boxes_xyxy_px) == 8


def test_a_track_without_a_box_has_no_picture() -> None:
    """It is named nowhere in the sight; nothing else of the second is shown for it."""
    tracks = second(0, [car("a", 300, 300)])
    empty = replace(tracks, box_track=[], box_sample=[], box_x1_px=[], box_y1_px=[], box_x2_px=[], box_y2_px=[])
    sight = Second(empty, Place(ROAD)).sight_of(0)
    assert (sight.track_ids, sight.boxes_xyxy_px) == ([], [])


def test_a_crowds_sight_is_bounded() -> None:
    """No more boxes than a picture needs."""
    many = [person(f"p{i}", 20 + 9 * i, 500) for i in range(MOST_BOXES + 20)]
    sight = Second(second(0, many), Place(ROAD)).sight(list(range(len(many))))
    assert len(sight.track_ids) == MOST_BOXES
    assert len(sight.boxes_xyxy_px) == 4 * MOST_BOXES


def test_boxes_are_held_against_zones_in_the_registrys_pixels() -> None:
    """A picture of half the registry's size: its pixel 300 is the registry's 600."""
    halves = camera(zone("left", "roadway", (0, 0, 500, 0, 500, 1000, 0, 1000)))
    small = second(0, [car("a", 200, 300), car("b", 300, 300)], width_px=500, height_px=500)
    assert Second(small, Place(halves)).zone_mask == [1, 0]


def test_feet_of_vehicles_come_in_the_order_of_time() -> None:
    """Only those of motor vehicles with a place on the ground, whatever the order of the boxes in the message."""
    tracks = second(0, [car("a", 300, 300), person("p", 600, 600), car("b", 500, 500)], samples=2)
    nan, samples = float("nan"), [1, 1, 1, 0, 0, 0]
    placed = replace(tracks, box_sample=samples, box_x_m=[1.0, 2, 3, 4, 5, 6], box_y_m=[0.5, 0, nan, 0, 0, 0])
    seen = Second(placed, Place(ROAD))
    assert list(seen.boxes_in_time) == [3, 4, 5, 0, 1, 2]
    assert seen.vehicle_feet == [(3, 0, 4.0, 0.0), (5, 2, 6.0, 0.0), (0, 0, 1.0, 0.5)]
    assert not Second(tracks, Place(ROAD)).vehicle_feet
