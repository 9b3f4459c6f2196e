"""`vigil city history`: months of violations, cases, reviews, payments and incidents, straight into the tables."""

import json
import time
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any, Final

import click
from rich.console import Console
from rich.table import Table

from infra.city_history import destination as tables
from infra.city_history.destination import Destination, DestinationError
from infra.city_history.progress import Progress
from infra.city_history.run import BlockError, Order, Outcome, run
from infra.cli.clickhouse_errors import clickhouse_sentence, quiet_client
from infra.cli.whole_table import print_whole
from infra.settings import Settings
from producers.simulator.history.history import History
from producers.simulator.history.law import table as data_table
from producers.simulator.history.settings import HistorySettings
from producers.simulator.history.totals import Totals
from sinks.clickhouse.clickhouse_client import ClickHouseError
from sinks.clickhouse.migration import MigrationError

#: Columns of the closing table: figure and title.
COLUMNS: Final = (
    ("violations", "violations"),
    ("detected_kzt", "detected KZT"),
    ("imposed", "imposed"),
    ("imposed_kzt", "imposed KZT"),
    ("repeats", "repeat tier"),
    ("discounted_kzt", "discounted KZT"),
    ("paid_kzt", "paid in full KZT"),
    ("collected_kzt", "collected KZT"),
)
LEAST_WIDTH: Final = 150
Day = click.DateTime(["%Y-%m-%d"])


@click.command(context_settings={"help_option_names": ["-h", "--help"]})
@click.option("--from", "first", type=Day, required=True, help="First day of the offences, Almaty's.")
@click.option("--to", "last", type=Day, required=True, help="Last day, included.")
@click.option("--violations", type=click.IntRange(1), default=3_000_000, show_default=True, help="How many in all.")
@click.option("--incidents", type=click.IntRange(0), help="How many in all.  [default: 420 a day]")
@click.option("--seed", type=click.IntRange(0), default=1, show_default=True, help="Another seed, another history.")
@click.option("--url", help="ClickHouse's HTTP address.  [default: VIGIL_CLICKHOUSE_URL, or the local stack]")
@click.option("--database", help="Its database.  [default: VIGIL_CLICKHOUSE_DATABASE]")
@click.option("--migrate", is_flag=True, help="Make database and tables first.")
@click.option("--add", is_flag=True, help="Write beside rows of another origin.")
@click.option("--dry-run", is_flag=True, help="Only say what it would come to; needs no server.")
@click.option(
    "--processes", type=click.IntRange(1, 64), default=2, show_default=True, help="That make and insert blocks."
)
@click.option("--digest", is_flag=True, help="Print the SHA-256 of all rows; with --dry-run nothing is written.")
@click.option("--json", "as_json", is_flag=True, help="Write JSON for programs.")
def command(
    first: datetime,
    last: datetime,
    violations: int,
    incidents: int | None,
    seed: int,
    url: str | None,
    database: str | None,
    *,
    processes: int,
    migrate: bool,
    add: bool,
    dry_run: bool,
    digest: bool,
    as_json: bool,
) -> None:
    """Write a history of the test city into the product's own tables.

    Violations, every step of their cases, reviews, payments and incidents, as the sink would have written them: by
    whole blocks with tokens, into the landing tables, from which the materialized views fill the rest. The same seed
    gives the same rows. A run that broke off is repeated as it was; what is there stays once. Into a database that
    holds rows of another origin it writes only with --add.

    Collected is what is paid by the end of the payment term, by the day of the offence. docs/city-history.md has
    the model, its sources, and the SQL that gives the same totals.

    Exit 0 where the tables hold what was made, else 2; 1 is an error.

    \b
    Examples:
      vigil city history --from 2024-01-01 --to 2024-09-30
      vigil city history --from 2024-01-01 --to 2024-09-30 --database history --migrate --json
      vigil city history --from 2024-03-01 --to 2024-03-31 --violations 300000 --seed 7 --dry-run --digest
    """
    settings = Settings()
    quiet_client()
    password = settings.clickhouse_password.get_secret_value()
    address = url or settings.clickhouse_address
    place = Destination(address, settings.clickhouse_user, password, database or settings.clickhouse_database)
    days = (last - first).days + 1
    many = max(days, 0) * data_table("incidents")["per_day"] if incidents is None else incidents
    try:
        of = HistorySettings(first.date(), last.date(), violations, many, seed)
        report = _report(of, None if dry_run else place, processes, migrate=migrate, add=add, digest=digest)
    except BlockError as error:
        raise click.ClickException(clickhouse_sentence(address, ClickHouseError(error.code, error.text))) from error
    except ClickHouseError as error:
        raise click.ClickException(clickhouse_sentence(address, error)) from error
    except (DestinationError, MigrationError, ValueError) as error:
        raise click.ClickException(str(error)) from error
    if as_json:
        click.echo(json.dumps(report, indent=2))
    else:
        _print(report)
    if report["problems"]:
        raise SystemExit(2)


