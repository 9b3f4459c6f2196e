"""No entry is a way in over an edge that may only be left by."""

from dataclasses import replace
from typing import Any

import pytest

from schemas.messages import Analysis, Camera
from tests.unit.processors.rules.street import calibration, camera, zone
from tests.unit.processors.violations.film import FPS, Places, filmed, found

#: The street lies left of x = 50 m; the exit of a yard reaches from there to the right, between y = 40 and 48 m.
EXIT = (500, 400, 600, 400, 600, 480, 500, 480)
YARD = camera(zone("exit", "no_entry", EXIT, 270.0), calibration=calibration())
AWAY: Places = [None] * (3 * FPS)


#: What a second holds for each track and each box.
ARRAYS = [
    *("track_id", "track_class", "track_score", "track_first_seen_us", "track_boxes", "track_x_m", "track_y_m"),
    *("track_speed_kmh", "track_speed_error_kmh", "track_heading_deg"),
    *("box_sample", "box_x1_px", "box_y1_px", "box_x2_px", "box_y2_px", "box_x_m", "box_y_m"),
]


def across(from_m: float, to_m: float, mps: float = 5.0, y_m: float = 44.0) -> Places:
    """Return a way across the edge, from and to so many metres behind it."""
    steps = round(abs(to_m - from_m) / mps * FPS)
    return [(50.0 + from_m + (to_m - from_m) * n / steps, y_m) for n in range(steps)]


def test_driving_in_is_proposed_once_with_both_pictures() -> None:
    """From the street eight metres in."""
    (one,) = found(filmed([*across(-10.0, 8.0), *AWAY]), YARD)
    assert (one.kind, one.unit, one.limit, one.zone_id) == ("no_entry", "m", 3.0, "exit")
    assert one.measured - one.confidence_factor * one.measured_error > one.limit
    assert [article.code for article in one.articles] == ["KoAP 601"]
    assert [e.role for e in one.evidence] == ["onset", "peak"]
    assert one.evidence[0].at_us < one.evidence[1].at_us


def test_it_goes_on_from_its_bytes() -> None:
    """The state through its bytes after each second gives the same messages as one batch."""
    messages = filmed([*across(-10.0, 8.0), *AWAY])
    assert found(messages, YARD, at_once=False) == found(messages, YARD) != []


@pytest.mark.parametrize(
    "way",
    [
        # out
        across(9.0, -10.0),
        # past it along the street
        [(48.0, 10.0 + 1.6 * n) for n in range(40)],
        # in by a bumper, and half in, and back again
        [*across(-10.0, 2.5), *[(52.5, 44.0)] * 20, *across(2.5, -10.0)],
        [*across(-6.0, 3.2), *across(3.2, -6.0)],
        # beside it
        across(-10.0, 8.0, y_m=60.0),
        # only seen inside
        across(1.0, 9.0),
        # a track that goes over from who passes to who comes out, or to who is inside
        [*[(48.5, 36.0 + 1.6 * n) for n in range(5)], *across(6.0, -6.0)],
        [*[(48.5, 36.0 + 1.6 * n) for n in range(5)], *[(56.0, 44.0)] * 20],
    ],
)
def test_other_ways_are_none(way: Places) -> None:
    """Over the edge, inwards, far enough, by one vehicle."""
    assert found(filmed([*way, *AWAY]), YARD) == []


def test_who_is_not_seen_between_is_none() -> None:
    """More than half a second unseen at the edge."""
    way = list(across(-10.0, 8.0))
    way[8:13] = [None] * 5
    assert found(filmed([*way, *AWAY]), YARD) == []


def test_a_second_box_of_one_vehicle_is_no_second_offence() -> None:
    """Two tracks a metre apart at one time are one; the next car, two seconds later, is another."""
    first = filmed([*across(-10.0, 8.0), *AWAY])
    beside = filmed([*across(-10.0, 8.0, y_m=45.0), *AWAY], "b")
    both = []
    for a, b in zip(first, beside, strict=True):
        arrays: dict[str, Any] = {name: [*getattr(a, name), *getattr(b, name)] for name in ARRAYS}
        both.append(replace(a, **arrays, box_track=[*a.box_track, *(len(a.track_id) + i for i in b.box_track)]))
    assert len(found(both, YARD)) == 1
    late: Places = [*[None] * (2 * FPS), *across(-10.0, 8.0), *AWAY]
    assert len(found([*filmed(across(-10.0, 8.0)), *filmed(late, "b", begin=4)], YARD)) == 2


@pytest.mark.parametrize("first", ["exit", "beside"])
def test_who_is_outside_one_mouth_may_come_in_by_another(first: str) -> None:
    """The strips before two edges overlap where a yard has an exit to each of two streets; it drives in by one."""
    beside = zone("beside", "no_entry", (450, 300, 600, 300, 600, 390, 450, 390), 0.0)
    zones = sorted([*YARD.zones, beside], key=lambda one: one.zone_id != first)
    seconds = filmed([*across(-10.0, 8.0), *AWAY])
    (one,) = found(seconds, replace(YARD, zones=zones))
    assert one.zone_id == "exit"
    assert found(seconds, replace(YARD, zones=zones), at_once=False) == [one]


def test_a_place_that_is_uncertain_proves_less() -> None:
    """By three metres."""
    assert (
        found(filmed([*across(-10.0, 8.0), *AWAY]), replace(YARD, calibration=calibration(position_error_m=3.0))) == []
    )


@pytest.mark.parametrize(
    "place",
    [
        camera(zone("exit", "no_entry", EXIT), calibration=calibration()),
        camera(zone("exit", "roadway", EXIT, 270.0), calibration=calibration()),
        camera(zone("exit", "no_entry", EXIT, 270.0, no_entry=0.0), calibration=calibration()),
        replace(YARD, calibration=None),
        replace(YARD, calibration=calibration(version=9)),
        replace(YARD, analysis=Analysis(False, 1.0, 5.0, 0.3, [])),
    ],
)
def test_without_all_it_needs_nothing_is_proposed(place: Camera) -> None:
    """A zone of the kind with a direction, a calibration of that very version, enforcement."""
    assert [one for one in found(filmed([*across(-10.0, 8.0), *AWAY]), place) if one.kind == "no_entry"] == []


def test_a_cyclist_is_none() -> None:
    """Motor vehicles only."""
    assert found(filmed([*across(-10.0, 8.0), *AWAY], coco=1), YARD) == []
