"""`vigil retention`: which quarters' keys are due, their destruction, and the report that proves it."""

import json
import time
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final

import click
from confluent_kafka import KafkaException
from rich.console import Console
from rich.table import Table

from infra.cli.clickhouse_errors import clickhouse_sentence, quiet_client
from infra.cli.keys import opened, store_option
from infra.keys.key_store import KeyStore, KeyStoreError
from infra.keys.period import CITY, PeriodError
from infra.retention.destruction import Due, destroy, finish, plan, unfinished
from infra.retention.destruction_log import DestructionLog
from infra.retention.retention_rules import RetentionError, RetentionRules
from infra.retention.sealed_rows import SealedRows
from infra.retention.silent_states import APPS, SilentStates, silent_before_ms
from infra.settings import Settings
from schemas.topics import catalogue, changelog_of
from sinks.clickhouse.clickhouse_client import ClickHouseError, connect

#: The log lies with the keys: whoever may destroy them may write it.
LOG: Final = "destroyed.jsonl"
QUERY_S: Final = 300
#: Exit code of `silent` where states are to be forgotten; 1 is an error.
PENDING: Final = 2
json_option = click.option("--json", "as_json", is_flag=True, help="Write JSON for programs.")


@click.group(context_settings={"help_option_names": ["-h", "--help"]})
def command() -> None:
    """Destroy the keys of quarters whose last legal deadline has passed, and prove it (docs/keys.md).

    \b
    Examples:
      vigil retention plan
      vigil retention apply --by officer-2
      vigil retention report --json
      vigil retention silent --apply
    """


@command.command("plan")
@store_option
@json_option
def plan_command(store: Path | None, *, as_json: bool) -> None:
    """List the quarters that have a key, and from when on each may be destroyed. Changes nothing.

    \b
    Example:
      vigil retention plan
    """
    found = _planned(opened(store))
    if as_json:
        click.echo(json.dumps([_json(due) for due in found], indent=1))
        return
    table = Table("quarter", "fingerprint", "last day", "needed until", "")
    for due in found:
        table.add_row(due.period, due.fingerprint, str(due.last_day), str(due.due_on), "due" if due.is_due else "")
    Console(highlight=False).print(table)


@command.command("apply")
@click.option("--by", required=True, help="Who has it done: an officer's pseudonym; stands in the log.")
@store_option
@json_option
def apply_command(by: str, store: Path | None, *, as_json: bool) -> None:
    """Destroy each key that is due; what is announced and not ended is ended first.

    Counts the rows that the key sealed and opens a sample with it before, writes both to the log, destroys the key, and
    writes that it is gone. Restart `vigil run violations` afterwards: a running process keeps the keys it has read.

    \b
    Example:
      vigil retention apply --by officer-2
    """
    keys = opened(store)
    log = DestructionLog(keys.folder / LOG)
    settings = Settings()
    quiet_client()
    done: list[dict[str, Any]] = []
    try:
        password = settings.clickhouse_password.get_secret_value()
        client = connect(
            settings.clickhouse_address, settings.clickhouse_user, password, settings.clickhouse_database, QUERY_S
        )
        rows = SealedRows(client)
        for period, fingerprint in unfinished(log):
            done.append({"period": period, **finish(keys, log, rows, period, fingerprint, _now(), by)})
        for due in (one for one in _planned(keys) if one.is_due):
            destroyed = destroy(keys, log, rows, due, _now(), by)
            done.append({"period": due.period, **destroyed})
    except (RetentionError, KeyStoreError, PeriodError) as error:
        raise click.ClickException(str(error)) from error
    except ClickHouseError as error:
        raise click.ClickException(clickhouse_sentence(settings.clickhouse_address, error)) from error
    if as_json:
        click.echo(json.dumps(done, indent=1))
    elif not done:
        click.echo("no quarter's key is due; see 'vigil retention plan'")
    for one in () if as_json else done:
        sealed = ", ".join(f"{count} rows of {view}" for view, count in one["rows"].items())
        click.echo(f"{one['period']}: key destroyed; {sealed} can no longer be read")


