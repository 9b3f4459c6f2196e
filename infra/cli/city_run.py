"""`vigil city run`: the city in motion, into Kafka or as one digest."""

import json
import sys
import tempfile
import time
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import click
from confluent_kafka import KafkaException
from rich.console import Console
from rich.table import Table

from infra.cli.whole_table import print_whole
from infra.settings import Settings
from infra.topics.cluster import Cluster
from infra.topics.connection import TopicsError
from producers.simulator.city import MOST_CAMERAS
from producers.simulator.city_clock import SECOND_US, START_US
from producers.simulator.noise.checked_table import NoiseFileError
from producers.simulator.run.city_run import CityReport, CityRunError, Progress, run_city
from producers.simulator.run.kafka_outlet import KafkaAddress
from producers.simulator.run.request import CityRequest, TrafficKind
from producers.simulator.shard import RunPlan
from producers.simulator.traffic.available import missing_sumo
from schemas.registry import RegistryUnavailableError, SchemaNotRegisteredError

#: How often progress is shown, seconds.
PROGRESS_S = 2.0


@click.command(context_settings={"help_option_names": ["-h", "--help"]})
@click.option("--seed", type=click.IntRange(0, 2**31 - 1), default=7, show_default=True, help="Everything follows it.")
@click.option("--cameras", type=click.IntRange(1, MOST_CAMERAS), default=60, show_default=True, help="How many.")
@click.option("--seconds", type=click.IntRange(1), default=600, show_default=True, help="Length in the city's time.")
@click.option(
    "--speed", default="max", show_default=True, help="1: real time; N: N times that; max: as fast as it goes."
)
@click.option("--processes", type=click.IntRange(1, 64), default=1, show_default=True, help="Split the cameras.")
@click.option("--digest", is_flag=True, help="Write nothing to Kafka; print one SHA-256 over all messages.")
@click.option("--count", "only_count", is_flag=True, help="Write nothing to Kafka; only count messages and bytes.")
@click.option(
    "--traffic",
    type=click.Choice(["auto", *(kind.value for kind in TrafficKind)]),
    default="auto",
    show_default=True,
    help="sumo, or the conveyor that needs no set-up; auto: sumo where it is set up.",
)
@click.option(
    "--gap-s", type=click.FloatRange(1.0), default=60.0, show_default=True, help="Mean gap between two events."
)
@click.option("--start", help="The city's first second, e.g. 2026-05-04T07:00:00+05:00, or now.  [default: that]")
@click.option("--noise", type=click.Path(exists=True, dir_okay=False, path_type=Path), help="Another noise file.")
@click.option("--json", "as_json", is_flag=True, help="Write JSON for programs.")
def command(  # noqa: PLR0917  click hands over each option by its name
    seed: int,
    cameras: int,
    seconds: int,
    speed: str,
    processes: int,
    traffic: str,
    gap_s: float,
    start: str | None,
    noise: Path | None,
    *,
    digest: bool,
    only_count: bool,
    as_json: bool,
) -> None:
    """Run the city of a seed: detections, truth-tracks, truth, signal-phases and cameras, into Kafka.

    With --digest it needs no stack and prints one SHA-256 over the messages (their Avro datums, without Confluent's
    framing) in the order of topic, key, time, ordinal: the same in every run of the same version, seed, size, length,
    start and traffic, however many processes make it.

    \b
    Examples:
      vigil city run --seed 7 --cameras 50 --seconds 600 --digest --processes 2
      vigil city run --seed 3 --cameras 60 --seconds 7200
      vigil city run --cameras 2000 --speed 1 --start now --processes 2
      vigil city run --cameras 45200 --seconds 30 --count --json
    """
    if digest and only_count:
        raise click.UsageError("--digest and --count: give one of the two")
    rate = _rate(speed)
    kind = traffic_kind(traffic)
    address = None if digest or only_count else _kafka()
    plan = RunPlan(start_us_of(start), seconds, gap_s)
    with tempfile.TemporaryDirectory(prefix="vigil-city-") as spool:
        request = CityRequest(seed, cameras, plan, noise, kind, processes, address, Path(spool) if digest else None)
        try:
            report = run_city(request, speed=rate, on_progress=_progress(request))
        except (CityRunError, NoiseFileError, TopicsError, SchemaNotRegisteredError, RegistryUnavailableError) as error:
            raise click.ClickException(str(error)) from error
        except KafkaException as error:
            cause = error.args[0]
            text = cause.str() if hasattr(cause, "str") else str(cause)
            raise click.ClickException(
                f"Kafka: {text}; is the stack up ('vigil status') and 'vigil topics apply' run?"
            ) from error
    _show(request, report, as_json=as_json)


