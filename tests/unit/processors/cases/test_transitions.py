"""Each transition of the table from a worked case, by hand; each other command in each state is refused."""

import re
import tomllib
from collections.abc import Callable, Mapping
from copy import deepcopy
from importlib import resources
from typing import Any, Final

import pytest

from infra.settings import ROOT
from processors.cases.transitions import State, TransitionTable, transitions
from tests.unit.processors.cases.desk import Desk, with_share
from tests.unit.processors.cases.warning_law import WARNED_ARTICLE, warning_law

#: KoAP 592.2 in 2024: 10 MRP of 3,692 KZT, and the half of it.
FULL: Final = 36_920
HALF: Final = 18_460


def _detected() -> tuple[Desk, str]:
    desk = Desk()
    return desk, desk.violate()


def _under_review() -> tuple[Desk, str]:
    desk = Desk(rules=with_share(1.0))
    case_id = desk.violate()
    desk.review(case_id, officer="officer-9")
    return desk, case_id


def _confirmed() -> tuple[Desk, str]:
    desk, case_id = _detected()
    desk.review(case_id)
    return desk, case_id


def _at_court() -> tuple[Desk, str]:
    desk = Desk()
    case_id = desk.violate(article="KoAP 596.3", kind="wrong_way")
    desk.review(case_id)
    return desk, case_id


def _rejected() -> tuple[Desk, str]:
    desk, case_id = _detected()
    desk.review(case_id, "REJECTED", reason="plate_uncertain")
    return desk, case_id


def _issued() -> tuple[Desk, str]:
    desk = Desk()
    return desk, desk.issued()


def _delivered() -> tuple[Desk, str]:
    desk = Desk()
    return desk, desk.delivered()


def _discounted() -> tuple[Desk, str]:
    desk, case_id = _delivered()
    desk.report(case_id, "PAYMENT", "2024-05-15T10:00", HALF)
    return desk, case_id


def _paid() -> tuple[Desk, str]:
    desk, case_id = _delivered()
    desk.report(case_id, "PAYMENT", "2024-05-25T10:00", FULL)
    return desk, case_id


def _appealed() -> tuple[Desk, str]:
    desk, case_id = _delivered()
    desk.report(case_id, "APPEAL", "2024-05-30T10:00")
    return desk, case_id


def _cancelled() -> tuple[Desk, str]:
    desk, case_id = _appealed()
    desk.report(case_id, "COURT_DECISION", "2024-06-20T10:00", outcome="cancelled")
    return desk, case_id


def _in_force() -> tuple[Desk, str]:
    desk, case_id = _delivered()
    desk.deadline(case_id)
    return desk, case_id


def _warned() -> tuple[Desk, str]:
    desk = Desk(law=warning_law())
    case_id = desk.violate(when="2025-05-06T10:00", article=WARNED_ARTICLE, kind="lights")
    desk.review(case_id, when="2025-05-07T09:00")
    desk.deadline(case_id)
    desk.report(case_id, "DELIVERED", "2025-05-13T12:00", reference="sms")
    desk.deadline(case_id)
    return desk, case_id


def _enforced() -> tuple[Desk, str]:
    desk, case_id = _in_force()
    desk.deadline(case_id)
    return desk, case_id


def _lapsed() -> tuple[Desk, str]:
    desk, case_id = _detected()
    desk.deadline(case_id)
    return desk, case_id


def _refund_due() -> tuple[Desk, str]:
    desk, case_id = _discounted()
    desk.report(case_id, "COURT_DECISION", "2024-06-20T10:00", outcome="cancelled")
    return desk, case_id


def _refunded() -> tuple[Desk, str]:
    desk, case_id = _refund_due()
    desk.report(case_id, "REFUND", "2024-06-24T10:00", HALF, reference="order 5")
    return desk, case_id


