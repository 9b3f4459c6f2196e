"""`vigil city film`: the city as pixels: a film a camera, with the truth of depth 1."""

import json
import sys
import time
from collections.abc import Callable, Sequence
from contextlib import closing
from dataclasses import asdict
from pathlib import Path
from typing import Any, Final

import click
from rich.console import Console
from rich.table import Table

from infra.cli.city_run import start_us_of, traffic_kind
from infra.cli.whole_table import print_whole
from infra.film.score import FilmScore, score_film
from infra.film.write import Filmed, film
from infra.noise.model_session import NoiseStudyError
from producers.simulator.city import MOST_CAMERAS, City, build_city
from producers.simulator.city_camera import CityCamera
from producers.simulator.noise.noise_model import NoiseModel
from producers.simulator.pixels.take import Take, take
from producers.simulator.run.request import TrafficKind
from producers.simulator.shard import RunPlan
from producers.simulator.traffic.conveyor import Conveyor

#: Longest film: what moves is kept in memory for it, and 1080p takes half a gigabyte in this time.
MOST_SECONDS: Final = 900
PROGRESS_S: Final = 2.0


@click.command(context_settings={"help_option_names": ["-h", "--help"]})
@click.option("--seed", type=click.IntRange(0, 2**31 - 1), default=7, show_default=True, help="Everything follows it.")
@click.option(
    "--cameras", type=click.IntRange(1, MOST_CAMERAS), default=10, show_default=True, help="Size of the city."
)
@click.option("--only", multiple=True, metavar="CAMERA", help="Film this camera; may be repeated.  [default: all]")
@click.option("--seconds", type=click.IntRange(1, MOST_SECONDS), default=60, show_default=True, help="Length.")
@click.option(
    "--traffic",
    type=click.Choice(["auto", *(kind.value for kind in TrafficKind)]),
    default="conveyor",
    show_default=True,
    help="Who moves the vehicles, as for 'vigil city run'.",
)
@click.option("--gap-s", type=click.FloatRange(1.0), default=60.0, show_default=True, help="Mean gap between events.")
@click.option("--start", help="The city's first second, as for 'vigil city run'.")
@click.option(
    "--out",
    type=click.Path(file_okay=False, path_type=Path),
    default=Path("film-out"),
    show_default=True,
    help="Folder of the films, registry.json, city.json, truth.jsonl, truth-tracks.jsonl.",
)
@click.option("--score", "scored", is_flag=True, help="Run the real detector and tracker over the films.")
@click.option("--digest", is_flag=True, help="Print SHA-256 of each camera's frames and file.")
@click.option("--json", "as_json", is_flag=True, help="Write JSON for programs.")
def command(  # noqa: PLR0917  click hands over each option by its name
    seed: int,
    cameras: int,
    only: Sequence[str],
    seconds: int,
    traffic: str,
    gap_s: float,
    start: str | None,
    out: Path,
    *,
    scored: bool,
    digest: bool,
    as_json: bool,
) -> None:
    """Film the city of a seed: vehicles and people cut from real footage, moved as depth 1's truth says.

    The same seed, size, length, start, gap and traffic give the truth of `vigil city run`, and the same files on the
    same machine. 1080p at 25 frames a second; some two to three seconds of one core for each second of a camera.

    \b
    Examples:
      vigil city film --seed 7 --cameras 10 --seconds 60 --only K-00005
      vigil cameras import film-out/registry.json
      vigil city film --seed 7 --cameras 10 --seconds 60 --only K-00005 --score
      vigil city film --seconds 10 --only K-00001 --digest --json
    """
    city = build_city(seed, cameras)
    chosen = _chosen(city, only)
    plan = RunPlan(start_us_of(start), seconds, gap_s)
    with closing(_traffic(city, plan, traffic)) as moving:
        taken = take(city, chosen, plan, NoiseModel.load(None), moving, _counted(seconds))
    try:
        films = film(taken, city, out, _say)
        score = score_film(taken, out, _say) if scored else None
    except OSError as error:
        raise click.ClickException(f"{out}: {error.strerror or error}; name a folder that can be written") from error
    except NoiseStudyError as error:
        raise click.ClickException(str(error)) from error
    _show(taken, films, score, digest=digest, as_json=as_json)


