"""Driving where one must not is a way through, proposed when it is over; a stop, a start and a short cut are none."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime

import orjson
import pytest

from processors.rules.place import Place
from processors.rules.second import Second
from processors.violations.core import ViolationsCore
from processors.violations.driving_rule import MOST_SLOW, MOST_WAYS
from processors.violations.hours import local_hour
from processors.violations.offence import Offence
from processors.violations.rules.bus_lane import BusLane
from processors.violations.rules.truck_ban import TruckBan
from schemas.messages import Analysis, Camera, PlateCandidate, Tracks, Violation, VotedPlate
from tests.unit.processors.rules.street import EPOCH_US, Cameras, Seen, calibration, camera, car, play, second, zone
from tests.unit.processors.violations.film import Places, both, filmed, straight
from tests.unit.processors.violations.oblique import block, oblique

BAN = {"truck_ban_from_h": 0.0, "truck_ban_to_h": 24.0}
PLACES = {
    "bus_lane": camera(zone("here", "bus_lane"), calibration=calibration()),
    "sidewalk_driving": camera(zone("here", "sidewalk"), calibration=calibration()),
    "truck_ban": camera(replace(zone("here", "roadway"), limits=BAN), calibration=calibration()),
}
CLASS = {"bus_lane": 2, "sidewalk_driving": 2, "truck_ban": 7}


def driving(metres: Sequence[float], coco: int, speed_kmh: float | None = 36.0, x: float = 500) -> list[list[Seen]]:
    """Return a vehicle at these places, one a second, then nothing for some seconds."""
    seen = [replace(car("a", x, 500, x_m=5.0, y_m=y, speed_kmh=speed_kmh), track_class=coco) for y in metres]
    return [[one] for one in seen] + [[]] * 4


def found(scenes: Sequence[Sequence[Seen]], at: Camera, *, at_once: bool = True) -> list[Violation]:
    """Return the violations for what is seen in each second."""
    return play(ViolationsCore(), Cameras(at), [second(n, s) for n, s in enumerate(scenes)], at_once=at_once)[0]


def coming(y_m: float, size: tuple[float, float, float]) -> Seen:
    """Return what its labels call a lorry, a block of length, width, height (m) that comes towards the camera."""
    one = car("a", 500, 500, x_m=0.0, y_m=y_m, speed_kmh=36.0)
    return replace(one, track_class=7, box=block(y_m, size))


FAR = [10.0 * n for n in range(7)]


@pytest.mark.parametrize("kind", PLACES)
def test_a_way_through_is_proposed_once_with_both_pictures(kind: str) -> None:
    """Sixty metres: one proposal of the whole way, when it is over."""
    (one,) = found(driving(FAR, CLASS[kind]), PLACES[kind])
    assert (one.kind, one.unit, one.measured, one.zone_id) == (kind, "m", 60.0, "here")
    assert one.measured - one.confidence_factor * one.measured_error > one.limit
    assert one.articles
    assert [(e.role, e.sequence) for e in one.evidence] == [("onset", 0), ("peak", 6)]


@pytest.mark.parametrize("kind", PLACES)
def test_a_vehicle_that_has_left_keeps_the_plate_that_was_read_on_its_way(kind: str) -> None:
    """A way is proposed two seconds after the vehicle was last seen: its plate is the last vote, not none."""
    messages = [second(n, s) for n, s in enumerate(driving(FAR, CLASS[kind]))]
    messages[5] = replace(messages[5], plates=[VotedPlate(0, [PlateCandidate("123ABC02", 0.995)], 3)])
    (one,), _ = play(ViolationsCore(), Cameras(PLACES[kind]), messages)
    assert {e.ground: e.outcome for e in one.exculpations}["plate_owner"] == "cleared"


@pytest.mark.parametrize("kind", PLACES)
def test_state_through_its_bytes_decides_alike(kind: str) -> None:
    """A restart after each message changes nothing."""
    scenes = driving(FAR, CLASS[kind])
    assert found(scenes, PLACES[kind], at_once=False) == found(scenes, PLACES[kind])


@pytest.mark.parametrize("kind", PLACES)
def test_a_short_way_one_that_ends_in_a_stop_and_an_uncertain_one_are_none(kind: str) -> None:
    """Seven metres; sixty metres and then a stop; sixty metres that are uncertain by thirty."""
    at, coco = PLACES[kind], CLASS[kind]
    assert found(driving([0.0, 3.0, 7.0], coco), at) == []
    assert found([*driving(FAR, coco)[:7], *driving([62.0, 62.0], coco, 0.3)], at) == []
    assert found(driving(FAR, coco), replace(at, calibration=calibration(position_error_m=30.0))) == []


@pytest.mark.parametrize("kind", PLACES)
def test_a_speed_that_is_not_measured_yet_is_not_slow(kind: str) -> None:
    """The first two seconds have none."""
    coco = CLASS[kind]
    assert len(found([*driving(FAR[:2], coco, None)[:2], *driving(FAR[2:], coco)], PLACES[kind])) == 1


@pytest.mark.parametrize(
    ("kind", "coco"), [("bus_lane", 5), ("bus_lane", 7), ("sidewalk_driving", 1), ("sidewalk_driving", 3),
                       ("truck_ban", 3), ("truck_ban", 5)],
)  # fmt: skip
def test_who_may_or_is_taken_for_one_who_may_is_left(kind: str, coco: int) -> None:
    """Buses in their lane, cyclists on the sidewalk, buses in the hours without lorries; once seen as one is enough."""
    assert found(driving(FAR, coco), PLACES[kind]) == []
    scenes = driving(FAR, CLASS[kind])
    scenes[3] = [replace(scenes[3][0], track_class=coco)]
    assert found(scenes, PLACES[kind]) == []


@pytest.mark.parametrize("kind", PLACES)
def test_without_all_it_needs_nothing_is_proposed(kind: str) -> None:
    """A calibration, of that very version, enforcement."""
    at = PLACES[kind]
    for other in (
        replace(at, calibration=None),
        replace(at, calibration=calibration(version=9)),
        replace(at, analysis=Analysis(False, 1.0, 5.0, 0.3, [])),
    ):
        assert found(driving(FAR, CLASS[kind]), other) == []


def test_a_lorry_may_be_taken_for_a_car_until_its_labels_speak_for_a_lorry() -> None:
    """The vote counts once it has driven through: a car at first is a lorry, one that ends as a car is none."""
    scenes = driving(FAR, 7)
    for n in (0, 1, 3):
        scenes[n] = [replace(scenes[n][0], track_class=2)]
    (one,) = found(scenes, PLACES["truck_ban"])
    assert (one.measured, one.vehicle_class) == (60.0, 7)
    scenes = driving(FAR, 7)
    scenes[6] = [replace(scenes[6][0], track_class=2)]
    assert found(scenes, PLACES["truck_ban"]) == []


@pytest.mark.parametrize(("size", "count"), [((8.2, 2.5, 3.2), 1), ((4.5, 1.8, 1.64), 0), ((5.2, 2.0, 2.0), 0)])
def test_a_vehicle_as_low_as_a_car_is_no_lorry_whatever_its_labels_say(
    size: tuple[float, float, float], count: int
) -> None:
    """A lorry of 3.2 m is proposed and its height stands in the case; a tall car and a van are none at any distance."""
    at = replace(PLACES["truck_ban"], calibration=oblique())
    along = [90.0 - 10.0 * n for n in range(7)]
    scenes: list[list[Seen]] = [[coming(y, size)] for y in along] + [[]] * 4
    violations = found(scenes, at)
    assert len(violations) == count
    for one in violations:
        assert one.measures["height_m"] >= 3.0


def us(*when: int) -> int:
    """Return a UTC time as microseconds since the Unix epoch."""
    return int(datetime(*when, tzinfo=UTC).timestamp()) * 1_000_000  # type: ignore[arg-type, misc]


def test_the_hour_is_the_countrys() -> None:
    """UTC+6 until February 2024, UTC+5 since March."""
    assert local_hour(us(2024, 2, 1, 1, 30)) == 7.5
    assert local_hour(us(2025, 2, 1, 1, 30)) == 6.5


@pytest.mark.parametrize(
    ("days", "proposed"),
    [
        ({"truck_ban_on_working_days": 1.0}, True),
        ({"truck_ban_on_thursday": 1.0}, True),
        ({"truck_ban_on_days_off": 1.0}, False),
        ({"truck_ban_on_saturday": 1.0, "truck_ban_on_sunday": 1.0}, False),
    ],
)
def test_a_ban_with_days_holds_on_them_alone(days: dict[str, float], *, proposed: bool) -> None:
    """The lorry drives on a Thursday, a working day; the days stand among the measures."""
    road = replace(zone("here", "roadway"), limits={**BAN, **days})
    violations = found(driving(FAR, 7), camera(road, calibration=calibration()))
    assert [{**one.measures, **days} == one.measures for one in violations] == [True] * proposed


@pytest.mark.parametrize(
    ("limits", "proposed"),
    [
        ({"bus_lane_from_h": 13.0, "bus_lane_to_h": 14.0}, True),
        ({"bus_lane_from_h": 7.0, "bus_lane_to_h": 10.0}, False),
        ({"bus_lane_on_working_days": 1.0}, True),
        ({"bus_lane_on_days_off": 1.0}, False),
        ({"bus_lane_from_h": 13.0, "bus_lane_to_h": 14.0, "bus_lane_on_sunday": 1.0}, False),
    ],
)
def test_a_lane_for_buses_is_one_while_its_sign_holds(limits: dict[str, float], *, proposed: bool) -> None:
    """The car drives on a Thursday, a working day, at seven minutes to two; hours and days stand among the measures."""
    lane = replace(zone("here", "bus_lane"), limits=limits)
    violations = found(driving(FAR, 2), camera(lane, calibration=calibration()))
    assert [{**one.measures, **limits} == one.measures for one in violations] == [True] * proposed


@pytest.mark.parametrize("limits", [{"bus_lane_from_h": 7.0}, {"bus_lane_on_workdays": 1.0}])
def test_a_lane_for_buses_at_an_unknown_time_is_none_and_is_named(limits: dict[str, float]) -> None:
    """Half a pair of hours, a day that is none: left out, with a sentence."""
    place = Place(camera(replace(zone("here", "bus_lane"), limits=limits), calibration=calibration()))
    assert BusLane.scopes_of(place) == []
    (problem,) = place.problems
    assert "the lane for buses is left out" in problem


def test_a_ban_with_days_and_no_hours_bans_nobody_and_is_named() -> None:
    """Whole days are said by 0 and 24: who leaves the hours out may have meant some."""
    road = replace(zone("here", "roadway"), limits={"truck_ban_on_working_days": 1.0})
    place = Place(camera(road, calibration=calibration()))
    assert TruckBan.scopes_of(place) == []
    assert "truck_ban_from_h is None and truck_ban_to_h is None" in place.problems[0]


@pytest.mark.parametrize(
    ("margin", "proposed"),
    [({}, False), ({"hours_margin_s": 1.0}, True), ({"hours_margin_s": 30.0}, False), ({"clock_error_s": 1.0}, False)],
)
def test_the_margin_of_the_bans_hours_is_no_clocks_error(margin: dict[str, float], *, proposed: bool) -> None:
    """A ban that ends 3 s after the way: `hours_margin_s` decides; `clock_error_s` is another thing, `red_light`'s."""
    end_h = local_hour(EPOCH_US + 7_000_000)
    limits = {"truck_ban_from_h": end_h - 2.0, "truck_ban_to_h": end_h, **margin}
    road = replace(zone("here", "roadway"), limits=limits)
    assert bool(found(driving(FAR[:4], 7), camera(road, calibration=calibration()))) is proposed


