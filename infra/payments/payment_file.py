"""Reports on cases as a CSV file: one report a line, checked line by line. Pure.

    payment_id,case_id,kind,amount_kzt,reference,outcome,happened_at
    kz-2026-000017,case-0f3a5c1b9d2e4f608172,PAYMENT,19660,bank 4471,,2026-11-27T10:30

Instants are the city's clocks', unless they say how far they are from UTC (2026-11-27T10:30+05:00).
"""

import csv
import re
from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime
from typing import Final

from infra.import_line import BadFieldError, Problem, bound, texts_of
from processors.cases.court import LOWERED, OUTCOMES
from schemas.city_time import CITY
from schemas.messages import Payment, PaymentKind

COLUMNS: Final = ("payment_id", "case_id", "kind", "amount_kzt", "reference", "outcome", "happened_at")
#: As processors.cases.opening.case_id_of writes them.
_CASE: Final = re.compile(r"case-[0-9a-f]{20}")
_AMOUNT: Final = re.compile(r"[0-9]{1,12}")
_INSTANT: Final = re.compile(r"\d{4}-\d\d-\d\d[T ]\d\d:\d\d(:\d\d)?(Z|[+-]\d\d:\d\d)?")
LONGEST_TEXT: Final = 128
#: Lines of one file: their ids are held to find one that is there twice.
MOST_LINES: Final = 1_000_000
#: Reports that are about money.
_OF_MONEY: Final = frozenset({PaymentKind.PAYMENT, PaymentKind.REFUND})


class PaymentFileError(ValueError):
    """The file is no table of reports; says what was found and expected."""


def read(lines: Iterable[str], now_us: int) -> Iterator[Payment | Problem]:
    """Yield each report of a file, or what is wrong with its line.

    Args:
        lines: of the file, the heading first.
        now_us: nothing that is reported happened after this, microseconds since the Unix epoch.

    Raises:
        PaymentFileError: it has no heading, or another one, or too many lines.
    """
    table = csv.DictReader(lines)
    first_line: dict[str, int] = {}
    try:
        heading = tuple(name.strip() for name in table.fieldnames or ())
        if heading != COLUMNS:
            raise PaymentFileError(f"the first line is {','.join(heading)[:200]!r}; expected {','.join(COLUMNS)}")
        for values in table:
            if len(first_line) >= MOST_LINES:
                raise PaymentFileError(f"more than {MOST_LINES:,} reports; expected fewer: split the file")
            yield _checked(values, table.line_num, first_line, now_us)
    except csv.Error as error:
        raise PaymentFileError(f"after line {table.line_num}: {error}; expected a CSV file") from error


def _checked(
    values: Mapping[str | None, str | list[str] | None], line: int, first_line: dict[str, int], now_us: int
) -> Payment | Problem:
    """Return a line's report, or what is wrong; remember the line of its id."""
    try:
        report = _report(values, now_us)
    except BadFieldError as bad:
        return Problem(line, *bad.parts)
    before = first_line.setdefault(report.payment_id, line)
    if before != line:
        return Problem(line, "payment_id", f"that of line {before}", "an id of its own for each report")
    return report


def _report(values: Mapping[str | None, str | list[str] | None], now_us: int) -> Payment:
    texts = texts_of(values, COLUMNS)
    bound(texts, ("payment_id", "reference"), LONGEST_TEXT)
    if not texts["payment_id"]:
        raise BadFieldError("payment_id", "empty", "the reporter's own id, the same whenever the report is sent again")
    if not _CASE.fullmatch(texts["case_id"]):
        raise BadFieldError(
            "case_id", repr(texts["case_id"][:40]), "case- and 20 hexadecimal digits, as the case has it"
        )
    if texts["kind"] not in PaymentKind.__members__:
        raise BadFieldError("kind", repr(texts["kind"][:40]), f"one of {', '.join(PaymentKind)}")
    kind = PaymentKind[texts["kind"]]
    outcome = _outcome(kind, texts["outcome"])
    return Payment(
        payment_id=texts["payment_id"],
        case_id=texts["case_id"],
        kind=kind,
        amount_kzt=_amount(kind, outcome, texts["amount_kzt"]),
        reference=texts["reference"],
        outcome=outcome,
        happened_at_us=_instant(texts["happened_at"], now_us),
    )


def _outcome(kind: PaymentKind, text: str) -> str | None:
    known = [*OUTCOMES, LOWERED]
    if kind is PaymentKind.COURT_DECISION:
        if text not in known:
            raise BadFieldError("outcome", repr(text[:40]), f"one of {', '.join(known)}")
        return text
    if text:
        raise BadFieldError("outcome", repr(text[:40]), f"nothing: {kind} has no outcome, COURT_DECISION alone has")
    return None


def _amount(kind: PaymentKind, outcome: str | None, text: str) -> int:
    if text and not _AMOUNT.fullmatch(text):
        raise BadFieldError("amount_kzt", repr(text[:40]), "whole tenge in digits alone")
    amount = int(text or "0")
    due = kind in _OF_MONEY or outcome == LOWERED
    what = f"{kind} with the outcome {outcome}" if outcome else str(kind)
    if due and amount == 0:
        raise BadFieldError("amount_kzt", repr(text), f"more than 0 of {what}")
    if not due and amount:
        raise BadFieldError("amount_kzt", repr(text), f"0 or nothing of {what}")
    return amount


def _instant(text: str, now_us: int) -> int:
    expected = "an instant such as 2026-11-27T10:30, by the city's clocks"
    if not _INSTANT.fullmatch(text):
        raise BadFieldError("happened_at", repr(text[:40]), expected)
    try:
        at = datetime.fromisoformat(text)
    except ValueError:
        raise BadFieldError("happened_at", repr(text), "a day and a time that the calendar has") from None
    at_us = int((at if at.tzinfo else at.replace(tzinfo=CITY)).timestamp()) * 1_000_000
    if at_us > now_us:
        raise BadFieldError("happened_at", repr(text), "an instant that has passed; look at the reporter's clock")
    return at_us
