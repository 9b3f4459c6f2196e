"""The docket: one violation a vehicle and rule, by its best measurement, decided in time, the same in every replay."""

from dataclasses import replace

import pytest

from processors.rules.place import Place
from processors.rules.second import Second
from processors.rules.sight import Sight
from processors.violations.core import ViolationsCore
from processors.violations.docket import Docket, DocketSettings, Pending
from processors.violations.exculpations import exculpations_of
from processors.violations.offence import Offence
from schemas.messages import ClockSource, Tracks
from tests.unit.processors.rules.street import EPOCH_US, Cameras, Seen, calibration, camera, car, play, second, zone

SETTINGS = DocketSettings()
ROAD = camera(zone("road", "roadway", speed_limit_kmh=60), calibration=calibration())
SIGHT = Sight(EPOCH_US, 1, 0, 7, EPOCH_US, ["a"], [0.0, 0.0, 1.0, 1.0])


def offence(worth: float, at_s: int, track_id: str = "a") -> Offence:
    """Return a measurement that is worth so much."""
    at_us, sight = EPOCH_US + at_s * 1_000_000, SIGHT._replace(track_ids=[track_id])
    return Offence(
        track_id=track_id, vehicle_class=2, zone_id=None, since_us=EPOCH_US, at_us=at_us, measured=90.0, error=2.0,
        limit=60.0, unit="km/h", confidence_factor=1.96, excess=26.0, worth=worth, measures={}, summary="", onset=sight,
        sight=sight, clock_source=ClockSource.RTCP, registry_version=1, calibration_version=3,
        calibration_method="survey", model_version="m1",
    )  # fmt: skip


def enter(docket: Docket, *offences: Offence, settings: DocketSettings = SETTINGS) -> list[Pending]:
    """Enter measurements of one rule."""
    return docket.enter([("speeding", "speeding/1", one) for one in offences], settings)


def due(docket: Docket, at_s: int, *seen: str, samples: int = 1, settings: DocketSettings = SETTINGS) -> list[Pending]:
    """Return what is decided in a second in which these tracks are seen."""
    tracks = second(at_s, [car(name, 500, 500) for name in seen], samples=samples)
    return docket.due(Second(tracks, Place(ROAD)), settings)


def test_the_best_measurement_stands_when_none_better_comes() -> None:
    """settle_s after the best one, while the vehicle is still in view."""
    docket = Docket()
    for at_s, worth in enumerate((10, 30, 20, 25)):
        enter(docket, offence(worth, at_s))
        decided = due(docket, at_s, "a")
        if at_s < 3:
            assert decided == []
    assert [entry.best.worth for entry in decided] == [30]
    assert not docket.pending


def test_a_vehicle_out_of_view_is_decided_at_once() -> None:
    """But not in a second in which nobody looked."""
    docket = Docket()
    enter(docket, offence(10, 0))
    assert due(docket, 1, samples=0) == []
    assert len(due(docket, 1, "b")) == 1


def test_nobody_waits_longer_than_hold_s() -> None:
    """A measurement that gets better each second for ever."""
    docket, decided = Docket(), []
    for at_s in range(int(SETTINGS.hold_s) + 1):
        enter(docket, offence(at_s, at_s))
        decided += due(docket, at_s, "a")
    assert [entry.best.worth for entry in decided] == [SETTINGS.hold_s]


def test_a_decided_vehicle_is_not_decided_again() -> None:
    """Not while it is remembered; another rule decides for itself."""
    docket = Docket()
    enter(docket, offence(10, 0))
    assert len(due(docket, 1)) == 1
    enter(docket, offence(99, 2))
    assert docket.pending == {}
    docket.enter([("wrong_way", "wrong_way/1", offence(5, 2))], SETTINGS)
    assert [entry.kind for entry in due(docket, 3)] == ["wrong_way"]


def test_memory_is_bounded() -> None:
    """The one that has waited longest is decided for the next; the oldest decided are forgotten."""
    settings = replace(SETTINGS, most_pending=2, most_decided=3)
    docket = Docket()
    crowded = enter(docket, *(offence(1, 0, f"v{n}") for n in range(6)), settings=settings)
    assert [entry.best.track_id for entry in crowded] == ["v0", "v1", "v2", "v3"]
    assert len(docket.pending) == 2
    assert list(docket.decided) == ["speeding|v1", "speeding|v2", "speeding|v3"]
    late = int(SETTINGS.remember_s) + 10
    for n in range(8):
        due(docket, late + n, settings=settings)
    assert docket.decided == {}


def test_it_goes_through_bytes() -> None:
    """Pending and decided."""
    docket = Docket()
    enter(docket, offence(1, 0), offence(2, 0, "b"))
    due(docket, 1, "a")
    assert docket.pending
    assert docket.decided
    again = Docket.unpack(docket.pack())
    assert again.pack() == docket.pack()
    assert again.pending["speeding|a"].best.clock_source is ClockSource.RTCP