def test_outside_the_hours_a_lorry_may() -> None:
    """The zone's hours do not hold the hour of the test's seconds; without an end they say nothing."""
    hour = local_hour(EPOCH_US)
    past = {"truck_ban_from_h": (hour + 2) % 24, "truck_ban_to_h": (hour + 3) % 24}
    road = replace(zone("here", "roadway"), limits=past)
    assert found(driving(FAR, 7), camera(road, calibration=calibration())) == []
    half = camera(zone("here", "roadway", truck_ban_from_h=0.0), calibration=calibration())
    assert found(driving(FAR, 7), half) == []


@pytest.mark.parametrize(("begin", "end"), [(7.0, 7.0), (0.0, 0.0), (24.0, 0.0), (7.0, 25.0), (7.0, None), (None, 7.0)])
def test_hours_that_are_none_ban_nobody_and_are_named(begin: float | None, end: float | None) -> None:
    """Equal ones would hold all day, which 0 and 24 say: the sentence names the zone, what was found and expected."""
    given = {"truck_ban_from_h": begin, "truck_ban_to_h": end}
    limits = {"truck_ban": 1.0, **{name: hour for name, hour in given.items() if hour is not None}}
    entry = camera(replace(zone("here", "roadway"), limits=limits), calibration=calibration())
    assert found(driving(FAR, 7), entry) == []
    place = Place(entry)
    assert [TruckBan.scopes_of(place) for _ in range(2)] == [[], []]
    (problem,) = place.problems
    assert f"zone here: truck_ban_from_h is {begin} and truck_ban_to_h is {end}" in problem
    assert "expected two different hours from 0 to 24 (0 and 24: the whole day)" in problem
    assert "the ban on lorries is left out" in problem


