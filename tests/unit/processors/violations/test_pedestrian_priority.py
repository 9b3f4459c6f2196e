"""Pedestrian priority is a vehicle that passes before somebody who surely walks towards its way."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import orjson
import pytest

from processors.rules.place import Place
from processors.rules.second import Second
from processors.violations.crossing_watch import CrossingWatch
from processors.violations.rules import pedestrian_priority
from processors.violations.rules.pedestrian_priority import PedestrianPriority
from schemas.messages import Analysis, Camera, Tracks
from tests.unit.processors.rules.street import EPOCH_US, Seen, calibration, camera, second, zone
from tests.unit.processors.violations.frames import Frame, found, messages

KIND = "pedestrian_priority"
#: The crossing lies from x = 20 to 40 m and y = 48 to 52 m; traffic runs towards y = 0.
AREA = (200, 480, 400, 480, 400, 520, 200, 520)
CROSSING = camera(zone("crossing", "crossing", AREA, unsignalled=1.0), calibration=calibration(scale_error_ratio=0.01))
#: The person's pace, metres a second, and when the car's front passes.
PACE, PASSES_S = 1.4, 6.0


def scene(
    aside_m: float = 5.0, pace: float = PACE, car_mps: float = 10.0, stops_s: float = 99.0, until_s: float = 8.0
) -> list[Frame]:
    """Return a car that passes the crossing's middle at 6 s along x = 25, and a person who walks towards its way.

    Args:
        aside_m: how far from the middle of its way the person is then.
        pace: of the person, towards the way; negative: away from it.
        car_mps: of the car.
        stops_s: when the person stops.
        until_s: how long it lasts.
    """
    frames: list[Frame] = []
    for n in range(round(2 * until_s)):
        at = n / 2
        walked = min(at, stops_s) - PASSES_S
        frame = {"p": (25.0 + aside_m - pace * walked, 50.0)}
        y = 50.0 - car_mps * (at - PASSES_S)
        if -1.0 < y < 100.0:
            frame["car"] = (25.0, y)
        frames.append(frame)
    return [*frames, *[{}] * 6]


def test_a_car_before_a_person_who_walks_towards_it_is_proposed_once() -> None:
    """5 m aside at 1.4 m/s with a metre for the width: 2.9 s; both are in both pictures."""
    (one,) = found(messages(scene()), CROSSING, KIND)
    assert (one.unit, one.zone_id, one.limit, one.track_id) == ("s", "crossing", 6.0, "car")
    assert one.measured == pytest.approx(4.0 / 1.4, abs=0.02)
    assert one.measured + one.confidence_factor * one.measured_error < one.limit
    assert one.occurred_at_us == EPOCH_US + 6_000_000
    assert [(e.role, e.track_ids) for e in one.evidence] == [("onset", ["car", "p"]), ("peak", ["car", "p"])]
    before, after = (e.boxes_xyxy_px[3] for e in one.evidence)
    assert before > 500 >= after
    assert {article.code for article in one.articles} == {"KoAP 600"}
    assert one.measures["person_on_crossing_s"] >= 1.5


def test_state_through_its_bytes_decides_alike() -> None:
    """A restart after each message changes nothing."""
    seconds = messages(scene())
    assert found(seconds, CROSSING, KIND, at_once=False) == found(seconds, CROSSING, KIND)


def test_who_stops_because_of_the_car_was_passed_before_no_less() -> None:
    """The person stops as the car passes: what they would have needed counts, not how long they waited."""
    (one,) = found(messages(scene(stops_s=PASSES_S)), CROSSING, KIND)
    assert one.measured == pytest.approx(4.0 / 1.4, abs=0.4)


@pytest.mark.parametrize(("aside_m", "count"), [(2.0, 1), (7.0, 1), (8.3, 0), (9.8, 0)])
def test_the_whole_interval_must_lie_below_the_limit(aside_m: float, count: int) -> None:
    """(8.3 - 1) / 1.4 = 5.2 s lie below 6 s, the upper end of the interval does not."""
    assert len(found(messages(scene(aside_m)), CROSSING, KIND)) == count


def test_a_worse_place_widens_the_interval() -> None:
    """Feet that are uncertain by a metre and a half prove no gap."""
    poor = replace(CROSSING, zones=[replace(CROSSING.zones[0], limits={"unsignalled": 1.0, "foot_error_m": 1.5})])
    assert found(messages(scene()), poor, KIND) == []


@pytest.mark.parametrize(
    "frames",
    [
        pytest.param(scene(pace=-1.4), id="walks away from the way"),
        pytest.param(scene(pace=0.0), id="stands"),
        pytest.param(scene(pace=0.3, aside_m=2.0), id="strolls"),
        pytest.param(scene(aside_m=15.5), id="has just stepped onto the crossing"),
        pytest.param(scene(stops_s=2.0), id="has stood for four seconds"),
        pytest.param(scene(car_mps=1.5), id="the car rolls"),
        pytest.param(scene(aside_m=0.5), id="is in the car's way itself"),
    ],
)
def test_who_need_not_be_let_by_is_no_offence(frames: list[Frame]) -> None:
    """What is not surely a person on the way to the car's way, before whom it drives on."""
    assert found(messages(frames), CROSSING, KIND) == []


