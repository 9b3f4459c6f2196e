"""A pair of passages carries its vehicle where both cameras read it, and every ground that other violations carry."""

import asyncio
from dataclasses import replace
from datetime import timedelta

import pytest

from processors.rules.articles import country
from processors.sections.core import SectionsCore
from processors.stage_core import KeyBatch, Record
from processors.violations.exculpations import CHECKS
from processors.violations.exempt_vehicles import ExemptVehicles
from processors.violations.plate_seal import SealedPlate
from schemas.messages import ClockSource, Exculpation, Passage, PlateCandidate, Violation
from tests.unit.processors.rules.street import EPOCH_US, Cameras
from tests.unit.processors.sections.test_sections import NEXT, end, seconds_at, start

SURE, DOUBTFUL = {"123ABC02": 0.995}, {"123ABC02": 0.9, "128ABC02": 0.1}


class Keys:
    """A seal that shows what it was given."""

    def seal(self, plate: str, track_id: str, at_us: int) -> SealedPlate | None:
        """Return the plate and its track, readable."""
        return SealedPlate(f"key of {plate}", "2025-Q4", f"{plate} on {track_id} at {at_us}".encode())

    def open(self, sealed: bytes, period: str, track_id: str) -> str | None:
        """Open nothing: nobody asks."""
        raise AssertionError((sealed, period, track_id))


def proposed(first: Passage, last: Passage, exempt: ExemptVehicles | None = None) -> Violation:
    """Return the violation of a pair."""
    core = SectionsCore(seal=Keys(), exempt=exempt)
    records = [Record(one, 0, n, 0) for n, one in enumerate([first, last, NEXT])]
    (result,) = asyncio.run(core.advance([KeyBatch("7", core.initial("7"), records)], Cameras()))
    (output,) = result.outputs
    message: Violation = output.message
    return message


def ground(violation: Violation, name: str) -> Exculpation:
    """Return what came of one ground."""
    return next(one for one in violation.exculpations if one.ground == name)


@pytest.mark.parametrize("first", [SURE, DOUBTFUL], ids=["sure at both", "sure at the end"])
def test_a_plate_that_both_cameras_read_is_sealed_for_the_end_s_track(first: dict[str, float]) -> None:
    """Both read it best and one of them surely: the vehicle's key, its period and the plate under it."""
    one = proposed(start(plates=first), end(seconds_at(80.0), plates=SURE))
    assert (one.vehicle_key, one.key_period) == ("key of 123ABC02", "2025-Q4")
    assert one.plate_encrypted == f"123ABC02 on z at {one.occurred_at_us}".encode()


@pytest.mark.parametrize(
    ("first", "last", "reads"),
    [
        (DOUBTFUL, DOUBTFUL, 4),
        ({"128ABC02": 0.6, "123ABC02": 0.4}, SURE, 4),
        (SURE, SURE, 1),
        ({"A12345": 0.995}, {"A12345": 0.995}, 50),
    ],
    ids=["sure at none", "another one best", "read once", "a scooter's in 2025"],
)
def test_a_plate_that_is_not_sure_stays_with_its_track(
    first: dict[str, float], last: dict[str, float], reads: int
) -> None:
    """The pair is proposed, and its vehicle is not named."""
    pair = [replace(one, reads=reads) for one in (start(plates=first), end(seconds_at(80.0), plates=last))]
    one = proposed(pair[0], pair[1])
    assert (one.vehicle_key, one.key_period, one.plate_encrypted) == ("z", None, None)


def test_every_ground_is_told_by_its_own_name() -> None:
    """As for the violations of one camera: nine grounds, in the order of their names."""
    told = [one.ground for one in proposed(start(), end(seconds_at(80.0))).exculpations]
    assert len(told) == len(CHECKS)
    assert told == sorted(told)
    assert {"duplicate", "plate_owner", "signal_failure", "forced_manoeuvre"} <= set(told)


def test_a_registered_ambulance_is_excused() -> None:
    """As for `speeding`: dropped by the register; a vehicle that is not in it is not."""
    day = country().local_day(EPOCH_US) - timedelta(days=1)
    register = ExemptVehicles.from_csv(f"plate,service,valid_from,valid_to\n123ABC02,ambulance,{day},\n")
    pair = [start(plates=SURE), end(seconds_at(80.0), plates=SURE)]
    assert ground(proposed(pair[0], pair[1], register), "emergency_vehicle").outcome == "dropped"
    others = [replace(one, candidates=[PlateCandidate("124ABC02", 0.995)]) for one in pair]
    assert ground(proposed(others[0], others[1], register), "emergency_vehicle").outcome == "unknown"


def test_what_both_cameras_matter_to_is_flagged_where_one_fails() -> None:
    """A calibration that is no survey, a clock that is not the camera's own, a best reading that differs."""
    good = [start(plates=SURE), end(seconds_at(80.0), plates=SURE)]
    bad = replace(
        good[0],
        calibration_method="vanishing points",
        clock_source=ClockSource.FILE,
        candidates=[PlateCandidate("128ABC02", 0.6), PlateCandidate("123ABC02", 0.4)],
    )
    for name in ("calibration", "clock", "plate_owner"):
        assert ground(proposed(good[0], good[1]), name).outcome == "cleared"
        assert ground(proposed(bad, good[1]), name).outcome == "flagged"
