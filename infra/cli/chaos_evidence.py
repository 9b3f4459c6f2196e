"""`vigil chaos evidence`: kill the evidence sink, flip bits in what it kept, and see that both show."""

import json
import shutil
import sys
from pathlib import Path

import click
from confluent_kafka import KafkaException
from rich.box import SIMPLE_HEAD
from rich.console import Console
from rich.table import Table

from infra.chaos.evidence.city import CityError
from infra.chaos.evidence.exercise import Exercise, Result, servers
from infra.chaos.evidence.plan import plan
from infra.chaos.evidence.sink import SinkError
from infra.cli.whole_table import print_whole
from infra.local.control import LocalStack, StackError
from infra.settings import Settings
from infra.topics.connection import TopicsError

DATA_DIR = Path(".local/chaos-evidence")


@click.command(context_settings={"help_option_names": ["-h", "--help"]})
@click.option(
    "--events", type=click.IntRange(min=4), default=1_000, show_default=True, help="Findings whose evidence is kept."
)
@click.option(
    "--kills", type=click.IntRange(min=0), default=20, show_default=True, help="kill -9 of the sink at random moments."
)
@click.option("--seed", type=click.IntRange(min=0), default=1, show_default=True, help="What all of it is drawn from.")
@click.option(
    "--out",
    type=click.Path(path_type=Path),
    default=Path("chaos-out/evidence"),
    show_default=True,
    help="Folder of report, store, exports and the sink's log; emptied first.",
)
@click.option("--keep", is_flag=True, help="Keep store and exports of an exercise that passed too.")
@click.option("--json", "as_json", is_flag=True, help="Write JSON for programs; progress goes to standard error.")
def command(events: int, kills: int, seed: int, out: Path, *, keep: bool, as_json: bool) -> None:
    """Kill the evidence sink while it works, flip bits in what it kept, and see that both show.

    Starts Kafka and the registry in a folder of their own (.local/chaos-evidence) and films a city of cameras. The seed
    draws the findings, the groups that no detections message names, the frames that retention has dropped, the moments
    of the kills, and the bits.

    At the end: each finding has one case; no object was written twice, none is half-written, none is named by nothing;
    what is missing is recorded with the right reason, and nothing else is; and each flipped bit, in every kind of
    object, is named by verification as what it is: by the library in one object of each case and in entries of the log,
    by `vigil evidence verify` in one object of each kind, and by the verify.py of exports in each of their files.

    Prints a line a check, then 'N passed, N failed'. What a failing exercise leaves is in the folder of --out; the same
    seed with the same --events and --kills draws it again. Exit 0 only where nothing failed.

    \b
    Examples:
      vigil chaos evidence
      vigil chaos evidence --events 40 --kills 2 --seed 7 --keep
      vigil chaos evidence --json | jq .figures
    """
    settings = Settings(data_dir=DATA_DIR)
    console = Console(stderr=as_json)
    if LocalStack(settings).running():
        raise click.ClickException(f"a stack is running on {DATA_DIR}; 'VIGIL_DATA_DIR={DATA_DIR} vigil down' stops it")
    for folder in (settings.data_dir, out):
        if folder.exists():
            shutil.rmtree(folder)
        folder.mkdir(parents=True)
    drawn = plan(seed, events, kills)
    (out / "plan.json").write_text(json.dumps(drawn.to_json(), indent=1) + "\n", encoding="utf-8")
    try:
        with console.status("starting Kafka and the registry") as status, servers(settings):
            result = Exercise(settings, drawn, out, status.update).play()
            status.update("stopping Kafka and the registry")
    except (StackError, TopicsError, CityError, SinkError, KafkaException) as error:
        raise click.ClickException(str(error)) from error
    (out / "evidence.json").write_text(json.dumps(result.to_json(), indent=1) + "\n", encoding="utf-8")
    if result.passed and not keep:
        for path in (out / "store", *out.glob("export-*")):
            shutil.rmtree(path) if path.is_dir() else path.unlink()
    if as_json:
        click.echo(json.dumps(result.to_json(), indent=1, ensure_ascii=False))
    _show(result, console)
    console.print(f"report: {out / 'evidence.json'}", highlight=False)
    failed = sum(not check.passed for check in result.checks)
    line = f"{len(result.checks) - failed} passed, {failed} failed"
    console.print(f"[{'red' if failed else 'green'}]{line}", highlight=False)
    sys.exit(1 if failed else 0)


def _show(result: Result, console: Console) -> None:
    table = Table(box=SIMPLE_HEAD)
    for title in ("check", "found"):
        table.add_column(title)
    for check in result.checks:
        table.add_row(check.name, check.problem or check.found, style=None if check.passed else "red")
    print_whole(table, console=console)
    f = result.figures
    console.print(
        f"seed {result.plan.seed}: {f.findings:,} findings, {f.clips:,} clips, {f.objects:,} objects,"
        f" {f.stored_bytes / 1e6:,.0f} MB; {f.kills} kills left {f.left_parts} unfinished files, all removed;"
        f" sink {f.sink_s:.1f} s, {f.sink_cpu_s:.1f} CPU-s in {f.sink_starts} lives, {f.cpu_s_per_clip:.3f} a clip;"
        f" {f.flips} bits flipped; {f.took_s:.1f} s in all",
        highlight=False,
        soft_wrap=True,
    )