@pytest.mark.parametrize("kind", PLACES)
def test_a_way_ends_where_its_track_goes_over_to_another_vehicle(kind: str) -> None:
    """Four metres a second, and in one second thirty: what was driven before counts, what comes after is another's."""
    assert found(driving([0.0, 2.0, 4.0, 34.0, 38.0, 42.0], CLASS[kind], 20.0), PLACES[kind]) == []
    (one,) = found(driving([*FAR[:5], 85.0, 125.0], CLASS[kind]), PLACES[kind])
    assert one.measured == 40.0


@pytest.mark.parametrize("kind", PLACES)
@pytest.mark.parametrize(("speed_kmh", "count"), [(0.4, 0), (20.0, 1)])
def test_a_track_that_stood_proves_no_way_of_whom_it_goes_over_to(kind: str, speed_kmh: float, count: int) -> None:
    """It stood, is elsewhere at once and goes on for eleven seconds; without the stop, that is a way as any other."""
    stood = driving([0.0, 0.1, 0.2], CLASS[kind], speed_kmh)[:3]
    assert len(found([*stood, *driving([104.0 + 10.0 * n for n in range(12)], CLASS[kind])], PLACES[kind])) == count


@pytest.mark.parametrize("kind", PLACES)
def test_a_way_ends_where_its_vehicle_was_not_seen_for_long(kind: str) -> None:
    """Over three seconds a track may have gone over to another vehicle."""
    scenes = driving(FAR, CLASS[kind])
    assert all(one.measured <= 10.0 for one in found([*scenes[:2], [], [], [], *scenes[5:]], PLACES[kind]))


