"""The demo, step by step: stack up, topics, tables, cameras, stages, footage at real time, report, stack down."""

import json
import os
import shutil
import subprocess
import sys
import time
from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path

from confluent_kafka import KafkaException
from rich.console import Console
from rich.live import Live
from rich.table import Table

from infra.demo.findings import gather
from infra.demo.groups import Groups
from infra.demo.kept_evidence import GAP_TIMEOUT_S, GROUP, KEY, STORE
from infra.demo.kept_evidence import TOPICS as EVIDENT
from infra.demo.report import Report, show, write
from infra.demo.tables import TABLES, Tables
from infra.demo.topic_reader import TopicReader
from infra.local.control import LocalStack, StackError
from infra.local.kafka import message_max_bytes
from infra.local.stages import StageProcess
from infra.review.officers import EXAMPLE
from infra.settings import ROOT, Settings
from processors.cases.core import SOURCE as COMMANDS
from processors.cases.relay.core import SOURCES as RELAYED
from sinks.evidence import signing

#: Vigil's own processes, in the order of the chain.
STAGES: Sequence[str] = ("clickhouse-sink", "violations", "incidents", "tracking", "perception")
#: Consumer groups whose lag must be 0 at the end, in the order of the chain, and the topics that each reads; names take
#: the topic prefix.
SOURCES: Mapping[str, Sequence[str]] = {
    "perception": ("frames",),
    "tracking": ("detections",),
    "incidents": ("tracks",),
    "violations": ("tracks",),
    "clickhouse-sink": TABLES,
}
GROUPS: Sequence[str] = tuple(SOURCES)
#: The same of the processes that open cases, where a demo has them.
CASES: Mapping[str, Sequence[str]] = {"cases": (COMMANDS,), "cases-relay": RELAYED}
REGISTRY = Path(__file__).with_name("cameras.toml")
#: The footage is at most 75 s; a machine that cannot finish in this time is too slow to run the demo.
SETTLE_WITHIN_S = 420.0
JOIN_WITHIN_S = 90.0
SHOWN = ("frames", "detections", "tracks", "incidents", "violations", "case-events")


class DemoError(RuntimeError):
    """The demo cannot go on; the text says where it stopped and why."""


@dataclass(frozen=True, slots=True)
class Watched:
    """What the progress display shows at one moment."""

    messages: Mapping[str, int]
    lag: Mapping[str, int]
    processes: Mapping[str, str]

    @property
    def total_lag(self) -> int:
        """Messages that some group has yet to commit."""
        return sum(self.lag.values())


