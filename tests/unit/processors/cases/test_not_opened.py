"""What never becomes a case: each violation that opens none is told once, with its reason, and is a case for nobody."""

from pathlib import Path
from typing import Any

import pytest

from processors.cases.event_book import PlacedEvent
from processors.cases.opening import case_id_of
from processors.cases.relay.case_index import CaseIndex
from schemas.messages import Exculpation
from tests.unit.processors.cases.desk import Desk, at

DROPPED = Exculpation("signal_failure", "dropped", "all groups dark")
FLAGGED = Exculpation("clock", "flagged", "no trusted time")


@pytest.mark.parametrize(
    ("changes", "article", "reason"),
    [
        ({"article": "KoAP 594.1", "kind": "blocked_junction"}, "KoAP 594.1", "outside scope: KoAP 594.1"),
        ({"article": "KoAP 607.1", "kind": "rail_crossing"}, "KoAP 607.1", "outside scope: KoAP 607.1"),
        ({"article": None, "kind": "speeding"}, None, "no article: speeding"),
        ({"exculpations": (FLAGGED, DROPPED)}, "KoAP 592.2", "dropped: signal_failure"),
    ],
)
def test_a_violation_that_opens_no_case_is_told_with_its_reason(
    changes: dict[str, Any], article: str | None, reason: str
) -> None:
    """Outside the cameras' scope, without an article, or dropped by a ground: one message of revision 0, no money."""
    desk = Desk()
    case_id = desk.violate("v1", **changes)
    (told,) = desk.unopened
    assert (desk.events, desk.refused) == ([], [])
    assert (told.case_id, told.violation_id, told.revision, told.amount_kzt) == (case_id, "v1", 0, 0)
    assert (told.article, told.reason) == (article, reason)
    assert told.offence_at_us == at("2024-05-06T10:00")


def test_the_second_finding_of_one_offence_names_the_first_ones_case_and_is_told_once() -> None:
    """A copy of it tells nothing: the vehicle's log knows it."""
    desk = Desk()
    first = desk.violate("v1")
    for _ in range(2):
        desk.violate("v2", "2024-05-06T10:00")
    assert [event.reason for event in desk.unopened] == [f"same offence: {first}"]
    assert [event.case_id for event in desk.events] == [first]


def test_a_copy_tells_the_same_again() -> None:
    """A violation outside the scope is not remembered; what a copy tells differs in its place alone."""
    desk = Desk()
    for _ in range(2):
        desk.violate("v1", article="KoAP 594.1", kind="blocked_junction")
    first, second = desk.unopened
    assert (first.case_id, first.reason, first.revision) == (second.case_id, second.reason, second.revision)
    assert len(desk.logs[first.vehicle_key]) == 0


def test_every_violation_is_a_case_a_refusal_or_told() -> None:
    """Found is detected and not opened and dead letters: none goes lost."""
    desk = Desk()
    asked: list[dict[str, Any]] = [
        {"article": "KoAP 592.2"},
        {"article": "KoAP 592.2"},
        {"article": "KoAP 594.1", "kind": "blocked_junction", "site": "S-2"},
        {"article": None, "site": "S-3"},
        {"exculpations": (DROPPED,), "site": "S-4"},
        {"when": "2019-05-06T10:00", "article": "KoAP 592.2", "site": "S-5"},
        {"article": "KoAP 592.1", "site": "S-6"},
    ]
    for number, changes in enumerate(asked):
        desk.violate(f"v{number}", **changes)
    assert len(desk.events) + len(desk.unopened) + len(desk.refused) == len(asked)
    assert len(desk.events) == 2
    assert {case_id_of(f"v{n}") for n in (0, 6)} == {event.case_id for event in desk.events}


def test_no_process_takes_it_for_a_case(tmp_path: Path) -> None:
    """The relay's index does not know it, so a review or payment that names it is refused as before."""
    desk = Desk()
    case_id = desk.violate("v1", article="KoAP 594.1", kind="blocked_junction")
    index = CaseIndex(tmp_path / "index.sqlite")
    index.apply([PlacedEvent(desk.unopened[0], 0, 0, desk.unopened[0].happened_at_us)], {0: 1})
    assert index.positions() == {0: 1}
    assert index.vehicle_of(case_id) is None
    index.close()
