"""`vigil cameras`: import, list, check."""

import json
import time
from collections.abc import Callable, Sequence
from dataclasses import asdict
from functools import wraps
from pathlib import Path
from typing import Any, Final

import click
from confluent_kafka import KafkaException
from rich.console import Console
from rich.table import Table

from infra.cli.whole_table import print_whole
from infra.settings import Settings
from infra.topics.cluster import Cluster
from infra.topics.connection import TopicsError
from producers.camera_secrets import SecretsFileError, read_secrets, write_secrets
from producers.registry_file import Entry, Problem, next_version, parse
from producers.registry_topic import RegistryReader, write_cameras
from producers.settings import ProducerSettings, producer_settings
from producers.source_check import check_sources
from schemas.codec import MessageCodec
from schemas.messages import Camera
from schemas.registry import RegistrySchemaIds, RegistryUnavailableError, SchemaNotRegisteredError

PIPE_COLUMNS: Final = 160

as_json = click.option("--json", "as_json", is_flag=True, help="Write JSON for programs.")


def sentence_errors(function: Callable[..., Any]) -> Callable[..., Any]:
    """Turn the errors that an operator must settle into one sentence and exit code 1."""

    @wraps(function)
    def wrapper(*args: Any, **kwargs: Any) -> Any:
        try:
            return function(*args, **kwargs)
        except KafkaException as error:
            cause = error.args[0]
            text = cause.str() if hasattr(cause, "str") else str(cause)
            raise click.ClickException(
                f"Kafka: {text}; is the stack up ('vigil status') and 'vigil topics apply' run?"
            ) from error
        except (TopicsError, SecretsFileError, SchemaNotRegisteredError, RegistryUnavailableError) as error:
            raise click.ClickException(str(error)) from error

    return wrapper


@click.group(context_settings={"help_option_names": ["-h", "--help"]})
def command() -> None:
    """Import, list and check cameras: the registry is the topic `cameras`, every version of an entry kept.

    \b
    Examples:
      vigil cameras import cameras.toml
      vigil cameras list
      vigil cameras check --camera ALA-0001
    """


@command.command("import")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--strict", is_flag=True, help="Import nothing when any entry is bad.")
@click.option("--dry-run", is_flag=True, help="Check and compare, write nothing.")
@as_json
@sentence_errors
def import_(file: Path, *, strict: bool, dry_run: bool, as_json: bool) -> None:
    """Read a registry file (TOML, or JSON by its name) into the registry.

    A bad entry is reported and left out. An entry gets a new version only when it changed. Credentials in a source_uri
    go to the secrets file (camera_secrets), never into the registry. Ends with 1 when an entry was bad.

    \b
    Examples:
      vigil cameras import cameras.toml
      vigil cameras import --strict --dry-run cameras.json
    """
    settings = producer_settings(Settings())
    entries, problems = parse(file.read_text(encoding="utf-8"), file.resolve().parent, is_json=file.suffix == ".json")
    bad = [p for p in problems if p.fatal]
    if bad and strict:
        entries = []
    known, codec = _registry(settings) if entries else ({}, None)
    now_us = time.time_ns() // 1000
    outcomes = {e.camera.camera_id: next_version(e.camera, known.get(e.camera.camera_id), now_us) for e in entries}
    changed = [c for c in outcomes.values() if c is not None]
    if not dry_run and codec is not None:
        _keep_credentials(settings, entries)
        write_cameras(settings, codec, changed)
    _show_import(entries, outcomes, problems, as_json=as_json, dry_run=dry_run)
    raise SystemExit(1 if bad else 0)


@command.command("list")
@as_json
@sentence_errors
def list_(*, as_json: bool) -> None:
    """Show the newest version of every camera.

    \b
    Examples:
      vigil cameras list
      vigil cameras list --json | jq '.[].camera_id'
    """
    cameras = sorted(_registry(producer_settings(Settings()))[0].values(), key=lambda c: c.camera_id)
    if as_json:
        click.echo(json.dumps([asdict(c) for c in cameras], indent=2, ensure_ascii=False))
        return
    table = Table(title=f"{len(cameras)} cameras", title_justify="left")
    for name in (
        "camera",
        "version",
        "name",
        "site",
        "owner",
        "size",
        "calibration",
        "zones",
        "rules",
        "enabled",
        "source",
    ):
        table.add_column(name, overflow="fold")
    for c in cameras:
        calibration = "-" if c.calibration is None else f"v{c.calibration.version}"
        rules = ", ".join(r.kind for r in c.rules if r.enabled) or "-"
        size = f"{c.width_px}x{c.height_px}"
        row = (c.camera_id, str(c.version), c.name, c.site_id, c.owner.lower(), size, calibration, str(len(c.zones)))
        table.add_row(*row, rules, "yes" if c.enabled else "no", c.source_uri)
    print_whole(table, console=_console())


