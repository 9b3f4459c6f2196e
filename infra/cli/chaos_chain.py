"""`vigil chaos chain`: kill processes while the demo runs and compare what the tables hold."""

import json
import shutil
import sys
from collections.abc import Sequence
from pathlib import Path

import click
from rich.console import Console

from infra.chaos.exercise import Exercise
from infra.chaos.report import Outcome, show_reference, show_run, write
from infra.chaos.targets import TARGETS
from infra.demo.run import REGISTRY, DemoError
from infra.local.control import LocalStack, StackError
from infra.settings import Settings

DATA_DIR = Path(".local/chaos")


@click.command(context_settings={"help_option_names": ["-h", "--help"]})
@click.option(
    "--runs", type=click.IntRange(min=1), default=1, show_default=True, help="Disturbed plays of the footage."
)
@click.option(
    "--seed",
    type=click.IntRange(min=0),
    default=1,
    show_default=True,
    help="What order and moments of the kills are drawn from; each further run takes the next.",
)
@click.option(
    "--only",
    type=click.Choice(list(TARGETS)),
    multiple=True,
    help="Kill only this one; may be repeated. Default: each of them once a run.",
)
@click.option(
    "--registry",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    default=REGISTRY,
    help="Cameras to play, file sources; default: the demo's four.",
)
@click.option(
    "--out",
    type=click.Path(path_type=Path),
    default=Path("chaos-out"),
    show_default=True,
    help="Folder of the report; emptied first.",
)
@click.option("--json", "as_json", is_flag=True, help="Write JSON for programs; progress goes to standard error.")
def command(runs: int, seed: int, only: Sequence[str], registry: Path, out: Path, *, as_json: bool) -> None:
    """Kill processes while the footage plays, and compare what the tables hold with an undisturbed run.

    Starts the local stack in a folder of its own (.local/chaos), plays the footage once undisturbed and then `--runs`
    times with `kill -9` of each process: producers, perception, tracking, incidents, violations, clickhouse-sink,
    kafka, triton, triton-stub (the process that holds Triton's Python model) and clickhouse. Order and moments come
    from the seed. Killed processes are started again by the stack's runner.

    At the end of a run ClickHouse must hold exactly what it held after the undisturbed one: the same camera-seconds of
    detections and tracks with the same content, the same incidents in the same last revision and phase, the same
    violations, each once; and `vigil sink audit` must be exact, without lag and dead letters. Offsets and times of
    arrival may differ.

    Prints when each process was killed and how long it took until it served again, every row that differs, and
    'N passed, N failed': kills whose process served again, and tables that are the same. The same stands in
    chaos-out/chaos.json. Exit 0 only where nothing failed.

    \b
    Examples:
      vigil chaos chain
      vigil chaos chain --runs 3 --seed 7
      vigil chaos chain --only kafka --only clickhouse-sink
      vigil chaos chain --registry my-cameras.toml --out /tmp/chaos
      vigil chaos chain --json | jq '.runs[].kills[] | {target, served_after_s}'
    """
    settings = Settings(data_dir=DATA_DIR)
    console = Console(stderr=as_json)
    targets = [TARGETS[name] for name in dict.fromkeys(only or TARGETS)]
    exercise = Exercise(settings, out, registry, console)
    if LocalStack(settings).running():
        raise click.ClickException(f"a stack is running on {DATA_DIR}; 'VIGIL_DATA_DIR={DATA_DIR} vigil down' stops it")
    for folder in (settings.data_dir, out):
        if folder.exists():
            shutil.rmtree(folder)
        folder.mkdir(parents=True)
    try:
        with exercise.servers():
            reference = exercise.undisturbed()
            show_reference(reference, console)
            disturbed = []
            for number in range(runs if reference.passed else 0):
                disturbed.append(exercise.disturbed(reference, targets, seed + number))
                show_run(disturbed[-1], console)
                write(Outcome(reference, disturbed), out)
    except (DemoError, StackError) as error:
        raise click.ClickException(str(error)) from error
    outcome = Outcome(reference, disturbed)
    path = write(outcome, out)
    if as_json:
        click.echo(json.dumps(outcome.to_json(), indent=1, ensure_ascii=False))
    console.print(f"report: {path}", highlight=False)
    console.print(f"[{'green' if outcome.ok else 'red'}]{outcome.verdict}", highlight=False)
    sys.exit(0 if outcome.ok else 1)
