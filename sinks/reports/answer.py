"""Asks ClickHouse one report: read-only, with limits of time and memory, and totals from the engine itself."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Final

from clickhouse_connect.driver.client import Client
from clickhouse_connect.driver.exceptions import Error

from sinks.clickhouse.clickhouse_client import as_clickhouse_error
from sinks.reports.builds import Builds, Freshness
from sinks.reports.catalogue import Report, file_of, sql_of
from sinks.reports.reply import document_of

#: A report reads and may not change anything, take for ever, or take all memory.
LIMITS: Final[Mapping[str, Any]] = {
    "readonly": 2,
    "max_execution_time": 30,
    "max_memory_usage": 2 * 1024**3,
    "output_format_json_quote_64bit_integers": 0,
}


class ReportError(ValueError):
    """A report cannot be asked so, or there is nothing to ask; the text says what to do."""


@dataclass(frozen=True, slots=True)
class Question:
    """What is asked.

    Attributes:
        report: which.
        first: first day, Almaty's.
        last: last day, included.
        by: what the lines are; None: the report has one kind of lines.
        cash: by the day of each step.
        limit: most lines, where the report may have thousands.
    """

    report: Report
    first: date
    last: date
    by: str | None
    cash: bool = False
    limit: int = 50

    def __post_init__(self) -> None:
        """Check that it makes sense.

        Raises:
            ReportError: it does not.
        """
        if self.first > self.last:
            raise ReportError(f"--from {self.first} is after --to {self.last}; expected the earlier day first")
        if self.by not in (self.report.by or (None,)):
            raise ReportError(
                f"report {self.report.name} has no --by {self.by}; expected "
                + (" or ".join(self.report.by) if self.report.by else "none: its lines are always the same")
            )
        if self.cash and not self.report.cash:
            raise ReportError(f"report {self.report.name} knows no cash date; leave out --by-cash-date")

    @property
    def file(self) -> str:
        """Name of the file with the SQL."""
        return file_of(self.report, self.by, cash=self.cash)

    @property
    def parameters(self) -> Mapping[str, Any]:
        """Values of the SQL's placeholders; it takes those that it names."""
        return {
            "from": self.first,
            "to": self.last,
            "by": self.by or "",
            "limit": self.limit,
        }


@dataclass(frozen=True, slots=True)
class Answer:
    """What ClickHouse said.

    Attributes:
        question: what was asked.
        columns: names, in order; the first one is the line's name.
        rows: values by column.
        totals: of all lines, also of those beyond a limit; empty texts and ratios that have no total are left out.
        texts: columns that hold text.
        as_of: when the newest row that the report knows of had reached ClickHouse.
        made_at: when its tables were made last.
        notes: sentences a reader needs.
    """

    question: Question
    columns: Sequence[str]
    rows: Sequence[Sequence[Any]]
    totals: Mapping[str, Any]
    texts: frozenset[str]
    as_of: datetime
    made_at: datetime
    notes: Sequence[str]

    def document(self) -> Mapping[str, Any]:
        """Return it as plain data."""
        asked = self.question
        return {
            "report": asked.report.name,
            "from": str(asked.first),
            "to": str(asked.last),
            "by": asked.by,
            "by_cash_date": asked.cash,
            "as_of": _text(self.as_of),
            "made_at": _text(self.made_at),
            "notes": list(self.notes),
            "rows": [dict(zip(self.columns, row, strict=True)) for row in self.rows],
            "totals": dict(self.totals),
        }


