"""`vigil sink`: is everything that Kafka holds in ClickHouse, once?"""

import json
from collections.abc import Sequence

import click
from confluent_kafka import KafkaException
from confluent_kafka.admin import AdminClient
from rich.console import Console
from rich.table import Table

from infra.cli.clickhouse_errors import clickhouse_sentence, quiet_client
from infra.cli.sink_replay import replay
from infra.cli.whole_table import print_whole
from infra.settings import Settings
from infra.topics.cluster import Cluster
from infra.topics.connection import TopicsError
from sinks.clickhouse.app import sink_settings, topics
from sinks.clickhouse.audit import Audit, PartitionAudit
from sinks.clickhouse.audit import audit as run_audit
from sinks.clickhouse.audit_app import recorded_audit
from sinks.clickhouse.clickhouse_client import ClickHouseError, connect
from sinks.clickhouse.settings import SinkSettings
from sinks.clickhouse.topic_ids import TopicsMissingError, topic_ids

#: Exit code of an audit that found something missing or doubled; 1 is an error.
NOT_EXACT = 2


@click.group(context_settings={"help_option_names": ["-h", "--help"]})
def command() -> None:
    """Audit the ClickHouse sink, and refill a table from Kafka.

    \b
    Examples:
      vigil sink audit
      vigil sink audit --topic tracks --json
      vigil sink replay tracks --from 2026-11-24T00:00Z --to 2026-11-25T00:00Z
    """


command.add_command(replay)


@command.command()
@click.option("--topic", "only", multiple=True, help="Only this topic, without prefix; may be repeated.")
@click.option("--record", is_flag=True, help="Keep the balance in the table sink_audits.")
@click.option("--json", "as_json", is_flag=True, help="Write JSON for programs.")
def audit(only: Sequence[str], *, record: bool, as_json: bool) -> None:
    """Compare rows, repeats and gaps of every partition with Kafka's offsets.

    What lies before the sink's committed position must be in the table once, or in dead-letters; the rest is its lag.
    Ends with 0 where that is so, with 2 where a message is missing or doubled, with 1 if it could not look.

    \b
    Examples:
      vigil sink audit
      vigil sink audit --topic detections --topic tracks
      vigil sink audit --record
      vigil sink audit --json | jq .missing
    """
    unknown = sorted(set(only) - set(topics()))
    if unknown:
        raise click.UsageError(f"no table for {', '.join(unknown)}; there are {', '.join(topics())}")
    settings = sink_settings(Settings())
    quiet_client()
    try:
        found = _audit(settings, only or topics(settings.topic_profile), record=record)
    except ClickHouseError as error:
        raise click.ClickException(clickhouse_sentence(settings.clickhouse_url, error)) from error
    except KafkaException as error:
        cause = error.args[0]
        text = cause.str() if hasattr(cause, "str") else str(cause)
        raise click.ClickException(f"Kafka at {settings.bootstrap_servers}: {text}") from error
    except (TopicsError, TopicsMissingError, ValueError) as error:
        raise click.ClickException(str(error)) from error
    if as_json:
        click.echo(json.dumps(found.to_json(), indent=2))
    else:
        _show(found)
    raise SystemExit(0 if found.exact else NOT_EXACT)


def _audit(settings: SinkSettings, names: Sequence[str], *, record: bool) -> Audit:
    client = connect(
        settings.clickhouse_url,
        settings.clickhouse_user,
        settings.clickhouse_password,
        settings.clickhouse_database,
        settings.query_s,
    )
    # asked first, for the further requests wait much longer for a Kafka that is away
    Cluster(settings.bootstrap_servers, security=settings.security).broker_ids()
    if record:
        return recorded_audit(settings, client, names)
    admin = AdminClient({"bootstrap.servers": settings.bootstrap_servers, **settings.security})
    ids = topic_ids(admin, [settings.topic_prefix + name for name in names])
    return run_audit(settings, client, {name: ids[settings.topic_prefix + name] for name in names})


def _show(found: Audit) -> None:
    console = Console(highlight=False)
    table = Table()
    for title in ("topic", "partition", "offsets", "rows", "missing", "doubled", "dead letters", "lag"):
        table.add_column(title, justify="left" if title == "topic" else "right")
    for p in found.partitions:
        if p.end > p.begin:
            table.add_row(*_cells(p), style=None if p.exact else "red")
    print_whole(table, console=console)
    verdict = "exact" if found.exact else "NOT exact"
    console.print(
        f"{verdict}: {found.rows} rows, {found.missing} missing, {found.duplicated} doubled,"
        f" {found.dead_lettered} dead-lettered, lag {found.lag}."
    )


def _cells(p: PartitionAudit) -> tuple[str, ...]:
    return (
        p.topic,
        str(p.partition),
        f"{p.begin}-{p.end - 1}",
        str(p.rows),
        _text(p.missing),
        str(p.duplicated),
        _text(p.dead_lettered),
        str(p.lag),
    )


def _text(spans: Sequence[tuple[int, int]]) -> str:
    if not spans:
        return "0"
    shown = ", ".join(str(first) if first == last else f"{first}-{last}" for first, last in spans[:5])
    return shown + (f" and {len(spans) - 5} more" if len(spans) > 5 else "")
