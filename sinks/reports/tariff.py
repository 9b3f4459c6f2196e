"""What another tariff would have brought: the period's prescriptions priced anew, and paid as they were paid.

Nobody is assumed to drive or pay otherwise because the price is another: as many cases are issued, paid by half and
paid in full; a court that lowered a fine leaves the same share of the other; who paid beyond what was asked pays as
much beyond it. So the answer is arithmetic, not a forecast, and says so.
"""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from operator import add
from pathlib import Path
from typing import Any, Final

from clickhouse_connect.driver.client import Client
from clickhouse_connect.driver.exceptions import Error

from schemas.law.law import Law
from sinks.clickhouse.clickhouse_client import as_clickhouse_error
from sinks.reports.answer import LIMITS, Answer, Question, ReportError, freshness, further
from sinks.reports.builds import Builds
from sinks.reports.catalogue import PLACES, file_of, sql_of
from sinks.reports.prices import Repricing
from sinks.reports.reply import document_of

COLUMNS: Final = (
    "group", "issued", "imposed_kzt", "collected_kzt", "other_imposed_kzt", "other_discounted_kzt", "other_paid_kzt",
    "other_collected_kzt", "difference_kzt",
)  # fmt: skip
_ISSUED: Final = "SELECT sum(issued) FROM report_prices WHERE offence_day BETWEEN {from:Date} AND {to:Date}"


def with_tariff(client: Client, question: Question, path: Path, builds: Builds | None = None) -> Answer:
    """Return the revenue of a period as it was and under the law with a tariff laid over it.

    Args:
        client: connected to the database.
        question: of the revenue by date of offence.
        path: the tariff.
        builds: as of `ask`.

    Raises:
        ReportError: it is asked by cash date.
        LawError: the tariff is not as it must be, or does not price what is in the tables.
        ClickHouseError: ClickHouse refused a query, or does not answer.
    """
    if question.cash:
        raise ReportError("--tariff goes by date of offence; leave out --by-cash-date")
    law = Law.load()
    repricing = Repricing(law, law.with_tariff(path))
    fresh = freshness(client, question.report, builds)
    lines: dict[str, list[int]] = {}
    for group, article, tier, owner, offence, sent, each, left, issued, halves, half_kzt, fulls, full_kzt in _rows(
        client, question, repricing
    ):
        was, other = repricing.of(article, tier, owner, offence, sent, (each, left))
        other_half = half_kzt + halves * (other.half_kzt - was.half_kzt)
        other_full = full_kzt + fulls * (other.full_kzt - was.full_kzt)
        collected, brought = half_kzt + full_kzt, other_half + other_full
        figures = (
            issued, issued * each, collected, issued * other.imposed_kzt, other_half, other_full, brought,
            brought - collected,
        )  # fmt: skip
        sums = lines.get(group)
        lines[group] = list(figures if sums is None else map(add, sums, figures))
    totals = dict(zip(COLUMNS[1:], map(sum, zip(*lines.values(), strict=True)), strict=True)) if lines else {}
    rows: list[Sequence[Any]] = [(group, *sums) for group, sums in lines.items()]
    if question.by == "camera":
        rows.sort(key=lambda row: (-row[COLUMNS.index("collected_kzt")], row[0]))
    beyond = len(rows) - question.limit if question.by == "camera" else 0
    return Answer(
        replace(question),
        COLUMNS,
        rows[: question.limit] if beyond > 0 else rows,
        totals,
        frozenset({"group"}),
        fresh.as_of,
        fresh.made_at,
        [
            f"other_*: priced by {path.name}, with as many prescriptions and payments as there were.",
            "Nobody is assumed to drive or pay otherwise; courts leave the same share of a fine.",
            *([further(beyond)] if beyond > 0 else []),
            *_left_out(client, question, totals.get("issued", 0)),
        ],
    )


def parquet_of(client: Client, answer: Answer) -> bytes:
    """Return an answer as Parquet: computed here, written by ClickHouse as that of every other report is.

    Raises:
        ClickHouseError: ClickHouse refused it, or does not answer.
    """
    # each column is one bound list, so that no value becomes part of the SQL
    columns = [[row[number] for row in answer.rows] for number in range(len(answer.columns))]
    named = ", ".join(
        f"{{c{number}:Array({'String' if name in answer.texts else 'Int64'})}} AS `{name}`"
        for number, name in enumerate(answer.columns)
    )
    joined = ", ".join(f"`{name}`" for name in answer.columns)
    sql = f"SELECT {joined} FROM (SELECT {named}) ARRAY JOIN {joined}"  # noqa: S608  names from COLUMNS
    given = {f"c{number}": values for number, values in enumerate(columns)}
    try:
        found: bytes = client.raw_query(sql, parameters=given, settings=dict(LIMITS), fmt="Parquet")
    except Error as error:
        raise as_clickhouse_error(error) from error
    return found


def _rows(client: Client, question: Question, repricing: Repricing) -> Iterator[Sequence[Any]]:
    """Yield the lines that prices are made anew from, with the days of offence and issue as texts."""
    sql = sql_of(file_of(question.report, question.by, tariff=True))
    if question.by not in PLACES:
        yield from _asked(client, sql, question, by=question.by)
        return
    days = repricing.spans(question.first)
    texts = [str(day) for day in days]
    for group, article, tier, owner_class, offence, issued, *rest in _asked(
        client, sql, question, by=question.by, days=days
    ):
        # issued on a day before the period's first: a clock that was wrong; priced as on that day
        yield group, article, tier, owner_class, texts[offence - 1], texts[max(issued, 1) - 1], *rest


def _left_out(client: Client, question: Question, issued: int) -> Sequence[str]:
    """Return a sentence on prescriptions that no case is left of; none where all are there."""
    if question.by not in PLACES:
        return ()
    ((all_issued,),) = _asked(client, _ISSUED, question)
    if all_issued <= issued:
        return ()
    said = (
        f"{all_issued - issued:,} prescriptions are left out: the cases of their months have gone by their term, and"
        " prices are kept by no place; --by day, month, article or owner_class has them."
    )
    return (said,)


def _asked(client: Client, sql: str, question: Question, **given: Any) -> Sequence[Sequence[Any]]:
    """Return the rows of a query over the period."""
    parameters = {"from": question.first, "to": question.last, **given}
    try:
        found = client.raw_query(sql, parameters=parameters, settings=dict(LIMITS), fmt="JSONCompact")
    except Error as error:
        raise as_clickhouse_error(error) from error
    rows: Sequence[Sequence[Any]] = document_of(found)["data"]
    return rows