@pytest.mark.parametrize(("last", "count"), [(38, 1), (36, 0)])
def test_a_gap_is_what_nobody_saw_not_what_lies_between_two_seconds_ends(last: int, count: int) -> None:
    """Not found for 2.0 s, in the middle of two seconds, it is the same vehicle; for 2.4 s it may be another."""
    seen = [place if n <= last or n >= 48 else None for n, place in enumerate(ALONG)]
    assert len(found_on(filmed([*seen, *[None] * 20]))) == count


@pytest.mark.parametrize("kind", PLACES)
@pytest.mark.parametrize(("boxes", "speed_kmh", "count"), [(15, None, 0), (6, 36.0, 1), (20, None, 1)])
def test_a_few_boxes_without_a_speed_prove_no_way(kind: str, boxes: int, speed_kmh: float | None, count: int) -> None:
    """Tracking has no speed for boxes that agree on no motion: four times as many must have been seen."""
    scenes = [[replace(one, boxes=boxes) for one in seen] for seen in driving(FAR, CLASS[kind], speed_kmh)]
    assert len(found(scenes, PLACES[kind])) == count


def test_who_is_voted_a_bus_in_the_lane_and_then_a_car_is_none() -> None:
    """As who is voted a car and then a bus; before it is in the lane, far off, a car may be taken for one."""
    lane = camera(zone("here", "bus_lane", (0, 0, 400, 0, 400, 1000, 0, 1000)), calibration=calibration())
    for x, count in ((200, 0), (700, 1)):
        scenes = [*driving([0.0], 5, x=x)[:1], *driving([10.0 + y for y in FAR], 2, x=200)]
        assert len(found(scenes, lane)) == count


