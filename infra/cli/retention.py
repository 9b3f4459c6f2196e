"""`vigil retention`: which quarters' keys are due, their destruction, and the report that proves it."""

import json
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import date, datetime
from pathlib import Path
from typing import Any, Final

import click
from rich.console import Console
from rich.table import Table

from infra.cli.clickhouse_errors import clickhouse_sentence, quiet_client
from infra.cli.keys import opened, store_option
from infra.cli.retention_log import by_option, log_beside, now
from infra.cli.retention_silent import silent_command
from infra.cli.whole_table import print_whole
from infra.keys.key_store import KeyStore, KeyStoreError
from infra.keys.period import PeriodError
from infra.retention.attestation import attest, attest_until, attested
from infra.retention.destruction import Due, destroy, finish, plan, unfinished
from infra.retention.destruction_log import DESTROYED, DestructionLog
from infra.retention.retention_rules import RetentionError, RetentionRules
from infra.retention.sealed_rows import SealedRows
from infra.review.login import login_name
from infra.settings import Settings
from schemas.city_time import CITY
from sinks.clickhouse.clickhouse_client import ClickHouseError, connect

QUERY_S: Final = 300
json_option = click.option("--json", "as_json", is_flag=True, help="Write JSON for programs.")


@click.group(context_settings={"help_option_names": ["-h", "--help"]})
def command() -> None:
    """Destroy the keys of quarters whose last legal deadline has passed, and prove it (docs/keys.md).

    \b
    Examples:
      vigil retention attest
      vigil retention plan
      vigil retention apply --by officer-2
      vigil retention report --json
      vigil retention silent --apply
    """


command.add_command(silent_command)


@command.command("plan")
@store_option
@json_option
def plan_command(store: Path | None, *, as_json: bool) -> None:
    """List the quarters that have a key, from when on each may be destroyed, and whether it was attested.

    A quarter that is over and not attested is attested by `vigil retention attest` while its violations are there.

    \b
    Example:
      vigil retention plan
    """
    keys = opened(store)
    found, on = _planned(keys), datetime.now(CITY).date()
    lines = [_json(due, _attested_at(log_beside(keys.folder), due), on) for due in found]
    if as_json:
        click.echo(json.dumps(lines, indent=1))
        return
    table = Table("quarter", "fingerprint", "last day", "needed until", "attested", "")
    for line in lines:
        told = [line[name] or "" for name in ("period", "fingerprint", "last_day", "due_on", "attested")]
        table.add_row(*told, "due" if line["is_due"] else line["attest"] or "")
    print_whole(table, console=Console(highlight=False, width=120))


@command.command("attest")
@by_option
@store_option
@click.option("--again", is_flag=True, help="Also quarters that were attested before.")
@json_option
def attest_command(by: str | None, store: Path | None, *, again: bool, as_json: bool) -> None:
    """Hold the key of each quarter that is over against the plates that it sealed, and write to the log that they open.

    When a key falls due its plates have left the tables: this is what then proves that it was the one. Run it monthly;
    a quarter is attested once. Changes nothing but the log. Ends with 1 where a plate does not open.

    \b
    Examples:
      vigil retention attest
      vigil retention attest --again --json
    """
    keys = opened(store)
    log, on = log_beside(keys.folder), datetime.now(CITY).date()
    done: list[dict[str, Any]] = []
    with _errors_told():
        rows = _rows()
        for due in _planned(keys):
            key = keys.key(due.period)
            if key is None or on <= due.last_day or (attested(log, due.period) is not None and not again):
                continue
            facts = attest(key, log, rows, on, now(), by or login_name())
            done.append({"period": due.period, "fingerprint": due.fingerprint, "attested": facts})
    if as_json:
        click.echo(json.dumps(done, indent=1))
    elif not done:
        click.echo("every quarter that is over is attested")
    for one in () if as_json else done:
        opened_ones: Any = one["attested"]
        click.echo(
            f"{one['period']}: nothing is left to hold the key against; its destruction will want --unattested REASON"
            if opened_ones is None
            else f"{one['period']}: {opened_ones['opened']} of {opened_ones['sampled']} plates opened;"
            f" {_counted(opened_ones)}"
        )