WAYS: Final[Mapping[State, Callable[[], tuple[Desk, str]]]] = {
    State.DETECTED: _detected,
    State.UNDER_REVIEW: _under_review,
    State.CONFIRMED: _confirmed,
    State.AT_COURT: _at_court,
    State.REJECTED: _rejected,
    State.ISSUED: _issued,
    State.DELIVERED: _delivered,
    State.DISCOUNTED: _discounted,
    State.PAID: _paid,
    State.APPEALED: _appealed,
    State.CANCELLED: _cancelled,
    State.IN_FORCE: _in_force,
    State.WARNED: _warned,
    State.ENFORCED: _enforced,
    State.LAPSED: _lapsed,
    State.REFUND_DUE: _refund_due,
    State.REFUNDED: _refunded,
}
#: Offence on 6 May, sent on 7 May, delivered on 13 May: half until 20 May, appeal until 7 June, payment until 9 July:
#: 8 July was a day off for Capital Day, which fell on a Saturday.
COMMANDS: Final[Mapping[str, Callable[[Desk, str], None]]] = {
    "confirm": lambda desk, case: desk.review(case, officer="officer-2"),
    "reject": lambda desk, case: desk.review(case, "REJECTED", officer="officer-2", reason="no_offence"),
    "withdraw": lambda desk, case: desk.review(
        case, "REJECTED", "2024-05-08T09:00", "officer-2", "no_offence", withdraws=True
    ),
    "deliver": lambda desk, case: desk.report(case, "DELIVERED", "2024-05-14T12:00", reference="sms"),
    "pay a part": lambda desk, case: desk.report(case, "PAYMENT", "2024-05-16T12:00", 1_000),
    "pay half": lambda desk, case: desk.report(case, "PAYMENT", "2024-05-20T23:59", HALF),
    "pay all": lambda desk, case: desk.report(case, "PAYMENT", "2024-06-20T12:00", FULL),
    "appeal": lambda desk, case: desk.report(case, "APPEAL", "2024-06-07T23:59"),
    "cancelled by the court": lambda d, case: d.report(case, "COURT_DECISION", "2024-06-25T12:00", outcome="cancelled"),
    "upheld by the court": lambda d, case: d.report(case, "COURT_DECISION", "2024-06-25T12:00", outcome="upheld"),
    "lowered by the court": lambda d, case: d.report(
        case, "COURT_DECISION", "2024-06-25T12:00", HALF, outcome="changed"
    ),
    "give back a part": lambda desk, case: desk.report(case, "REFUND", "2024-06-25T12:00", 1_000),
    "give back all": lambda desk, case: desk.report(case, "REFUND", "2024-06-25T12:00", HALF, reference="order 6"),
    "give back too much": lambda desk, case: desk.report(case, "REFUND", "2024-06-25T12:00", HALF + 1),
    "liability ends": lambda desk, case: desk.deadline(case, "LIABILITY", "2024-07-07T00:00"),
    "send": lambda desk, case: desk.deadline(case, "ISSUE", "2024-05-07T12:00"),
    "execution ends": lambda desk, case: desk.deadline(case, "EXECUTION", "2025-05-08T00:00"),
    "appeal ends": lambda desk, case: desk.deadline(case, "APPEAL", "2024-06-08T00:00"),
    "payment ends": lambda desk, case: desk.deadline(case, "PAYMENT", "2024-07-10T00:00"),
}
#: What each command does where it can happen: state afterwards, step and tenge told; None: nothing is told.
POSSIBLE: Final[Mapping[tuple[State, str], tuple[State, tuple[str, int] | None]]] = {
    (State.DETECTED, "confirm"): (State.CONFIRMED, ("CONFIRMED", FULL)),
    (State.DETECTED, "reject"): (State.REJECTED, ("REJECTED", FULL)),
    (State.DETECTED, "liability ends"): (State.LAPSED, ("LAPSED", FULL)),
    (State.UNDER_REVIEW, "confirm"): (State.CONFIRMED, ("CONFIRMED", FULL)),
    (State.UNDER_REVIEW, "reject"): (State.UNDER_REVIEW, None),
    (State.UNDER_REVIEW, "liability ends"): (State.LAPSED, ("LAPSED", FULL)),
    (State.CONFIRMED, "withdraw"): (State.REJECTED, ("REJECTED", FULL)),
    (State.AT_COURT, "withdraw"): (State.REJECTED, ("REJECTED", 0)),
    (State.ISSUED, "withdraw"): (State.CANCELLED, ("CANCELLED", FULL)),
    (State.ISSUED, "cancelled by the court"): (State.CANCELLED, ("CANCELLED", FULL)),
    (State.CONFIRMED, "send"): (State.ISSUED, ("ISSUED", FULL)),
    (State.CONFIRMED, "liability ends"): (State.LAPSED, ("LAPSED", FULL)),
    (State.ISSUED, "deliver"): (State.DELIVERED, ("DELIVERED", FULL)),
    (State.ISSUED, "pay a part"): (State.ISSUED, None),
    (State.ISSUED, "pay half"): (State.ISSUED, None),
    (State.ISSUED, "pay all"): (State.ISSUED, None),
    (State.ISSUED, "execution ends"): (State.LAPSED, ("LAPSED", FULL)),
    (State.DELIVERED, "pay a part"): (State.DELIVERED, None),
    (State.DELIVERED, "pay half"): (State.DISCOUNTED, ("DISCOUNTED", HALF)),
    (State.DELIVERED, "pay all"): (State.PAID, ("PAID", FULL)),
    (State.DELIVERED, "appeal"): (State.APPEALED, ("APPEALED", FULL)),
    (State.DELIVERED, "appeal ends"): (State.IN_FORCE, ("IN_FORCE", FULL)),
    (State.APPEALED, "pay a part"): (State.APPEALED, None),
    (State.APPEALED, "pay half"): (State.APPEALED, None),
    (State.APPEALED, "pay all"): (State.APPEALED, None),
    (State.APPEALED, "cancelled by the court"): (State.CANCELLED, ("CANCELLED", FULL)),
    (State.APPEALED, "upheld by the court"): (State.IN_FORCE, ("IN_FORCE", FULL)),
    (State.IN_FORCE, "pay a part"): (State.IN_FORCE, None),
    (State.IN_FORCE, "pay half"): (State.DISCOUNTED, ("DISCOUNTED", HALF)),  # paid in time, reported late
    (State.IN_FORCE, "pay all"): (State.PAID, ("PAID", FULL)),
    (State.IN_FORCE, "appeal"): (State.APPEALED, ("APPEALED", FULL)),  # filed in time, reported late
    (State.IN_FORCE, "payment ends"): (State.ENFORCED, ("ENFORCED", FULL)),
    (State.ENFORCED, "pay a part"): (State.ENFORCED, None),
    (State.ENFORCED, "pay half"): (State.DISCOUNTED, ("DISCOUNTED", HALF)),
    (State.ENFORCED, "pay all"): (State.PAID, ("PAID", FULL)),
    (State.DISCOUNTED, "appeal"): (State.DISCOUNTED, None),
    (State.DISCOUNTED, "upheld by the court"): (State.DISCOUNTED, None),
    (State.PAID, "appeal"): (State.PAID, None),
    (State.PAID, "upheld by the court"): (State.PAID, None),
    (State.IN_FORCE, "cancelled by the court"): (State.CANCELLED, ("CANCELLED", FULL)),
    (State.ENFORCED, "cancelled by the court"): (State.CANCELLED, ("CANCELLED", FULL)),
    (State.REFUND_DUE, "give back a part"): (State.REFUND_DUE, ("REFUND_PART", 1_000)),
    (State.REFUND_DUE, "give back all"): (State.REFUNDED, ("REFUNDED", HALF)),
}
#: The same of commands that make two steps. 36,920 KZT lowered to 18,460: who paid the half gets half of that back.
TWO_STEPS: Final[Mapping[tuple[State, str], tuple[State, list[tuple[str, int]]]]] = {
    (State.APPEALED, "lowered by the court"): (State.IN_FORCE, [("CHANGED", HALF), ("IN_FORCE", HALF)]),
    (State.PAID, "lowered by the court"): (State.REFUND_DUE, [("CHANGED", HALF), ("REFUND_DUE", FULL - HALF)]),
    (State.DISCOUNTED, "lowered by the court"): (State.REFUND_DUE, [("CHANGED", HALF), ("REFUND_DUE", 9_230)]),
    (State.PAID, "cancelled by the court"): (State.REFUND_DUE, [("CANCELLED", FULL), ("REFUND_DUE", FULL)]),
    (State.DISCOUNTED, "cancelled by the court"): (State.REFUND_DUE, [("CANCELLED", FULL), ("REFUND_DUE", HALF)]),
}


