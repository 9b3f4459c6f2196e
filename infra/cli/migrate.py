"""`vigil migrate`: ClickHouse's tables."""

import json
from collections.abc import Mapping, Sequence

import click
from rich.console import Console

from infra.cli.clickhouse_errors import clickhouse_sentence, quiet_client
from infra.settings import Settings
from sinks.clickhouse import migration, view_comments
from sinks.clickhouse.clickhouse_client import ClickHouseError, connect

QUERY_S = 120


@click.command(context_settings={"help_option_names": ["-h", "--help"]})
@click.option("--plan", "only_plan", is_flag=True, help="Say what is missing and change nothing.")
@click.option("--json", "as_json", is_flag=True, help="Write JSON for programs.")
def command(*, only_plan: bool, as_json: bool) -> None:
    """Apply the numbered files of sinks/clickhouse/ddl that the database lacks.

    Makes the database first, and puts the data dictionary's words on the columns of its views. A second run changes
    nothing. Refuses where a file was changed after it was applied.

    \b
    Examples:
      vigil migrate
      vigil migrate --plan --json
      VIGIL_CLICKHOUSE_URL=https://ch.example:8443 VIGIL_CLICKHOUSE_USER=vigil vigil migrate
    """
    settings = Settings()
    quiet_client()
    try:
        done, lacking, described = _migrate(settings, only_plan=only_plan)
    except ClickHouseError as error:
        raise click.ClickException(clickhouse_sentence(settings.clickhouse_address, error)) from error
    except (migration.MigrationError, ValueError) as error:
        raise click.ClickException(f"{settings.clickhouse_address}: {error}") from error
    if as_json:
        click.echo(
            json.dumps(
                {
                    "database": settings.clickhouse_database,
                    "applied": done,
                    "pending": lacking,
                    "described": described,
                },
                indent=2,
            )
        )
        return
    console = Console(highlight=False, soft_wrap=True)
    for name in done:
        console.print(f"applied {name}")
    for name in lacking:
        console.print(f"pending {name}")
    if described:
        console.print(f"comments on the columns of {len(described)} view(s)")
    console.print(f"{len(done)} file(s) applied, {len(lacking)} pending in {settings.clickhouse_database}.")


def _migrate(settings: Settings, *, only_plan: bool) -> tuple[Sequence[str], Sequence[str], Sequence[str]]:
    """Return the files that were applied, those that are pending, and the views whose columns were described."""
    database = settings.clickhouse_database
    client = connect(**_login(settings), database=None, query_s=QUERY_S)
    files = migration.pending(migration.applied(client, database), migration.shipped())
    if only_plan:
        return [], [entry.name for entry in files], []
    migration.create_database(client, database)
    done: list[str] = []
    inside = connect(**_login(settings), database=database, query_s=QUERY_S)
    migration.apply(inside, files, lambda entry: done.append(entry.name))
    return done, [], view_comments.describe(inside)


def _login(settings: Settings) -> Mapping[str, str]:
    return {
        "url": settings.clickhouse_address,
        "user": settings.clickhouse_user,
        "password": settings.clickhouse_password.get_secret_value(),
    }
