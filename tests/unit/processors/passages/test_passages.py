"""A vehicle with a read plate is timed over the line of a section's zone; nobody else leaves a trace."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import pytest

from processors.passages.core import PassagesCore
from processors.passages.gate import gates_of
from processors.rules.place import Place
from schemas.messages import Analysis, Camera, Passage, PlateCandidate, SectionEnd, Tracks, VotedPlate
from tests.unit.processors.rules.street import EPOCH_US, PERSON, Cameras, calibration, camera, car, play, second, zone

SECTION: dict[str, Any] = {"section": 7.0, "section_length_m": 400.0, "section_limit_kmh": 60.0}
ROAD = camera(zone("end", "section_end", heading_deg=0.0, **SECTION), calibration=calibration())
PLATE = [PlateCandidate("123ABC02", 0.9), PlateCandidate("128ABC02", 0.1)]
SAMPLES = 5


def drive(speed_m_s: float, seconds: int, from_m: float = 1.0, plate_from: int = 0, **changes: Any) -> list[Tracks]:
    """Return seconds of a car that drives down the picture (+y on the ground) at a steady speed, 10 pixels a metre."""
    out = []
    for n in range(seconds):
        at_m = [from_m + speed_m_s * (n + s / SAMPLES) for s in range(SAMPLES)]
        seen = [car("a", 500, 10 * at_m[-1])] if at_m[-1] < 100 else []
        one = second(n, seen, samples=SAMPLES, **changes)
        if seen:
            plates = [VotedPlate(0, PLATE, 3)] if n >= plate_from else []
            one = replace(one, box_x_m=[50.0] * SAMPLES, box_y_m=at_m, plates=plates)
        out.append(one)
    return out


def passages(messages: Sequence[Tracks], place: Camera = ROAD, *, at_once: bool = True) -> list[Passage]:
    """Return the passages of a run."""
    return play(PassagesCore(), Cameras(place), messages, at_once=at_once)[0]


def test_a_car_is_timed_over_the_line() -> None:
    """20 m/s from 1 m on: the line at 90 m is crossed after 4.45 s; plate, picture and limits go along."""
    (one,) = passages(drive(20.0, 7))
    assert one.crossed_at_us == pytest.approx(EPOCH_US + 4_450_000, abs=200)
    assert one.speed_kmh == pytest.approx(72.0, abs=0.05)
    assert one.crossed_error_s < 0.01
    assert (one.section_id, one.end, one.track_id, one.reads) == ("7", SectionEnd.END, "a", 3)
    assert (one.section_length_m, one.section_limit_kmh, one.place_error_m) == (400.0, 60.0, 0.922)
    assert list(one.candidates) == PLATE
    assert one.evidence.role == "peak"
    assert one.evidence.track_ids == ["a"]


def test_a_plate_that_is_read_late_still_counts() -> None:
    """The passage is written when the car has left, with all that was read."""
    assert len(passages(drive(20.0, 7, plate_from=4))) == 1


def test_batches_and_restarts_change_nothing() -> None:
    """The same passages and state, message by message with the state through its bytes, as at once."""
    messages = drive(20.0, 7)
    assert play(PassagesCore(), Cameras(ROAD), messages, at_once=False) == play(PassagesCore(), Cameras(ROAD), messages)


def test_scattered_positions_make_the_time_less_certain() -> None:
    """Boxes that jump by a metre give a larger error, which covers the true time."""
    messages = [replace(m, box_y_m=[y + (-1.0) ** i for i, y in enumerate(m.box_y_m)]) for m in drive(20.0, 7)]
    (one,) = passages(messages)
    assert one.crossed_error_s > 0.01
    assert abs(one.crossed_at_us - EPOCH_US - 4_450_000) <= 3e6 * one.crossed_error_s


@pytest.mark.parametrize(
    "messages",
    [
        drive(20.0, 7, plate_from=99),
        drive(20.0, 2),
        drive(-20.0, 7, from_m=99.0),
        [replace(m, track_class=[PERSON] * len(m.track_class)) for m in drive(20.0, 7)],
        drive(20.0, 7, calibration_version=2),
        [replace(m, epoch_us=m.epoch_us + (n > 4)) for n, m in enumerate(drive(20.0, 7))],
    ],
    ids=[
        "no plate",
        "not over the line",
        "against the direction",
        "a person",
        "another calibration",
        "cut at the line",
    ],
)
def test_who_gives_no_passage(messages: list[Tracks]) -> None:
    """Only a vehicle with a plate, seen through by one connection and with the calibration of the entry."""
    assert passages([*messages, second(20), second(40)]) == []


def test_a_state_forgets_who_has_left() -> None:
    """Ten seconds after a vehicle was seen nothing of it is kept."""
    kept = play(PassagesCore(), Cameras(ROAD), [*drive(20.0, 4), second(30)])[1]
    assert b"123ABC02" not in kept
    assert b"123ABC02" in play(PassagesCore(), Cameras(ROAD), drive(20.0, 4))[1]


@pytest.mark.parametrize(
    ("limits", "heading", "word"),
    [
        ({"section": 7.0, "section_length_m": 400.0}, 0.0, "section_limit_kmh is None"),
        (SECTION | {"section_length_m": 0.0}, 0.0, "section_length_m is 0.0"),
        (SECTION, None, "heading_deg is None"),
    ],
)
def test_a_zone_that_says_too_little_is_named(limits: dict[str, Any], heading: float | None, word: str) -> None:
    """No gate, and a sentence that names camera, zone and what is missing."""
    place = Place(camera(zone("end", "section_end", heading_deg=heading, **limits), calibration=calibration()))
    assert gates_of(place) == ()
    (problem,) = place.problems
    assert "cam-1" in problem
    assert "zone end" in problem
    assert word in problem


def test_only_an_enforcement_camera_has_gates() -> None:
    """Without enforcement, or without the capability `speed`, nobody is timed."""
    assert len(gates_of(Place(ROAD))) == 1
    assert gates_of(Place(replace(ROAD, capabilities=["incidents"]))) == ()
    assert gates_of(Place(replace(ROAD, analysis=Analysis(False, 1.0, 5.0, 0.3, [])))) == ()


def test_a_state_of_another_format_is_refused() -> None:
    """The sentence names the camera and both formats."""
    with pytest.raises(ValueError, match="camera cam-1 has format 9, this version reads 1"):
        PassagesCore().from_bytes("cam-1", b"\x09[]")
