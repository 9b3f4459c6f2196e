"""`vigil sink replay`: refill a range of a landing table from Kafka."""

import json
import logging
import re
import signal
import sys
import time
from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime
from typing import Final

import click
from confluent_kafka import KafkaException
from rich.console import Console
from rich.table import Table

from infra.cli.clickhouse_errors import clickhouse_sentence, quiet_client
from infra.cli.whole_table import print_whole
from infra.settings import Settings
from infra.topics.cluster import Cluster
from infra.topics.connection import TopicsError
from schemas.registry import RegistrySchemaIds, RegistryUnavailableError
from sinks.clickhouse.app import sink_settings, topics
from sinks.clickhouse.breaker import BreakerOpenError
from sinks.clickhouse.clickhouse_client import ClickHouseError, connect
from sinks.clickhouse.columns_missing import ColumnsMissingError
from sinks.clickhouse.dead_letters import DeadLetterError
from sinks.clickhouse.replay.outcome import ReplayOutcome, Way
from sinks.clickhouse.replay.refused import ReplayRefusedError
from sinks.clickhouse.replay.run import Replay, ReplayRequest
from sinks.clickhouse.replay.span import Instants, Span
from sinks.clickhouse.settings import SinkSettings
from sinks.clickhouse.topic_ids import TopicsMissingError

#: Exit code of a replay after which something is still missing or doubled; 1 is an error.
NOT_EXACT: Final = 2
#: Most seconds of one statement: whole days are copied in one.
STATEMENT_S: Final = 3_600
#: How often progress is written where nobody looks at a terminal.
EVERY_S: Final = 5.0
_OFFSETS: Final = re.compile(r"^(\d+):(\d+)-(\d+)$")


class Instant(click.ParamType):
    """An ISO 8601 instant as milliseconds since the Unix epoch; UTC where it names no zone."""

    name = "instant"

    def convert(self, value: object, param: click.Parameter | None, ctx: click.Context | None) -> int:
        """Read it."""
        if isinstance(value, int):
            return value
        try:
            found = datetime.fromisoformat(str(value))
        except ValueError:
            self.fail(f"{value!r} is no instant; expected ISO 8601, for example 2026-11-24T06:30:00Z", param, ctx)
        if found.tzinfo is None:
            found = found.replace(tzinfo=UTC)
        return int(found.timestamp() * 1000)


class Offsets(click.ParamType):
    """PARTITION:FIRST-LAST, both ends included."""

    name = "partition:first-last"

    def convert(self, value: object, param: click.Parameter | None, ctx: click.Context | None) -> Span:
        """Read it."""
        if isinstance(value, Span):
            return value
        found = _OFFSETS.match(str(value))
        if found is None or int(found[2]) > int(found[3]):
            self.fail(f"{value!r}: expected PARTITION:FIRST-LAST, for example 3:1200-1299", param, ctx)
        return Span(int(found[1]), int(found[2]), int(found[3]))


