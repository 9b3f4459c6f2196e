"""`vigil topics`: plan, apply, doctor, lag, describe, release."""

import json
import time
from collections.abc import Callable, Sequence
from dataclasses import asdict
from functools import wraps
from typing import Any, Final

import click
from rich.console import Console

from infra.cli.topics_access import command as access
from infra.cli.whole_table import print_whole
from infra.settings import Settings
from infra.topics.application import apply as apply_topics
from infra.topics.application import plan as plan_topics
from infra.topics.cluster import Cluster
from infra.topics.connection import TopicsError
from infra.topics.description import describe as describe_topic
from infra.topics.difference import Change
from infra.topics.examination import MOST_LAG, SAMPLE_PER_PARTITION, examine, group_lags
from infra.topics.group_lag import ObservedGroup, PartitionLag, with_rates
from infra.topics.plan_text import change_text
from infra.topics.tables import description_parts, findings_table, groups_table, lag_table
from schemas.history import HistoryError
from schemas.release import pending
from schemas.release import release as release_schemas
from schemas.topics import TopicsFileError

#: Exit code of plan with changes pending and of doctor with findings; 1 is an error.
PENDING: Final = 2

as_json = click.option("--json", "as_json", is_flag=True, help="Write JSON for programs.")


def sentence_errors(function: Callable[..., Any]) -> Callable[..., Any]:
    """Turn the errors that an operator must settle into one sentence and exit code 1."""

    @wraps(function)
    def wrapper(*args: Any, **kwargs: Any) -> Any:
        try:
            return function(*args, **kwargs)
        except (TopicsError, TopicsFileError, HistoryError) as error:
            raise click.ClickException(str(error)) from error

    return wrapper


def write_json(data: Any) -> None:
    """Write one JSON document."""
    click.echo(json.dumps(data, indent=2, ensure_ascii=False))


@click.group(context_settings={"help_option_names": ["-h", "--help"]})
def command() -> None:
    """Plan, apply and examine topics and schemas.

    schemas/topics.toml and schemas/*.avsc say what there must be; VIGIL_TOPIC_PREFIX and VIGIL_TOPIC_PROFILE say under
    which names and how big.

    \b
    Examples:
      vigil topics plan
      vigil topics apply
      vigil topics doctor
      vigil topics lag --watch 5
      vigil topics access plan
    """


command.add_command(access, "access")


@command.command()
@as_json
@sentence_errors
def plan(*, as_json: bool) -> None:
    """Show what apply would change, as a diff; change nothing.

    Ends with 0 where there is nothing to do, with 2 where changes are pending, with 1 on an error.

    \b
    Examples:
      vigil topics plan
      vigil topics plan --json | jq .pending
    """
    found = plan_topics(Settings())
    if as_json:
        write_json(found.to_json())
    else:
        console = Console(highlight=False, soft_wrap=True)
        for change in found.changes:
            console.print(change_text(change))
        console.print(f"{len(found.changes)} change(s) pending." if found.changes else "Nothing to do.")
    raise SystemExit(PENDING if found.changes else 0)


@command.command()
@click.option("--allow-data-loss", is_flag=True, help="Make changes that lose data too.")
@as_json
@sentence_errors
def apply(*, allow_data_loss: bool, as_json: bool) -> None:
    """Make topics, changelogs and schemas as topics.toml and the .avsc files say.

    Asks nothing; refuses, with nothing changed, what would lose data unless told. A second run changes nothing.

    \b
    Examples:
      vigil topics apply
      vigil topics apply --json
      VIGIL_TOPIC_PROFILE=cell vigil topics apply --allow-data-loss
    """
    console = Console(highlight=False, soft_wrap=True)

    def show(change: Change) -> None:
        if not as_json:
            console.print(change_text(change, brief=True))

    report = apply_topics(Settings(), allow_data_loss=allow_data_loss, on_change=show)
    if as_json:
        write_json(report.to_json())
    else:
        console.print(
            f"{len(report.changes)} change(s) made; {report.topics} topics, {report.subjects} schemas in place."
        )


