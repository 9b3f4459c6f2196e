"""A stopped vehicle stands where traffic should flow, whatever its track does; queues, drop-offs and traffic do not."""

import random
from collections.abc import Sequence

from processors.incidents.core import IncidentsCore
from schemas.messages import Camera, Incident, IncidentPhase, Severity
from tests.unit.processors.rules.street import Cameras, Seen, camera, car, play, second, zone

ROAD = camera(zone("road", "roadway"))


def found(place: Camera, scenes: Sequence[Sequence[Seen] | None]) -> list[Incident]:
    """Return the steps for what is seen in each second; None: not sampled."""
    messages = [second(n, seen or [], samples=0 if seen is None else 2) for n, seen in enumerate(scenes)]
    return play(IncidentsCore(), Cameras(place), messages)[0]


def passing(name: str, n: int, y: float = 700) -> Seen:
    """Return a car that crosses the picture at 100 pixels a second."""
    return car(name, 100 + 100 * n, y)


def test_a_breakdown_opens_after_a_minute_and_closes_when_it_is_towed() -> None:
    """Opened at dwell_s, HIGH from high_s on, closed as ended when it is seen to drive away."""
    scenes = (
        [[car("a", 300, 300)] for _ in range(400)] + [[car("a", 300 + 90 * n, 300)] for n in range(1, 6)] + [[]] * 20
    )
    steps = found(ROAD, scenes)
    assert steps[0].phase is IncidentPhase.OPEN
    assert steps[0].opened_at_us - steps[0].started_at_us == 60_000_000
    assert steps[0].started_at_us == second(0).sample_at_us[-1]
    assert steps[0].severity is Severity.MEDIUM
    assert steps[-1].phase is IncidentPhase.CLOSE
    assert steps[-1].severity is Severity.HIGH
    assert steps[-1].close_reason == "ended"
    assert steps[-1].closed_at_us == second(399).sample_at_us[-1]
    assert steps[-1].track_ids == ["a"]
    assert [s.revision for s in steps] == list(range(1, len(steps) + 1))


def test_one_that_vanishes_closes_as_gone() -> None:
    """Nobody saw it leave."""
    steps = found(ROAD, [[car("a", 300, 300)] for _ in range(70)] + [[]] * 20)
    assert (steps[-1].phase, steps[-1].close_reason) == (IncidentPhase.CLOSE, "gone")


def test_a_drop_off_of_twenty_seconds_is_none() -> None:
    """It comes, stands for 20 s, goes."""
    scenes = [[car("a", 100 + 90 * n, 300)] for n in range(5)]
    scenes += [[car("a", 550, 300)]] * 20 + [[car("a", 550 + 90 * n, 300)] for n in range(1, 5)] + [[]] * 60
    assert found(ROAD, scenes) == []


def test_the_dwell_begins_when_it_comes_to_stand() -> None:
    """Not when its track began: a car that crawls for a minute first has stood for none."""
    scenes = [[car("a", 100 + 6 * n, 300)] for n in range(60)] + [[car("a", 460, 300)]] * 50
    assert found(ROAD, scenes) == []


def test_jitter_does_not_move_it() -> None:
    """A box that wanders by a tenth of its size, and one bad box now and then."""
    rng = random.Random(3)
    scenes: list[list[Seen]] = []
    for n in range(90):
        dx, dy = rng.uniform(-8, 8), rng.uniform(-5, 5)
        scenes.append([car("a", 300 + dx + (200 if n % 17 == 13 else 0), 300 + dy)])
    steps = found(ROAD, scenes)
    assert [s.phase for s in steps][:1] == [IncidentPhase.OPEN]
    assert len({s.incident_id for s in steps}) == 1


def test_id_switches_and_occlusion_are_bridged() -> None:
    """A lorry hides it for 6 s, it comes back as another track; twice. One incident, its time counted through."""
    scenes: list[list[Seen]] = [[car("a", 300, 300)]] * 30 + [[passing("lorry", 2, 320)]] * 6
    scenes += [[car("b", 303, 301)]] * 20 + [[]] * 5 + [[car("c", 299, 300)]] * 30
    steps = found(ROAD, scenes)
    assert len({s.incident_id for s in steps}) == 1
    assert steps[0].started_at_us == second(0).sample_at_us[-1]
    assert {"a", "b", "c"} == set(steps[-1].track_ids)


def test_half_hidden_it_is_still_there() -> None:
    """Its lower half is covered for a while: a part of a vehicle inside its whole."""
    whole = car("a", 300, 300)
    upper = Seen("a", 2, (260, 250, 340, 275))
    steps = found(ROAD, [[whole]] * 30 + [[upper]] * 20 + [[whole]] * 20)
    assert [s.phase for s in steps] == [IncidentPhase.OPEN]


