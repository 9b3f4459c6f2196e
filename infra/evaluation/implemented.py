"""Kinds that the product has a rule for."""

from collections.abc import Sequence

import processors.incidents.rules
import processors.violations.rules
from infra.evaluation.true_event import Family
from processors.rules.rule import discover
from processors.sections.proposal import KIND as SECTION_SPEED


def implemented_kinds() -> Sequence[tuple[Family, str]]:
    """Return (family, kind) of every rule there is, of one camera or of two."""
    violations: list[tuple[Family, str]] = [("violation", rule.kind) for rule in discover(processors.violations.rules)]
    incidents: list[tuple[Family, str]] = [("incident", rule.kind) for rule in discover(processors.incidents.rules)]
    return [*violations, ("violation", SECTION_SPEED), *incidents]
