"""`vigil keys`: the keys that make plates readable, one a quarter."""

import json
from pathlib import Path

import click
from rich.table import Table

from infra.cli.whole_table import print_whole
from infra.keys.key_store import KeyStore, KeyStoreError
from infra.keys.period import PeriodError
from infra.settings import Settings

store_option = click.option(
    "--store", type=click.Path(path_type=Path), help="Folder of the keys.  [default: VIGIL_KEY_STORE]"
)


def opened(folder: Path | None) -> KeyStore:
    """Return the store.

    Raises:
        ClickException: none is named, or it is not safe.
    """
    chosen = folder or Settings().key_store
    if chosen is None:
        raise click.ClickException("no key store is named: set VIGIL_KEY_STORE to a folder outside any repository")
    try:
        return KeyStore(chosen)
    except KeyStoreError as error:
        raise click.ClickException(str(error)) from error


@click.group(context_settings={"help_option_names": ["-h", "--help"]})
def command() -> None:
    """Make and list the plates' keys. A key is shown nowhere; its fingerprint names it (docs/keys.md).

    \b
    Examples:
      vigil keys create 2026-q4
      vigil keys list --json
    """


@command.command()
@click.argument("period")
@store_option
def create(period: str, store: Path | None) -> None:
    """Make the key of PERIOD, such as 2026-q4; needed before its first day.

    \b
    Example:
      vigil keys create 2026-q4
    """
    try:
        key = opened(store).create(period)
    except (KeyStoreError, PeriodError) as error:
        raise click.ClickException(str(error)) from error
    click.echo(f"made the key of {period}, fingerprint {key.fingerprint}")


@command.command("list")
@store_option
@click.option("--json", "as_json", is_flag=True, help="Write JSON for programs.")
def list_keys(store: Path | None, *, as_json: bool) -> None:
    """List the periods that have a key, with fingerprints.

    \b
    Example:
      vigil keys list
    """
    found = opened(store)
    try:
        keys = [key for period in found.periods() if (key := found.key(period)) is not None]
    except KeyStoreError as error:
        raise click.ClickException(str(error)) from error
    if as_json:
        click.echo(json.dumps([{"period": key.period, "fingerprint": key.fingerprint} for key in keys], indent=1))
        return
    table = Table("period", "fingerprint")
    for key in keys:
        table.add_row(key.period, key.fingerprint)
    print_whole(table)