def test_a_car_that_waits_and_goes_on_behind_the_person_is_none() -> None:
    """It stands before the crossing until the person has left its way, then drives on."""
    frames: list[Frame] = []
    for n in range(24):
        at = n / 2
        y = 56.0 if at < 9.0 else 56.0 - 2.0 * (at - 9.0) ** 2
        frames.append({"p": (34.0 - 1.4 * at, 50.0), **({"car": (25.0, y)} if y > 0 else {})})
    assert found(messages([*frames, {}, {}, {}, {}]), CROSSING, KIND) == []


def test_a_car_beside_the_crossing_is_none() -> None:
    """On the other half, which no zone covers, others come the other way."""
    frames = [{n: (x - 12.0 if n == "car" else x, y) for n, (x, y) in frame.items()} for frame in scene(aside_m=-2.0)]
    assert found(messages(frames), CROSSING, KIND) == []


def test_a_track_that_goes_over_to_another_vehicle_proves_nothing() -> None:
    """It stood before the crossing and is 15 m further in one look, or beside where it was."""
    stood: list[Frame] = [
        {**frame, **({"car": (25.0, 56.0)} if n < 12 else {"car": (25.0, 41.0 - 5.0 * (n - 12))})}
        for n, frame in enumerate(scene())
        if n < 16
    ]
    aside: list[Frame] = [
        {**frame, **({"car": (33.0, frame["car"][1])} if n < 12 and "car" in frame else {})}
        for n, frame in enumerate(scene())
    ]
    assert found(messages([*stood, {}, {}, {}, {}]), CROSSING, KIND) == []
    assert found(messages(aside), CROSSING, KIND) == []


def test_what_was_seen_after_a_gap_is_enough() -> None:
    """The car is not found for a second and a half, then looked at five times before it passes."""
    hidden: list[Frame] = [
        {name: at for name, at in frame.items() if name != "car" or n not in {6, 7}} for n, frame in enumerate(scene())
    ]
    (one,) = found(messages(hidden), CROSSING, KIND)
    assert one.measured == pytest.approx(4.0 / 1.4, abs=0.02)
    late: list[Frame] = [
        {name: at for name, at in frame.items() if name != "car" or n not in {9, 10}} for n, frame in enumerate(scene())
    ]
    assert found(messages(late), CROSSING, KIND) == []


def test_a_second_box_of_the_car_is_no_second_car() -> None:
    """A track beside the car's, nearer to the person: one proposal, by where the car itself is."""
    twice: list[Frame] = [
        {**frame, **({"z": (frame["car"][0] + 0.5, frame["car"][1] - 0.5)} if "car" in frame and n > 3 else {})}
        for n, frame in enumerate(scene())
    ]
    (one,) = found(messages(twice), CROSSING, KIND)
    assert one.track_id == "car"
    assert one.measured == pytest.approx(4.0 / 1.4, abs=0.02)


def test_a_box_that_jumps_is_no_car_that_passes() -> None:
    """Who stands at the crossing, half hidden by the person who walks before it, does not drive at 8 km/h."""
    jumps: list[Frame] = []
    for n, frame in enumerate(scene()):
        y = 51.5 if n < 11 else 50.35 if n == 11 else 49.2
        jumps.append(
            {**{name: at for name, at in frame.items() if name == "p"}, **({"car": (25.0, y)} if n < 16 else {})}
        )
    assert found(messages(jumps), CROSSING, KIND) == []


def test_without_all_it_needs_nothing_is_proposed() -> None:
    """The word that no signal stands there, a calibration of that very version, enforcement."""
    bare = replace(CROSSING, zones=[replace(CROSSING.zones[0], limits={})])
    others: list[Camera] = [
        bare,
        replace(CROSSING, calibration=None),
        replace(CROSSING, calibration=calibration(version=9)),
        replace(CROSSING, analysis=Analysis(False, 1.0, 5.0, 0.3, [])),
        replace(CROSSING, zones=[replace(CROSSING.zones[0], limits={"unsignalled": 1.0, KIND: 0.0})]),
    ]
    for other in others:
        assert found(messages(scene()), other, KIND) == []