def test_sparse_looks_suffice() -> None:
    """A keyframe every ten seconds, nothing between."""
    scenes: list[list[Seen] | None] = [[car("a", 300, 300)] if n % 10 == 0 else None for n in range(90)]
    steps = found(ROAD, scenes)
    assert steps[0].phase is IncidentPhase.OPEN
    assert steps[0].opened_at_us - steps[0].started_at_us == 60_000_000


def test_dense_traffic_under_sparse_looks_is_none() -> None:
    """At each look another car is at the same place: none has stood."""
    scenes: list[list[Seen] | None] = [[car(f"c{n}", 300, 300)] if n % 5 == 0 else None for n in range(300)]
    assert found(ROAD, scenes) == []
    assert found(ROAD, [[car(f"c{n}", 300, 300)] for n in range(300)]) == []


def test_a_queue_at_a_signal_is_none_until_it_is_no_queue() -> None:
    """Four cars wait for 90 s: no incident. One of them alone for 90 s is one. In the queue past 180 s, too."""
    row = [car(f"q{i}", 100 + 120 * i, 300) for i in range(4)]
    assert found(ROAD, [row] * 90 + [[]] * 20) == []
    assert len({s.incident_id for s in found(ROAD, [row[:1]] * 90)}) == 1
    stuck = found(ROAD, [row] * 200)
    assert len({s.incident_id for s in stuck}) == 4
    assert min(s.opened_at_us - s.started_at_us for s in stuck if s.phase is IncidentPhase.OPEN) == 180_000_000


def test_second_boxes_of_a_vehicle_do_not_make_a_queue_of_it() -> None:
    """Two cars, of which one has been detected twice for a while: they are two, and one incident each."""
    pair = [car("a", 300, 300), car("b", 500, 300)]
    scenes = [[*pair, car("b2", 510, 304)] for _ in range(55)] + [pair] * 15
    opened = [s for s in found(ROAD, scenes) if s.phase is IncidentPhase.OPEN]
    assert sorted(s.opened_at_us - s.started_at_us for s in opened) == [60_000_000] * 2


def test_a_track_that_goes_over_to_a_second_box_does_not_open_the_incident_again() -> None:
    """The track takes a box beside the car, a new one takes the car: one incident, still open."""
    scenes = [[car("a", 300, 300)] for _ in range(90)] + [[car("a", 390, 350), car("b", 300, 300)]]
    steps = found(ROAD, scenes + [[car("b", 300, 300)] for _ in range(60)])
    assert len({s.incident_id for s in steps}) == 1
    assert steps[-1].phase is not IncidentPhase.CLOSE
    assert steps[-1].track_ids == ["a", "b"]


def test_parked_cars_do_not_make_a_queue_of_a_breakdown() -> None:
    """Three cars that have stood for ever are no queue around the fourth."""
    parked = [car(f"p{i}", 100 + 120 * i, 600) for i in range(3)]
    steps = found(ROAD, [parked] * 200 + [[*parked, car("a", 300, 300)]] * 70)
    assert "a" in {t for s in steps for t in s.track_ids}


def test_parking_is_for_parking() -> None:
    """A bay drawn over the road: what stands there is allowed to."""
    bay = camera(zone("road", "roadway"), zone("bay", "parking", (0, 0, 500, 0, 500, 500, 0, 500)))
    assert found(bay, [[car("a", 300, 300)]] * 90) == []
    assert found(bay, [[car("a", 700, 300)]] * 90) != []


def test_a_vehicle_detected_twice_is_one() -> None:
    """A van that is a car and a truck at once."""
    twice = [car("a", 300, 300), Seen("b", 7, (258, 248, 342, 302))]
    assert len({s.incident_id for s in found(ROAD, [twice] * 90)}) == 1


def test_the_zones_own_dwell_holds() -> None:
    """dwell_s in the zone's limits; people who stand are no vehicles."""
    place = camera(zone("kerb", "no_stopping", dwell_s=15))
    steps = found(place, [[car("a", 300, 300)]] * 20)
    assert steps[0].limits == {"dwell_s": 15}
    assert found(place, [[Seen("p", 0, (285, 220, 315, 300))]] * 40) == []


def test_without_the_capability_nothing_is_reported() -> None:
    """A camera that may not be used for incidents."""
    assert found(camera(zone("road", "roadway"), capabilities=["speed"]), [[car("a", 300, 300)]] * 90) == []
