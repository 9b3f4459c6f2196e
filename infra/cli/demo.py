"""`vigil demo`: the whole chain on real footage."""

import sys
from pathlib import Path

import click
from rich.console import Console

from infra.demo.run import REGISTRY, Demo, DemoError
from infra.settings import Settings


@click.command(context_settings={"help_option_names": ["-h", "--help"]})
@click.option(
    "--out",
    type=click.Path(path_type=Path),
    default=Path("demo-out"),
    show_default=True,
    help="Folder of the report; emptied first.",
)
@click.option(
    "--registry",
    type=click.Path(exists=True, path_type=Path),
    default=REGISTRY,
    help="Cameras to play; default: the shipped four.",
)
@click.option(
    "--pace",
    type=click.Choice(["realtime", "max"]),
    default="realtime",
    show_default=True,
    help="Speed of the footage.",
)
@click.option(
    "--keep",
    is_flag=True,
    help="Leave the stack running to look around; 'VIGIL_DATA_DIR=.local/demo vigil down' stops it.",
)
def command(out: Path, registry: Path, pace: str, *, keep: bool) -> None:
    """Run the whole chain on real footage and account for every camera-second.

    Starts the local stack in a folder of its own (.local/demo), plays the shipped clips at real time, waits until every
    group's lag is 0, writes demo-out/report.html and report.json with a still of each finding, and stops everything.
    Each finding's evidence is kept in demo-out/evidence, verified, and the finding recomputed from it.
    Each violation opens a case, which waits for an officer: with --keep, officer-1 may review it.
    Exit 0 only where every camera-second is in ClickHouse exactly once, every table equals its topic, the evidence
    agrees and every finding comes out again bit for bit.

    \b
    Examples:
      vigil demo
      vigil demo --keep
      vigil demo --registry my-cameras.toml --out /tmp/mine
    """
    settings = Settings(data_dir=Path(".local/demo"))
    console = Console()
    demo = Demo(settings, out, registry, pace, console, evidence=True, cases=True)
    try:
        try:
            demo.prepare()
            demo.play()
            ok = demo.report().ok
        finally:
            if not keep:
                demo.down()
    except DemoError as error:
        raise click.ClickException(str(error)) from error
    if keep:
        console.print(f"running: Kafka {settings.bootstrap_servers}, ClickHouse {settings.clickhouse_address}")
        console.print("review a case: VIGIL_DATA_DIR=.local/demo .venv/bin/vigil review next --officer officer-1")
        console.print("stop it with: VIGIL_DATA_DIR=.local/demo .venv/bin/vigil down")
    sys.exit(0 if ok else 1)