def test_who_starts_from_the_kerb_into_the_lane_is_none() -> None:
    """Stood outside the zone in view, then drove off through it: it came out of a bay, and must."""
    lane = camera(zone("here", "bus_lane", (0, 0, 400, 0, 400, 1000, 0, 1000)), calibration=calibration())
    stood = driving([0.0] * 5, 2, 0.5, x=700)[:5]
    away = driving([3.0, 8.0, 15.0, 24.0, 34.0, 44.0, 54.0, 64.0], 2, x=200)
    assert found([*stood, *away], lane) == []
    assert len(found(away, lane)) == 1


def test_who_stands_beside_the_lane_takes_nobodys_place_in_the_state() -> None:
    """More cars stand outside than are followed: one that drives in is found, and each standing one costs few bytes."""
    lane = camera(zone("here", "bus_lane", (0, 0, 400, 0, 400, 1000, 0, 1000)), calibration=calibration())
    away = driving(FAR, 2, x=200)

    def scene(number: int, standing: int) -> list[Seen]:
        parked = [car(f"p{n}", 700, 500, x_m=70.0, y_m=0.0, speed_kmh=0.3) for n in range(standing)]
        return [*parked, *away[number]]

    core, place = BusLane(), Place(lane)
    state = core.initial()
    found_ways: list[Offence] = []
    for number in range(len(away)):
        state, new = core.observe(state, Second(second(number, scene(number, MOST_WAYS + 44)), place), place)
        found_ways += new
    assert [one.track_id for one in found_ways] == ["a"]
    assert len(state.slow) == MOST_SLOW
    assert not state.ways
    assert core.unpack(core.pack(state)) == state
    assert len(orjson.dumps(core.pack(state))) < 40 * MOST_SLOW
    state, _ = core.observe(state, Second(second(20), place), place)
    assert state == core.initial()


#: A sidewalk of 20 m, y = 40 to 60 m, seen from above; traffic runs towards the picture's lower edge at y = 100 m.
SIDEWALK = camera(zone("here", "sidewalk", (0, 400, 1000, 400, 1000, 600, 0, 600)), calibration=calibration())
PLACES_ALONG = [(50.0, 10.0 + 0.96 * n) for n in range(93)]
ALONG: Places = PLACES_ALONG


def test_a_way_counts_from_border_to_border() -> None:
    """The vehicle came over the border between a look before it and one beyond it; so at the end, unseen for 4 m."""
    (one,) = found_on(filmed([*ALONG, *[None] * 20]))
    assert one.measured == pytest.approx(20.0, abs=0.1)
    unseen = [None if at is None or 57.5 < at[1] < 61.0 else at for at in ALONG]
    (one,) = found_on(filmed([*unseen, *[None] * 20]))
    assert one.measured == pytest.approx(20.0, abs=0.1)


def test_whoever_drives_across_the_sidewalk_drove_its_width() -> None:
    """From the yard to the road, 7 m of sidewalk between two looks far apart: no more than these 7 m."""
    narrow = camera(zone("here", "sidewalk", (0, 450, 1000, 450, 1000, 520, 0, 520)), calibration=calibration())
    assert found_on(filmed([*straight(50.0, 10.0, 90.0, 9.0), *[None] * 20]), narrow) == []


def test_what_a_track_does_at_the_pictures_edge_is_no_longer_the_vehicles() -> None:
    """It has driven out over the lower edge; what stands there then, or walks, spoils nothing."""
    out = [*ALONG, (50.0, 99.9), (50.0, 99.9), *[(48.0, 97.0)] * 15, *[None] * 20]
    (one,) = found_on(filmed(out))
    assert one.measured == pytest.approx(20.0, abs=0.1)


@pytest.mark.parametrize("kind", ["truck_ban", "bus_lane"])
def test_who_drives_along_the_lower_edge_drives_as_anywhere(kind: str) -> None:
    """The edge cuts every box of a lane along the bottom of the picture: the way counts as one 100 px above it."""
    measured = []
    for y_m in (90.0, 99.8):
        way = [(4.0 + 1.6 * n, y_m) for n in range(55)]
        seconds = filmed([*way, *[None] * 20], coco=7 if kind == "truck_ban" else 2)
        measured += [one.measured for one in found_on(seconds, PLACES[kind]) if one.kind == kind]
    assert len(measured) == 2
    assert measured[0] == pytest.approx(measured[1], abs=0.1) == 86.4