@pytest.mark.parametrize("state", list(State))
def test_every_state_is_reached_by_a_worked_case(state: State) -> None:
    """The ways that the other tests go lead where they say, without a refusal."""
    desk, case_id = WAYS[state]()
    assert desk.case(case_id).state is state
    assert desk.refused == []


@pytest.mark.parametrize("command", list(COMMANDS))
@pytest.mark.parametrize("state", list(State))
def test_each_command_in_each_state(state: State, command: str) -> None:
    """It does what the table of this file says, or it is refused with a sentence and changes nothing that is told."""
    desk, case_id = WAYS[state]()
    before, steps = deepcopy(desk.case(case_id)), desk.told(case_id)
    COMMANDS[command](desk, case_id)
    two = TWO_STEPS.get((state, command))
    expected = POSSIBLE.get((state, command))
    if two is not None:
        assert desk.refused == []
        assert (desk.case(case_id).state, desk.told(case_id)) == (two[0], steps + two[1])
        return
    if expected is None:
        assert len(desk.refused) == 1
        assert case_id in desk.refused[0]
        after = desk.case(case_id)
        after.seen = before.seen  # the commands that were seen are remembered
        assert (after, desk.told(case_id)) == (before, steps)
        return
    to, step = expected
    assert desk.refused == []
    assert desk.case(case_id).state is to
    assert desk.told(case_id) == steps + ([] if step is None else [step])


