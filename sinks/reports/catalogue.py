"""Which reports there are, how each may be asked, and the file of its SQL."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from importlib import resources
from typing import Final

#: Rows that a report of many shows where nobody says how many.
LIMIT: Final = 50
#: Lines of the revenue by which prices are not kept: another tariff reads the cases.
PLACES: Final = frozenset({"camera", "district", "owner"})


@dataclass(frozen=True, slots=True)
class Report:
    """One report.

    Attributes:
        name: of the report, as in `vigil report NAME`.
        says: what it tells, one line.
        by: what its lines can be, the first one by default; empty: its lines are always the same.
        source: table of facts whose months must be made for it.
        group: what `--from` and `--to` are days of, for people.
        chart: column that a page's chart shows.
        cash: it can be asked by cash date.
        limited: it can have thousands of lines, so `--limit` holds.
        tariff: another tariff can be laid over it.
    """

    name: str
    says: str
    by: Sequence[str]
    source: str
    group: str
    chart: str
    cash: bool = False
    limited: bool = False
    tariff: bool = False


REPORTS: Final[Mapping[str, Report]] = {
    report.name: report
    for report in (
        Report(
            "revenue",
            "Fines proposed, imposed and collected, by date of offence or of cash.",
            ("day", "month", "article", "district", "camera", "owner", "owner_class"),
            "case_events_facts",
            "the offence",
            "collected_kzt",
            cash=True,
            limited=True,
            tariff=True,
        ),
        Report(
            "waterfall",
            "From detected to collected: where each tenge is lost, and why.",
            (),
            "case_events_facts",
            "the offence",
            "kzt",
        ),
        Report(
            "ageing",
            "Prescriptions unpaid at the end of a day, by age and stage.",
            ("age", "stage", "article", "month"),
            "case_events_facts",
            "the issue; unpaid at the end of --to",
            "kzt",
        ),
        Report(
            "repeat",
            "How many vehicles have how many prescriptions, and their share.",
            (),
            "case_events_facts",
            "the offence",
            "vehicles",
        ),
        Report(
            "incidents",
            "Incidents with delay, duration and share of false alarms.",
            ("kind", "district", "hour", "day", "severity", "owner"),
            "incidents_facts",
            "the opening",
            "incidents",
        ),
        Report(
            "cameras",
            "Uptime, gaps and yield of cameras.",
            (),
            "case_events_facts",
            "the offence, and of the connection",
            "collected_kzt",
            limited=True,
        ),
        Report(
            "reviews",
            "Load, time and agreement of those who review.",
            ("day", "month", "officer", "verdict", "reason"),
            "reviews_facts",
            "the decision",
            "reviews",
        ),
    )
}


def file_of(report: Report, by: str | None, *, cash: bool = False, tariff: bool = False) -> str:
    """Return the name of the file whose SQL answers a question."""
    if report.name == "reviews" and by not in {None, "day", "month"}:
        return "reviews_by_decision.sql"
    if report.name == "ageing" and by == "article":
        return "ageing_by_article.sql"
    if report.name != "revenue":
        return f"{report.name}.sql"
    if tariff:
        return "revenue_by_place_and_price.sql" if by in PLACES else "revenue_by_price.sql"
    if by == "camera":
        return "revenue_by_camera_and_cash_date.sql" if cash else "revenue_by_camera.sql"
    return "revenue_by_cash_date.sql" if cash else "revenue.sql"


def sql_of(name: str) -> str:
    """Return the text of a file."""
    return resources.files("sinks.reports").joinpath(name).read_text(encoding="utf-8")