def crowd(count: int, people_x_m: float, seconds: int = 8, fps: int = 5) -> list[Tracks]:
    """Return seconds in which so many people walk and as many cars drive, names and boxes as long as a tracker's.

    Args:
        count: of each.
        people_x_m: where the people's 20 m begin; the crossing's are at 20.
        seconds: how long.
        fps: looks a second.
    """
    names = [f"{n:020x}" for n in range(2 * count)]
    out = []
    for n in range(seconds):
        boxes = [(i, s) for s in range(fps) for i in range(2 * count)]
        places = []
        for i, s in boxes:
            at = n + s / fps
            walks = (people_x_m + (1.4 * at + 2.123 * i) % 20.0, 49.0123 + i % 3)
            drives = (21.0123 + 4.0 * (i % 5), 100.0 - (10.0 * at + 5.0 * i) % 100.0)
            places.append(walks if i < count else drives)
        seen = [Seen(name, 0 if i < count else 2, (0.0, 0.0, 1.0, 1.0)) for i, name in enumerate(names)]
        out.append(
            replace(
                second(n, seen, samples=fps),
                box_track=[i for i, _ in boxes],
                box_sample=[s for _, s in boxes],
                box_x1_px=[1_800.0 + x / 7 for x, _ in places],
                box_x2_px=[1_850.0 + x / 7 for x, _ in places],
                box_y1_px=[1_000.0 + y / 7 for _, y in places],
                box_y2_px=[1_100.0 + y / 7 for _, y in places],
                box_x_m=[x for x, _ in places],
                box_y_m=[y for _, y in places],
            )
        )
    return out


def watched(seconds: list[Tracks]) -> tuple[CrossingWatch, list[int]]:
    """Return what the rule remembers after these seconds, and the bytes that it had after each."""
    rule, place = PedestrianPriority(), Place(CROSSING)
    state, sizes = rule.initial(), []
    for message in seconds:
        state, _ = rule.observe(state, Second(message, place), place)
        sizes.append(len(orjson.dumps(rule.pack(state))))
    return state, sizes


@pytest.mark.parametrize(("people_x_m", "fps"), [(20.0, 5), (20.0, 12), (60.0, 5)])
def test_the_state_stays_small_however_many_are_in_view(people_x_m: float, fps: int) -> None:
    """64 people and 64 cars, on the crossing or nobody near it: less than 64 KB, the topic takes 1 MiB."""
    state, sizes = watched(crowd(64, people_x_m, fps=fps))
    assert len(state.vehicles) >= 30
    assert len(state.people) == (0 if people_x_m > 40.0 else 40)
    assert max(sizes) < 64_000


def test_what_is_remembered_goes_through_its_bytes_whole() -> None:
    """Old looks have lost their boxes, the last ones have them: all is the same after a restart."""
    state, _ = watched(crowd(3, 20.0))
    assert PedestrianPriority().unpack(orjson.loads(orjson.dumps(PedestrianPriority().pack(state)))) == state
    held = [len(spot.sight.boxes_xyxy_px) for walk in state.people.values() for spot in walk.spots]
    assert {0, 4} == set(held)


def test_who_is_far_from_the_crossing_is_not_remembered_and_who_left_it_begins_anew() -> None:
    """A person 12 m beside it, a car 60 m before it; who is on it again after a look far off is on it since then."""
    state, _ = watched(messages([{"p1": (52.0, 50.0), "car": (25.0, 112.0), "p2": (30.0, 50.0)}] * 4))
    assert (set(state.people), set(state.vehicles)) == ({"p2"}, set())
    away = [{"p": (30.0, 50.0)}, {"p": (30.0, 50.0)}, {"p": (52.0, 50.0)}, {"p": (30.0, 50.0)}]
    state, _ = watched(messages(away))
    assert state.people["p"].since_us == EPOCH_US + 1_500_000


def test_ways_and_walks_are_worked_out_once_a_look(monkeypatch: pytest.MonkeyPatch) -> None:
    """Not anew for each pair: each car's way once a look at it near the crossing, each walk once a look at any car."""
    calls: dict[str, list[Any]] = {"driven": [], "fitted": []}

    def counted(name: str, work: Callable[..., Any]) -> Callable[..., Any]:
        def run(*args: Any, **named: Any) -> Any:
            calls[name].append(args)
            return work(*args, **named)

        return run

    for name in calls:
        monkeypatch.setattr(pedestrian_priority, name, counted(name, getattr(pedestrian_priority, name)))
    people, cars, looks = 6, 6, 5 * 8
    watched(crowd(6, 20.0, seconds=8))
    assert 0 < len(calls["driven"]) <= cars * looks / 2
    assert 0 < len(calls["fitted"]) <= people * looks
