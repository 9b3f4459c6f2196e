"""One offence, one fine: which findings are one offence, for what is driven and for what stands."""

from dataclasses import replace
from typing import Final

import pytest

from processors.cases.office_rules import office_rules
from processors.rules.rule import discover
from processors.sections.proposal import KIND
from processors.violations import rules
from processors.violations.core import ViolationsCore
from processors.violations.standing_rule import StandingRule
from schemas.messages import PlateCandidate, VotedPlate
from tests.unit.processors.cases.desk import CAR, Desk
from tests.unit.processors.rules.street import Cameras, calibration, camera, car, play, second
from tests.unit.processors.rules.street import zone as zone_of

FOUR_HOURS_US: Final = 14_400_000_000
RULES: Final = discover(rules)


def test_windows_are_of_kinds_that_rules_have() -> None:
    """Each kind that has a window of its own is the kind of a rule: a name that no rule has guards nothing."""
    kinds = {rule.kind for rule in RULES} | {KIND}
    assert set(office_rules().lasting_s) <= kinds


def test_what_stands_is_one_offence_for_hours() -> None:
    """Every rule on standing has the long window, and none on driving."""
    long = {rule.kind for rule in RULES if office_rules().window_us(rule.kind) == FOUR_HOURS_US}
    assert long == {rule.kind for rule in RULES if isinstance(rule, StandingRule)}


@pytest.mark.parametrize(("kind", "article"), [("no_stopping", "KoAP 597.1"), ("sidewalk_parking", "KoAP 597.2")])
def test_a_car_that_is_found_standing_again_has_one_case(kind: str, article: str) -> None:
    """Found again each hour from eight to six it has one case: each finding is less than four hours after the last."""
    desk = Desk()
    for hour in range(8, 19):
        desk.violate(f"v{hour}", f"2024-05-06T{hour:02}:00", kind=kind, article=article)
    desk.violate("evening", "2024-05-06T22:01", kind=kind, article=article)
    assert [event.violation_id for event in desk.events] == ["v8", "evening"]


def test_what_came_late_of_a_stay_is_the_same_offence() -> None:
    """A finding that is told after a later one still belongs to the stay."""
    desk = Desk()
    for hour in (10, 13, 9, 16):
        desk.violate(f"v{hour}", f"2024-05-06T{hour:02}:00", kind="double_row", article="KoAP 597.3")
    assert [event.violation_id for event in desk.events] == ["v10"]


@pytest.mark.parametrize(("kind", "zone"), [("sidewalk_parking", "sidewalk"), ("no_stopping", "no_stopping")])
def test_a_standing_car_hidden_by_lorries_is_fined_once(kind: str, zone: str) -> None:
    """From boxes to cases: one car with one sure plate, hidden twice for 20 s, is found thrice, has one case."""
    seen = [scene for name in "abc" for scene in [[car(name, 500, 500)]] * 100 + [[]] * 20]
    messages = [second(n, scene) for n, scene in enumerate(seen)]
    plates = [VotedPlate(0, [PlateCandidate("123ABC02", 0.999)], 5)]
    messages = [replace(one, plates=plates) if len(one.track_id) else one for one in messages]
    found = play(
        ViolationsCore(), Cameras(camera(zone_of("here", zone), calibration=calibration())), messages, at_once=True
    )[0]
    desk = Desk()
    for one in found:
        desk.relay(replace(one, vehicle_key=CAR), CAR)
    assert [one.kind for one in found] == [kind] * 3
    assert (len(desk.events), desk.refused) == (1, [])