@command.command()
@click.option("--file", type=click.Path(exists=True, dir_okay=False, path_type=Path), help="Check a file's entries.")
@click.option("--camera", "only", multiple=True, help="Only this camera; may be repeated.")
@as_json
@sentence_errors
def check(*, file: Path | None, only: tuple[str, ...], as_json: bool) -> None:
    """Open each source briefly, side by side: codec, size, rate, GOP, clock, or the reason why not.

    Checks the registry's enabled cameras, or with --file the entries of a file before they are imported. Ends with 1
    when a source gives nothing.

    \b
    Examples:
      vigil cameras check
      vigil cameras check --file cameras.toml
      vigil cameras check --camera ALA-0001 --json
    """
    settings = producer_settings(Settings())
    credentials = read_secrets(settings.secrets_file)
    if file is None:
        cameras: Sequence[Camera] = [c for c in _registry(settings)[0].values() if c.enabled]
    else:
        entries, problems = parse(
            file.read_text(encoding="utf-8"), file.resolve().parent, is_json=file.suffix == ".json"
        )
        for problem in problems:
            click.echo(str(problem), err=True)
        credentials |= {e.camera.camera_id: e.credentials for e in entries if e.credentials is not None}
        cameras = [e.camera for e in entries]
    missing = set(only) - {c.camera_id for c in cameras}
    if missing:
        raise click.ClickException(
            f"no camera {', '.join(sorted(missing))}; 'vigil cameras list' shows those there are"
        )
    chosen = sorted((c for c in cameras if not only or c.camera_id in only), key=lambda c: c.camera_id)
    results = check_sources(chosen, credentials, settings)
    if as_json:
        click.echo(json.dumps([asdict(r) for r in results], indent=2, ensure_ascii=False))
    else:
        table = Table(title=f"{len(results)} sources", title_justify="left")
        for name in ("camera", "codec", "size", "fps", "Mbit/s", "GOP s", "clock", "trouble"):
            table.add_column(name, overflow="fold")
        for r in results:
            size = f"{r.width_px}x{r.height_px}" if r.width_px else "-"
            mbit = f"{r.bitrate_bps / 1e6:.2f}" if r.bitrate_bps is not None else "-"
            cells = (r.codec, size, r.fps, mbit, r.gop_s, r.clock, r.error or "")
            table.add_row(r.camera_id, *("-" if v is None else str(v) for v in cells))
        print_whole(table, console=_console())
    raise SystemExit(1 if any(r.error for r in results) else 0)


def _console() -> Console:
    """Return a console that does not squeeze a table into 80 columns when its output is a pipe."""
    console = Console(highlight=False)
    return console if console.is_terminal else Console(highlight=False, width=PIPE_COLUMNS)


def _registry(settings: ProducerSettings) -> tuple[dict[str, Camera], MessageCodec]:
    # asked first, for the consumer waits much longer for a Kafka that is away
    Cluster(settings.bootstrap_servers, security=settings.security).broker_ids()
    codec = MessageCodec(RegistrySchemaIds.connect(settings.schema_registry_url, settings.topic_prefix))
    with RegistryReader(settings, codec) as reader:
        cameras = dict(reader.read_to_end())
        for text in reader.unreadable:
            click.echo(f"registry entry left out: {text}", err=True)
    return cameras, codec


def _keep_credentials(settings: ProducerSettings, entries: Sequence[Entry]) -> None:
    """Write the credentials that entries brought; those of other cameras stay."""
    brought = {e.camera.camera_id: e.credentials for e in entries if e.credentials is not None}
    if brought:
        held = read_secrets(settings.secrets_file, environment={})
        write_secrets(settings.secrets_file, held | brought)


def _show_import(
    entries: Sequence[Entry],
    outcomes: dict[str, Camera | None],
    problems: Sequence[Problem],
    *,
    as_json: bool,
    dry_run: bool,
) -> None:
    rows = []
    for entry in entries:
        camera_id = entry.camera.camera_id
        made = outcomes[camera_id]
        outcome = "unchanged" if made is None else "new" if made.version == 1 else "changed"
        rows.append({"camera_id": camera_id, "outcome": outcome, "version": None if made is None else made.version})
    if as_json:
        document = {"dry_run": dry_run, "cameras": rows, "problems": [asdict(p) for p in problems]}
        click.echo(json.dumps(document, indent=2, ensure_ascii=False))
        return
    table = Table(title="Would import" if dry_run else "Imported", title_justify="left")
    for name in ("camera", "outcome", "version"):
        table.add_column(name)
    for row in rows:
        table.add_row(
            str(row["camera_id"]), str(row["outcome"]), "-" if row["version"] is None else str(row["version"])
        )
    if rows:
        print_whole(table, console=_console())
    for problem in problems:
        click.echo(str(problem), err=True)
    bad = len({p.camera for p in problems if p.fatal})
    click.echo(
        f"{sum(r['outcome'] != 'unchanged' for r in rows)} written, {bad} refused."
        if not dry_run
        else "Nothing written."
    )