def _rate(speed: str) -> float | None:
    if speed == "max":
        return None
    try:
        rate = float(speed)
    except ValueError:
        rate = 0.0
    if not rate > 0.0:
        raise click.UsageError(f"--speed is {speed!r}; expected a number above 0, or max")
    return rate


def traffic_kind(traffic: str) -> TrafficKind:
    """Return who moves the vehicles; auto says on stderr why it is not SUMO."""
    missing = missing_sumo()
    if traffic == "auto":
        if missing is not None:
            click.echo(f"city: {missing}; traffic comes from the conveyor", err=True)
        return TrafficKind.CONVEYOR if missing is not None else TrafficKind.SUMO
    if traffic == TrafficKind.SUMO and missing is not None:
        raise click.ClickException(missing)
    return TrafficKind(traffic)


def _kafka() -> KafkaAddress:
    settings = Settings()
    try:
        # asked first, for a producer waits much longer for a Kafka that is away
        Cluster(settings.bootstrap_servers, security=settings.kafka_security).broker_ids()
    except TopicsError as error:
        raise click.ClickException(f"{error}; or give --digest, which needs no stack") from error
    return KafkaAddress(
        settings.bootstrap_servers, settings.schema_registry_url, settings.topic_prefix, settings.kafka_security
    )


def start_us_of(start: str | None) -> int:
    """Return the city's first second, microseconds since the Unix epoch."""
    if start is None:
        return START_US
    if start == "now":
        return time.time_ns() // 1_000_000_000 * SECOND_US
    try:
        moment = datetime.fromisoformat(start)
    except ValueError:
        moment = None
    if moment is None or moment.tzinfo is None:
        raise click.UsageError(
            f"--start is {start!r}; expected an instant with its zone, 2026-05-04T07:00:00+05:00, or now"
        )
    return int((moment.astimezone(UTC) - datetime(1970, 1, 1, tzinfo=UTC)).total_seconds()) * SECOND_US


def _progress(request: CityRequest) -> Callable[[Progress], None]:
    shown = time.monotonic()

    def show(progress: Progress) -> None:
        nonlocal shown
        if time.monotonic() - shown < PROGRESS_S:
            return
        shown = time.monotonic()
        made = progress.second * request.cameras
        left_s = progress.elapsed_s / progress.second * (request.plan.seconds - progress.second)
        behind = f", {progress.behind_s:.0f} s behind the clock" if progress.behind_s >= 1.0 else ""
        sys.stderr.write(
            f"city: second {progress.second:,} of {request.plan.seconds:,},"
            f" {made / progress.elapsed_s:,.0f} camera-seconds a second, {left_s:,.0f} s left{behind}\n"
        )
        sys.stderr.flush()

    return show


def _show(request: CityRequest, report: CityReport, *, as_json: bool) -> None:
    document: dict[str, Any] = {
        "seed": request.seed,
        "cameras": request.cameras,
        "seconds": request.plan.seconds,
        "start_us": request.plan.start_us,
        "gap_s": request.plan.gap_s,
        "traffic": request.traffic.value,
        "processes": request.processes,
        "digest": report.digest,
        "camera_seconds": report.camera_seconds,
        "elapsed_s": round(report.elapsed_s, 3),
        "camera_seconds_per_s": round(report.camera_seconds / report.elapsed_s, 1),
        "camera_seconds_per_core_s": round(report.camera_seconds / max(report.cpu_s, 1e-9), 1),
        "traffic_s": round(report.traffic_s, 3),
        "behind_s": round(report.behind_s, 3),
        "topics": {topic: {"messages": n, "bytes": size} for topic, (n, size) in report.counts.items()},
    }
    if as_json:
        click.echo(json.dumps(document, indent=2))
        return
    table = Table(title=f"{request.cameras:,} cameras x {request.plan.seconds:,} s", title_justify="left")
    for title in ("topic", "messages", "bytes", "bytes a message"):
        table.add_column(title, justify="left" if title == "topic" else "right")
    for topic, (messages, size) in report.counts.items():
        table.add_row(topic, f"{messages:,}", f"{size:,}", f"{size / max(messages, 1):,.0f}")
    print_whole(table, console=Console(highlight=False, stderr=report.digest is not None))
    click.echo(
        f"city: {report.camera_seconds / report.elapsed_s:,.0f} camera-seconds a second over {report.elapsed_s:,.1f} s,"
        f" traffic {request.traffic.value} {report.traffic_s:,.1f} s of it,"
        f" {document['camera_seconds_per_core_s']:,.0f} a core-second of the processes that made them",
        err=True,
    )
    if report.digest is not None:
        click.echo(report.digest)
