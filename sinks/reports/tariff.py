"""What another tariff would have brought: the period's prescriptions priced anew, and paid as they were paid.

Nobody is assumed to drive or pay otherwise because the price is another: as many cases are issued, paid by half and
paid in full; a court that lowered a fine leaves the same share of the other; who paid beyond what was asked pays as
much beyond it. So the answer is arithmetic, not a forecast, and says so.
"""

from collections.abc import Sequence
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Final, NamedTuple

import orjson
from clickhouse_connect.driver.client import Client
from clickhouse_connect.driver.exceptions import Error

from schemas.law.law import Law
from sinks.clickhouse.clickhouse_client import as_clickhouse_error
from sinks.reports.answer import LIMITS, Answer, Question, ReportError, freshness
from sinks.reports.builds import Builds
from sinks.reports.catalogue import file_of, sql_of
from sinks.reports.prices import Kind, Prices

#: What lines can be where prices are made anew: prices are kept by nothing else.
BY: Final = ("day", "month", "article", "owner_class")
COLUMNS: Final = (
    "group", "issued", "imposed_kzt", "collected_kzt", "other_imposed_kzt", "other_discounted_kzt", "other_paid_kzt",
    "other_collected_kzt", "difference_kzt",
)  # fmt: skip


class _Priced(NamedTuple):
    """A line of revenue_by_price.sql."""

    group: str
    article: str
    tier: int
    owner_class: str
    offence_day: str
    issued_day: str
    imposed_each_kzt: int
    lowered_to_kzt: int
    issued: int
    discounted: int
    discounted_kzt: int
    paid: int
    paid_kzt: int

    @property
    def kind(self) -> Kind:
        """What decides on the price."""
        offence, issued = date.fromisoformat(self.offence_day), date.fromisoformat(self.issued_day)
        return Kind(self.article, self.tier, self.owner_class, offence, issued)


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
    law = Law.load()
    prices, own = Prices(law.with_tariff(path)), Prices(law)
    fresh = freshness(client, question.report, builds)
    lines: dict[str, list[int]] = {}
    for row in _rows(client, question):
        was = own.as_imposed(row.imposed_each_kzt, row.lowered_to_kzt)
        other = prices.of(row.kind, row.imposed_each_kzt, row.lowered_to_kzt)
        other_half = row.discounted_kzt + row.discounted * (other.half_kzt - was.half_kzt)
        other_full = row.paid_kzt + row.paid * (other.full_kzt - was.full_kzt)
        collected = row.discounted_kzt + row.paid_kzt
        figures = (
            row.issued, row.issued * was.imposed_kzt, collected, row.issued * other.imposed_kzt, other_half, other_full,
            other_half + other_full, other_half + other_full - collected,
        )  # fmt: skip
        sums = lines.setdefault(row.group, [0] * len(figures))
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
            "Nobody is assumed to drive or pay otherwise; courts leave the same share of a fine.",
        ],
    )


def _rows(client: Client, question: Question) -> Sequence[_Priced]:
    sql = sql_of(file_of(question.report, question.by, tariff=True))
    given = {"from": question.first, "to": question.last, "by": question.by}
    try:
        found = client.raw_query(sql, parameters=given, settings=dict(LIMITS), fmt="JSONCompactEachRow")
    except Error as error:
        raise as_clickhouse_error(error) from error
    return [_Priced(*orjson.loads(line)) for line in found.splitlines()]