@command.command("apply")
@click.option("--by", required=True, help="Who has it done: an officer's pseudonym; stands in the log.")
@click.option(
    "--unattested",
    metavar="REASON",
    help="Destroy a due key also where nothing proves that it sealed its quarter; the reason stands in the log.",
)
@store_option
@json_option
def apply_command(by: str, unattested: str | None, store: Path | None, *, as_json: bool) -> None:
    """Destroy each key that is due; what is announced and not ended is ended first.

    The key must have opened its quarter's plates: at `vigil retention attest`, or now, where some are still there.
    Counts the rows that it leads back to a plate, writes that to the log, destroys the key, and writes that it is gone.
    Restart `vigil run violations` and `vigil run sections` afterwards: a running process keeps the keys it has read.

    \b
    Examples:
      vigil retention apply --by officer-2
      vigil retention apply --by officer-2 --unattested "key of before the attestations; act 17/2027"
    """
    if unattested is not None and not unattested.strip():
        raise click.UsageError("--unattested wants a reason, such as the number of an act")
    keys = opened(store)
    log = log_beside(keys.folder)
    done: list[dict[str, Any]] = []
    with _errors_told():
        rows = _rows()
        for period, fingerprint in unfinished(log):
            done.append({"period": period, **finish(keys, log, rows, period, fingerprint, now(), by)})
        for due in (one for one in _planned(keys) if one.is_due):
            destroyed = destroy(keys, log, rows, due, now(), by, unattested)
            done.append({"period": due.period, **destroyed})
    if as_json:
        click.echo(json.dumps(done, indent=1))
    elif not done:
        click.echo("no quarter's key is due; see 'vigil retention plan'")
    for one in () if as_json else done:
        click.echo(f"{one['period']}: key destroyed; no longer led back to a plate: {_counted(one)}")


@command.command("report")
@store_option
@json_option
def report_command(store: Path | None, *, as_json: bool) -> None:
    """Show what was attested, destroyed and forgotten, when and by whom; the log's chain of hashes is checked first.

    Without a key store it cannot see whether a destroyed key is back, and says so.

    \b
    Example:
      vigil retention report
    """
    chosen = store or Settings().key_store
    if chosen is None:
        click.echo("no key store is named: whether a destroyed key is back was not looked at", err=True)
    log = log_beside(chosen)
    try:
        entries = log.entries()
        pending = unfinished(log)
        held = set() if chosen is None else set(opened(chosen).periods())
    except (RetentionError, KeyStoreError) as error:
        raise click.ClickException(str(error)) from error
    back = sorted({entry.period for entry in entries if entry.step == DESTROYED} & held)
    if as_json:
        lines = [{**json.loads(entry.line()), "sha256": entry.sha256} for entry in entries]
        click.echo(json.dumps({"entries": lines, "unfinished": [p for p, _ in pending], "keys_back": back}, indent=1))
    else:
        table = Table("no.", "step", "quarter", "fingerprint", "at", "by", "rows", "sample opened", "attested by")
        for entry in entries:
            facts = entry.facts
            read = next((facts[name] for name in ("opened", "opened_before", "opened_after") if name in facts), "")
            proof = facts.get("attested_by_entry") or facts.get("unattested")
            table.add_row(
                str(entry.number), entry.step, entry.period, entry.fingerprint, entry.at, entry.by, _counted(facts),
                str(read), "" if proof is None else str(proof),
            )  # fmt: skip
        print_whole(table, console=Console(highlight=False, width=200))
    problems = [f"the destruction of {period} was announced and not ended" for period, _ in pending]
    problems += [f"a key of {period} is back in the store" for period in back]
    if problems:
        raise click.ClickException("; ".join(problems) + ": run 'vigil retention apply'")


@contextmanager
def _errors_told() -> Iterator[None]:
    """Turn what goes wrong into one sentence.

    Raises:
        ClickException: with that sentence.
    """
    try:
        yield
    except (RetentionError, KeyStoreError, PeriodError) as error:
        raise click.ClickException(str(error)) from error
    except ClickHouseError as error:
        raise click.ClickException(clickhouse_sentence(Settings().clickhouse_address, error)) from error


def _rows() -> SealedRows:
    settings = Settings()
    quiet_client()
    password = settings.clickhouse_password.get_secret_value()
    address, user, database = settings.clickhouse_address, settings.clickhouse_user, settings.clickhouse_database
    return SealedRows(connect(address, user, password, database, QUERY_S))


def _counted(facts: Mapping[str, Any]) -> str:
    return ", ".join(f"{count} {name}" for name, count in facts.get("rows", {}).items())


def _attested_at(log: DestructionLog, due: Due) -> str | None:
    with _errors_told():
        proof = attested(log, due.period)
    return proof.at if proof is not None and proof.fingerprint == due.fingerprint else None


def _planned(keys: KeyStore) -> Sequence[Due]:
    try:
        return plan(keys, RetentionRules.load(), datetime.now(CITY).date())
    except (RetentionError, KeyStoreError, PeriodError) as error:
        raise click.ClickException(str(error)) from error


def _json(due: Due, attested_at: str | None, on: date) -> dict[str, Any]:
    until = attest_until(due.period)
    missing = attested_at is None and on > due.last_day
    return {
        "period": due.period,
        "fingerprint": due.fingerprint,
        "last_day": due.last_day.isoformat(),
        "due_on": due.due_on.isoformat(),
        "is_due": due.is_due,
        "source": due.source,
        "attested": attested_at,
        "attest": None if not missing else f"attest until {until}" if on <= until else "not attested in time",
    }