@pytest.mark.parametrize(("aside_m", "skips_m", "count"), [(0.0, 0.0, 1), (3.0, 0.0, 0), (0.0, 25.0, 0)])
def test_a_track_that_begins_where_one_was_lost_goes_on_with_its_way(
    aside_m: float, skips_m: float, count: int
) -> None:
    """Lost on the sidewalk for 2.4 s, it is found under another track straight on, as fast as it was: one way.

    Neither of the two proves one alone. Who begins three metres aside, or much farther on, is another vehicle.
    """
    wide = camera(zone("here", "sidewalk", (0, 400, 1000, 400, 1000, 850, 0, 850)), calibration=calibration())
    first = [place if n <= 38 else None for n, place in enumerate(PLACES_ALONG[:75])]
    then = [(x + aside_m, y + skips_m) if 50 <= n < 58 else None for n, (x, y) in enumerate(PLACES_ALONG[:75])]
    elder, younger = filmed([*first, *[None] * 25], "a"), filmed([*then, *[None] * 25], "b")
    since_us = younger[10].sample_at_us[0]
    younger = [replace(one, track_first_seen_us=[since_us for _ in one.track_id]) for one in younger]
    seconds = [max(pair, key=_tracks) for pair in zip(elder, younger, strict=True)]
    ways = [play(ViolationsCore(), Cameras(wide), seconds, at_once=at_once)[0] for at_once in (True, False)]
    assert ways[0] == ways[1]
    assert [one.track_id for one in ways[0]] == ["b"] * count
    assert all(one.measured == pytest.approx(24.0, abs=1.5) for one in ways[0])


@pytest.mark.parametrize(("skips_m", "count"), [(0.0, 1), (25.0, 0)])
def test_who_is_lost_in_its_first_second_on_the_sidewalk_is_where_its_speed_before_says(
    skips_m: float, count: int
) -> None:
    """Two looks on the sidewalk, none for 2.8 s, then a track where its speed says: one way, and not far beyond."""
    way = [(50.0, 32.4 + 0.8 * n) for n in range(40)]
    first = [place if n < 12 else None for n, place in enumerate(way)]
    then = [(x, y + skips_m) if 25 <= n < 35 else None for n, (x, y) in enumerate(way)]
    wide = camera(zone("here", "sidewalk", (0, 400, 1000, 400, 1000, 880, 0, 880)), calibration=calibration())
    elder, younger = filmed([*first, *[None] * 30], "a"), filmed([*then, *[None] * 30], "b")
    since_us = younger[5].sample_at_us[0]
    younger = [replace(one, track_first_seen_us=[since_us for _ in one.track_id]) for one in younger]
    seconds = [max(pair, key=_tracks) for pair in zip(elder, younger, strict=True)]
    ways = [play(ViolationsCore(), Cameras(wide), seconds, at_once=at_once)[0] for at_once in (True, False)]
    assert ways[0] == ways[1]
    assert [one.track_id for one in ways[0] if one.measured > 10.0] == ["b"] * count


@pytest.mark.parametrize(("later_kmh", "count"), [(15.0, 1), (None, 0)])
def test_a_speed_that_is_measured_after_the_zone_counts_for_the_way(later_kmh: float | None, count: int) -> None:
    """Ten boxes and no speed on the sidewalk; beyond it tracking has one of the same track: its looks agree."""
    narrow = camera(zone("here", "sidewalk", (0, 0, 400, 0, 400, 1000, 0, 1000)), calibration=calibration())
    on, off = driving([0.0, 4.0, 8.0, 12.0, 16.0], 2, None, x=200)[:5], driving([20.0, 24.0], 2, later_kmh, x=700)
    scenes = [[replace(one, boxes=min(2 * n, 14)) for one in seen] for n, seen in enumerate([*on, *off], 1)]
    assert len(found(scenes, narrow)) == count


def _tracks(second_seen: Tracks) -> int:
    return len(second_seen.track_id)


