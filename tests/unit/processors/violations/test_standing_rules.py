"""Standing where one must not is proposed beyond the whole tolerance; a short stop and a place beside it are not."""

import math
from collections.abc import Sequence
from dataclasses import replace

import pytest

from processors.violations.core import ViolationsCore
from schemas.messages import Analysis, Camera, Violation
from tests.unit.processors.rules.street import Cameras, Seen, calibration, camera, car, play, second, zone

KINDS = {"no_stopping": "no_stopping", "sidewalk_parking": "sidewalk", "crossing_parking": "crossing"}
LONG = 75
#: Right of x = 540 is the kerb; the camera looks straight down, its picture's y grows towards +y of the ground.
LANE = (400, 0, 540, 0, 540, 1000, 400, 1000)
KERB = (540, 0, 640, 0, 640, 1000, 540, 1000)


def place(kind: str, **limits: float) -> Camera:
    """Return a camera with one zone over the whole picture."""
    return camera(replace(zone("here", kind), limits=limits), calibration=calibration())


def found(scenes: Sequence[Sequence[Seen]], at: Camera, *, at_once: bool = True) -> list[Violation]:
    """Return the violations for what is seen in each second."""
    return play(ViolationsCore(), Cameras(at), [second(n, s) for n, s in enumerate(scenes)], at_once=at_once)[0]


def standing(seconds: int, name: str = "a", x: float = 500, y: float = 500, coco: int = 2) -> list[list[Seen]]:
    """Return one vehicle that stands so long, then nothing for some seconds."""
    return [[replace(car(name, x, y), track_class=coco)] for _ in range(seconds)] + [[]] * 5


@pytest.mark.parametrize("kind", KINDS)
def test_who_stands_too_long_is_proposed_once_with_both_pictures(kind: str) -> None:
    """Seventy-five seconds: one proposal, with its onset in the first second and its peak in the last."""
    (one,) = found(standing(LONG), place(KINDS[kind]))
    assert (one.kind, one.unit, one.limit, one.zone_id, one.track_id) == (kind, "s", 60.0, "here", "a")
    assert one.measured == LONG - 1
    assert one.measured - one.confidence_factor * one.measured_error > one.limit
    assert one.articles
    assert [(e.role, e.sequence) for e in one.evidence] == [("onset", 0), ("peak", LONG - 1)]


@pytest.mark.parametrize("kind", KINDS)
def test_state_through_its_bytes_decides_alike(kind: str) -> None:
    """A restart after each message changes nothing."""
    at = place(KINDS[kind])
    assert found(standing(LONG), at, at_once=False) == found(standing(LONG), at)


@pytest.mark.parametrize("kind", KINDS)
def test_the_whole_interval_must_lie_beyond(kind: str) -> None:
    """Sixty-one seconds may have been sixty: not proposed; sixty-two and their error are beyond."""
    assert found(standing(61), place(KINDS[kind])) == []
    assert len(found(standing(63), place(KINDS[kind]))) == 1


def test_a_track_that_goes_over_to_a_second_box_does_not_end_the_stay() -> None:
    """The detector gives a vehicle two boxes and the track takes the other one; the vehicle is still at its place."""
    scenes = standing(40)[:40]
    scenes += [[car("a", 600, 560), car("b", 500, 500)]] + [[car("b", 500, 500)] for _ in range(30)]
    (one,) = found([*scenes, [], []], place("sidewalk"))
    assert (one.track_id, one.measured) == ("a", 70.0)


def test_a_second_box_that_began_a_place_of_its_own_does_not_take_the_stay() -> None:
    """For two seconds the vehicle has two boxes, each with a track; then the first track is lost."""
    both = [[car("a", 500, 500), car("b", 520, 500)] for _ in range(2)]
    scenes = standing(40)[:40] + both + [[car("b", 515, 500)] for _ in range(30)]
    (one,) = found([*scenes, [], []], place("sidewalk"))
    assert (one.track_id, one.measured) == ("a", 71.0)


@pytest.mark.parametrize(("unseen_s", "count"), [(3, 1), (5, 0)])
def test_a_track_that_takes_anothers_box_does_not_end_the_stay(unseen_s: int, count: int) -> None:
    """The detector misses a vehicle for some seconds and its track takes the box of the one beside it.

    A new track that stands at its place before anybody could have moved up shows the same vehicle; later, another.
    """
    scenes = standing(40)[:40] + [[car("a", 600, 560)] for _ in range(unseen_s)]
    new = car("b", 500, 500, first_seen_us=second(40 + unseen_s).captured_at_us)
    scenes += [[car("a", 600, 560), new] for _ in range(40)]
    stays = [v.track_id for v in found([*scenes, [], []], place("sidewalk")) if v.measured > LONG]
    assert stays == ["a"] * count


