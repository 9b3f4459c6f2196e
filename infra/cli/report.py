"""`vigil report`: fines, incidents, cameras and reviews as tables, files and pages."""

import io
import json
import sys
from collections.abc import Callable, Sequence
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any, Final

import click
from rich.console import Console
from rich.table import Table

from infra.cli.clickhouse_errors import clickhouse_sentence, quiet_client
from infra.cli.whole_table import print_whole
from infra.settings import Settings
from schemas.city_time import CITY
from schemas.law.entry import LawError
from sinks.clickhouse.clickhouse_client import ClickHouseError, connect
from sinks.reports import refresh as refreshing
from sinks.reports.answer import Answer, Question, ReportError, ask, raw
from sinks.reports.builds import Builds
from sinks.reports.catalogue import LIMIT, REPORTS, Report, file_of, sql_of
from sinks.reports.delimited import csv_of
from sinks.reports.figures import freshness_of, shown, title_of
from sinks.reports.tariff import parquet_of, with_tariff

FORMATS: Final = ("table", "csv", "json", "xlsx", "parquet", "html")
#: Of these a terminal can show nothing.
_BINARY: Final = ("xlsx", "parquet")
#: ClickHouse's codes where a user may only read: READONLY, ACCESS_DENIED.
_MAY_NOT: Final = (164, 497)
#: Widest line of a table; narrower terminals wrap less readably than they scroll.
_WIDTH: Final = 170
Day = click.DateTime(["%Y-%m-%d"])


class _Reports(click.Group):
    """Says which reports there are where one is asked for that is none."""

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        """Find a report."""
        if args and self.get_command(ctx, args[0]) is None:
            raise click.UsageError(
                f"there is no report {args[0]!r}; expected {', '.join(REPORTS)}; see 'vigil report list'", ctx
            )
        return super().resolve_command(ctx, args)


@click.group(cls=_Reports, context_settings={"help_option_names": ["-h", "--help"]})
def command() -> None:
    """Answer questions about fines, incidents, cameras and reviews.

    Days are Almaty's, and both included. A report first makes its tables of months that changed; see
    `vigil report refresh`. docs/reports.md shows each, docs/queries.md how to ask further.

    \b
    Examples:
      vigil report list
      vigil report revenue --from 2024-01-01 --to 2024-09-30 --format json
      vigil report revenue --by camera --by-cash-date --format xlsx --out cameras.xlsx
      vigil report sql waterfall
    """


@command.command("list")
@click.option("--json", "as_json", is_flag=True, help="Write JSON for programs.")
def listing(*, as_json: bool) -> None:
    """List the reports.

    \b
    Examples:
      vigil report list
      vigil report list --json
    """
    if as_json:
        click.echo(json.dumps({r.name: {"says": r.says, "by": list(r.by)} for r in REPORTS.values()}, indent=2))
        return
    table = Table("report", "says", "--by")
    for report in REPORTS.values():
        table.add_row(report.name, report.says, ", ".join(report.by) or "-")
    print_whole(table)


@command.command("sql")
@click.argument("name", type=click.Choice(tuple(REPORTS)))
@click.option("--by", help="Lines, as of the report itself.")
@click.option("--by-cash-date", "cash", is_flag=True, help="The SQL of the report by cash date.")
@click.option("--tariff", is_flag=True, help="The SQL that prices under another tariff are made from.")
def sql(name: str, by: str | None, *, cash: bool, tariff: bool) -> None:
    """Print a report's SQL, to be used as it is.

    \b
    Examples:
      vigil report sql revenue --by camera
      vigil report sql revenue --tariff
      clickhouse-client --param_from=2024-01-01 --param_to=2024-09-30 --queries-file waterfall.sql
    """
    try:
        Question(REPORTS[name], date.min, date.max, by or next(iter(REPORTS[name].by), None), cash)
    except ReportError as error:
        raise click.ClickException(str(error)) from error
    if tariff and not REPORTS[name].tariff:
        raise click.ClickException(f"no tariff can be laid over the report {name}; leave out --tariff")
    click.echo(sql_of(file_of(REPORTS[name], by, cash=cash, tariff=tariff)), nl=False)