@dataclass(slots=True)
class Demo:
    """One run.

    Args:
        settings: where the demo's stack lives; its data folder is emptied first.
        out: folder of the report; emptied first.
        registry: the cameras to play.
        pace: realtime or max.
        console: where progress goes.
        evidence: also keep each finding's evidence, verify it, and recompute each finding from it.
        cases: also open a case of each violation, for an officer to review.
    """

    settings: Settings
    out: Path
    registry: Path = REGISTRY
    pace: str = "realtime"
    console: Console = field(default_factory=Console)
    evidence: bool = False
    cases: bool = False
    stack: LocalStack = field(init=False)
    _started: bool = field(init=False, default=False)

    def __post_init__(self) -> None:
        """Name the stack; nothing is started."""
        self.stack = LocalStack(self.settings)

    def prepare(self) -> None:
        """Start the servers clean and make topics, tables and the registry.

        Raises:
            DemoError: a step failed; says which and why.
        """
        if self.stack.running():
            folder = self.settings.data_dir
            raise DemoError(f"a stack is running on {folder}; 'VIGIL_DATA_DIR={folder} vigil down' stops it")
        for folder in (self.settings.data_dir, self.out):
            if folder.exists():
                shutil.rmtree(folder)
            folder.mkdir(parents=True)
        self._started = True
        self._step("starting Kafka, registry, Triton, ClickHouse", self.stack.up)
        self.lay_out()

    def lay_out(self) -> None:
        """Make topics, tables and the registry on running servers; several demos share them by prefix and database.

        Raises:
            DemoError: a step failed; says which and why.
        """
        self._step("making topics, schemas and tables", self._make)
        self._step("importing cameras", lambda: self._vigil("cameras", "import", str(self.registry.resolve())))
        if self.evidence:
            signing.generate(self.out / KEY)
        if self.cases and not self.settings.review_officers_file.exists():
            self.settings.review_officers_file.write_text(EXAMPLE + "\n", encoding="utf-8")

    def play(self) -> None:
        """Start every stage as its own process, play the footage, wait until every group's lag is 0.

        Raises:
            DemoError: a process gave up, or the lag does not reach 0 in time.
        """
        watcher = Watcher(self.settings, self.stack, {**SOURCES, **(CASES if self.cases else {})})
        self._step("starting the stages", lambda: self._start_stages(watcher))
        self.stack.start([self._process("producers", f"--pace={self.pace}", "--exit-when-done")])
        deadline = time.monotonic() + SETTLE_WITHIN_S
        with Live(console=self.console, refresh_per_second=4, transient=True) as live:
            calm = 0
            trouble = "nothing was seen yet"
            while calm < 3:
                time.sleep(0.7)
                failed = [name for name, state in watcher.states().items() if state == "failed"]
                if failed:
                    lines = "\n  ".join(self.stack.log(failed[0], 15))
                    raise DemoError(f"{failed[0]} gave up; its last lines:\n  {lines}")
                if time.monotonic() > deadline:
                    raise DemoError(f"not all settled within {SETTLE_WITHIN_S:.0f} s; {trouble}")
                try:
                    now = watcher.look()
                except (
                    KafkaException,
                    LookupError,
                    TimeoutError,
                ) as error:  # Kafka is away: the runner starts it again
                    calm, trouble = 0, f"Kafka: {error!r}"
                    continue
                live.update(_progress(now))
                trouble = f"lag: {dict(now.lag)}"
                played = now.processes.get("producers") == "done"
                calm = calm + 1 if played and now.total_lag == 0 else 0
        messages = ", ".join(f"{count} {name}" for name, count in now.messages.items())
        self.console.print(f"footage played; messages: {messages}", highlight=False)
        if self.evidence:
            self._step("keeping the last findings' evidence", lambda: self._await_evidence(watcher, deadline))

    def _make(self) -> None:
        """Lay out Kafka and ClickHouse side by side: each command waits for its own server."""
        with ThreadPoolExecutor() as pool:
            tables = pool.submit(self._vigil, "migrate")
            self._vigil("topics", "apply")
            tables.result()

    def _start_stages(self, watcher: "Watcher") -> None:
        """Start every stage and wait until each group holds its partitions, so that no latency is that of a start."""
        names = [*(CASES if self.cases else ()), *STAGES]
        self.stack.start([*(self._process(name) for name in names), *([self._sink()] if self.evidence else [])])
        deadline = time.monotonic() + JOIN_WITHIN_S
        while missing := watcher.groups_without_members():
            if time.monotonic() > deadline:
                raise DemoError(
                    f"{', '.join(missing)}: no member of the group after {JOIN_WITHIN_S:.0f} s; see 'vigil logs'"
                )
            time.sleep(0.3)

    def _await_evidence(self, watcher: "Watcher", deadline: float) -> None:
        while left := watcher.lag(GROUP, EVIDENT):
            if time.monotonic() > deadline or watcher.states().get(GROUP) == "failed":
                lines = "\n  ".join(self.stack.log(GROUP, 15))
                raise DemoError(f"evidence of {left} findings was not kept; the sink's last lines:\n  {lines}")
            time.sleep(0.3)

    def report(self) -> Report:
        """Account for every camera-second, draw the stills, write report.json and report.html."""
        reader = TopicReader(self.settings.bootstrap_servers, message_max_bytes())
        try:
            with self.console.status("reading topics and tables, drawing stills"):
                tables = Tables.connect(self.settings)
                report = gather(self.settings, reader, tables, self.out, evidence=self.evidence, cases=self.cases)
        finally:
            reader.close()
        write(report, self.out)
        show(report, self.out, self.console)
        return report

    def stop_stages(self) -> None:
        """Stop Vigil's own processes; the servers go on."""
        self.stack.stop([*STAGES, *(CASES if self.cases else ()), *([GROUP] if self.evidence else []), "producers"])

    def down(self) -> None:
        """Stop everything that this run started; a stack that ran before is another's."""
        if self._started:
            self.stack.down()

    def _process(self, name: str, *arguments: str) -> StageProcess:
        """Return a process of this demo's topics and database, which need not be those that the stack started with."""
        names = {
            "VIGIL_TOPIC_PREFIX": self.settings.topic_prefix,
            "VIGIL_CLICKHOUSE_DATABASE": self.settings.clickhouse_database,
        }
        return StageProcess(name, arguments, names)

    def _sink(self) -> StageProcess:
        """Return the evidence sink, whose store is part of the report."""
        process = self._process("evidence")
        where = {
            "VIGIL_EVIDENCE_STORE": str((self.out / STORE).resolve()),
            "VIGIL_EVIDENCE_KEY": str((self.out / KEY).resolve()),
            "VIGIL_EVIDENCE_GAP_TIMEOUT_S": str(GAP_TIMEOUT_S[self.pace]),
        }
        return StageProcess(process.stage, process.arguments, {**process.env, **where})

    def _step(self, title: str, step: object) -> None:
        begun = time.monotonic()
        with self.console.status(title):
            try:
                step()  # type: ignore[operator]
            except (StackError, subprocess.CalledProcessError) as error:
                raise DemoError(f"{title}: {error}") from error
        self.console.print(f"{title}: {time.monotonic() - begun:.1f} s", highlight=False)

    def _vigil(self, *arguments: str) -> None:
        command = [sys.executable, "-W", "ignore", "-m", "infra.cli", *arguments]
        environment = {**os.environ, **self.settings.environment()}
        done = subprocess.run(command, capture_output=True, text=True, cwd=ROOT, env=environment, check=False)
        if done.returncode:
            raise DemoError(
                f"vigil {' '.join(arguments)} ended with {done.returncode}: {(done.stderr or done.stdout)[-2000:]}"
            )