@click.command()
@click.argument("topic")
@click.option("--from", "from_ms", type=Instant(), help="First CreateTime, ISO 8601; UTC where it names no zone.")
@click.option("--to", "to_ms", type=Instant(), help="CreateTime to end before.")
@click.option("--offsets", type=Offsets(), multiple=True, help="Offsets instead of instants; may be repeated.")
@click.option("--rebuild", is_flag=True, help="Exchange whole days, which also removes doubled rows.")
@click.option("--topic-id", type=click.UUID, help="Id of the topic that is meant, where it was made anew.")
@click.option("--take-over", is_flag=True, help="Remove the side table of a dead replay on another machine.")
@click.option("--json", "as_json", is_flag=True, help="Write JSON for programs.")
def replay(
    topic: str,
    from_ms: int | None,
    to_ms: int | None,
    offsets: Sequence[Span],
    topic_id: object,
    *,
    rebuild: bool,
    take_over: bool,
    as_json: bool,
) -> None:
    """Refill a range of TOPIC's table from Kafka; a second time it changes nothing.

    Rows that are there stay, and missing ones are inserted, where the range lies within the table's deduplication
    window. Beyond it, or with --rebuild, a side table takes the whole days that the range touches: the range from
    Kafka, the rest as it is; counted against Kafka, it takes the days' place in one step each. A killed replay is run
    again. Ends with 0 where the range is exact after, with 2 where something is still missing or doubled, with 1 where
    it could not be done.

    \b
    Examples:
      vigil sink replay tracks --from 2026-11-24T06:00Z --to 2026-11-24T07:00Z
      vigil sink replay tracks --from 2026-11-24T11:00+05:00 --to 2026-11-24T12:00+05:00 --rebuild
      vigil sink replay payments --offsets 0:1200-1299 --offsets 3:0-99 --json
    """
    if topic not in topics():
        raise click.UsageError(f"no table for {topic}; there are {', '.join(topics())}")
    request = ReplayRequest(
        topic,
        _asked(from_ms, to_ms, offsets),
        rebuild=rebuild,
        topic_id=str(topic_id) if topic_id else None,
        take_over=take_over,
    )
    logging.basicConfig(level=logging.WARNING, stream=sys.stderr, format="%(levelname)s %(message)s")
    logging.getLogger("httpx").setLevel(logging.WARNING)
    # asked to end, it removes its side table
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(128 + signal.SIGTERM))
    settings = replace(sink_settings(Settings()), query_s=STATEMENT_S)
    quiet_client()
    try:
        found = _replay(settings, request)
    except ClickHouseError as error:
        raise click.ClickException(clickhouse_sentence(settings.clickhouse_url, error)) from error
    except KafkaException as error:
        cause = error.args[0]
        text = cause.str() if hasattr(cause, "str") else str(cause)
        raise click.ClickException(f"Kafka at {settings.bootstrap_servers}: {text}; run the replay again") from error
    except (
        BreakerOpenError, ColumnsMissingError, DeadLetterError, RegistryUnavailableError, ReplayRefusedError,
        TopicsError, TopicsMissingError, ValueError,
    ) as error:  # fmt: skip
        raise click.ClickException(str(error)) from error
    if as_json:
        click.echo(json.dumps(found.to_json(), indent=2))
    else:
        _show(found)
    raise SystemExit(0 if found.exact else NOT_EXACT)


def _asked(from_ms: int | None, to_ms: int | None, offsets: Sequence[Span]) -> Instants | Sequence[Span]:
    if offsets:
        if from_ms is not None or to_ms is not None:
            raise click.UsageError("--offsets and --from/--to both name the range; say one of them")
        return offsets
    if from_ms is None or to_ms is None:
        raise click.UsageError("which range? say --from and --to, or --offsets PARTITION:FIRST-LAST")
    if from_ms >= to_ms:
        raise click.UsageError("--from is not before --to")
    return Instants(from_ms, to_ms)


def _replay(settings: SinkSettings, request: ReplayRequest) -> ReplayOutcome:
    client = connect(
        settings.clickhouse_url,
        settings.clickhouse_user,
        settings.clickhouse_password,
        settings.clickhouse_database,
        settings.query_s,
    )
    # asked first, for the further requests wait much longer for a Kafka that is away
    Cluster(settings.bootstrap_servers, security=settings.security).broker_ids()
    ids = RegistrySchemaIds.connect(settings.schema_registry_url, settings.topic_prefix)
    console = Console(stderr=True, highlight=False)
    with console.status("asking Kafka") as status:
        said = time.monotonic()

        def progress(phase: str, done: int, total: int) -> None:
            nonlocal said
            text = f"{phase}: {done} of {total}"
            if console.is_terminal:
                status.update(text)
            elif time.monotonic() - said >= EVERY_S:
                said = time.monotonic()
                console.print(text)

        return Replay(settings, client, ids, progress).run(request)


def _show(found: ReplayOutcome) -> None:
    console = Console(highlight=False)
    table = Table()
    for title in ("topic", "partition", "offsets", "messages", "inserted", "dead letters", "missing", "doubled"):
        table.add_column(title, justify="left" if title == "topic" else "right")
    for s in found.spans:
        numbers = (s.partition, f"{s.first}-{s.last}", s.records, s.inserted, s.refused, s.missing, s.duplicated)
        table.add_row(found.topic, *map(str, numbers), style="red" if s.missing or s.duplicated else None)
    print_whole(table, console=console)
    how = "filled in" if found.way is Way.FILL else f"rebuilt {len(found.days)} day(s)"
    cure = ""
    if not found.exact:
        doubled = any(s.duplicated for s in found.spans)
        cure = "; doubled rows go with --rebuild" if doubled else "; run it again"
    console.print(f"{'exact' if found.exact else 'NOT exact'}: {how} ({found.reason}){cure}.")