@command.command("refresh")
@click.option("--all", "everything", is_flag=True, help="Make every month anew, also what did not change.")
@click.option("--json", "as_json", is_flag=True, help="Write JSON for programs.")
def refresh(*, everything: bool, as_json: bool) -> None:
    """Make the reports' tables of the months that changed.

    A month is made as a whole and takes the old one's place, so a second run changes nothing. Each report does this for
    itself; run it on a schedule where readers may not write.

    \b
    Examples:
      vigil report refresh
      vigil report refresh --all --json
    """
    settings = Settings()
    quiet_client()
    try:
        works = refreshing.refresh(_client(settings), _say, everything=everything)
    except ClickHouseError as error:
        raise click.ClickException(clickhouse_sentence(settings.clickhouse_address, error)) from error
    if as_json:
        click.echo(json.dumps([{"source": work.source, "month": work.month} for work in works]))
    else:
        click.echo(f"{len(works)} month(s) made." if works else "Everything is as the facts are.")


def _report(report: Report) -> click.Command:
    """Return the command of a report."""

    def run(**asked: Any) -> None:
        _run(report, asked)

    options: list[Callable[[Any], Any]] = [
        click.option("--from", "first", type=Day, help=f"First day of {report.group}.  [default: that month's first]"),
        click.option("--to", "last", type=Day, help="Last day, included.  [default: yesterday]"),
    ]
    if report.by:
        by = click.Choice(report.by)
        options.append(click.option("--by", type=by, default=report.by[0], show_default=True, help="What lines are."))
    if report.cash:
        options.append(click.option("--by-cash-date", "cash", is_flag=True, help="Date each figure by its own step."))
    if report.limited:
        limit = click.IntRange(1, 100_000)
        words = "Most cameras shown; totals are of all."
        options.append(click.option("--limit", type=limit, default=LIMIT, show_default=True, help=words))
    if report.tariff:
        path = click.Path(exists=True, dir_okay=False, path_type=Path)
        words = "What this tariff would have brought (TOML, docs/reports.md)."
        options.append(click.option("--tariff", type=path, help=words))
    options += [
        click.option(
            "--format", "form", type=click.Choice(FORMATS), default="table", show_default=True, help="What is written."
        ),
        click.option(
            "--out", type=click.Path(dir_okay=False, path_type=Path), help="Where to.  [default: standard output]"
        ),
        click.option("--no-refresh", "stale", is_flag=True, help="Answer from the tables as they were made last."),
        click.option("--url", help="ClickHouse's HTTP address.  [default: VIGIL_CLICKHOUSE_URL, or the local stack]"),
        click.option("--database", help="Its database.  [default: VIGIL_CLICKHOUSE_DATABASE]"),
    ]
    for option in reversed(options):
        run = option(run)
    dates = "--from 2024-01-01 --to 2024-09-30"
    run.__doc__ = (
        f"{report.says}\n\n\b\nExamples:\n  vigil report {report.name} {dates}\n"
        f"  vigil report {report.name} {dates} --format xlsx --out {report.name}.xlsx\n"
    )
    return click.command(report.name, context_settings={"help_option_names": ["-h", "--help"]})(run)


def _run(report: Report, asked: dict[str, Any]) -> None:
    """Answer one report."""
    settings = Settings()
    quiet_client()
    address, out, form = asked["url"] or settings.clickhouse_address, asked["out"], asked["form"]
    if form in _BINARY and out is None and sys.stdout.isatty():
        raise click.ClickException(f"a terminal cannot show {form}; say where to with --out FILE")
    try:
        last = asked["last"].date() if asked["last"] else datetime.now(CITY).date() - timedelta(days=1)
        first = asked["first"].date() if asked["first"] else _first(report, last)
        question = Question(report, first, last, asked.get("by"), asked.get("cash", False), asked.get("limit", LIMIT))
        client = _client(settings, address, asked["database"])
        builds = Builds.read(client) if asked["stale"] else _freshen(client)
        tariff = asked.get("tariff")
        answer = ask(client, question, builds) if tariff is None else with_tariff(client, question, tariff, builds)
        written = _written(client, answer, form, tariff=tariff is not None)
    except ClickHouseError as error:
        raise click.ClickException(clickhouse_sentence(address, error)) from error
    except (ReportError, LawError) as error:
        raise click.ClickException(str(error)) from error
    if written is None:
        _print(answer, out)
    elif out is None:
        click.get_binary_stream("stdout").write(written)
    else:
        _save(out, written)


