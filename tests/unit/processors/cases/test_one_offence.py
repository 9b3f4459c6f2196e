"""One offence, one fine: which findings are one offence, for what is driven and for what stands."""

from copy import deepcopy
from dataclasses import replace
from importlib import resources
from itertools import permutations
from tomllib import loads
from typing import Any, Final

import pytest

from processors.cases.office_rules import OfficeRules, office_rules
from processors.rules.rule import discover
from processors.sections.proposal import KIND
from processors.violations import rules
from processors.violations.core import ViolationsCore
from processors.violations.standing_rule import StandingRule
from schemas.messages import PlateCandidate, VotedPlate
from tests.unit.processors.cases.desk import CAR, OTHER_CAR, Desk
from tests.unit.processors.rules.street import Cameras, calibration, camera, car, play, second
from tests.unit.processors.rules.street import zone as zone_of

FOUR_HOURS_US: Final = 14_400_000_000
RULES: Final = discover(rules)


def test_windows_are_of_kinds_that_rules_have() -> None:
    """Each kind that has a window, or an act, is the kind of a rule: a name that no rule has guards nothing."""
    kinds, rules = {rule.kind for rule in RULES} | {KIND}, office_rules()
    assert set(rules.lasting_s) | rules.drives | frozenset().union(*rules.acts) <= kinds


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


#: Two kinds that one act may be found as, in both orders, with the article that each proposes.
SAME_ACT: Final = [
    tuple(finding.split() for finding in pair)
    for act in (
        ("no_stopping 597.1", "crossing_parking 597.1", "sidewalk_parking 597.2", "double_row 597.3"),
        ("wrong_way 596.3", "oncoming 596.3", "u_turn 601", "no_entry 601"),
        ("no_entry 601", "prohibited_turn 601"),
        ("shoulder_driving 596.1", "sidewalk_driving 596.1"),
        ("speeding 592.2", "section_speed 592.2"),
    )
    for pair in permutations(act, 2)
]


def fined(desk: Desk) -> list[str]:
    """Confirm every case and let its prescription be sent; return the violations that have one, or a court's case."""
    cases = list(dict.fromkeys(event.case_id for event in desk.events))
    for case_id in cases:
        desk.review(case_id)
        if desk.case(case_id).state == "CONFIRMED":
            desk.deadline(case_id)
    return [event.violation_id for event in desk.events if event.step in ("ISSUED", "CONFIRMED")]


@pytest.mark.parametrize(("one", "other"), SAME_ACT)
def test_one_act_that_two_rules_find_has_one_case(one: list[str], other: list[str]) -> None:
    """The first finding opens the case; the other opens none, and is told with that case's id."""
    desk = Desk()
    first = desk.violate("v1", "2024-05-06T10:00:00", kind=one[0], article=f"KoAP {one[1]}")
    desk.violate("v2", "2024-05-06T10:00:07", kind=other[0], article=f"KoAP {other[1]}")
    assert [event.reason for event in desk.unopened] == [f"same offence: {first}"]
    assert set(fined(desk)) == {"v1"}


@pytest.mark.parametrize(
    ("one", "other"),
    [("red_light", "speeding"), ("u_turn", "prohibited_turn"), ("wrong_way", "speeding"), ("no_stopping", "bus_lane")],
)
def test_kinds_of_no_common_act_are_two_offences(one: str, other: str) -> None:
    """At the same instant and place: kinds are alike only where an act names both, never through a third one."""
    desk = Desk()
    desk.violate("v1", kind=one, article="KoAP 601")
    desk.violate("v2", kind=other, article="KoAP 601")
    assert ([event.violation_id for event in desk.events], desk.unopened) == (["v1", "v2"], [])


def test_another_place_or_time_is_another_offence_of_an_act() -> None:
    """An act has one site and its window, as one kind has."""
    desk = Desk()
    desk.violate("v1", "2024-05-06T10:00", kind="no_stopping", article="KoAP 597.1")
    desk.violate("v2", "2024-05-06T10:00", kind="crossing_parking", article="KoAP 597.1", site="S-2")
    desk.violate("v3", "2024-05-06T14:01", kind="sidewalk_parking", article="KoAP 597.2")
    assert (len(desk.events), desk.unopened) == (3, [])


def test_a_stay_goes_on_whichever_rule_finds_it() -> None:
    """Found by turns as two kinds each three hours, a car that stands there is one case till the evening."""
    desk = Desk()
    for hour, kind in ((8, "no_stopping"), (11, "crossing_parking"), (14, "no_stopping"), (17, "double_row")):
        desk.violate(f"v{hour}", f"2024-05-06T{hour:02}:00", kind=kind, article="KoAP 597.1")
    assert [event.violation_id for event in desk.events] == ["v8"]


@pytest.mark.parametrize(
    ("site", "when", "same"),
    [
        ("S-end", "10:05:02", True),
        ("S-start", "09:59:58", True),
        ("S-between", "10:02:30", True),
        ("S-before", "09:58:59", False),
        ("S-after", "10:06:01", False),
    ],
)
@pytest.mark.parametrize("point_first", [True, False])
def test_a_drive_over_a_section_and_a_point_of_it_are_one_excess(
    site: str, when: str, *, same: bool, point_first: bool
) -> None:
    """From a minute before the section's begin at 10:00 to a minute after its end at 10:05, at whatever site."""
    desk = Desk()
    found: list[tuple[str, str, dict[str, Any]]] = [
        ("point", f"2024-05-06T{when}", {"site": site}),
        ("section", "2024-05-06T10:05:00", {"site": "S-end", "kind": KIND, "lasted_s": 300.0}),
    ]
    for name, instant, changes in found if point_first else reversed(found):
        desk.violate(name, instant, **changes)
    assert len(desk.events) == (1 if same else 2)
    assert desk.refused == []


