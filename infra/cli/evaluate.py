"""`vigil evaluate`: what the product found in the test city, against what is true there."""

import json
import shutil
import sys
from collections.abc import Mapping
from pathlib import Path

import click
from rich.console import Console

from infra.evaluation.document import below_goal, kind_document
from infra.evaluation.implemented import implemented_kinds
from infra.evaluation.observations import Score, score
from infra.evaluation.report import EvaluationReport, report_of, show, write
from infra.evaluation.run import CityPlan, EvaluationError, EvaluationRun, observations
from infra.local.control import LocalStack, StackError
from infra.settings import Settings

#: Seeds up to this one are for tuning.
LAST_TUNING_SEED = 99


@click.command(context_settings={"help_option_names": ["-h", "--help"]})
@click.option("--seeds", help='Run these cities through the whole chain first, e.g. "101 102"; 1-99 are for tuning.')
@click.option("--cameras", type=click.IntRange(1), default=60, show_default=True, help="Cameras of each city.")
@click.option("--seconds", type=click.IntRange(1), default=7_200, show_default=True, help="Length, in the city's time.")
@click.option(
    "--gap-s", type=click.FloatRange(1.0), default=40.0, show_default=True, help="Mean gap between two events."
)
@click.option("--processes", type=click.IntRange(1), default=1, show_default=True, help="That make the city.")
@click.option("--traffic", default="auto", show_default=True, help="sumo, conveyor or auto, as for 'vigil city run'.")
@click.option(
    "--out",
    type=click.Path(file_okay=False, path_type=Path),
    default=Path("evaluate-out"),
    show_default=True,
    help="Folder of the report; emptied first.",
)
@click.option("--gate", is_flag=True, help="End with 1 where a kind with a goal misses it.")
@click.option("--json", "as_json", is_flag=True, help="Print evaluate.json's list for programs.")
def command(
    *,
    seeds: str | None,
    cameras: int,
    seconds: int,
    gap_s: float,
    processes: int,
    traffic: str,
    out: Path,
    gate: bool,
    as_json: bool,
) -> None:
    """Score findings, tracks and speeds against the test city's truth.

    Without --seeds it reads the ClickHouse of the settings, which must hold one run of the city. With --seeds it starts
    a stack of its own (.local/evaluate), and for each seed makes topics and tables of its own, starts tracking,
    incidents, violations and the sink, runs the city into Kafka as fast as it goes, and scores what came to ClickHouse.

    \b
    Examples:
      vigil evaluate
      vigil evaluate --seeds "101 102"
      vigil evaluate --seeds 7 --cameras 10 --seconds 600 --out /tmp/mine --json
    """
    try:
        runs = (
            _scored(Settings())
            if seeds is None
            else _played(seeds, CityPlan(0, cameras, seconds, gap_s, processes, traffic))
        )
    except (EvaluationError, StackError) as error:
        raise click.ClickException(str(error)) from error
    report = report_of(runs)
    if out.exists():
        shutil.rmtree(out)
    write(report, out)
    if as_json:
        click.echo(json.dumps([kind_document(one) for one in report.kinds], indent=2))
    else:
        _show(report, out)
    sys.exit(1 if gate and below_goal(report.kinds) else 0)


def _scored(settings: Settings) -> Mapping[str, Score]:
    return {settings.clickhouse_database: score(observations(settings), implemented_kinds())}


def _played(seeds: str, plan: CityPlan) -> Mapping[str, Score]:
    """Run each seed's city on a stack of its own, and score it."""
    settings = Settings(data_dir=Path(".local/evaluate"))
    numbers = _numbers(seeds)
    stack = LocalStack(settings, tied=True)
    if stack.running():
        folder = settings.data_dir
        raise EvaluationError(f"a stack is running on {folder}; 'VIGIL_DATA_DIR={folder} vigil down' stops it")
    if settings.data_dir.exists():
        shutil.rmtree(settings.data_dir)
    settings.data_dir.mkdir(parents=True)
    _say("starting Kafka, registry, ClickHouse")
    runs: dict[str, Score] = {}
    try:
        stack.up()
        for number in numbers:
            if number <= LAST_TUNING_SEED:
                _say(f"seed {number} is one of those that rules are tuned on: its figures say nothing of others")
            run = EvaluationRun(
                stack, CityPlan(number, plan.cameras, plan.seconds, plan.gap_s, plan.processes, plan.traffic), _say
            )
            run.play()
            _say(f"seed {number}: scoring")
            runs[str(number)] = score(run.observations(), implemented_kinds())
    finally:
        stack.down()
    return runs


def _numbers(seeds: str) -> list[int]:
    parts = seeds.replace(",", " ").split()
    if not parts or not all(part.isdigit() for part in parts):
        raise click.UsageError(f'--seeds is {seeds!r}; expected whole numbers, e.g. "101 102"')
    return list(dict.fromkeys(int(part) for part in parts))


def _say(line: str) -> None:
    click.echo(f"evaluate: {line}", err=True)


def _show(report: EvaluationReport, out: Path) -> None:
    show(report, Console(width=160, highlight=False))
    click.echo(f"report: {out / 'report.html'}, for programs: {out / 'evaluate.json'}")
