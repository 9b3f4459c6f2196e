"""`vigil retention silent`: last states of cameras that speak no more."""

import json
import time
from typing import Final

import click
from confluent_kafka import KafkaException
from rich.table import Table

from infra.cli.retention_log import by_option, log_beside, now
from infra.cli.whole_table import print_whole
from infra.retention.destruction_log import FORGETTING, FORGOT
from infra.retention.retention_rules import RetentionError
from infra.retention.silent_states import APPS, SilentState, SilentStates, silent_before_ms
from infra.review.login import login_name
from infra.settings import Settings
from schemas.topics import catalogue, changelog_of

#: Exit code where states are to be forgotten; 1 is an error.
PENDING: Final = 2


@click.command("silent")
@click.option("--apply", "applies", is_flag=True, help="Forget them; without it they are only counted.")
@by_option
@click.option("--json", "as_json", is_flag=True, help="Write JSON for programs.")
def silent_command(by: str | None, *, applies: bool, as_json: bool) -> None:
    """Forget the last states of cameras that speak no more: they hold readings of plates, in clear.

    A camera is silent after 14 days, or twice its topic's retention where that is longer: then nothing of it can come
    again. Stages may run meanwhile; a camera that is mended later starts afresh. Ends with 2 where some are to be
    forgotten. The log of `vigil retention report` has before how many, and after that it is done.

    \b
    Examples:
      vigil retention silent
      vigil retention silent --apply --json
    """
    settings, topics = Settings(), catalogue()
    states = SilentStates(settings.bootstrap_servers, settings.kafka_security)
    log, who = log_beside(None), by or login_name()
    found: dict[str, list[SilentState]] = {}
    try:
        for app in APPS:
            changelog = changelog_of(settings.topic_prefix, topics.apps[app])
            click.echo(f"reading {changelog}", err=True)
            found[changelog] = list(states.find(changelog, silent_before_ms(topics, app, time.time_ns() // 1_000_000)))
        counts = {changelog: len(ones) for changelog, ones in found.items()}
        if applies and any(counts.values()):
            log.append(FORGETTING, "", "", now(), who, {"rows": counts})
            for ones in found.values():
                states.forget(ones)
            log.append(FORGOT, "", "", now(), who, {"rows": counts})
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
        print_whole(table)
    raise SystemExit(PENDING if any(counts.values()) and not applies else 0)
