"""What another tariff would have brought: the period's prescriptions priced anew, and paid as they were paid.

Nobody is assumed to drive or pay otherwise because the price is another: as many cases are issued, paid by half and
paid in full. So the answer is arithmetic, not a forecast, and says so.
"""

from collections.abc import Sequence
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any, Final

import orjson
from clickhouse_connect.driver.client import Client
from clickhouse_connect.driver.exceptions import Error

from schemas.law.law import Law
from schemas.law.sanction import Tier
from sinks.clickhouse.clickhouse_client import as_clickhouse_error
from sinks.reports.answer import LIMITS, Answer, Question, ReportError, freshness
from sinks.reports.builds import Builds
from sinks.reports.catalogue import file_of, sql_of

#: What lines can be where prices are made anew: prices are kept by nothing else.
BY: Final = ("day", "month", "article")
COLUMNS: Final = (
    "group", "issued", "imposed_kzt", "collected_kzt", "other_imposed_kzt", "other_discounted_kzt", "other_paid_kzt",
    "other_collected_kzt", "difference_kzt",
)  # fmt: skip
_TIERS: Final = {1: Tier.FIRST, 2: Tier.REPEAT}


class Prices:
    """Prices under a law, each computed once.

    The law's answer depends on the schedule's versions on the two days and on the index of the day of initiation, so
    a year of pairs of days has a handful of answers.
    """

    def __init__(self, law: Law) -> None:
        self._law = law
        self._days: dict[date, tuple[date, int]] = {}
        self._known: dict[tuple[Any, ...], tuple[int, int]] = {}

    def of(self, article: str, tier: int, offence_on: date, initiated_on: date) -> tuple[int, int]:
        """Return the fine and what is to be paid within the discount's term, tenge.

        Raises:
            LawError: the law knows no such offence on that day, or no index.
        """
        offence, initiated = self._day(offence_on), self._day(initiated_on)
        key = (article, tier, offence[0], *initiated)
        if key not in self._known:
            sanction = self._law.sanction(article, initiated_on, offence_on, _TIERS[tier])
            half_kzt = sanction.discount_kzt if sanction.discountable else sanction.amount_kzt
            self._known[key] = sanction.amount_kzt, half_kzt
        return self._known[key]

    def _day(self, day: date) -> tuple[date, int]:
        if day not in self._days:
            self._days[day] = self._law.schedule.version(day).first_day, self._law.mrp_kzt(day)
        return self._days[day]


def with_tariff(client: Client, question: Question, path: Path, builds: Builds | None = None) -> Answer:
    """Return the revenue of a period as it was and under the law with a tariff laid over it.

    Args:
        client: connected to the database.
        question: of the revenue by date of offence.
        path: the tariff.
        builds: as of `ask`.

    Raises:
        ReportError: it is asked by something that prices are not kept by.
        LawError: the tariff is not as it must be, or does not price what is in the tables.
        ClickHouseError: ClickHouse refused a query, or does not answer.
    """
    if question.by not in BY or question.cash:
        raise ReportError(
            f"--tariff goes with --by {', '.join(BY)} and by date of offence; prices are kept by these alone"
        )
    prices = Prices(Law.load().with_tariff(path))
    fresh = freshness(client, question.report, builds)
    lines: dict[str, list[int]] = {}
    for group, article, tier, offence, issued, count, imposed, discounted, paid, collected in _rows(client, question):
        each_kzt, half_kzt = prices.of(article, tier, date.fromisoformat(offence), date.fromisoformat(issued))
        other_half, other_full = discounted * half_kzt, paid * each_kzt
        figures = (
            count, imposed, collected, count * each_kzt, other_half, other_full, other_half + other_full,
            other_half + other_full - collected,
        )  # fmt: skip
        sums = lines.setdefault(group, [0] * len(figures))
        for place, figure in enumerate(figures):
            sums[place] += figure
    totals = dict(zip(COLUMNS[1:], map(sum, zip(*lines.values(), strict=True)), strict=True)) if lines else {}
    return Answer(
        replace(question),
        COLUMNS,
        [(group, *sums) for group, sums in lines.items()],
        totals,
        frozenset({"group"}),
        fresh.as_of,
        fresh.made_at,
        [
            f"other_*: priced by {path.name}, with as many prescriptions and payments as there were.",
            "Nobody is assumed to drive or pay otherwise.",
        ],
    )


def _rows(client: Client, question: Question) -> Sequence[Sequence[Any]]:
    sql = sql_of(file_of(question.report, question.by, tariff=True))
    given = {"from": question.first, "to": question.last, "by": question.by}
    try:
        found = client.raw_query(sql, parameters=given, settings=dict(LIMITS), fmt="JSONCompactEachRow")
    except Error as error:
        raise as_clickhouse_error(error) from error
    return [orjson.loads(line) for line in found.splitlines()]