@pytest.mark.parametrize("start_s", [1.3, 2.0])
def test_the_next_of_a_queue_that_moves_up_is_another(start_s: float) -> None:
    """Two stand 6.5 m apart in a jam, 40 s; the first drives off, and the second moves up to its place.

    It starts 1.3 or 2 s later and brakes and starts at 3 m/s2, as decision 0261 reckons: its box lies half over the
    place, and it stands there, within 4 s of the last look at the first. Neither stood for a minute.
    """

    def driven_m(since_s: float, way_m: float) -> float:
        lasts_s = 2.0 * math.sqrt(way_m / 3.0)
        t = min(max(since_s, 0.0), lasts_s)
        return 1.5 * t * t if t <= lasts_s / 2 else way_m - 1.5 * (lasts_s - t) ** 2

    scenes = [
        [car("a", 500, 500 - 10 * driven_m(n - 40, 45.0)), car("b", 500, 565 - 10 * driven_m(n - 40 - start_s, 6.5))]
        for n in range(LONG)
    ]
    assert found([*scenes, [], []], place("no_stopping")) == []


def test_a_place_is_where_the_vehicle_came_to_rest_not_where_it_braked() -> None:
    """In its first looks it still rolls by a third of its length; a new track at its place of rest goes on with it."""
    rolls = [[car("a", 500 + 8 * min(n, 4), 500)] for n in range(40)]
    scenes = [*rolls, *[[car("b", 552, 500)] for _ in range(30)], [], []]
    (one,) = found(scenes, place("sidewalk"))
    assert (one.track_id, one.measured) == ("a", 69.0)


def test_who_creeps_does_not_stand() -> None:
    """In a queue that moves by a third of a car's length every ten seconds."""
    assert found([[car("a", 100 + 3 * n, 500)] for n in range(100)] + [[], []], place("sidewalk")) == []


def test_who_drives_on_has_left_although_the_next_comes_to_its_place() -> None:
    """Forty seconds each: the place is empty for some seconds between."""
    scenes = standing(40)[:40] + [[car("a", 500, 500 + 60 * n)] for n in range(1, 5)]
    assert found([*scenes, *standing(40, "b")], place("sidewalk")) == []


@pytest.mark.parametrize(("moves_px", "count"), [(0.0, 1), (30.0, 0)])
def test_who_drives_through_the_place_does_not_keep_it(moves_px: float, count: int) -> None:
    """It stood for 50 s and left; each eighth second another drives over the place: nobody stood there for a minute.

    Another track that stands there in those seconds is the vehicle found again.
    """
    seconds = [second(n, [car("a", 500, 500)]) for n in range(50)]
    for n in range(50, 90):
        by = second(n, [car(f"b{n}", 500, 500)] if n % 8 == 0 else [])
        first = [by.box_y1_px[:1], by.box_y2_px[:1]]
        y1, y2 = ([*edge, *(px + moves_px for px in edge)] for edge in first)
        seconds.append(replace(by, box_y1_px=y1, box_y2_px=y2))
    assert len(play(ViolationsCore(), Cameras(place("sidewalk")), seconds)[0]) == count


def test_another_track_of_the_same_vehicle_is_no_second_one() -> None:
    """The track is lost behind a lorry after forty seconds: the stay goes on under the first track's name."""
    scenes = [*standing(40), *standing(40, "b")]
    (one,) = found(scenes, place("no_stopping"))
    assert (one.track_id, one.started_at_us) == ("a", second(0).sample_at_us[-1])


def test_who_leaves_and_comes_back_begins_afresh() -> None:
    """Twice forty seconds at two places are two short stops."""
    assert found([*standing(40)[:40], *standing(40, y=800)], place("no_stopping")) == []


def test_a_bus_may_stand_at_its_stop() -> None:
    """Not so on the sidewalk."""
    assert found(standing(LONG, coco=5), place("no_stopping")) == []
    assert len(found(standing(LONG, coco=5), place("sidewalk"))) == 1


def test_a_car_before_the_crossing_is_none_and_one_over_it_is() -> None:
    """The body behind the near end counts: 2.5 m of it over the crossing are proved at 0.2 m, not at 2 m of error."""
    at = camera(zone("here", "crossing", (0, 440, 1000, 440, 1000, 490, 0, 490)), calibration=calibration())
    poor = replace(at, calibration=calibration(position_error_m=2.0))
    (one,) = found(standing(LONG, y=500), at)
    assert one.measures["over_m"] == 2.5
    assert found(standing(LONG, y=500), poor) == []
    assert found(standing(LONG, y=600), at) == []
    assert found(standing(LONG, y=430), at) == []


