"""Whom a fine is against: a plate that was read, or one that officers read in the pictures and agree on."""

from typing import Final

import orjson
import pytest

from processors.cases.office_rules import office_rules
from processors.cases.transitions import State, Trigger, transitions
from tests.unit.processors.cases.desk import CAR, OTHER_CAR, Desk, with_share

#: Vehicle key of a vehicle whose plate was not read: its track.
TRACK: Final = "S-1-cam/1714971599000000/17"
THIRD_CAR: Final = "c3" * 32


def test_a_case_without_a_plate_is_not_confirmed() -> None:
    """A prescription needs somebody to be sent to: the confirmation is refused and says what to do, nothing is sent."""
    desk = Desk()
    case_id = desk.violate(vehicle=TRACK)
    desk.review(case_id)
    assert desk.steps(case_id) == ["DETECTED"]
    (said,) = desk.refused
    assert "its plate was not read" in said
    assert "plate_unreadable" in said
    desk.review(case_id, "REJECTED", officer="officer-2", reason="plate_unreadable")
    assert desk.steps(case_id) == ["DETECTED", "REJECTED"]


@pytest.mark.parametrize("wrong", ["another/track", "123ABC02", "A1" * 31])
def test_no_case_goes_to_what_is_no_vehicle(wrong: str) -> None:
    """A corrected key that is no sealed key, a plate in clear among them, moves nothing."""
    desk = Desk()
    case_id = desk.violate()
    desk.review(case_id, corrected=wrong)
    assert (desk.steps(case_id), len(desk.refused), desk.case(case_id).moves) == (["DETECTED"], 1, 0)


def test_an_officer_reads_the_plate_in_the_pictures() -> None:
    """Confirmed with a plate, the case is that vehicle's, and the prescription is sent to it."""
    desk = Desk()
    case_id = desk.violate(vehicle=TRACK)
    desk.review(case_id, corrected=OTHER_CAR)
    desk.deadline(case_id)
    assert desk.steps(case_id) == ["DETECTED", "CONFIRMED", "ISSUED"]
    assert desk.events[-1].vehicle_key == OTHER_CAR
    assert desk.refused == []


def test_both_officers_read_the_plate() -> None:
    """Where two are needed each reads it: the second one's confirmation without a plate is against nobody."""
    desk = Desk(rules=with_share(1.0))
    case_id = desk.violate(vehicle=TRACK)
    desk.review(case_id, corrected=OTHER_CAR)
    desk.review(case_id, officer="officer-2")
    assert (desk.steps(case_id), len(desk.refused)) == (["DETECTED"], 1)
    desk.review(case_id, officer="officer-3", corrected=OTHER_CAR)
    assert desk.steps(case_id) == ["DETECTED", "CONFIRMED"]
    assert desk.events[-1].vehicle_key == OTHER_CAR


@pytest.mark.parametrize(
    ("first", "second", "third", "fined"),
    [
        (OTHER_CAR, THIRD_CAR, OTHER_CAR, OTHER_CAR),
        (OTHER_CAR, THIRD_CAR, THIRD_CAR, THIRD_CAR),
        (None, OTHER_CAR, None, CAR),
        (OTHER_CAR, None, OTHER_CAR, OTHER_CAR),
    ],
)
def test_officers_who_read_another_plate_do_not_agree(
    first: str | None, second: str | None, third: str, fined: str
) -> None:
    """Two confirmations against two vehicles are a difference: a third officer decides, and against whom."""
    desk = Desk(rules=with_share(1.0))
    case_id = desk.violate()
    desk.review(case_id, corrected=first)
    desk.review(case_id, officer="officer-2", corrected=second)
    desk.vehicle_of[case_id] = CAR  # the relay knows the vehicle of the last step
    assert desk.steps(case_id) == ["DETECTED"]
    desk.review(case_id, officer="officer-3", corrected=third)
    assert desk.steps(case_id) == ["DETECTED", "CONFIRMED"]
    assert desk.events[-1].vehicle_key == fined
    assert desk.refused == []


@pytest.mark.parametrize(
    "verdicts",
    [
        [CAR, OTHER_CAR, THIRD_CAR],
        [CAR, "no_offence", OTHER_CAR],
        ["no_offence", CAR, OTHER_CAR],
    ],
)
def test_nobody_is_fined_whom_one_officer_of_three_names(verdicts: list[str]) -> None:
    """A vehicle that no second officer confirmed is in doubt, and that is the owner's: rejected, plate_uncertain."""
    desk = Desk(rules=with_share(1.0))
    case_id = desk.violate(vehicle=TRACK)
    for n, said in enumerate(verdicts):
        if said == "no_offence":
            desk.review(case_id, "REJECTED", officer=f"officer-{n}", reason=said)
        else:
            desk.review(case_id, officer=f"officer-{n}", corrected=said)
    assert (desk.steps(case_id), desk.refused) == (["DETECTED", "REJECTED"], [])
    assert desk.events[-1].reason == "plate_uncertain"


@pytest.mark.parametrize("trigger", [Trigger.VEHICLES_DIFFER, Trigger.ARTICLES_DIFFER])
def test_a_doubt_has_a_reason_of_the_office(trigger: Trigger) -> None:
    """What officers' difference rejects is counted under a code that officers give as well."""
    way = transitions().get(State.UNDER_REVIEW, trigger)
    assert way is not None
    assert way.reason in office_rules().reject_reasons


def test_a_third_officer_who_rejects_decides() -> None:
    """Of two confirmations that differ neither stands where the third officer rejects, for their own reason."""
    desk = Desk(rules=with_share(1.0))
    case_id = desk.violate()
    desk.review(case_id)
    desk.review(case_id, officer="officer-2", corrected=OTHER_CAR)
    desk.review(case_id, "REJECTED", officer="officer-3", reason="no_offence")
    assert (desk.steps(case_id), desk.events[-1].reason) == (["DETECTED", "REJECTED"], "no_offence")


def test_the_same_plate_typed_is_the_plate_that_was_read() -> None:
    """An officer who types what was read agrees with one who leaves it as it is."""
    desk = Desk(rules=with_share(1.0))
    case_id = desk.violate()
    desk.review(case_id)
    desk.review(case_id, officer="officer-2", corrected=CAR)
    assert desk.steps(case_id) == ["DETECTED", "CONFIRMED"]
    assert desk.case(case_id).moves == 0


def test_a_refused_review_moves_no_case() -> None:
    """An officer's second verdict is refused where the case is; it does not take the case to another vehicle."""
    desk = Desk(rules=with_share(1.0))
    case_id = desk.violate()
    desk.review(case_id)
    desk.review(case_id, corrected=OTHER_CAR)
    assert (desk.vehicle_of[case_id], desk.case(case_id).moves, len(desk.refused)) == (CAR, 0, 1)


def test_verdicts_of_the_format_before_count_whatever_the_vehicle() -> None:
    """A first verdict that was kept before vehicles were has the second one's: nobody is asked again."""
    desk = Desk(rules=with_share(1.0))
    case_id = desk.violate()
    desk.review(case_id)
    (case,), moved, twins = desk.logs[CAR].pack()
    at = next(n for n, value in enumerate(case) if isinstance(value, list) and value)
    case[at] = [given[:3] for given in case[at]]
    desk.logs[CAR] = desk.core.from_bytes(CAR, bytes([2]) + orjson.dumps([[case[:29]], moved, twins]))
    desk.review(case_id, officer="officer-2")
    assert desk.case(case_id).state is State.CONFIRMED
