"""The benchmark groups: which figures each owes, and one run of some of them."""

import importlib
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from tests.benchmarks.figure import BenchmarkError, Figure, Goal, Say, at_least, at_most


@dataclass(frozen=True, slots=True)
class Promise:
    """A figure that a group owes.

    Attributes:
        goal: what it should be.
        unit: of its value.
    """

    goal: Goal
    unit: str


@dataclass(frozen=True, slots=True)
class Group:
    """Some figures that are measured together.

    Attributes:
        module: has `run(say) -> list[Figure]`; imported when the group runs.
        owes: figures with a goal, by name; one that `run` does not return becomes a figure with an error.
        says: one line for `vigil bench --help`.
    """

    module: str
    owes: Mapping[str, Promise]
    says: str


#: Reports that the command gives without further options, and what else is asked of them.
REPORTS: Final = ("revenue", "waterfall", "ageing", "repeat", "incidents", "cameras", "reviews")
OTHER_REPORTS: Final = (
    "revenue_by_camera", "revenue_by_article", "revenue_by_district", "revenue_by_owner", "revenue_by_cash_date",
    "revenue_by_camera_and_cash_date", "revenue_by_camera_and_cash_date_of_single_days",
    "revenue_under_another_tariff", "cameras_of_single_days", "reviews_by_officer", "incidents_by_hour",
)  # fmt: skip
_STAGE: Final = Promise(at_least(5_000), "camera-s/core-s")
GROUPS: Final[Mapping[str, Group]] = {
    "producers": Group(
        "tests.benchmarks.producers.ingest",
        {
            "producer_vs_ffmpeg_copy": Promise(at_most(2), "ratio"),
            "producer_vs_decode_jpeg": Promise(at_least(100), "ratio"),
        },
        "CPU of a 1080p camera against ffmpeg's copy and against decoding to JPEG",
    ),
    "triton": Group(
        "tests.benchmarks.perception.throughput",
        {"triton_vs_onnxruntime": Promise(at_least(0.95), "ratio")},
        "detection through Triton against bare ONNX Runtime",
    ),
    "triage": Group(
        "tests.benchmarks.perception.triage",
        {
            "triage_vs_full_decode": Promise(at_least(8), "ratio"),
            "triage_recall": Promise(at_least(0.95), "ratio"),
        },
        "perception with its decode policy against every frame",
    ),
    "tracker": Group(
        "tests.benchmarks.tracking.bytetrack",
        {
            "tracker_vs_bytetrack": Promise(at_least(10), "ratio"),
            "tracker_hota_delta": Promise(at_least(-0.5), "points"),
        },
        "the tracking core against ByteTrack of the package trackers",
    ),
    "stages": Group(
        "tests.benchmarks.stage.cores",
        {
            f"stage_{name}_camera_seconds_per_core_second": _STAGE
            for name in ("tracking", "incidents", "violations", "violations_city")
        },
        "whole stages on a Kafka of their own",
    ),
    "cases": Group(
        "tests.benchmarks.cases.rates",
        {
            "cases_core_messages_per_core_second": Promise(at_least(5_000), "messages/core-s"),
            "stage_cases_messages_per_core_second": Promise(at_least(5_000), "messages/core-s"),
        },
        "commands of cases through the core alone, and through the whole stage on a Kafka of its own",
    ),
    "clickhouse": Group(
        "tests.benchmarks.sinks.table",
        {
            "sink_vs_decode": Promise(at_least(5), "ratio"),
            "sink_vs_decode_elapsed": Promise(at_least(3), "ratio"),
            "sink_vs_engine_insert": Promise(at_least(0.7), "ratio"),
        },
        "two million rows each of detections and case-events from topic to table",
    ),
    "city-history": Group(
        "tests.benchmarks.city.history",
        {
            "history_rows_per_core_second": Promise(at_least(500_000), "rows/core-s"),
            "history_rows_per_minute": Promise(at_least(1_000_000), "rows/min"),
        },
        "a history of the test city, made, and written into ClickHouse",
    ),
    "evidence": Group(
        "tests.benchmarks.evidence.cost",
        {"evidence_cpu_s_per_clip": Promise(at_most(0.25), "s")},
        "1,000 findings' evidence, each checked",
    ),
    "reports": Group(
        "tests.benchmarks.reports.answers",
        {
            **{f"report_{name}_p95_ms": Promise(at_most(100), "ms") for name in REPORTS},
            **{f"report_{name}_p95_ms": Promise(at_most(1_000), "ms") for name in OTHER_REPORTS},
        },
        "reports over nine months and three million cases, each asked a hundred times",
    ),
    "city-run": Group(
        "tests.benchmarks.city.seconds",
        {"city_depth1_camera_seconds_per_core_second": Promise(at_least(20_000), "camera-s/core-s")},
        "camera-seconds of the test city's detections, and SUMO's speed beside them",
    ),
}
#: Names that `--only` takes for several groups.
SETS: Final[Mapping[str, Sequence[str]]] = {
    "chain": ("producers", "triton", "triage", "tracker", "stages", "cases"),
    "sinks": ("clickhouse", "evidence"),
    "city": ("city-run", "city-history", "reports"),
    "all": tuple(GROUPS),
}


def run_groups(names: Sequence[str], say: Say, groups: Mapping[str, Group] = GROUPS) -> list[Figure]:
    """Run groups one after the other.

    A group that fails costs its own figures alone: each of them is returned with the reason in place of a value.

    Args:
        names: of the groups.
        say: takes lines of progress.
        groups: those there are.
    """
    out: list[Figure] = []
    for name in names:
        group = groups[name]
        say(f"{name}: {group.says} ...")
        began = time.monotonic()
        reason = "the group ended without it"
        measured: list[Figure] = []
        try:
            measured = importlib.import_module(group.module).run(say)
        except Exception as error:  # noqa: BLE001  whatever went wrong, the other groups' figures are still worth having
            reason = _sentence(error)
            say(f"{name}: failed: {reason}")
        there = {figure.name for figure in measured}
        out += measured
        out += [
            Figure(owed, None, promise.unit, promise.goal, group.says, reason)
            for owed, promise in group.owes.items()
            if owed not in there
        ]
        say(f"{name}: {time.monotonic() - began:.0f} s")
    return out


def _sentence(error: Exception) -> str:
    text = " ".join(str(error).split()) or "no reason was given"
    return text if isinstance(error, BenchmarkError) else f"{type(error).__name__}: {text}"
