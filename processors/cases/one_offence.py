"""One offence: whether two cases of a vehicle are for the same one, however many rules found it. Pure."""

from collections.abc import Sequence

from processors.cases.case import Case
from processors.cases.office_rules import OfficeRules
from processors.cases.transitions import State
from processors.cases.vehicle_log import VehicleLog


def twins(log: VehicleLog, case: Case, rules: OfficeRules) -> Sequence[Case]:
    """Return a vehicle's other cases for the same offence.

    A rejected case stands for its own kind alone: who saw no `double_row` has not judged a `crossing_parking`. Rejected
    for a reason that says nothing of the act (rules.toml, `frees`) it stands for none.

    Args:
        log: the vehicle's cases.
        case: the one; it may be among them or not.
        rules: the office's: what is one act, and how far two findings of it are apart at most.
    """
    kinds, anywhere, window_us = rules.alike(case.kind), rules.anywhere(case.kind), rules.window_us(case.kind)
    place = case.site_id or case.camera_id
    return [
        other
        for other in log.cases.values()
        if other.kind in kinds
        and other is not case
        and ((other.site_id or other.camera_id) == place or other.kind in anywhere)
        and _apart_us(case, other, rules) <= window_us
        and (other.state is not State.REJECTED or (other.kind == case.kind and other.rejected_for not in rules.frees))
    ]


def _apart_us(one: Case, other: Case, rules: OfficeRules) -> int:
    """Return how far two findings are apart, microseconds; 0 or less where one lies within the other."""
    return max(_since_us(one, rules) - _until_us(other), _since_us(other, rules) - _until_us(one))


def _since_us(case: Case, rules: OfficeRules) -> int:
    """Return when what was found began: of a drive its own begin, of all else the instant that it was measured at."""
    return case.started_at_us or case.offence_at_us if case.kind in rules.drives else case.offence_at_us


def _until_us(case: Case) -> int:
    return max(case.offence_at_us, case.found_until_us)
