"""Loitering is presence, not stillness, of one person; people who walk through are none."""

from collections.abc import Sequence
from dataclasses import replace

from processors.incidents.core import IncidentsCore
from schemas.messages import Camera, Incident, IncidentPhase
from tests.unit.processors.rules.street import EPOCH_US, Cameras, Seen, camera, person, play, second, zone

DOOR = camera(zone("door", "no_loitering", (300, 300, 700, 300, 700, 700, 300, 700)))


def found(place: Camera, scenes: Sequence[Sequence[Seen]]) -> list[Incident]:
    """Return the steps for what is seen in each second."""
    return play(IncidentsCore(), Cameras(place), [second(n, seen) for n, seen in enumerate(scenes)])[0]


def pacing(name: str, n: int, first_seen_s: int = 0) -> Seen:
    """Return a person who walks up and down inside the zone."""
    return person(name, 400 + 60 * abs(n % 8 - 4), 500, first_seen_us=EPOCH_US + first_seen_s * 1_000_000)


def test_a_person_who_paces_for_a_minute_loiters() -> None:
    """Never still for a second, and present all the time."""
    steps = found(DOOR, [[pacing("p", n)] for n in range(70)] + [[]] * 20)
    assert [s.phase for s in steps] == [IncidentPhase.OPEN, IncidentPhase.CLOSE]
    assert steps[0].opened_at_us - steps[0].started_at_us == 60_000_000
    assert steps[0].track_ids == ["p"]
    assert steps[1].close_reason == "gone"
    assert steps[1].closed_at_us == second(69).sample_at_us[-1]


def test_people_walking_through_are_none() -> None:
    """A new one every three seconds, each eight seconds in the zone, for three minutes."""
    scenes = []
    for n in range(180):
        walkers = [k for k in range(n // 3 + 1) if n - 3 * k < 12]
        scenes.append(
            [person(f"w{k}", 250 + 45 * (n - 3 * k), 500, first_seen_us=EPOCH_US + 3_000_000 * k) for k in walkers]
        )
    assert found(DOOR, scenes) == []


def test_a_short_step_outside_does_not_reset_it_and_a_long_one_does() -> None:
    """away_s bridges five seconds, not fifteen."""
    inside, outside = [[pacing("p", n)] for n in range(35)], [[person("p", 100, 500)]]
    assert len(found(DOOR, inside + outside * 5 + inside)) == 1
    assert found(DOOR, inside + outside * 15 + inside) == []


def test_a_lost_track_is_taken_up_again_close_by() -> None:
    """Three seconds lost, then a new track a step away: the same person. The same far away is another."""
    first = [[person("p", 450, 500)]] * 35 + [[]] * 3
    near = person("q", 465, 505, first_seen_us=EPOCH_US + 38_000_000)
    far = person("q", 650, 600, first_seen_us=EPOCH_US + 38_000_000)
    steps = found(DOOR, first + [[near]] * 40)
    assert steps[0].track_ids == ["p", "q"]
    assert found(DOOR, first + [[far]] * 40) == []


def test_metres_decide_where_the_camera_is_calibrated() -> None:
    """Two metres on the ground, however many pixels."""
    first = [[person("p", 450, 500, x_m=10.0, y_m=10.0)]] * 35 + [[]] * 3
    new = person("q", 520, 520, x_m=11.0, y_m=11.0, first_seen_us=EPOCH_US + 38_000_000)
    steps = found(DOOR, first + [[new]] * 40)
    assert {step.incident_id for step in steps} == {steps[0].incident_id}
    assert steps[0].track_ids == ["p", "q"]
    assert found(DOOR, first + [[replace(new, x_m=13.0)]] * 40) == []


def test_nobody_new_is_taken_for_one_who_was_there_at_the_same_time() -> None:
    """A track that began before the other was lost is another person."""
    first = [[person("p", 450, 500)]] * 35 + [[]] * 3
    other = person("q", 465, 505, first_seen_us=EPOCH_US + 20_000_000)
    assert found(DOOR, first + [[other]] * 40) == []


def test_who_leaves_at_the_pictures_edge_has_left() -> None:
    """Someone else who enters there a moment later is not the same person."""
    edge = camera(zone("door", "no_loitering"))
    first = [[person("p", 10, 500)]] * 35 + [[]] * 3
    steps = found(edge, first + [[person("q", 12, 500, first_seen_us=EPOCH_US + 38_000_000)]] * 40)
    assert steps == []


def test_each_person_is_an_incident() -> None:
    """Two who stay are two."""
    steps = found(DOOR, [[pacing("p", n), person("q", 600, 650)] for n in range(70)])
    assert len({s.incident_id for s in steps}) == 2