def test_two_sections_driven_one_after_the_other_are_two_offences() -> None:
    """A section is measured by itself: the next one, which begins where it ends, is another."""
    desk = Desk()
    desk.violate("v1", "2024-05-06T10:05:00", site="S-2", kind=KIND, lasted_s=300.0)
    desk.violate("v2", "2024-05-06T10:10:00", site="S-3", kind=KIND, lasted_s=300.0)
    assert len(desk.events) == 2


def test_two_kinds_of_one_act_that_a_corrected_plate_brings_together_are_one_fine() -> None:
    """Of the cases of two vehicles that are one vehicle's after all, the second that is confirmed is a duplicate."""
    desk = Desk()
    one = desk.violate("v1", kind="no_stopping", article="KoAP 597.1")
    other = desk.violate("v2", kind="crossing_parking", article="KoAP 597.1", vehicle=OTHER_CAR)
    desk.review(one)
    desk.deadline(one)
    desk.review(other, corrected=CAR)
    assert (desk.steps(other), desk.events[-1].reason) == (["DETECTED", "REJECTED"], "duplicate")


def test_a_rejected_case_stands_for_its_own_kind_alone() -> None:
    """Who saw no double row has not judged the stay on the crossing; the same finding again is not asked twice."""
    desk = Desk()
    first = desk.violate("a", "2024-05-06T10:00", kind="double_row", article="KoAP 597.3")
    desk.review(first, "REJECTED", "2024-05-06T12:00", reason="no_offence")
    desk.violate("b", "2024-05-06T13:00", kind="double_row", article="KoAP 597.3")
    other = desk.violate("c", "2024-05-06T13:01", kind="crossing_parking", article="KoAP 597.1")
    assert [event.violation_id for event in desk.events] == ["a", "a", "c"]
    assert [event.reason for event in desk.unopened] == [f"same offence: {first}"]
    assert desk.case(other).state == "DETECTED"


@pytest.mark.parametrize("reason", sorted(office_rules().frees))
def test_a_case_rejected_for_its_plate_or_article_stands_for_nothing(reason: str) -> None:
    """The next finding of the act, perhaps with the sure plate, opens a case; one that is confirmed is fined once."""
    desk = Desk()
    first = desk.violate("a", "2024-05-06T10:00", kind="double_row", article="KoAP 597.3")
    desk.review(first, "REJECTED", "2024-05-06T12:00", reason=reason)
    again = desk.violate("b", "2024-05-06T13:00", kind="double_row", article="KoAP 597.3")
    desk.review(again, when="2024-05-06T14:00")
    assert desk.steps(again) == ["DETECTED", "CONFIRMED"]
    desk.violate("c", "2024-05-06T13:30", kind="double_row", article="KoAP 597.3")
    assert desk.unopened[-1].reason == f"same offence: {again}"


def test_a_confirmation_taken_back_for_the_plate_stands_for_nothing() -> None:
    """As a rejection for the same reason."""
    desk = Desk()
    first = desk.violate("a", "2024-05-06T10:00")
    desk.review(first, when="2024-05-06T12:00")
    desk.review(first, "REJECTED", "2024-05-06T12:10", "officer-2", "plate_uncertain", withdraws=True)
    assert desk.case(first).rejected_for == "plate_uncertain"
    again = desk.violate("b", "2024-05-06T10:00:20")
    assert desk.steps(again) == ["DETECTED"]


def test_reasons_that_free_are_reasons() -> None:
    """A code that no officer can give frees nothing, and is refused."""
    data = loads((resources.files("processors.cases") / "rules.toml").read_text(encoding="utf-8"))
    data["duplicate"]["frees"].append("bad_weather")
    with pytest.raises(ValueError, match="frees has bad_weather; expected codes of reject_reason"):
        OfficeRules.from_toml(data)


def test_a_car_on_a_crossing_where_stopping_is_forbidden_is_fined_once() -> None:
    """From boxes to cases: the usual drawing, a crossing within the zone, gives two violations and one case."""
    plates = [VotedPlate(0, [PlateCandidate("123ABC02", 0.999)], 5)]
    messages = [replace(second(n, [car("a", 500, 500)]), plates=plates) for n in range(100)]
    zones = (zone_of("street", "no_stopping"), zone_of("cross", "crossing", (0, 440, 1000, 440, 1000, 490, 0, 490)))
    at_crossing = Cameras(camera(*zones, calibration=calibration()))
    found = play(ViolationsCore(), at_crossing, messages, at_once=True)[0]
    desk = Desk()
    for one in found:
        desk.relay(replace(one, vehicle_key=CAR), CAR)
    assert {one.kind for one in found} == {"no_stopping", "crossing_parking"}
    assert (len(desk.events), len(desk.unopened), desk.refused) == (1, 1, [])


@pytest.mark.parametrize("act", [[], ["speeding"], ["no_stopping", "speeding"]])
def test_an_act_that_guards_nothing_or_has_two_windows_is_refused(act: list[str]) -> None:
    """Fewer than two kinds, or one that lasts beside one that does not: a sentence that names it."""
    text = (resources.files("processors.cases") / "rules.toml").read_text(encoding="utf-8")
    data = deepcopy(loads(text))
    data["duplicate"]["acts"] = [act]
    with pytest.raises(ValueError, match=r"acts has .*; expected two kinds or more"):
        OfficeRules.from_toml(data)