def test_a_vehicle_that_gets_another_name_takes_its_further_tracks_along() -> None:
    """Track b is a, then a is c: b, a and c are one vehicle, of which one violation comes."""
    docket = Docket()
    enter(docket, offence(3, 0), offence(2, 0, "b"), offence(1, 0, "c"))
    docket.join([("a", "b")], SETTINGS)
    docket.join([("c", "a")], SETTINGS)
    assert docket.same == {"b": "c", "a": "c"}
    enter(docket, offence(4, 1, "b"))
    assert list(docket.pending) == ["speeding|c"]
    assert [entry.best.worth for entry in due(docket, 2)] == [4]


def test_what_was_decided_on_a_vehicle_stays_so_under_its_new_name() -> None:
    """Track b was decided as a, which is c: none of the three tracks is decided again, whatever waits of them."""
    docket = Docket()
    docket.join([("a", "b")], SETTINGS)
    enter(docket, offence(2, 0, "b"))
    assert len(due(docket, 1)) == 1
    enter(docket, offence(1, 1, "c"))
    docket.join([("c", "a")], SETTINGS)
    assert docket.pending == {}
    for name in ("a", "b", "c"):
        enter(docket, offence(9, 2, name))
    assert docket.pending == {}
    assert docket.watched() == {"b": "c"}


def test_a_vehicle_waits_under_the_same_name_after_its_bytes() -> None:
    """Also where it is known by another track than that of its best measurement, and its twin's name is forgotten."""
    settings = replace(SETTINGS, most_twins=1)
    docket = Docket()
    enter(docket, offence(1, 0, "c"), offence(2, 0))
    docket.join([("c", "a")], settings)
    docket.join([("x", "y")], settings)
    assert docket.same == {"y": "x"}
    again = Docket.unpack(docket.pack())
    assert list(again.pending) == list(docket.pending) == ["speeding|c"]
    assert again.watched() == docket.watched() == {"a": "c"}
    assert again.pack() == docket.pack()


def fast(name: str = "a", speed_kmh: float = 95.0) -> Seen:
    """Return a car that is too fast."""
    return car(name, 500, 500, speed_kmh=speed_kmh, error_kmh=2.0)


def day() -> list[Tracks]:
    """Return seconds with three vehicles that are too fast, one of them until a new connection begins."""
    scenes = [[fast()], [fast(), fast("b")], [fast("b")], [fast("b", 99)], [], [fast("c")], [fast("c")]]
    messages = [second(n, seen) for n, seen in enumerate(scenes)]
    return [*messages, replace(second(8), epoch_us=EPOCH_US + 8_000_000, sequence=0)]


def test_a_replay_gives_the_same_violations_however_it_is_cut() -> None:
    """Ids, contents and the last state; and each vehicle once, its connection's end included."""
    whole, state = play(ViolationsCore(), Cameras(ROAD), day())
    cut, again = play(ViolationsCore(), Cameras(ROAD), day(), at_once=False)
    assert cut == whole
    assert again == state
    assert [v.track_id for v in whole] == ["a", "b", "c"]
    assert len({v.violation_id for v in whole}) == 3
    assert whole[2].epoch_us == EPOCH_US


def test_a_long_gap_decides_what_waits() -> None:
    """No better measurement comes after half a minute without a message."""
    messages = [second(0, [fast()]), second(1, [fast()]), second(40)]
    (one,) = play(ViolationsCore(), Cameras(ROAD), messages)[0]
    assert one.occurred_at_us < second(2).captured_at_us


def test_what_may_excuse_is_told() -> None:
    """A survey and the camera's own clock are cleared, a drawing and arrival times flagged, the unseen unknown."""
    sound = {e.ground: e.outcome for e in exculpations_of("speeding", offence(1, 0))}
    assert sound["calibration"] == "cleared"
    assert sound["clock"] == "cleared"
    assert {sound[g] for g in ("camera_moved", "emergency_vehicle", "directed_by_officer")} == {"unknown"}
    weak = replace(offence(1, 0), calibration_method="drawn on a map", clock_source=ClockSource.ARRIVAL)
    doubts = {e.ground: e.outcome for e in exculpations_of("speeding", weak)}
    assert doubts["calibration"] == "flagged"
    assert doubts["clock"] == "flagged"


@pytest.mark.parametrize("source", list(ClockSource))
def test_every_clock_has_a_word(source: ClockSource) -> None:
    """A new clock source without one would stop the stage."""
    found = {e.ground: e.outcome for e in exculpations_of("speeding", replace(offence(1, 0), clock_source=source))}
    assert found["clock"] in {"cleared", "flagged"}


def test_states_of_another_format_are_refused() -> None:
    """With what to do about it."""
    core = ViolationsCore()
    with pytest.raises(ValueError, match="has format 9, this version reads 6; run the version"):
        core.from_bytes("cam-1", b"\x09[]")
    with pytest.raises(ValueError, match="has format nothing"):
        core.from_bytes("cam-1", b"")
