"""The scheduler's core: which deadline each step of a case begins, and the command when it has passed. Pure."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from processors.cases.deadline_command import DeadlineCommand
from processors.cases.terms import DeadlineName, Terms
from schemas.messages import CaseCommand, CaseEvent, CaseStep, CommandKind

NAME: Final = "deadlines"
VERSION: Final = "deadlines/1"
SOURCE: Final = "case-events"
#: What runs from each step; the other steps end a case, or wait for a court.
RUNS_FROM: Final[Mapping[CaseStep, DeadlineName]] = {
    CaseStep.DETECTED: DeadlineName.LIABILITY,
    CaseStep.CONFIRMED: DeadlineName.ISSUE,
    CaseStep.ISSUED: DeadlineName.EXECUTION,
    CaseStep.DELIVERED: DeadlineName.APPEAL,
    CaseStep.IN_FORCE: DeadlineName.PAYMENT,
}


@dataclass(frozen=True, slots=True)
class Deadline:
    """What a case waits for.

    Attributes:
        case_id: the case.
        vehicle_key: whose log it is in.
        revision: the step that the deadline runs from.
        name: which deadline.
        due_us: when it has passed, microseconds since the Unix epoch.
        source_partition: of the event that began it, in case-events.
        source_offset: of the same.
    """

    case_id: str
    vehicle_key: str
    revision: int
    name: DeadlineName
    due_us: int
    source_partition: int = 0
    source_offset: int = 0


def deadline_of(event: CaseEvent, terms: Terms) -> Deadline | None:
    """Return the deadline that runs from a step; None where nothing does.

    From ENFORCED the year of execution runs only where terms.toml says that it does not end there (decision 0250).
    Nothing runs from the confirmation of what only a court may sanction, nor from a warning that came into force.
    """
    name = RUNS_FROM.get(event.step)
    if event.step is CaseStep.ENFORCED and not terms.law.terms.execution_ends_when_enforced:
        name = DeadlineName.EXECUTION
    if name is None or (name is DeadlineName.PAYMENT and event.amount_kzt == 0):
        return None
    offence_on = terms.day(event.offence_at_us)
    # where this process has an older law than the stage, that one decides
    if name is DeadlineName.ISSUE and event.article is not None and terms.law.is_a_courts(event.article, offence_on):
        return None
    due_us = terms.due_us(name, event.happened_at_us, event.offence_at_us)
    return Deadline(event.case_id, event.vehicle_key, event.revision, name, due_us)


def command_of(deadline: Deadline, now_us: int) -> CaseCommand:
    """Return the command of a deadline that has passed."""
    return CaseCommand(
        vehicle_key=deadline.vehicle_key,
        command_id=f"deadline/{deadline.case_id}/{deadline.name}/{deadline.revision}",
        kind=CommandKind.DEADLINE,
        case_id=deadline.case_id,
        payload=DeadlineCommand(deadline.name, deadline.revision).to_bytes(),
        source_topic=SOURCE,
        source_partition=deadline.source_partition,
        source_offset=deadline.source_offset,
        ordinal=0,
        happened_at_us=now_us,
    )