def test_every_way_of_the_table_was_gone() -> None:
    """No transition of the table stands unused: each is one of this file, or one of the named others."""
    shown = {(state, to) for (state, _), (to, _) in POSSIBLE.items()}
    elsewhere = {
        (State.DETECTED, State.UNDER_REVIEW),
        (State.DETECTED, State.AT_COURT),
        (State.UNDER_REVIEW, State.AT_COURT),
        (State.UNDER_REVIEW, State.REJECTED),
        (State.DELIVERED, State.WARNED),
        (State.APPEALED, State.WARNED),
        (State.WARNED, State.CANCELLED),
        (State.APPEALED, State.APPEALED),
        # the first of two steps
        (State.PAID, State.CANCELLED),
        (State.DISCOUNTED, State.CANCELLED),
        (State.CANCELLED, State.REFUND_DUE),
        # where the year of execution goes on under enforcement: test_deadlines.py
        (State.ENFORCED, State.LAPSED),
    }
    shown |= {(state, to) for (state, _), (to, _) in TWO_STEPS.items()}
    assert {(state, way.to) for (state, _), way in transitions().items()} == shown | elsewhere


def test_only_a_confirmation_leads_to_a_prescription() -> None:
    """In the table, ISSUED is entered from CONFIRMED alone, and CONFIRMED by `confirmed` alone."""
    into = {
        (state, trigger.value) for (state, trigger), way in transitions().items() if way.to is State.ISSUED != state
    }
    assert into == {(State.CONFIRMED, "issue")}
    confirmed = {trigger.value for (_, trigger), way in transitions().items() if way.to is State.CONFIRMED}
    assert confirmed == {"confirmed"}


def test_the_picture_of_the_page_is_the_table() -> None:
    """docs/cases.md draws each way from one state to another, and no other."""
    text = (ROOT / "docs" / "cases.md").read_text(encoding="utf-8")
    drawn = set(re.findall(r"^    ([A-Z_]+) --> ([A-Z_]+)", text, re.MULTILINE))
    assert drawn == {(state.value, way.to.value) for (state, _), way in transitions().items() if way.to is not state}


def _data() -> dict[str, Any]:
    return tomllib.loads((resources.files("processors.cases") / "transitions.toml").read_text(encoding="utf-8"))


def test_a_wrong_table_does_not_load() -> None:
    """A way that stands twice, an unknown amount, a state that nothing leads to, or out of, are each refused."""
    data = _data()
    with pytest.raises(ValueError, match="stands there twice"):
        TransitionTable.from_toml({**data, "transition": [*data["transition"], data["transition"][0]]})
    with pytest.raises(ValueError, match="expected one of proposed"):
        TransitionTable.from_toml({**data, "transition": [{**data["transition"][1], "amount": "all"}]})
    with pytest.raises(ValueError, match="nothing leads to"):
        TransitionTable.from_toml({**data, "transition": data["transition"][:1]})
    with pytest.raises(ValueError, match="nothing leads out of REFUNDED, which is not closed"):
        TransitionTable.from_toml({**data, "closed": [name for name in data["closed"] if name != "REFUNDED"]})
