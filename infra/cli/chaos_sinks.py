"""`vigil chaos sinks`: disturb the ClickHouse sink while messages come, and hold the tables against them."""

import json
import shutil
import sys
from pathlib import Path

import click
from rich.console import Console

from infra.chaos.sinks.exercise import Exercise, seeds
from infra.chaos.sinks.plan import plan
from infra.chaos.sinks.report import closing_line, show_all, show_run, to_json, write
from infra.chaos.sinks.run import Result
from infra.local.control import LocalStack, StackError
from infra.settings import Settings

DATA_DIR = Path(".local/chaos-sinks")
MILLION = 1_000_000


@click.command(context_settings={"help_option_names": ["-h", "--help"]})
@click.option("--runs", type=click.IntRange(min=1), default=1, show_default=True, help="How many runs.")
@click.option(
    "--seed",
    type=click.IntRange(min=0),
    default=1,
    show_default=True,
    help="What the first run is drawn from; each further run takes the next.",
)
@click.option(
    "--messages", type=click.IntRange(min=100), default=50_000, show_default=True, help="Messages produced in a run."
)
@click.option(
    "--poisonous",
    type=click.IntRange(min=0),
    default=25,
    show_default=True,
    help="How many of them no table may hold; at most half.",
)
@click.option("--million", is_flag=True, help="One further run, with the next seed, of 1,000,000 messages.")
@click.option(
    "--out",
    type=click.Path(path_type=Path),
    default=Path("chaos-out/sinks"),
    show_default=True,
    help="Folder of the report and of what failing runs leave; emptied first.",
)
@click.option("--keep", is_flag=True, help="Keep plan, result and logs of runs that passed too.")
@click.option("--json", "as_json", is_flag=True, help="Write JSON for programs; progress goes to standard error.")
def command(
    runs: int, seed: int, messages: int, poisonous: int, out: Path, *, million: bool, keep: bool, as_json: bool
) -> None:
    """Disturb the ClickHouse sink while messages come, and hold the tables against what was produced.

    Starts Kafka, registry and ClickHouse in a folder of their own (.local/chaos-sinks). Each run has topics and a
    database of its own, which it removes. Its seed draws the messages of three topics, which of them are poisonous and
    how, the pace, and the disturbances with their moments: kill -9 of the sink, of ClickHouse, of Kafka's broker; a
    network that slows, stalls, drops, refuses or cuts in the middle of a request or in place of an answer; a second
    sink that takes half of the partitions, and may be killed or leave.

    At the end each good message must be a row once, with its content, under its coordinates and under its business key;
    each poisonous one must be in dead-letters, whole; and the sink's own audit must say so.

    Prints a line a run with its seed, then 'N passed, N failed'. A failing run leaves its plan, its logs and the
    differing coordinates in the folder of --out; `--runs 1 --seed SEED` with the same --messages and --poisonous draws
    the same run. Exit 0 only where nothing failed.

    \b
    Examples:
      vigil chaos sinks
      vigil chaos sinks --runs 200 --seed 1 --million
      vigil chaos sinks --runs 1 --seed 17
      vigil chaos sinks --runs 5 --messages 10000 --json | jq '.runs[] | {seed, passed, disturbances}'
    """
    if poisonous > messages // 2:
        raise click.UsageError(f"--poisonous {poisonous} is more than half of --messages {messages}")
    settings = Settings(data_dir=DATA_DIR)
    console = Console(stderr=as_json)
    if LocalStack(settings).running():
        raise click.ClickException(f"a stack is running on {DATA_DIR}; 'VIGIL_DATA_DIR={DATA_DIR} vigil down' stops it")
    for folder in (settings.data_dir, out):
        if folder.exists():
            shutil.rmtree(folder)
        folder.mkdir(parents=True)
    plans = [plan(number, messages, poisonous) for number in seeds(seed, runs)]
    if million:
        plans.append(plan(seed + runs, MILLION, poisonous))
    exercise = Exercise(settings, out, keep)
    results: list[Result] = []
    try:
        with console.status("starting Kafka, registry, ClickHouse") as status, exercise.servers():
            for number, one in enumerate(plans, 1):
                line = f"run {number} of {len(plans)}, seed {one.seed}"

                def tell(text: str, line: str = line) -> None:
                    failed = sum(not result.passed for result in results)
                    status.update(f"{line}: {text}{f' ({failed} failed so far)' if failed else ''}")

                results.append(exercise.run(one, tell))
                show_run(results[-1], out, console)
                write(results, out)
            status.update("stopping Kafka, registry, ClickHouse")
    except StackError as error:
        raise click.ClickException(str(error)) from error
    path = write(results, out)
    if as_json:
        click.echo(json.dumps(to_json(results), indent=1, ensure_ascii=False))
    show_all(results, console)
    console.print(f"report: {path}", highlight=False)
    failed = any(not result.passed for result in results)
    console.print(f"[{'red' if failed else 'green'}]{closing_line(results)}", highlight=False)
    sys.exit(1 if failed else 0)