def street() -> Camera:
    """Return a street with a lane and a kerb; traffic runs to -y of the picture's ground, so that right is -x."""
    lane = zone("lane", "bus_lane", LANE, 180.0)
    return camera(zone("road", "roadway", KERB, 180.0), lane, calibration=calibration())


def pair(aside_px: float, along_px: float = 0.0, seconds: int = LONG) -> list[list[Seen]]:
    """Return a car in the lane and another so far beside it."""
    return [[car("kerb", 520 + aside_px, 500 + along_px), car("lane", 520, 500)] for _ in range(seconds)] + [[]] * 5


def test_a_second_row_needs_one_at_the_kerb_beside_it() -> None:
    """Three metres to the right it is one; alone, behind it, on the other side it is none."""
    at = replace(street(), zones=[replace(z, heading_deg=0.0) for z in street().zones])
    assert [v.track_id for v in found(pair(30), at) if v.kind == "double_row"] == ["lane"]
    assert [v for v in found(pair(30, along_px=60), at) if v.kind == "double_row"] == []
    assert [v for v in found(pair(30), street()) if v.kind == "double_row"] == []
    assert [v for v in found(standing(LONG, x=520), at) if v.kind == "double_row"] == []


def test_one_whose_first_box_was_in_the_lane_stands_at_the_kerb() -> None:
    """The first look at it is a bad box, in the lane; all others are beside the lane."""
    at = replace(street(), zones=[replace(z, heading_deg=0.0) for z in street().zones])
    scenes = [[car("kerb", 535 if n == 0 else 550, 500), car("lane", 520, 500)] for n in range(LONG)] + [[]] * 5
    assert [v.track_id for v in found(scenes, at) if v.kind == "double_row"] == ["lane"]


def test_a_box_beside_it_for_a_few_looks_is_nobody_at_the_kerb() -> None:
    """Seven seconds of a box beside one that stands in the lane, as a detector makes them, make no second row."""
    at = replace(street(), zones=[replace(z, heading_deg=0.0) for z in street().zones])
    scenes = [seen if n >= LONG - 7 else seen[1:] for n, seen in enumerate(pair(30))]
    assert [v for v in found(scenes, at) if v.kind == "double_row"] == []


def test_a_queue_is_no_second_row() -> None:
    """Two more stand in the lane behind it."""
    at = replace(street(), zones=[replace(z, heading_deg=0.0) for z in street().zones])
    more = [[*seen, car("c", 520, 600), car("d", 520, 700)] if seen else [] for seen in pair(30)]
    assert [v for v in found(more, at) if v.kind == "double_row"] == []


@pytest.mark.parametrize("kind", KINDS)
def test_without_all_it_needs_nothing_is_proposed(kind: str) -> None:
    """A calibration, of that very version, enforcement, not switched off, a motor vehicle."""
    at = place(KINDS[kind])
    for other in (
        replace(at, calibration=None),
        replace(at, calibration=calibration(version=9)),
        replace(at, analysis=Analysis(False, 1.0, 5.0, 0.3, [])),
        place(KINDS[kind], **{kind: 0.0}),
    ):
        assert found(standing(LONG), other) == []
    assert found(standing(LONG, coco=0), at) == []


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize(("blind_s", "count"), [(10, 1), (60, 0)])
def test_a_stay_does_not_outlast_time_in_which_nobody_looked(kind: str, blind_s: int, count: int) -> None:
    """One stands for fifteen seconds before it, one at the same place after it: longer than occlusion_s, it is two."""
    for after in ("a", "b"):
        messages = [second(n, [car("a", 500, 500)]) for n in range(15)]
        messages += [second(n, samples=0) for n in range(15, 15 + blind_s)]
        messages += [second(n, [car(after, 500, 500)]) for n in range(15 + blind_s, 65 + blind_s)]
        messages += [second(n) for n in range(65 + blind_s, 70 + blind_s)]
        assert len(play(ViolationsCore(), Cameras(place(KINDS[kind])), messages, at_once=True)[0]) == count


def test_a_place_looked_at_every_few_seconds_is_followed() -> None:
    """One look in five seconds: proposed once there are min_looks of them."""
    messages = [second(n, [car("a", 500, 500)]) if n % 5 == 0 else second(n, samples=0) for n in range(120)]
    (one,) = play(ViolationsCore(), Cameras(place("no_stopping")), [*messages, second(120)], at_once=True)[0]
    assert (one.track_id, one.measured) == ("a", 95.0)
