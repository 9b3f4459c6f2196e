"""Opening: whether a violation opens a case, and which. Pure."""

import hashlib

from processors.cases.case import Case
from processors.cases.impossible import ImpossibleError
from processors.cases.machine import CaseMachine
from processors.cases.not_opened import NotOpened, Why
from processors.cases.vehicle_log import VehicleLog
from schemas.messages import Violation


def case_id_of(violation_id: str) -> str:
    """Return the id of the case that a violation opens: the same for every copy of it."""
    return f"case-{hashlib.sha256(violation_id.encode()).hexdigest()[:20]}"


def opened(machine: CaseMachine, log: VehicleLog, violation: Violation) -> Case | NotOpened | None:
    """Return the case that a violation opens, or why it opens none; None where that was told before.

    It opens none where an exculpation drops it, where no article applies, where the article is outside what cameras may
    be used for, and where the vehicle has a case for the same offence. Nothing is told where the vehicle's log knows
    the case, or knows that another one is for its offence: the violation is a copy.

    Raises:
        ImpossibleError: the vehicle has too many cases, or the law has no price for its day.
    """
    case_id = case_id_of(violation.violation_id)
    if log.knows(case_id):
        return None
    drops = machine.rules.drops
    article = violation.articles[0].code if violation.articles else None
    dropping = sorted({ground.ground for ground in violation.exculpations if ground.outcome in drops})
    if dropping:
        return NotOpened(case_id, article, Why.DROPPED, ", ".join(dropping))
    if article is None:
        return NotOpened(case_id, None, Why.NO_ARTICLE, violation.kind)
    day, law = machine.terms.day(violation.occurred_at_us), machine.terms.law
    if not law.in_camera_scope(article, day):
        return NotOpened(case_id, article, Why.OUTSIDE_SCOPE, article)
    case = Case(
        case_id=case_id,
        violation_id=violation.violation_id,
        kind=violation.kind,
        camera_id=violation.camera_id,
        site_id=violation.site_id,
        district=violation.district,
        owner=violation.owner,
        article=article,
        offence_at_us=violation.occurred_at_us,
        candidates=[one.code for one in violation.articles if law.in_camera_scope(one.code, day)],
        started_at_us=violation.started_at_us,
    )
    if len(log) >= machine.rules.most_cases:
        raise ImpossibleError(
            f"violation {violation.violation_id}: its vehicle has {machine.rules.most_cases} cases already, the most"
            " that one log holds; look at what is taken for one vehicle, or raise most_cases in rules.toml"
        )
    twins = machine.twins(log, case)
    if twins:
        log.twins[case_id] = case.offence_at_us  # known for good: the other case may be moved away
        for twin in twins if case.kind in machine.rules.lasting_s else ():
            twin.found_until_us = max(twin.found_until_us, case.offence_at_us)
        return NotOpened(case_id, article, Why.SAME_OFFENCE, twins[0].case_id)
    return case