def test_one_second_beside_another_vehicle_does_not_give_the_offence_to_it() -> None:
    """An elder track is so near in one second of ten: the offender is proposed, under its own track."""
    lane = camera(zone("here", "bus_lane", (0, 0, 520, 0, 520, 1000, 0, 1000)), calibration=calibration())
    way = [(50.0, 10.0 + 1.6 * n) for n in range(50)]
    beside = [(x + (1.9 if 35 <= n < 40 else 3.5), y + 0.5) for n, (x, y) in enumerate(way)]
    pairs = zip(filmed([*beside, *[None] * 15], "elder"), filmed([*way, *[None] * 15], "offender"), strict=True)
    seconds = [both(*pair) if all(one.track_id for one in pair) else pair[0] for pair in pairs]
    assert [(one.track_id, one.vehicle_key) for one in found_on(seconds, lane)] == [("offender", "offender")]


def test_a_second_box_drives_no_way_of_its_own() -> None:
    """A track beside the vehicle's, begun later, is not proposed; one of a vehicle that follows is."""
    for behind_m, names in ((2.0, {"a"}), (12.0, {"a", "b"})):
        other = [None if n < 3 else (50.5, y - behind_m) for n, (_, y) in enumerate(PLACES_ALONG)]
        pairs = zip(filmed([*ALONG, *[None] * 20]), filmed([*other, *[None] * 20], "b"), strict=True)
        assert {one.track_id for one in found_on([both(*pair) for pair in pairs])} == names


@pytest.mark.parametrize(("behind_m", "coco", "names"), [
    (5.0, 7, {"a"}), (7.5, 7, {"a"}), (9.0, 7, {"a", "b"}), (4.0, 2, set()), (5.0, 2, {"b"}),
])  # fmt: skip
def test_a_second_box_of_a_lorry_lies_farther_off_than_a_cars(behind_m: float, coco: int, names: set[str]) -> None:
    """Two lorries at 4.8 m/s are 8.4 m apart or more; a car and the lorry behind it are 4.5, as two cars are."""
    place = PLACES["truck_ban"]
    other = [None if n < 3 else (50.0, y - behind_m) for n, (_, y) in enumerate(PLACES_ALONG)]
    elder, later = filmed([*ALONG, *[None] * 20], coco=coco), filmed([*other, *[None] * 20], "b", 7)
    seconds = [both(*pair) for pair in zip(elder, later, strict=True)]
    tall = [replace(m, box_y1_px=[y - 120 for y in m.box_y1_px]) for m in seconds]
    assert {one.track_id for one in found_on(tall, place)} == names


def found_on(messages: Sequence[Tracks], at: Camera = SIDEWALK) -> list[Violation]:
    """Return what is proposed for these seconds, the same with the state through its bytes."""
    once = play(ViolationsCore(), Cameras(at), messages)[0]
    assert play(ViolationsCore(), Cameras(at), messages, at_once=False)[0] == once
    return once


def test_a_lorry_whose_labels_waver_on_its_way_is_one_where_they_end_so() -> None:
    """The way measured while it was voted a lorry stands, though it was taken for a car for a while."""
    scenes = driving(FAR, 7)
    scenes[5] = [replace(scenes[5][0], track_class=2)]
    scenes[6] = [replace(scenes[6][0], track_class=7, box=(900.0, 900.0, 980.0, 1000.0))]
    at = camera(
        replace(zone("here", "roadway", (0, 0, 800, 0, 800, 800, 0, 800)), limits=BAN), calibration=calibration()
    )
    (one,) = found(scenes, at)
    assert (one.measured, one.vehicle_class) == (40.0, 7)


@pytest.mark.parametrize(("after_s", "count"), [(0, 0), (1, 0), (5, 1)])
def test_who_is_voted_a_bus_as_it_leaves_the_picture_is_no_lorry(after_s: int, count: int) -> None:
    """Its last labels count while the lower edge cuts it and in the next second; what its track shows later not."""
    place = PLACES["truck_ban"]
    seconds = filmed([*ALONG, *[(50.0, 99.9)] * 5 * (1 + after_s), *[None] * 20], coco=7)
    left = len(ALONG) // 5 + after_s
    assert [one.kind for one in found_on(seconds, place)] == ["truck_ban"]
    voted = [replace(m, track_class=[5] * len(m.track_id)) if n >= left else m for n, m in enumerate(seconds)]
    assert [one.kind for one in found_on(voted, place)] == ["truck_ban"] * count
