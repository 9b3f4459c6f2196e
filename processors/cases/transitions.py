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


class Trigger(StrEnum):
    """What can happen to a case."""

    VERDICT = "verdict"
    CONFIRMED = "confirmed"
    CONFIRMED_FOR_COURT = "confirmed_for_court"
    REJECTED = "rejected"
    DUPLICATE = "duplicate"
    LIABILITY_OVER = "liability_over"
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
    APPEAL_OVER = "appeal_over"
    APPEAL_OVER_OF_WARNING = "appeal_over_of_warning"
    PAYMENT_OVER = "payment_over"


#: Values of `amount` in the table.
AMOUNTS: Final = ("proposed", "imposed", "received", "none")


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
    """

    def __init__(self, ways: Mapping[tuple[State, Trigger], Transition]) -> None:
        self._ways = ways
        self.closed = frozenset(State) - {state for state, _ in ways}

    @classmethod
    def from_toml(cls, data: Mapping[str, Any]) -> "TransitionTable":
        """Read and check the content of transitions.toml.

        Raises:
            ValueError: a name that nobody knows, two ways for one trigger, or a state that nothing leads to.
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
        return cls(ways)

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