def _report(
    of: HistorySettings, place: Destination | None, processes: int, *, migrate: bool, add: bool, digest: bool
) -> dict[str, Any]:
    """Do it, and return what there is to say."""
    if place is not None:
        if migrate:
            place.migrate()
        place.require_tables()
    progress = Progress(0)
    began = time.monotonic()
    history = History(of, lambda ratio: progress.stage("planning", ratio))
    planned_s = time.monotonic() - began
    outcome = Outcome(Totals.empty(history.city), dict.fromkeys(history.ledger.bases, 0))
    if place is not None or digest:
        _write(history, Order(place, _created_ms(history, place, add=add), digest), processes, outcome)
    else:
        outcome.totals.sums[...] = history.totals().sums
        outcome.rows = {topic: history.ledger.rows(topic) for topic in history.ledger.bases}
    seconds = {"planning": planned_s, "rows": outcome.elapsed_s, "inserts": outcome.inserted_s}
    rows = sum(outcome.rows.values())
    rate = rows / (planned_s + outcome.elapsed_s) if outcome.elapsed_s else None
    return {
        "history": {
            "from": str(of.first), "to": str(of.last), "seed": of.seed, "violations": of.violations,
            "incidents": of.incidents,
        },
        "database": place.database if place is not None else None,
        "rows": outcome.rows,
        "totals": outcome.totals.to_json(),
        "goal": _goal(history, outcome.totals),
        "seconds": {name: round(value, 1) for name, value in seconds.items()},
        "rows_per_second": round(rate) if rate is not None else None,
        "digest": outcome.digest if digest else None,
        "problems": _problems(history, place, outcome) if place is not None else [],
    }  # fmt: skip


def _created_ms(history: History, place: Destination | None, *, add: bool) -> int:
    """Return the CreateTime of the rows: that of a run that broke off, else now."""
    if place is not None:
        client = place.client()
        others = tables.strangers(client, history.topic_ids)
        if others and not add:
            text = ", ".join(f"{rows:,} of {topic}" for topic, rows in others.items())
            raise DestinationError(
                f"database {place.database} holds rows of another origin: {text}; name another with --database"
                " (and --migrate), or say --add to write beside them"
            )
        before = tables.create_time_ms(client, history.topic_ids)
        if before is not None:
            return before
    return int(datetime.now(UTC).timestamp() * 1000)


def _write(history: History, order: Order, processes: int, outcome: Outcome) -> None:
    """Make all blocks and see them in."""
    progress = Progress(sum(history.ledger.rows(topic) for topic in history.ledger.bases))
    began = time.monotonic()
    for done in run(history, order, processes):
        outcome.add(done)
        progress.add(sum(done.rows.values()))
    outcome.elapsed_s = time.monotonic() - began


def _problems(history: History, place: Destination, outcome: Outcome) -> list[str]:
    """Hold the landing tables against what was made."""
    client, out = place.client(), []
    for topic, topic_id in history.topic_ids.items():
        found = tables.rows_of(client, topic, topic_id)
        if found != outcome.rows[topic]:
            out.append(f"{topic}: {found:,} rows in the table, {outcome.rows[topic]:,} were made")
    money = tables.money(client, history.topic_ids["case-events"])
    for step, figure in (("DETECTED", "detected_kzt"), ("ISSUED", "imposed_kzt"), ("DISCOUNTED", "discounted_kzt"),
                         ("PAID", "paid_kzt")):  # fmt: skip
        made = outcome.totals.total(figure)
        if money.get(step, 0) != made:
            out.append(f"{figure}: {money.get(step, 0):,} in the table, {made:,} were made")
    return out


def _goal(history: History, totals: Totals) -> Mapping[str, Any] | None:
    """Return what the collected sum should be, where the shares were tuned for such a history."""
    tuned, of = history.city.behaviour.tuned_for, history.city.settings
    if (of.first, of.last, of.violations) != (tuned["from"], tuned["to"], tuned["violations"]):
        return None
    goal = int(tuned["goal_collected_kzt"])
    return {"collected_kzt": goal, "deviation_ratio": round(totals.total("collected_kzt") / goal - 1, 6)}


def _print(report: Mapping[str, Any]) -> None:
    shown = Table()
    shown.add_column("article", no_wrap=True)
    for _, title in COLUMNS:
        shown.add_column(title, justify="right", no_wrap=True)
    for article, row in report["totals"]["by_article"].items():
        shown.add_row(article, *(f"{row[figure]:,}" for figure, _ in COLUMNS))
    shown.add_section()
    shown.add_row("total", *(f"{report['totals']['total'][figure]:,}" for figure, _ in COLUMNS))
    console = Console(width=max(Console().width, LEAST_WIDTH), highlight=False)
    print_whole(shown, console=console)
    goal = report["goal"]
    if goal is not None:
        console.print(f"Collected: {goal['deviation_ratio']:+.2%} against {goal['collected_kzt']:,} KZT.")
    console.print("Rows: " + ", ".join(f"{topic} {rows:,}" for topic, rows in report["rows"].items()) + ".")
    if report["database"] is not None:
        seconds = report["seconds"]
        console.print(
            f"In {report['database']} after {seconds['planning'] + seconds['rows']:.1f} s,"
            f" {report['rows_per_second']:,} rows/s, planning included."
        )
    for problem in report["problems"]:
        console.print(f"[red]Differs:[/] {problem}")
    if report["digest"] is not None:
        console.print(f"SHA-256: {report['digest']}")
