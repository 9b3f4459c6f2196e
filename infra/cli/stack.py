"""`vigil up | down | status | logs`: the local stack."""

import json
import subprocess
from collections.abc import Mapping

import click
from rich.console import Console
from rich.live import Live
from rich.table import Table
from rich.text import Text

from infra.cli.whole_table import print_whole
from infra.local.control import LocalStack, StackError
from infra.local.stages import NEED_KEYS, STAGES
from infra.settings import Settings
from schemas.registry_client import config_of

COLOURS: Mapping[str, str] = {
    "ready": "green",
    "done": "green",
    "failed": "red",
    "restarting": "yellow",
    "starting": "cyan",
}


def _line(states: Mapping[str, str]) -> Text:
    out = Text()
    for name, state in states.items():
        out.append(f"{name} ", "bold").append(f"{state}   ", COLOURS.get(state, "dim"))
    return out


def bring_up(stack: LocalStack, console: Console) -> None:
    """Start a stack and show its progress; raises StackError."""
    if console.is_terminal:
        with Live(console=console, refresh_per_second=8, transient=True) as live:
            stack.up(lambda states: live.update(_line(states)))
        return
    seen: dict[str, str] = {}

    def show(states: Mapping[str, str]) -> None:
        for name, state in states.items():
            if seen.get(name) != state and state in {"ready", "restarting", "failed"}:
                console.print(f"{name} {state}")
            seen[name] = state

    stack.up(show)


@click.command(context_settings={"help_option_names": ["-h", "--help"]})
@click.option("--stages", is_flag=True, help="Run Vigil's own processes too (producers, stages, sink).")
@click.option("--foreground", is_flag=True, help="Stay in the foreground; Ctrl-C stops the stack.")
def up(*, stages: bool, foreground: bool) -> None:
    """Start Kafka, schema registry, Triton and ClickHouse on this machine and wait until each serves.

    \b
    Examples:
      vigil up
      VIGIL_KAFKA_PORT=39092 vigil up
      vigil up --stages
    """
    settings = Settings()
    console = Console()
    keyed = settings.key_store is not None
    names = [name for name in STAGES if keyed or name not in NEED_KEYS] if stages else []
    stack = LocalStack(settings, names)
    try:
        if foreground:
            raise SystemExit(stack.serve())
        bring_up(stack, console)
    except StackError as error:
        raise click.ClickException(str(error)) from error
    console.print(f"up: Kafka {settings.bootstrap_servers}, registry {config_of(settings.schema_registry_url)['url']},")
    console.print(f"    Triton {settings.triton_address}, ClickHouse {settings.clickhouse_address}")


@click.command(context_settings={"help_option_names": ["-h", "--help"]})
def down() -> None:
    """Stop the local stack and wait until it is gone; the data stays.

    \b
    Example:
      vigil down
    """
    stack = LocalStack(Settings())
    if not stack.running():
        click.echo("nothing is running")
        return
    try:
        stack.down()
    except StackError as error:
        raise click.ClickException(str(error)) from error
    click.echo("down")


@click.command(context_settings={"help_option_names": ["-h", "--help"]})
@click.option("--json", "as_json", is_flag=True, help="For programs.")
def status(*, as_json: bool) -> None:
    """Show each process: state, process id, restarts, how it ended last. Exit 1 where something does not serve.

    \b
    Examples:
      vigil status
      vigil status --json
    """
    children = LocalStack(Settings()).status()
    if as_json:
        click.echo(json.dumps(children, indent=1))
    elif not children:
        click.echo("nothing is running; 'vigil up' starts the stack")
    else:
        table = Table("process", "state", "pid", "restarts", "last exit", "note")
        for name, child in children.items():
            state = Text(child["state"], COLOURS.get(child["state"], "dim"))
            table.add_row(
                name,
                state,
                str(child["pid"] or ""),
                str(child["restarts"]),
                child["last_exit"] or "",
                child["note"] or "",
            )
        print_whole(table)
    if not children or any(child["state"] not in {"ready", "done"} for child in children.values()):
        raise SystemExit(1)


@click.command(context_settings={"help_option_names": ["-h", "--help"]})
@click.argument("name")
@click.option("-n", "--lines", default=40, show_default=True, help="Lines to show.")
@click.option("-f", "--follow", is_flag=True, help="Go on showing new lines.")
def logs(name: str, *, lines: int, follow: bool) -> None:
    """Show the last lines of a process's log: kafka, registry, triton, clickhouse, runner, or a stage.

    \b
    Examples:
      vigil logs kafka
      vigil logs perception -f
    """
    stack = LocalStack(Settings())
    path = stack.log_path(name)
    if not path.exists():
        there = ", ".join(sorted(p.stem for p in path.parent.glob("*.log"))) or "none yet"
        raise click.ClickException(f"no log of {name!r} in {path.parent}; there are: {there}")
    if follow:
        raise SystemExit(subprocess.call(["tail", "-n", str(lines), "-F", str(path)]))
    for line in stack.log(name, lines):
        click.echo(line)
