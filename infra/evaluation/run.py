"""One seed through the real processes: topics and tables, stages, the city into Kafka, until every group's lag is 0."""

import os
import subprocess
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from confluent_kafka import KafkaException

from infra.demo.groups import Groups
from infra.demo.topic_reader import TopicReader
from infra.evaluation.observations import Observations
from infra.evaluation.tables import Tables
from infra.local.control import LocalStack
from infra.local.kafka import message_max_bytes
from infra.local.stages import StageProcess
from infra.settings import ROOT, Settings
from producers.simulator.plates import exempt_vehicles_csv
from schemas.topics import catalogue

#: The processes that a run needs: the city gives detections, so no producers and no perception.
STAGES: Final = ("clickhouse-sink", "sections", "passages", "violations", "incidents", "tracking")
#: Topics that each group reads; the sink reads every topic that has a table.
SOURCES: Final[Mapping[str, Sequence[str]]] = {
    "tracking": ("detections",),
    "incidents": ("tracks",),
    "violations": ("tracks",),
    "passages": ("tracks",),
    "sections": ("passages",),
    "clickhouse-sink": (
        "cameras",
        "signal-phases",
        "detections",
        "tracks",
        "incidents",
        "violations",
        "truth",
        "truth-tracks",
    ),
}
JOIN_WITHIN_S: Final = 90.0
#: A machine that does not get through what the city wrote within this time is too slow.
SETTLE_WITHIN_S: Final = 1_800.0
LOOK_EVERY_S: Final = 1.0
#: Looks in a row that must find no lag: a stage's output comes after its input is committed.
CALM_LOOKS: Final = 3

Say = Callable[[str], None]


class EvaluationError(RuntimeError):
    """The evaluation cannot go on; the text says where it stopped and why."""


@dataclass(frozen=True, slots=True)
class CityPlan:
    """What the city does.

    Attributes:
        seed: of the run.
        cameras: how many.
        seconds: in the city's time.
        gap_s: mean gap between two events before a camera.
        processes: that make it.
        traffic: sumo, conveyor or auto.
    """

    seed: int
    cameras: int
    seconds: int
    gap_s: float
    processes: int
    traffic: str


