"""`vigil city scale`: how much of the city this machine holds in real time, and what all of it takes."""

import json
import sys
from dataclasses import asdict
from pathlib import Path
from typing import Any

import click
from rich.console import Console
from rich.table import Table

from infra.scale.figures import bench_values, core_rows, topic_rows
from infra.scale.largest import Trial, best_of, largest_held
from infra.scale.stage_sample import sample_stages
from producers.simulator.city import MOST_CAMERAS
from producers.simulator.city_clock import START_US
from producers.simulator.run.city_run import CityRunError, run_city
from producers.simulator.run.request import CityRequest, TrafficKind
from producers.simulator.shard import RunPlan
from producers.simulator.traffic.available import missing_sumo

#: Almaty's.
CITY = 45_200
#: Cameras and seconds of the sample that goes through the stages' cores.
SAMPLE_CAMERAS, SAMPLE_S = 20, 15
#: Cameras and seconds of the run that is not counted.
WARM_UP_CAMERAS, WARM_UP_S = 60, 3


@click.command(context_settings={"help_option_names": ["-h", "--help"]})
@click.option("--seed", type=click.IntRange(0, 2**31 - 1), default=7, show_default=True, help="Everything follows it.")
@click.option(
    "--cameras", type=click.IntRange(1, MOST_CAMERAS), default=CITY, show_default=True, help="The city's size."
)
@click.option("--first", type=click.IntRange(1), default=4_000, show_default=True, help="Cameras of the first try.")
@click.option("--seconds", type=click.IntRange(3), default=20, show_default=True, help="Length of each try.")
@click.option("--processes", type=click.IntRange(1, 64), default=2, show_default=True, help="That make the city.")
@click.option(
    "--traffic",
    type=click.Choice([kind.value for kind in TrafficKind]),
    default=TrafficKind.CONVEYOR.value,
    show_default=True,
    help="As for 'vigil city run'.",
)
@click.option(
    "--gap-s", type=click.FloatRange(1.0), default=1_800.0, show_default=True, help="Mean gap between two events."
)
@click.option(
    "--bench",
    type=click.Path(dir_okay=False, path_type=Path),
    default=Path("bench-out/bench.json"),
    show_default=True,
    help="Figures of `make bench`; what it lacks is unknown.",
)
@click.option("--json", "as_json", is_flag=True, help="Write JSON for programs.")
def command(
    *,
    seed: int,
    cameras: int,
    first: int,
    seconds: int,
    processes: int,
    traffic: str,
    gap_s: float,
    bench: Path,
    as_json: bool,
) -> None:
    """Find the largest share of the city that this machine makes in step with the clock; say what all of it takes.

    Runs `vigil city run --speed 1 --count` with more and fewer cameras until what holds and what does not are near each
    other, sends a few cameras through the cores of tracking, incidents and violations, and multiplies up. Each figure
    says whether it was measured in this run, comes from bench.json, or is unknown. Nothing is written to Kafka.

    \b
    Examples:
      vigil city scale
      vigil city scale --seconds 60 --json
      vigil city scale --first 50 --cameras 200 --seconds 5
    """
    missing = missing_sumo()
    if traffic == TrafficKind.SUMO and missing is not None:
        raise click.ClickException(missing)
    values = _bench(bench)

    def request(count: int, length_s: int) -> CityRequest:
        plan = RunPlan(START_US, length_s, gap_s)
        return CityRequest(seed, count, plan, None, TrafficKind(traffic), processes, None, None)

    def attempt(count: int) -> Trial:
        _say(f"{count:,} cameras for {seconds} s ...")
        report = run_city(request(count, seconds), speed=1.0)
        trial = Trial(count, seconds, report.elapsed_s, report.cpu_s, report.counts)
        _say(f"{count:,} cameras: {'in step' if trial.held else f'{trial.late_s:.1f} s late'}")
        return trial

    try:
        # a fresh checkout compiles the city's kernels for a minute, which is no camera's cost
        _say("compiling what is not compiled yet ...")
        run_city(request(min(WARM_UP_CAMERAS, cameras), WARM_UP_S), speed=None)
        trials = largest_held(attempt, first, cameras)
    except CityRunError as error:
        raise click.ClickException(str(error)) from error
    best = best_of(trials)
    _say(f"{SAMPLE_CAMERAS} cameras through the stages' cores ...")
    sample = sample_stages(seed, SAMPLE_CAMERAS, START_US, SAMPLE_S, gap_s)
    base = best if best is not None else trials[-1]
    document: dict[str, Any] = {
        "seed": seed,
        "city_cameras": cameras,
        "processes": processes,
        "traffic": traffic,
        "gap_s": gap_s,
        "held_cameras": None if best is None else best.cameras,
        "held_share": None if best is None else round(best.cameras / cameras, 4),
        "tries": [{**_rounded(asdict(one)), "late_s": round(one.late_s, 2), "held": one.held} for one in trials],
        "cores": [_rounded(asdict(row)) for row in core_rows(cameras, base, sample, values)],
        "topics": [_rounded(asdict(row)) for row in topic_rows(cameras, base, sample)],
    }
    if as_json:
        click.echo(json.dumps(document, indent=2))
    else:
        _show(document)


def _bench(path: Path) -> dict[str, float]:
    if not path.exists():
        _say(f"{path} is not there: what only benchmarks tell stays unknown; `make bench` writes it")
        return {}
    try:
        return dict(bench_values(json.loads(path.read_text(encoding="utf-8"))))
    except ValueError as error:
        raise click.ClickException(f"{path}: {error}") from error


def _rounded(row: dict[str, Any]) -> dict[str, Any]:
    return {
        name: round(value, 3) if isinstance(value, float) else value for name, value in row.items() if name != "counts"
    }


def _say(line: str) -> None:
    sys.stderr.write(f"city: {line}\n")
    sys.stderr.flush()


def _show(document: dict[str, Any]) -> None:
    console = Console(highlight=False)
    held = document["held_cameras"]
    size = f"{document['city_cameras']:,}"
    if held is None:
        console.print(f"Nothing that was tried kept in step; figures for {size} cameras are of the last try.")
    else:
        share = 100.0 * document["held_share"]
        console.print(f"In step with the clock: {held:,} cameras of {size}, {share:.0f} %. The rest is multiplied up.")
    cores = Table(title=f"cores for {size} cameras", title_justify="left")
    for title in ("part", "cores", "from"):
        cores.add_column(title, justify="right" if title == "cores" else "left")
    for row in document["cores"]:
        cores.add_row(row["part"], "-" if row["cores"] is None else f"{row['cores']:.2f}", row["source"])
    console.print(cores)
    topics = Table(title=f"topics of {size} cameras", title_justify="left")
    for title in ("topic", "messages/s", "MB/s", "from"):
        topics.add_column(title, justify="left" if title in {"topic", "from"} else "right")
    for row in document["topics"]:
        size_mb = f"{row['bytes_per_s'] / 1e6:,.3f}"
        topics.add_row(row["topic"], f"{row['messages_per_s']:,.1f}", size_mb, row["source"])
    console.print(topics)