def _first(report: Report, last: date) -> date:
    """Return the first day where none is named: of ageing any, else the month's."""
    return date(2000, 1, 1) if report.name == "ageing" else last.replace(day=1)


def _freshen(client: Any) -> Builds:
    """Make what is due, and return how things are then; who may only read gets the tables as they are."""
    builds = Builds.read(client)
    if not builds.due():
        return builds
    try:
        refreshing.refresh(client, _say)
    except ClickHouseError as error:
        if error.code not in _MAY_NOT:
            raise
        _say("this user may not make the reports' tables, so they are as 'vigil report refresh' left them")
    return Builds.read(client)


def _written(client: Any, answer: Answer, form: str, *, tariff: bool) -> bytes | None:
    """Return what a file of a format holds; None: a table for people."""
    match form:
        case "csv":
            return csv_of(answer)
        case "json":
            return json.dumps(answer.document(), indent=2, ensure_ascii=False).encode() + b"\n"
        case "xlsx":
            from sinks.reports.workbook import xlsx_of  # noqa: PLC0415  a tenth of the start, for one format

            return xlsx_of(answer)
        case "html":
            from sinks.reports.page import html_of  # noqa: PLC0415  likewise

            return html_of(answer)
        case "parquet" if tariff:
            return parquet_of(client, answer)
        case "parquet":
            return raw(client, answer.question, "Parquet")
        case _:
            return None


def _print(answer: Answer, out: Path | None) -> None:
    """Write a table for people."""
    table = Table(title=title_of(answer), title_justify="left")
    for name in answer.columns:
        right = name not in answer.texts
        head = (answer.question.by or "line") if name == "group" else name.replace("_", " ")
        table.add_column(head, justify="right" if right else "left", no_wrap=right)
    for row in answer.rows:
        table.add_row(*(shown(name, value) for name, value in zip(answer.columns, row, strict=True)))
    if answer.totals and set(answer.totals) <= set(answer.columns):
        table.add_section()
        cells = [shown(name, answer.totals[name]) if name in answer.totals else "" for name in answer.columns]
        table.add_row(cells[0] or "total", *cells[1:])
    lines = [freshness_of(answer), *answer.notes]
    if out is None:
        console = Console(width=max(Console().width, _WIDTH), highlight=False, markup=False)
        print_whole(table, console=console)
        console.print("\n".join(lines))
        return
    page = io.StringIO()
    console = Console(file=page, width=_WIDTH, highlight=False, markup=False)
    print_whole(table, console=console)
    console.print("\n".join(lines))
    _save(out, page.getvalue().encode())


def _save(out: Path, written: bytes) -> None:
    try:
        out.write_bytes(written)
    except OSError as error:
        raise click.ClickException(f"{out}: {error.strerror or error}") from error
    click.echo(f"wrote {out}", err=True)


def _client(settings: Settings, address: str | None = None, database: str | None = None) -> Any:
    password = settings.clickhouse_password.get_secret_value()
    return connect(
        address or settings.clickhouse_address,
        settings.clickhouse_user,
        password,
        database or settings.clickhouse_database,
        refreshing.QUERY_S,
    )


def _say(line: str) -> None:
    click.echo(f"{datetime.now(UTC):%H:%M:%S} {line}", err=True)


def _commands() -> Sequence[click.Command]:
    return [_report(report) for report in REPORTS.values()]


for _one in _commands():
    command.add_command(_one)