@command.command("report")
@store_option
@json_option
def report_command(store: Path | None, *, as_json: bool) -> None:
    """Show what was destroyed, when and by whom; the log's chain of hashes is checked first.

    \b
    Example:
      vigil retention report
    """
    keys = opened(store)
    log = DestructionLog(keys.folder / LOG)
    try:
        entries = log.entries()
        pending = unfinished(log)
        held = set(keys.periods())
    except (RetentionError, KeyStoreError) as error:
        raise click.ClickException(str(error)) from error
    back = sorted({entry.period for entry in entries if entry.step == "destroyed"} & held)
    if as_json:
        lines = [{**json.loads(entry.line()), "sha256": entry.sha256} for entry in entries]
        click.echo(json.dumps({"entries": lines, "unfinished": [p for p, _ in pending], "keys_back": back}, indent=1))
    else:
        table = Table("no.", "step", "quarter", "fingerprint", "at", "by", "sealed rows", "sample opened")
        for entry in entries:
            rows = ", ".join(f"{view} {count}" for view, count in entry.facts["rows"].items())
            read = entry.facts.get("opened_before", entry.facts.get("opened_after"))
            table.add_row(
                str(entry.number), entry.step, entry.period, entry.fingerprint, entry.at, entry.by, rows, str(read)
            )
        Console(highlight=False, width=170).print(table)
    problems = [f"the destruction of {period} was announced and not ended" for period, _ in pending]
    problems += [f"a key of {period} is back in the store" for period in back]
    if problems:
        raise click.ClickException("; ".join(problems) + ": run 'vigil retention apply'")


@command.command("silent")
@click.option("--apply", "applies", is_flag=True, help="Forget them; without it they are only counted.")
@json_option
def silent_command(*, applies: bool, as_json: bool) -> None:
    """Forget the last states of cameras that speak no more: they hold readings of plates, in clear.

    A camera is silent after 14 days, or twice its topic's retention where that is longer: then nothing of it can come
    again. Stages may run meanwhile; a camera that is mended later starts afresh. Ends with 2 where some are to be
    forgotten.

    \b
    Examples:
      vigil retention silent
      vigil retention silent --apply --json
    """
    settings, topics = Settings(), catalogue()
    states = SilentStates(settings.bootstrap_servers, settings.kafka_security)
    counts: dict[str, int] = {}
    try:
        for app in APPS:
            changelog = changelog_of(settings.topic_prefix, topics.apps[app])
            click.echo(f"reading {changelog}", err=True)
            found = states.find(changelog, silent_before_ms(topics, app, time.time_ns() // 1_000_000))
            counts[changelog] = len(found)
            if applies:
                states.forget(found)
    except RetentionError as error:
        raise click.ClickException(str(error)) from error
    except KafkaException as error:
        raise click.ClickException(f"Kafka at {settings.bootstrap_servers}: {error.args[0].str()}") from error
    if as_json:
        click.echo(json.dumps({"silent": counts, "forgotten": applies}, indent=1))
    else:
        table = Table("changelog", "forgotten" if applies else "silent states")
        for changelog, count in counts.items():
            table.add_row(changelog, str(count))
        Console(highlight=False).print(table)
    raise SystemExit(PENDING if any(counts.values()) and not applies else 0)


def _planned(keys: KeyStore) -> Sequence[Due]:
    try:
        return plan(keys, RetentionRules.load(), datetime.now(CITY).date())
    except (RetentionError, KeyStoreError, PeriodError) as error:
        raise click.ClickException(str(error)) from error


def _json(due: Due) -> dict[str, Any]:
    return {
        "period": due.period,
        "fingerprint": due.fingerprint,
        "last_day": due.last_day.isoformat(),
        "due_on": due.due_on.isoformat(),
        "is_due": due.is_due,
        "source": due.source,
    }


def _now() -> str:
    return datetime.now(UTC).isoformat(timespec="seconds")