@command.command()
@click.option("--max-lag", default=MOST_LAG, show_default=True, help="Records that a group may be behind.")
@click.option(
    "--sample",
    default=SAMPLE_PER_PARTITION,
    show_default=True,
    help="Records of each partition whose placement is checked.",
)
@as_json
@sentence_errors
def doctor(*, max_lag: int, sample: int, as_json: bool) -> None:
    """Look for what is wrong: topics, sizes, schemas, groups, placement of keys, dead letters. Changes nothing.

    Ends with 0 where no finding is an error (warnings may be there), with 2 where one is, with 1 if it could not look.

    \b
    Examples:
      vigil topics doctor
      vigil topics doctor --max-lag 100000 --json
    """
    found = examine(Settings(), max_lag, sample)
    if as_json:
        write_json({"healthy": found.healthy, **asdict(found)})
    else:
        console = Console(highlight=False)
        if found.findings:
            print_whole(findings_table(found.findings), console=console)
        errors = sum(f.level == "error" for f in found.findings)
        console.print(
            f"{found.topics} topics, {found.subjects} schemas, {found.groups} groups, {found.sampled} sampled records:"
            f" {errors} error(s), {len(found.findings) - errors} warning(s)."
        )
    raise SystemExit(0 if found.healthy else PENDING)


@command.command()
@click.option("--group", "only", help="Only this consumer group (with or without prefix).")
@click.option("--partitions", "by_partition", is_flag=True, help="One row for each partition instead of each topic.")
@click.option("--watch", type=click.FloatRange(min=0.2), help="Look again every so many seconds and show rates.")
@click.option("--count", type=click.IntRange(min=1), help="With --watch: end after so many looks; else until Ctrl-C.")
@as_json
@sentence_errors
def lag(*, only: str | None, by_partition: bool, watch: float | None, count: int | None, as_json: bool) -> None:
    """Show how far each consumer group is behind, who reads what, and with --watch how fast.

    With --watch --json, each look is one JSON document on a line of its own.

    \b
    Examples:
      vigil topics lag
      vigil topics lag --group tracking --partitions
      vigil topics lag --watch 5 --count 3 --json
    """
    settings = Settings()
    cluster = Cluster(settings.bootstrap_servers, security=settings.kafka_security)
    # asked first, for a list of groups waits much longer for a Kafka that is away
    cluster.broker_ids()
    console = Console(highlight=False)
    before: Sequence[PartitionLag] = ()
    then = 0.0
    looks = 0
    while True:
        now = time.monotonic()
        groups, rows = group_lags(settings, cluster)
        rows = with_rates(rows, before, now - then)
        before, then = rows, now
        if only is not None:
            names = {only, settings.topic_prefix + only}
            groups = [g for g in groups if g.name in names]
            rows = [r for r in rows if r.group in names]
        if as_json:
            click.echo(json.dumps(_lag_data(groups, rows), indent=None if watch else 2))
        elif not groups:
            console.print(f"No consumer group begins with {settings.topic_prefix!r}.")
        else:
            print_whole(groups_table(groups, rows), console=console)
            print_whole(lag_table(rows, by_partition=by_partition), console=console)
        looks += 1
        if watch is None or looks == count:
            return
        time.sleep(watch)


def _lag_data(groups: Sequence[ObservedGroup], rows: Sequence[PartitionLag]) -> dict[str, Any]:
    return {
        "lag": sum(row.lag for row in rows),
        "groups": [{"group": g.name, "state": g.state, "members": [asdict(m) for m in g.members]} for g in groups],
        "partitions": [asdict(row) for row in rows],
    }


@command.command()
@click.argument("topic")
@as_json
@sentence_errors
def describe(*, topic: str, as_json: bool) -> None:
    """Show what a topic is: key, fields with their meaning, configuration, offsets, and its last message decoded.

    \b
    Examples:
      vigil topics describe tracks
      vigil topics describe frames --json | jq .sample
    """
    found = describe_topic(Settings(), topic)
    if as_json:
        write_json(asdict(found))
        return
    console = Console(highlight=False)
    for part in description_parts(found):
        console.print(part)


@command.command()
@click.option("--check", is_flag=True, help="Write nothing; end with 2 where a schema is not released.")
@as_json
@sentence_errors
def release(*, check: bool, as_json: bool) -> None:
    """Write the next version of each schema that changed to schemas/history, or refuse a breaking change.

    \b
    Examples:
      vigil topics release --check
      vigil topics release
    """
    releases = pending() if check else release_schemas()
    if as_json:
        write_json([{"subject": r.subject, "version": r.version} for r in releases])
    else:
        for entry in releases:
            click.echo(f"{'unreleased' if check else 'released'} {entry.subject} version {entry.version}")
        if not releases:
            click.echo("Every schema is released.")
    raise SystemExit(PENDING if check and releases else 0)
