"""A case as ClickHouse's tables hold it, read for an explanation by the law."""

from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import Any, Final

from clickhouse_connect.driver.client import Client

from processors.cases.machine import TIER_REASONS
from schemas.law import Law, OwnerClass, Tier
from schemas.law.explanation import Explanation, Question
from sinks.clickhouse.clickhouse_client import query

_EVENTS: Final = """
SELECT `step`, article, tariff_version, amount_kzt, toUnixTimestamp64Micro(offence_at),
       toUnixTimestamp64Micro(happened_at), reason, vehicle_key, violation_id, owner_class
FROM case_events
WHERE case_id = {case:String}
ORDER BY revision
"""
#: When penalties for the articles that count for a repeat were executed, as processors/cases/machine.py counts them:
#: paid, half within the discount's term or in full; or a warning in force, whose step is about 0 KZT as no fine's is.
#: What a court had cancelled when the price was made is none.
EXECUTED: Final = """
SELECT toUnixTimestamp64Micro(happened_at)
FROM case_events
WHERE vehicle_key = {vehicle:String} AND article IN {articles:Array(String)} AND case_id != {case:String}
  AND (`step` IN ('DISCOUNTED', 'PAID') OR (`step` = 'IN_FORCE' AND amount_kzt = 0))
  AND happened_at <= fromUnixTimestamp64Micro({offence_us:Int64}, 'UTC')
  AND case_id NOT IN (
    SELECT case_id FROM case_events
    WHERE vehicle_key = {vehicle:String} AND `step` = 'CANCELLED'
      AND happened_at <= fromUnixTimestamp64Micro({priced_us:Int64}, 'UTC')
  )
ORDER BY happened_at
"""
_MEASURED: Final = """
SELECT measured, measured_error, confidence_factor, `limit`, unit
FROM violations
WHERE violation_id = {violation:String}
"""


class CaseNotFoundError(LookupError):
    """No such case, or one without an article."""


class Verdict(StrEnum):
    """What a case's record is beside the law."""

    SAME = "same"
    FIRST = "priced as a first offence"
    REPEAT = "priced as a repeat of a penalty under another quarter's key"
    OTHER = "differs"


@dataclass(frozen=True, slots=True)
class LawCase:
    """A case.

    Attributes:
        question: the offence as the law asks for it. Before the issue, as if it were issued on the day of the offence.
        issued: a prescription was sent.
        recorded_kzt: the fine that it names; before the issue, the proposed one.
        recorded_version: tariff version that it names.
        reason: the reason that stands at that step.
        last_step: the case's last step.
        last_step_on: its local day.
        lowered_kzt: what a court left of the fine since; None: no court lowered it.
        lowered_on: local day of that decision.
    """

    question: Question
    issued: bool
    recorded_kzt: int
    recorded_version: str | None
    reason: str
    last_step: str
    last_step_on: date
    lowered_kzt: int | None = None
    lowered_on: date | None = None

    def verdict(self, law: Law, found: Explanation) -> Verdict:
        """Return what the record is beside an explanation of its question."""
        if found.article is None or found.sanction is None:
            return Verdict.OTHER
        asked, expected = self.question, found.sanction
        if self.recorded_version not in (None, expected.tariff_version):
            return Verdict.OTHER
        if self.recorded_kzt == expected.amount_kzt:
            return Verdict.SAME
        code, days = found.article.code, (asked.initiated_on, asked.offence_on)
        if self.recorded_kzt == law.sanction(code, *days, Tier.FIRST, asked.owner_class).amount_kzt:
            return Verdict.FIRST
        # the earlier penalty is found by the vehicle's key of this quarter alone; the relay looked under the others
        elsewhere = not asked.executed_on and (not self.issued or self.reason == TIER_REASONS[Tier.REPEAT])
        repeat = law.sanction(code, *days, Tier.REPEAT, asked.owner_class)
        return Verdict.REPEAT if elsewhere and self.recorded_kzt == repeat.amount_kzt else Verdict.OTHER


def read_case(client: Client, law: Law, case_id: str) -> LawCase:
    """Read a case.

    Args:
        client: of the database that holds the views case_events and violations.
        law: its clock tells local days, and it which articles count for a repeat.
        case_id: the case.

    Raises:
        CaseNotFoundError: there is none, or no article was applied to it.
        ClickHouseError: ClickHouse refused a query, or does not answer.
    """
    events = query(client, _EVENTS, {"case": case_id})
    if not events:
        raise CaseNotFoundError(
            f"case {case_id!r}: found none; expected a case_id of the view cases; "
            "name one, or see with 'vigil sink audit' whether the sink lags"
        )
    priced = next((row for row in reversed(events) if row[0] == "ISSUED"), events[0])
    article = next((row[1] for row in reversed(events) if row[1]), None)
    if article is None:
        raise CaseNotFoundError(f"case {case_id!r}: found no article in its steps; expected one; its officer names it")
    offence_us, vehicle, violation = int(priced[4]), str(priced[7]), str(priced[8])
    offence_on = law.local_day(offence_us)
    issued = priced[0] == "ISSUED"
    delivered = next((row for row in events if row[0] == "DELIVERED"), None)
    executed = query(
        client,
        EXECUTED,
        {
            "vehicle": vehicle,
            "articles": list(law.repeat_codes(str(article))),
            "case": case_id,
            "offence_us": offence_us,
            "priced_us": int(priced[5]),
        },
    )
    measured = _measured(query(client, _MEASURED, {"violation": violation}))
    question = Question(
        offence_on,
        law.local_day(int(priced[5])) if issued else offence_on,
        str(article),
        *measured,
        owner_class=OwnerClass(priced[9]) if priced[9] else OwnerClass.INDIVIDUAL,
        executed_on=tuple(law.local_day(int(row[0])) for row in executed),
        delivered_on=law.local_day(int(delivered[5])) if delivered else None,
    )
    last = events[-1]
    changed = next((row for row in reversed(events) if row[0] == "CHANGED"), None)
    return LawCase(
        question,
        issued,
        int(priced[3]),
        priced[2],
        str(priced[6]),
        str(last[0]),
        law.local_day(int(last[5])),
        int(changed[3]) if changed else None,
        law.local_day(int(changed[5])) if changed else None,
    )


def _measured(rows: list[tuple[Any, ...]]) -> tuple[float | None, float | None]:
    """Return the lower end of a speed's tolerance interval and the limit, km/h; none where no speed was measured."""
    if not rows or rows[0][4] != "km/h":
        return None, None
    measured, error, factor, limit, _ = rows[0]
    return round(float(measured) - float(factor) * float(error), 2), float(limit)
