"""Moves: a case whose plate was corrected goes into another vehicle's log, and what comes for it follows. Pure."""

from dataclasses import replace
from typing import Final

import orjson

from processors.cases.case import Case
from processors.cases.impossible import ImpossibleError
from processors.cases.machine import Place
from processors.cases.vehicle_log import VehicleLog
from processors.stage_core import Output
from schemas.messages import CaseCommand, CommandKind

#: First byte of a packed case or log. Earlier formats lack the last fields of a case, which have defaults.
FORMAT: Final = 4
READ: Final = frozenset({1, 2, 3, FORMAT})
SOURCE: Final = "case-commands"


def moved(log: VehicleLog, case: Case, to: str, command: CaseCommand, place: Place) -> list[Output]:
    """Send a case and the review that corrected its plate to the other vehicle's log."""
    del log.cases[case.case_id]
    case.moves += 1
    case.repeat_elsewhere = False  # was the other vehicle's
    case.owner_class = ""  # likewise; the relay looks a vehicle up when its violation comes
    case.seen.pop(command.command_id, None)  # the review is to be applied there
    log.moved[case.case_id] = (to, case.moves)
    move = CaseCommand(
        vehicle_key=to,
        command_id=f"move/{case.case_id}/{case.moves}",
        kind=CommandKind.MOVE,
        case_id=case.case_id,
        payload=bytes([FORMAT]) + orjson.dumps(case.pack()),
        source_topic=SOURCE,
        source_partition=place.partition,
        source_offset=place.offset,
        ordinal=0,
        happened_at_us=command.happened_at_us,
    )
    return [_to_log(move), _to_log(_redirected(command, to, place, 1))]


def adopt(log: VehicleLog, command: CaseCommand) -> None:
    """Take a case that another vehicle's log sent; one that is here, or went on, stays as it is.

    Raises:
        ImpossibleError: the command holds no case that this version can read.
    """
    data = command.payload
    if not data or data[0] not in READ:
        raise ImpossibleError(
            f"move of {command.case_id} has format {data[0] if data else 'nothing'}, this version reads {FORMAT}"
        )
    try:
        case = Case.unpack(orjson.loads(data[1:]))
    except (ValueError, TypeError) as error:
        raise ImpossibleError(f"move of {command.case_id} holds no case: {error}") from error
    gone = log.moved.get(case.case_id)
    if case.case_id in log.cases or (gone is not None and gone[1] >= case.moves):
        return
    log.moved.pop(case.case_id, None)
    log.cases[case.case_id] = case


def forwarded(log: VehicleLog, command: CaseCommand, place: Place) -> list[Output]:
    """Send a command after the case that it is about.

    Raises:
        ImpossibleError: the vehicle never had that case, or forgot it.
    """
    gone = log.moved.get(command.case_id or "")
    if gone is None:
        raise ImpossibleError(
            f"{command.kind} for case {command.case_id}, which vehicle {command.vehicle_key} does not have; was it"
            " forgotten after its terms, or is the id wrong?"
        )
    return [_to_log(_redirected(command, gone[0], place, 0))]


def _redirected(command: CaseCommand, to: str, place: Place, ordinal: int) -> CaseCommand:
    return replace(
        command,
        vehicle_key=to,
        source_topic=SOURCE,
        source_partition=place.partition,
        source_offset=place.offset,
        ordinal=ordinal,
        repeat_elsewhere=None,  # was looked up for the vehicle that it leaves
    )


def _to_log(command: CaseCommand) -> Output:
    return Output(SOURCE, command.vehicle_key, command, same_partition=False)
