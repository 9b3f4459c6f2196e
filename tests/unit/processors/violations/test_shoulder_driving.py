"""Shoulder driving is a way along a shoulder that surely is not one to a stop there, or from one."""

from collections.abc import Sequence
from dataclasses import replace

import pytest

from processors.rules.sight import Sight
from processors.violations.rolling import rolled
from processors.violations.walk import Spot
from schemas.messages import Analysis, Tracks
from tests.unit.processors.rules.street import calibration, camera, zone
from tests.unit.processors.violations.frames import Frame, found, messages

KIND = "shoulder_driving"
#: The shoulder is x = 20 to 23 m wide and runs towards y = 90; below it the picture ends.
AREA = (200, 0, 230, 0, 230, 900, 200, 900)
ROAD = camera(zone("here", "shoulder", AREA, heading_deg=0.0), calibration=calibration())


def drive(places_m: Sequence[float | None], x_m: float = 21.5, name: str = "car") -> list[Frame]:
    """Return a vehicle at these places along the shoulder, two a second; None: it is not seen; then nobody is."""
    return [*[{} if at is None else {name: (x_m, at)} for at in places_m], *[{}] * 6]


def even(speed_mps: float, brake_mps2: float = 0.0, count: int = 12, begin_m: float = 2.0) -> list[float | None]:
    """Return the places of a vehicle with an even acceleration, until it stands or the picture ends."""
    out: list[float | None] = []
    for n in range(count):
        at = min(n / 2, speed_mps / brake_mps2) if brake_mps2 > 0 else n / 2
        place = begin_m + speed_mps * at - brake_mps2 * at * at / 2
        out.append(place if place < 90.0 else None)
    return out


def test_who_passes_on_the_shoulder_is_proposed_once_with_three_pictures() -> None:
    """54 km/h over what is in view."""
    (one,) = found(messages(drive(even(15.0))), ROAD, KIND)
    assert (one.unit, one.zone_id, one.limit, one.track_id) == ("m", "here", 30.0, "car")
    assert one.measured == 82.5
    assert one.measured - one.confidence_factor * one.measured_error > one.limit
    assert one.measures["mean_kmh"] == 54.0
    assert [e.role for e in one.evidence] == ["onset", "middle", "peak"]
    assert {article.code for article in one.articles} == {"KoAP 596.1"}


def test_state_through_its_bytes_decides_alike() -> None:
    """A restart after each message changes nothing."""
    seconds = messages(drive(even(15.0)))
    assert found(seconds, ROAD, KIND, at_once=False) == found(seconds, ROAD, KIND)


@pytest.mark.parametrize(
    "places_m",
    [
        pytest.param(even(20.0, 2.0, begin_m=5.0), id="rolls out, to stand in view"),
        pytest.param(even(19.0, 1.8, count=10, begin_m=5.0), id="is lost before it stands"),
        pytest.param([90.0 - at for at in reversed(even(19.0, 1.8, 10, 1.0)) if at], id="started before the picture"),
        pytest.param(even(5.0), id="rolls slowly"),
        pytest.param(even(15.0, count=5), id="a short way"),
        pytest.param([at if n % 2 else None for n, at in enumerate(even(15.0))], id="half of it is unseen"),
        pytest.param([at and 91.0 - at for at in even(15.0)], id="against the traffic: wrong_way's"),
    ],
)
def test_what_is_not_surely_driving_along_is_left(places_m: list[float | None]) -> None:
    """A shoulder is for stopping, and for coming to stop and starting again."""
    assert found(messages(drive(places_m)), ROAD, KIND) == []


def sampled_otherwise(seconds: Sequence[Tracks], times: int, duration_us: int = 1_000_000) -> list[Tracks]:
    """Return the seconds, those without a vehicle sampled so many times and so long."""
    return [
        one
        if one.box_track
        else replace(
            one,
            sample_at_us=[one.captured_at_us + n * 1_000_000 // times for n in range(times)],
            duration_us=duration_us,
        )
        for one in seconds
    ]


@pytest.mark.parametrize(("times", "duration_us"), [(1, 1_000_000), (5, 1_000_000), (1, 0)])
def test_the_frames_of_the_way_count_not_those_in_which_it_is_judged(times: int, duration_us: int) -> None:
    """It is judged two seconds after it left: however these are sampled, all of its way, or half of it, was seen."""
    seconds = sampled_otherwise(messages(drive(even(15.0))), times, duration_us)
    halves = messages(drive([at if n % 2 else None for n, at in enumerate(even(15.0))]))
    assert len(found(seconds, ROAD, KIND)) == 1
    assert found(seconds, ROAD, KIND, at_once=False) == found(seconds, ROAD, KIND)
    assert found(sampled_otherwise(halves, times, duration_us), ROAD, KIND) == []


def test_a_second_track_of_the_same_vehicle_is_no_second_offence() -> None:
    """One vehicle, found twice; two vehicles, one behind the other."""
    ways = even(15.0, count=11, begin_m=9.0)
    twice: list[Frame] = [{"a": (21.5, at), "b": (21.5, at + 1.0)} for at in ways if at is not None]
    two: list[Frame] = [{"a": (21.5, at), "b": (21.5, at - 7.0)} for at in ways if at is not None]
    assert len(found(messages([*twice, *[{}] * 6]), ROAD, KIND)) == 1
    assert len(found(messages([*two, *[{}] * 6]), ROAD, KIND)) == 2


def test_the_lane_beside_it_is_no_shoulder() -> None:
    """A foot's breadth beyond the border."""
    assert found(messages(drive(even(15.0), x_m=19.8)), ROAD, KIND) == []


def test_without_all_it_needs_nothing_is_proposed() -> None:
    """A calibration, of that very version and good enough, enforcement."""
    seconds = messages(drive(even(15.0)))
    for other in (
        replace(ROAD, calibration=None),
        replace(ROAD, calibration=calibration(version=9)),
        replace(ROAD, calibration=calibration(position_error_m=25.0)),
        replace(ROAD, analysis=Analysis(False, 1.0, 5.0, 0.3, [])),
    ):
        assert found(seconds, other, KIND) == []


def spots(places_m: Sequence[tuple[float, float]]) -> list[Spot]:
    """Return looks at these (seconds, metres)."""
    return [Spot(round(1e6 * at), 20.0, place, Sight(0, 0, 0, 0, 0, [], [])) for at, place in places_m]


def test_the_acceleration_and_where_it_ends_are_the_paths() -> None:
    """From 20 m/s by 2 m/s2: after three seconds 14 m/s, 49 m before it stands; a way without one ends nowhere."""
    looks = spots([(n / 5, 5.0 + 20.0 * n / 5 - (n / 5) ** 2) for n in range(16)])
    rolling = rolled(looks)
    assert rolling is not None
    assert (rolling.begin_mps, rolling.end_mps, rolling.mps2) == (20.0, 14.0, -2.0)
    assert rolling.least_stop_m(1.96) == pytest.approx(49.0)
    steady = rolled(spots([(n / 5, 5.0 + 20.0 * n / 5) for n in range(16)]))
    assert steady is not None
    assert steady.least_stop_m(1.96) > 1_000.0
    assert rolled(looks[:5]) is None
