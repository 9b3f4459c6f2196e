"""The transition table of cases: which trigger leads from which state to which, as transitions.toml has it."""

import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from functools import cache
from importlib import resources
from typing import Any, Final

from schemas.messages import CaseStep


class State(StrEnum):
    """Where a case stands."""

    DETECTED = "DETECTED"
    UNDER_REVIEW = "UNDER_REVIEW"
    CONFIRMED = "CONFIRMED"
    AT_COURT = "AT_COURT"
    REJECTED = "REJECTED"
    ISSUED = "ISSUED"
    DELIVERED = "DELIVERED"
    DISCOUNTED = "DISCOUNTED"
    PAID = "PAID"
    APPEALED = "APPEALED"
    CANCELLED = "CANCELLED"
    IN_FORCE = "IN_FORCE"
    WARNED = "WARNED"
    ENFORCED = "ENFORCED"
    LAPSED = "LAPSED"
    REFUND_DUE = "REFUND_DUE"
    REFUNDED = "REFUNDED"


class Trigger(StrEnum):
    """What can happen to a case."""

    VERDICT = "verdict"
    CONFIRMED = "confirmed"
    CONFIRMED_FOR_COURT = "confirmed_for_court"
    REJECTED = "rejected"
    DUPLICATE = "duplicate"
    VEHICLES_DIFFER = "vehicles_differ"
    ARTICLES_DIFFER = "articles_differ"
    LIABILITY_OVER = "liability_over"
    WITHDRAWN = "withdrawn"
    ISSUE = "issue"
    DELIVERED = "delivered"
    EXECUTION_OVER = "execution_over"
    MONEY = "money"
    HALF_PAID = "half_paid"
    PAID = "paid"
    APPEAL = "appeal"
    APPEAL_ALLOWED = "appeal_allowed"
    APPEAL_DISMISSED = "appeal_dismissed"
    APPEAL_DISMISSED_OF_WARNING = "appeal_dismissed_of_warning"
    FINE_LOWERED = "fine_lowered"
    LOWERED_FINE_IN_FORCE = "lowered_fine_in_force"
    REFUND_DUE = "refund_due"
    REFUND_PART = "refund_part"
    REFUNDED = "refunded"
    APPEAL_OVER = "appeal_over"
    APPEAL_OVER_OF_WARNING = "appeal_over_of_warning"
    PAYMENT_OVER = "payment_over"


#: Values of `amount` in the table.
AMOUNTS: Final = ("proposed", "imposed", "received", "owed_back", "given_back", "reported", "none")


@dataclass(frozen=True, slots=True)
class Transition:
    """One way from a state.

    Attributes:
        to: the state afterwards.
        step: what case-events tells; None: nothing.
        amount: one of AMOUNTS.
        reason: words, or `given`, or `tier`.
    """

    to: State
    step: CaseStep | None
    amount: str
    reason: str


class TransitionTable:
    """Every transition that there is.

    Args:
        ways: by state and trigger.
        closed: states in which nothing is waited for any more.
    """

    def __init__(self, ways: Mapping[tuple[State, Trigger], Transition], closed: Iterable[State]) -> None:
        self._ways = ways
        self.closed = frozenset(closed)

    @classmethod
    def from_toml(cls, data: Mapping[str, Any]) -> "TransitionTable":
        """Read and check the content of transitions.toml.

        Raises:
            ValueError: a name that nobody knows, two ways for one trigger, a state that nothing leads to, or a state
                without a way that is not called closed.
        """
        ways: dict[tuple[State, Trigger], Transition] = {}
        for entry in data["transition"]:
            step = CaseStep(entry["step"]) if "step" in entry else None
            amount = entry.get("amount", "none")
            if amount not in AMOUNTS:
                raise ValueError(f"transitions.toml: amount {amount!r}; expected one of {', '.join(AMOUNTS)}")
            way = Transition(State(entry["to"]), step, amount, entry.get("reason", ""))
            for name in entry["from"]:
                key = (State(name), Trigger(entry["on"]))
                if key in ways:
                    raise ValueError(f"transitions.toml: {key[1]} of {key[0]} stands there twice; expected once")
                ways[key] = way
        unreached = frozenset(State) - {way.to for way in ways.values()} - {State.DETECTED}
        if unreached:
            raise ValueError(f"transitions.toml: nothing leads to {', '.join(sorted(unreached))}")
        closed = [State(name) for name in data["closed"]]
        stuck = frozenset(State) - {state for state, _ in ways} - set(closed)
        if stuck:
            raise ValueError(f"transitions.toml: nothing leads out of {', '.join(sorted(stuck))}, which is not closed")
        return cls(ways, closed)

    def get(self, state: State, trigger: Trigger) -> Transition | None:
        """Return the way, or None where it is impossible."""
        return self._ways.get((state, trigger))

    def items(self) -> Iterable[tuple[tuple[State, Trigger], Transition]]:
        """Return all ways."""
        return self._ways.items()


@cache
def transitions() -> TransitionTable:
    """Return the table that ships with Vigil.

    Raises:
        ValueError: it is not as it must be.
    """
    text = (resources.files("processors.cases") / "transitions.toml").read_text(encoding="utf-8")
    return TransitionTable.from_toml(tomllib.loads(text))