def ask(client: Client, question: Question, builds: Builds | None = None) -> Answer:
    """Return the answer to a question.

    Args:
        client: connected to the database.
        question: a checked one.
        builds: a look at the tables since they were made last; None: it is taken here.

    Raises:
        ReportError: the reports' tables hold nothing of the report's source, or what an earlier version made of it.
        ClickHouseError: ClickHouse refused it, or does not answer.
    """
    fresh = freshness(client, question.report, builds)
    document = document_of(raw(client, question, "JSONCompact"))
    columns = [str(column["name"]) for column in document["meta"]]
    texts = frozenset(str(c["name"]) for c in document["meta"] if "String" in c["type"] or "Date" in c["type"])
    totals = dict(zip(columns, document["totals"], strict=True)) if "totals" in document else {}
    totals = {name: value for name, value in totals.items() if name not in texts}
    if question.report.name == "waterfall":
        totals = _levels(document["data"])
    return Answer(
        question,
        columns,
        document["data"],
        totals,
        texts,
        fresh.as_of,
        fresh.made_at,
        _notes(question, totals, document),
    )


def raw(client: Client, question: Question, form: str) -> bytes:
    """Return the answer in one of ClickHouse's own formats.

    Raises:
        ClickHouseError: ClickHouse refused it, or does not answer.
    """
    sql = sql_of(question.file)
    given = {name: value for name, value in question.parameters.items() if f"{{{name}:" in sql}
    try:
        found: bytes = client.raw_query(sql, parameters=given, settings=dict(LIMITS), fmt=form)
    except Error as error:
        raise as_clickhouse_error(error) from error
    return found


def freshness(client: Client, report: Report, builds: Builds | None) -> Freshness:
    """Return how fresh a report's tables are.

    Args:
        client: connected to the database.
        report: which.
        builds: a look at its tables; None: one is taken.

    Raises:
        ReportError: nothing was made of the report's source yet, or a month is as an earlier version made it.
        ClickHouseError: ClickHouse refused it, or does not answer.
    """
    look = builds or Builds.read(client)
    found = look.fresh.get(report.source)
    if found is None:
        raise ReportError(
            f"report {report.name} has nothing to read: no month of {report.source} was made; run"
            " 'vigil report refresh', and where that finds nothing, see that the sink writes ('vigil status')"
        )
    if look.outdated(report.source):
        raise ReportError(
            f"the tables of report {report.name} were made by an earlier version of the reports, so it would lack"
            " months without saying so; run 'vigil report refresh' with a user who may make tables, and ask again"
        )
    return found


def further(lines: int) -> str:
    """Return the sentence on lines beyond a limit."""
    return f"{lines:,} further lines are in the totals only; --limit shows more."


def _levels(rows: Sequence[Sequence[Any]]) -> dict[str, Any]:
    """Return cases and tenge of a waterfall's levels and of what was received, by name in snake case, as all keys."""
    out: dict[str, Any] = {}
    for part, _, name, _, cases, kzt in rows:
        if part != "loss":
            key = name.replace(" ", "_")
            out |= {key: cases, f"{key}_kzt": kzt}
    return out


def _notes(question: Question, totals: Mapping[str, Any], document: Mapping[str, Any]) -> Sequence[str]:
    name, out = question.report.name, []
    if not document["data"] and name != "waterfall":
        out.append(f"Nothing lies between {question.first} and {question.last}.")
    beyond = int(document.get("rows_before_limit_at_least", 0)) - len(document["data"])
    if question.report.limited and beyond > 0 and question.by in {"camera", None}:
        out.append(further(beyond))
    if name == "incidents" and not totals.get("reviewed"):
        out.append("No officer has reviewed an incident of this period, so the share of false alarms is not known.")
    if name == "cameras" and totals.get("uptime_ratio") is None:
        out.append("No camera reported its connection in this period, so uptime and gaps are not known.")
    if name == "repeat" and _quarter(question.first) != _quarter(question.last):
        out.append(
            "Vehicles have another key in each quarter, and this period has more than one: they count once a quarter,"
            " so there are more of them, with fewer prescriptions each, than on the street."
        )
    if name == "reviews" and question.by in {"officer", "verdict", "reason"}:
        out.append("Second reviews belong to two decisions and are in the totals only.")
    return out


def _quarter(day: date) -> tuple[int, int]:
    """Return year and quarter: the periods of keys (decision 0163)."""
    return day.year, (day.month - 1) // 3


def _text(moment: datetime) -> str:
    return moment.strftime("%Y-%m-%dT%H:%M:%SZ")