class EvaluationRun:
    """One seed's run on a running stack, under a topic prefix and in a database of its own.

    Args:
        stack: the servers.
        plan: what the city does.
        say: takes lines of progress.
    """

    def __init__(self, stack: LocalStack, plan: CityPlan, say: Say) -> None:
        mark = f"seed{plan.seed}"
        self.settings: Settings = stack.settings.model_copy(
            update={"topic_prefix": f"{mark}.", "clickhouse_database": f"vigil_{mark}"}
        )
        self._stack = stack
        self._plan = plan
        self._say = say

    def play(self) -> None:
        """Lay out topics and tables, start the stages, run the city, wait until all of it is in ClickHouse.

        Raises:
            EvaluationError: a step failed, a process gave up, or the lag does not reach 0 in time.
        """
        self._vigil("topics", "apply")
        self._vigil("migrate")
        self._stack.start([self._process(name) for name in STAGES])
        groups, reader = Groups(self.settings.bootstrap_servers), self._reader()
        try:
            self._until_joined(groups)
            plan = self._plan
            began = time.monotonic()
            self._vigil(
                "city", "run", f"--seed={plan.seed}", f"--cameras={plan.cameras}", f"--seconds={plan.seconds}",
                f"--gap-s={plan.gap_s}", f"--processes={plan.processes}", f"--traffic={plan.traffic}", shown=True,
            )  # fmt: skip
            self._say(f"seed {plan.seed}: city written after {time.monotonic() - began:.0f} s")
            self._until_settled(groups, reader)
            self._say(f"seed {plan.seed}: all in ClickHouse after {time.monotonic() - began:.0f} s")
        finally:
            reader.close()
            self._stack.stop(STAGES)

    def observations(self) -> Observations:
        """Return what ClickHouse holds of the run."""
        return observations(self.settings)

    def _process(self, name: str) -> StageProcess:
        names = {
            "VIGIL_TOPIC_PREFIX": self.settings.topic_prefix,
            "VIGIL_CLICKHOUSE_DATABASE": self.settings.clickhouse_database,
            "VIGIL_EXEMPT_VEHICLES": str(self._register()),
        }
        return StageProcess(name, (), names)

    def _register(self) -> Path:
        """Write the city's register of emergency vehicles; return its file."""
        path = self.settings.data_dir.resolve() / "exempt-vehicles.csv"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(exempt_vehicles_csv(), encoding="utf-8")
        return path

    def _reader(self) -> TopicReader:
        return TopicReader(self.settings.bootstrap_servers, message_max_bytes())

    def _until_joined(self, groups: Groups) -> None:
        deadline = time.monotonic() + JOIN_WITHIN_S
        while missing := [name for name in STAGES if not groups.members(self.settings.topic_prefix + name)]:
            self._alive()
            if time.monotonic() > deadline:
                raise EvaluationError(
                    f"{', '.join(missing)}: no member of the group after {JOIN_WITHIN_S:.0f} s; see 'vigil logs'"
                )
            time.sleep(0.3)

    def _until_settled(self, groups: Groups, reader: TopicReader) -> None:
        deadline = time.monotonic() + SETTLE_WITHIN_S
        calm, said = 0, time.monotonic()
        while calm < CALM_LOOKS:
            time.sleep(LOOK_EVERY_S)
            self._alive()
            try:
                lag = {name: self._lag(groups, reader, name) for name in STAGES}
            except KafkaException as error:  # Kafka is away: the runner starts it again
                calm, lag = 0, {str(error): 1}
            calm = calm + 1 if not any(lag.values()) else 0
            left = ", ".join(f"{name} {count:,}" for name, count in lag.items() if count)
            if time.monotonic() > deadline:
                raise EvaluationError(f"not all settled within {SETTLE_WITHIN_S:.0f} s; messages left: {left}")
            if left and time.monotonic() - said > 10.0:
                said = time.monotonic()
                self._say(f"seed {self._plan.seed}: messages left: {left}")

    def _lag(self, groups: Groups, reader: TopicReader, name: str) -> int:
        prefix = self.settings.topic_prefix
        have = {topic.name for topic in catalogue().topics_under(self.settings.topic_profile)}
        topics = [prefix + topic for topic in SOURCES[name] if topic in have]
        return groups.lag(prefix + name, {topic: reader.ends(topic) for topic in topics})

    def _alive(self) -> None:
        """Refuse to wait for a process that gave up.

        Raises:
            EvaluationError: one did; shows its last lines.
        """
        for name, state in self._stack.status().items():
            if name in STAGES and state["state"] == "failed":
                lines = "\n  ".join(self._stack.log(name, 15))
                raise EvaluationError(f"{name} gave up; its last lines:\n  {lines}")

    def _vigil(self, *arguments: str, shown: bool = False) -> None:
        command = [sys.executable, "-W", "ignore", "-m", "infra.cli", *arguments]
        environment = {**os.environ, **self.settings.environment()}
        done = subprocess.run(
            command, stdout=subprocess.PIPE, stderr=None if shown else subprocess.PIPE, text=True, cwd=ROOT,
            env=environment, check=False,
        )  # fmt: skip
        if done.returncode:
            text = (done.stderr or done.stdout or "its errors are above")[-2000:]
            raise EvaluationError(f"vigil {' '.join(arguments)} ended with {done.returncode}: {text}")


def observations(settings: Settings) -> Observations:
    """Return what the settings' ClickHouse holds of one run of the city.

    Raises:
        EvaluationError: it holds no truth, or nothing that was tracked.
    """
    tables = Tables.connect(settings)
    truth, watch = tables.truth(), tables.watch()
    if not truth:
        raise EvaluationError(
            f"database {settings.clickhouse_database} holds no truth: run the test city into it ('vigil city run')"
        )
    if not watch.end_us:
        raise EvaluationError(
            f"database {settings.clickhouse_database} holds no tracks: run stages and sink ('vigil run tracking', ...)"
        )
    return Observations(truth, tables.findings(), watch, tables.cameras(watch.end_us))
