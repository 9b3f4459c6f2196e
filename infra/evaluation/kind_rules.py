"""KindRules: how findings of a kind are held against true events; kinds.toml is the data."""

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib import resources
from typing import Any

from infra.evaluation.true_event import Family


@dataclass(frozen=True, slots=True)
class KindRules:
    """One kind's rules.

    Attributes:
        tolerance_s: an alert may come so long before an event begins or after it has ended.
        goal: least recall and precision; None: none is stated.
        left_to_officer: scenarios that the product cannot tell from the kind and proposes for an officer to look.
        gate_only: scenarios of hard negatives where the zone switches the kind's rule off.
    """

    tolerance_s: float
    goal: Mapping[str, float] | None
    left_to_officer: frozenset[str]
    gate_only: frozenset[str]


def kind_rules(family: Family, kind: str) -> KindRules:
    """Return a kind's rules: its own where kinds.toml names it, else its family's."""
    data = _data()
    values = {**data["defaults"][family], **data.get(family, {}).get(kind, {})}
    return KindRules(
        float(values["tolerance_s"]),
        values.get("goal"),
        frozenset(values.get("left_to_officer", ())),
        frozenset(values.get("gate_only", ())),
    )


@cache
def _data() -> Mapping[str, Any]:
    return tomllib.loads((resources.files("infra.evaluation") / "kinds.toml").read_text(encoding="utf-8"))
