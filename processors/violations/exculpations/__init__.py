"""Grounds that may excuse a measured offence, one a file, and what came of checking each; an officer sees all of them.

Outcomes: `cleared`, `flagged` (an officer looks), `unknown` (the system cannot see it; the reason says why), `dropped`
(the violation is recorded with its reason and opens no case, see processors/cases).
"""

from collections.abc import Callable, Sequence
from typing import Final

from processors.violations.circumstances import Circumstances
from processors.violations.exculpations import (
    calibration,
    camera_moved,
    clock,
    directed_by_officer,
    duplicate,
    emergency_vehicle,
    forced_manoeuvre,
    plate_owner,
    signal_failure,
)
from processors.violations.exculpations.thresholds import Thresholds, thresholds
from processors.violations.offence import Offence
from schemas.messages import Exculpation

#: Every ground, in the order of their names.
CHECKS: Final[Sequence[Callable[[str, Offence, Circumstances, Thresholds], Exculpation]]] = (
    calibration.check,
    camera_moved.check,
    clock.check,
    directed_by_officer.check,
    duplicate.check,
    emergency_vehicle.check,
    forced_manoeuvre.check,
    plate_owner.check,
    signal_failure.check,
)


def exculpations_of(kind: str, offence: Offence) -> list[Exculpation]:
    """Return what came of every ground for an offence of a rule."""
    limits = thresholds()
    return [check(kind, offence, offence.seen, limits) for check in CHECKS]
