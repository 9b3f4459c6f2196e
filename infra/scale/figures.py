"""What the whole city takes, part by part, each with where its figure comes from. Pure."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from infra.scale.largest import Trial
from infra.scale.stage_sample import StageSample

HERE: Final = "measured in this run, multiplied by cameras"
BENCH: Final = "bench.json, multiplied by cameras"
MISSING: Final = "not in bench.json; `make bench ONLY={}` measures it"
#: Figures of bench.json: camera-seconds a core-second of whole stages, CPU seconds a million rows of the sink.
STAGE: Final = "stage_{}_camera_seconds_per_core_second"
#: Rows of tracks are about as wide as those of detections, and have no figure of their own.
SINK: Final = "sink_cpu_per_million_rows_detections"
#: A camera's encoded video as docs/scaling.md has it: 4 Mbit/s, a message a second.
FRAMES_BYTES: Final = 500_000


@dataclass(frozen=True, slots=True)
class CoreRow:
    """What one part takes.

    Attributes:
        part: its name.
        cores: for the city; None: unknown.
        source: where the figure comes from, or why there is none.
    """

    part: str
    cores: float | None
    source: str


@dataclass(frozen=True, slots=True)
class TopicRow:
    """What one topic carries.

    Attributes:
        topic: its name.
        messages_per_s, bytes_per_s: of the city; datums, without Kafka's framing and before compression.
        source: where the figures come from.
    """

    topic: str
    messages_per_s: float
    bytes_per_s: float
    source: str


def core_rows(city: int, trial: Trial, sample: StageSample, bench: Mapping[str, float]) -> Sequence[CoreRow]:
    """Return the cores of a city of so many cameras.

    Args:
        city: cameras of the city.
        trial: the run that is taken for the city's own cost.
        sample: stages' cores.
        bench: values of bench.json by name.
    """
    made = trial.cameras * trial.seconds
    rows = [CoreRow("test city: detections and truth", city * trial.cpu_s / made, HERE)]
    # the benchmarks hold perception against other programs alone
    rows.append(CoreRow("perception", None, "no absolute figure in bench.json; docs/scaling.md has what is known"))
    for stage, cpu_s in sorted(sample.cpu_s.items()):
        rows.append(CoreRow(f"{stage}, core alone", city * cpu_s / sample.camera_seconds, HERE))
        rate = bench.get(STAGE.format(stage))
        if rate:
            rows.append(CoreRow(f"{stage}, whole stage", city / rate, BENCH))
        else:
            rows.append(CoreRow(f"{stage}, whole stage", None, MISSING.format("stages")))
    for topic in ("detections", "tracks"):
        per_million = bench.get(SINK)
        if per_million is None:
            rows.append(CoreRow(f"sink of {topic}", None, MISSING.format("clickhouse")))
        else:
            rows.append(CoreRow(f"sink of {topic}", city * per_million / 1e6, f"{BENCH}: rows of detections"))
    return rows


def topic_rows(city: int, trial: Trial, sample: StageSample) -> Sequence[TopicRow]:
    """Return what each topic carries in a city of so many cameras; topics that grow with events grow with cameras."""
    rows = [
        TopicRow("frames", float(city), float(city * FRAMES_BYTES), "docs/scaling.md: 4 Mbit/s a camera; not measured")
    ]
    made = trial.cameras * trial.seconds
    counts: list[tuple[str, Sequence[int], int]] = [
        *((topic, count, made) for topic, count in trial.counts.items() if topic != "cameras"),
        *((topic, count, sample.camera_seconds) for topic, count in sample.counts.items()),
    ]
    rows += [
        TopicRow(topic, city * messages / of, city * size / of, HERE) for topic, (messages, size), of in sorted(counts)
    ]
    return rows


def bench_values(document: Any) -> Mapping[str, float]:
    """Return the values of a bench.json by name; what could not be measured is left out.

    Raises:
        ValueError: it is not a list of figures.
    """
    if not isinstance(document, list) or not all(isinstance(one, dict) and "name" in one for one in document):
        raise ValueError("not a list of figures with names; expected what `vigil bench` writes")
    return {str(one["name"]): float(one["value"]) for one in document if one.get("value") is not None}