class Watcher:
    """Looks at topics, groups and processes.

    Args:
        settings: where they are.
        stack: the processes.
        sources: consumer groups that are watched, and what each reads.
    """

    def __init__(self, settings: Settings, stack: LocalStack, sources: Mapping[str, Sequence[str]] = SOURCES) -> None:
        self._sources = sources
        self._prefix = settings.topic_prefix
        self._groups = Groups(settings.bootstrap_servers)
        self._reader = TopicReader(settings.bootstrap_servers, message_max_bytes())
        self._stack = stack

    def look(self) -> Watched:
        """Return what is so now."""
        messages = {name: self._reader.count(self._prefix + name) for name in SHOWN}
        # its sources, not what it has committed: it may not have come to a topic yet
        lag = {group: self.lag(group, topics) for group, topics in self._sources.items()}
        return Watched(messages, lag, self.states())

    def states(self) -> dict[str, str]:
        """Return the processes' states; needs no server."""
        return {name: str(child["state"]) for name, child in self._stack.status().items()}

    def groups_without_members(self) -> list[str]:
        """Return the groups that are not stable with at least one assigned partition."""
        return [group for group in self._sources if not self._groups.members(self._prefix + group)]

    def lag(self, group: str, sources: Sequence[str]) -> int:
        """Return how many messages of its sources a group has yet to commit."""
        topics = [self._prefix + name for name in sources]
        return self._groups.lag(self._prefix + group, {topic: self._reader.ends(topic) for topic in topics})


def _progress(now: Watched) -> Table:
    table = Table.grid(padding=(0, 3))
    for name, count in now.messages.items():
        table.add_row(name, f"{count:>6}", *([f"lag {now.lag[CONSUMED_BY[name]]}"] if name in CONSUMED_BY else [""]))
    table.add_row("to ClickHouse", f"{now.lag['clickhouse-sink']:>6}", "waiting")
    states = " ".join(f"{name}:{state}" for name, state in now.processes.items() if state not in {"ready", "done"})
    table.add_row("processes", "", states or "all serve")
    return table


#: Which group reads a topic, for the display.
CONSUMED_BY: Mapping[str, str] = {"frames": "perception", "detections": "tracking", "tracks": "incidents"}


def read_report(out: Path) -> dict[str, object]:
    """Return what report.json holds."""
    content: dict[str, object] = json.loads((out / "report.json").read_text(encoding="utf-8"))
    return content