def _chosen(city: City, only: Sequence[str]) -> Sequence[CityCamera]:
    by_id = {camera.camera_id: camera for camera in city.cameras}
    unknown = [name for name in only if name not in by_id]
    if unknown:
        last = city.cameras[-1].camera_id
        raise click.UsageError(
            f"--only {unknown[0]}: this city has K-00000 to {last}; give one of them, or more --cameras"
        )
    return [by_id[name] for name in dict.fromkeys(only)] or list(city.cameras)


def _traffic(city: City, plan: RunPlan, traffic: str) -> Any:
    if traffic_kind(traffic) is TrafficKind.CONVEYOR:
        return Conveyor(city, plan.start_us)
    from producers.simulator.traffic.sumo_traffic import SumoTraffic  # noqa: PLC0415  its set-up is optional

    return SumoTraffic(city, plan.start_us)


def _say(line: str) -> None:
    click.echo(f"film: {line}", err=True)


def _counted(seconds: int) -> Callable[[int], None]:
    shown = time.monotonic()

    def show(done: int) -> None:
        nonlocal shown
        if time.monotonic() - shown >= PROGRESS_S:
            shown = time.monotonic()
            sys.stderr.write(f"film: truth of second {done:,} of {seconds:,}\n")

    return show


def _show(taken: Take, films: Sequence[Filmed], score: FilmScore | None, *, digest: bool, as_json: bool) -> None:
    if as_json:
        document = {
            "seed": taken.seed,
            "seconds": taken.plan.seconds,
            "events": len(taken.truths()),
            "films": [asdict(one) for one in films],
            "score": None if score is None else asdict(score),
        }
        click.echo(json.dumps(document, indent=2))
        return
    console = Console(highlight=False)
    table = Table(title=f"Films of seed {taken.seed}, {taken.plan.seconds} s", title_justify="left")
    for title in ("camera", "looks at", "frames", "MB", "boxes not drawn", "not drawn"):
        table.add_column(title, justify="right" if title in {"frames", "MB"} else "left")
    for camera, one in zip(taken.cameras, films, strict=True):
        without = ", ".join(f"{name} {count:,}" for name, count in one.left_out.items())
        size = f"{one.bytes / 1e6:.1f}"
        table.add_row(one.camera_id, camera.outlook.value, f"{one.frames:,}", size, without, ", ".join(one.not_drawn))
    print_whole(table, console=console)
    if digest:
        for one in films:
            click.echo(f"{one.camera_id} frames {one.frames_sha256} file {one.file_sha256}")
    if score is not None:
        _show_score(console, score)


def _show_score(console: Console, score: FilmScore) -> None:
    table = Table(title="The real detector against truth", title_justify="left")
    for title in ("class", "true boxes", "recall", "own label", "centre sd", "size sd"):
        table.add_column(title, justify="left" if title == "class" else "right")
    for one in score.classes:
        errors = (f"{one.centre_sd_ratio:.3f}", f"{one.size_sd_ratio:.3f}")
        table.add_row(one.name, f"{one.true_boxes:,}", f"{one.recall:.3f}", f"{one.labelled:.3f}", *errors)
    print_whole(table, console=console)
    click.echo(f"precision {score.precision:.3f} of {score.boxes:,} boxes")
    for name, tracking in (("films", score.tracking), ("depth 1", score.simulated)):
        if tracking.hota is not None and tracking.idf1 is not None:
            click.echo(f"{name}: tracks: HOTA {tracking.hota.hota:.3f}, IDF1 {tracking.idf1:.3f}")
        speed = tracking.speed
        if speed is None:
            click.echo(f"{name}: speeds: none was stated")
            continue
        click.echo(
            f"{name}: speeds: n {speed.count}, bias {speed.bias_kmh:+.2f} km/h, sd {speed.sd_kmh:.2f} km/h, 95 % within"
            f" {speed.p95_kmh:.2f} km/h, {speed.covered:.3f} within 1.96 stated uncertainties"
        )
