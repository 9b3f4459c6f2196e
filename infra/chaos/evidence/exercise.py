"""One exercise: a city's findings, a sink that is killed, and everything held against what was written."""

import json
import random
import time
from collections import Counter
from collections.abc import Callable, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

from confluent_kafka import Consumer, TopicPartition

from infra import topics
from infra.chaos.comparison import Check
from infra.chaos.evidence.city import City, Expected
from infra.chaos.evidence.damage import Damage
from infra.chaos.evidence.flips import Flip
from infra.chaos.evidence.plan import SECONDS, Plan
from infra.chaos.evidence.sink import Sink
from infra.local.control import LocalStack
from infra.settings import Settings
from schemas.codec import MessageCodec
from schemas.registry import RegistrySchemaIds
from sinks.evidence import signing
from sinks.evidence.case_name import TOPICS
from sinks.evidence.folder_store import PART, FolderStore
from sinks.evidence.whole_store import StoreReport, check_store

#: Nothing of this needs Triton or ClickHouse; a server whose address is set is left out of the stack.
NOWHERE: Final = "127.0.0.1:9"
#: Films began so long ago: every second is over, and none has passed retention.
AGO_S: Final = 3_600
#: How long the sink waits for a second that does not come, beyond its time, which is an hour ago.
GAP_TIMEOUT_S: Final = 2.0
#: Bound for a broken run: until all is committed, and so much more for each finding.
SETTLE_S, SETTLE_EACH_S = 120.0, 1.0
#: Exports whose every file gets a flipped bit: a plain one, a blurred one.
EXPORTS: Final = 2
MOST_NAMED: Final = 20
Tell = Callable[[str], None]


@dataclass(frozen=True, slots=True)
class Figures:
    """What it took.

    Attributes:
        findings, clips, objects, entries, stored_bytes: what is stored.
        sink_starts, kills, left_parts: lives of the sink, its kills, unfinished files that they left.
        sink_cpu_s, cpu_s_per_clip: of all its lives, their starts included.
        sink_s: from its first start to the last commit, seconds.
        flips: bits flipped.
        took_s: the whole exercise, without the servers' start.
    """

    findings: int
    clips: int
    objects: int
    entries: int
    stored_bytes: int
    sink_starts: int
    kills: int
    left_parts: int
    sink_cpu_s: float
    cpu_s_per_clip: float
    sink_s: float
    flips: int
    took_s: float


@dataclass(frozen=True, slots=True)
class Result:
    """What an exercise came to."""

    plan: Plan
    checks: Sequence[Check]
    figures: Figures
    flips: Sequence[Flip]

    @property
    def passed(self) -> bool:
        """Whether everything held."""
        return all(check.passed for check in self.checks)

    def to_json(self) -> dict[str, Any]:
        """Return it for programs."""
        kinds = Counter((flip.how, flip.kind) for flip in self.flips)
        return {
            "seed": self.plan.seed,
            "passed": self.passed,
            "checks": [check.to_json() for check in self.checks],
            "figures": {name: getattr(self.figures, name) for name in Figures.__slots__},
            "flips": [{"how": how, "kind": kind, "flips": count} for (how, kind), count in sorted(kinds.items())],
            "flips_not_named": [str(flip) for flip in self.flips if not flip.right],
        }


@contextmanager
def servers(settings: Settings) -> Any:
    """Hold Kafka and the registry up.

    Raises:
        StackError: they cannot be started; says why.
    """
    alone = {"data_dir": settings.data_dir.resolve(), "triton_url": NOWHERE, "clickhouse_url": f"http://{NOWHERE}"}
    stack = LocalStack(settings.model_copy(update=alone), tied=True)
    stack.up()
    try:
        yield
    finally:
        stack.down()


@dataclass(slots=True)
class Exercise:
    """Plays a plan on running servers.

    Args:
        settings: the servers'; prefix, store and key are the exercise's own.
        plan: what happens.
        folder: for store, key, exports and the sink's log.
        tell: called with what goes on.
        commands: how many kinds of objects `vigil evidence verify` is asked about; None: all.
        exports: how many exports get a flipped bit in each of their files.
    """

    settings: Settings
    plan: Plan
    folder: Path
    tell: Tell = lambda _: None
    commands: int | None = None
    exports: int = EXPORTS
    _own: Settings = field(init=False)

    def __post_init__(self) -> None:
        """Name what is the exercise's own."""
        self._own = self.settings.model_copy(
            update={
                "topic_prefix": f"evidence-{self.plan.seed}-{time.time_ns() // 1_000_000}.",
                "evidence_store": str((self.folder / "store").resolve()),
                "evidence_key": (self.folder / "key.pem").resolve(),
                "evidence_gap_timeout_s": GAP_TIMEOUT_S,
            }
        )

    def play(self) -> Result:
        """Film, find, kill, settle, verify, damage.

        Raises:
            CityError, SinkError: nothing can be said of the sink, or it gave up.
            TopicsError: the topics cannot be made.
        """
        began = time.monotonic()
        own = self._own
        self.tell("making topics")
        topics.apply(own)
        key = signing.generate(own.evidence_key_file)
        codec = MessageCodec(RegistrySchemaIds.connect(own.schema_registry_url, own.topic_prefix))
        epoch_us = (int(time.time()) - AGO_S) * 1_000_000
        city = City(self.plan, own.bootstrap_servers, own.topic_prefix, codec, epoch_us)
        self.tell(f"filming {len(self.plan.cameras)} cameras, {SECONDS} s each")
        city.film()
        city.find()
        sink = Sink(own, self.folder / "sink.log")
        sink_began = time.monotonic()
        try:
            sink.start()
            for number, kill in enumerate(self.plan.kills, 1):
                self.tell(f"kill {number} of {len(self.plan.kills)}, {sink.logged()} of {len(self.plan.events)} stored")
                sink.kill(kill)
            within_s = SETTLE_S + SETTLE_EACH_S * len(self.plan.events)
            self.tell("the last findings")
            sink.wait_for(lambda: self._backlog() == 0, "the commit of every finding", within_s)
            sink_s = time.monotonic() - sink_began
            status = sink.stop()
        finally:
            sink.abandon()
        checks = [
            Check("the sink's end", f"status {status}", problem=None if status == 0 else f"status {status}, expected 0")
        ]
        store = FolderStore(sink.store)
        expected = city.expected()
        report = self._verified(store, key)
        checks += [self._once(sink, report, expected), self._whole(sink, report), self._said(store, expected)]
        damage = Damage(own, key, random.Random(self.plan.flips_seed), self.folder, self.tell)  # noqa: S311
        damage.every_case()
        damage.log_entries()
        damage.by_commands(self.commands)
        whole = [one.case for one in expected if not one.missing]
        damage.by_experts(whole[: self.exports])
        checks.append(_named(damage))
        after = self._verified(store, key)
        problem = None if after.agrees else _first(after)
        checks.append(Check("all bits put back", f"{after.cases} cases agree again", problem=problem))
        clips = sum(_files(store, one.case.manifest, "clip") for one in expected)
        figures = Figures(
            findings=report.cases,
            clips=clips,
            objects=report.objects,
            entries=report.entries,
            stored_bytes=sum(path.stat().st_size for path in sink.store.rglob("*") if path.is_file()),
            sink_starts=sink.starts,
            kills=len(self.plan.kills),
            left_parts=sink.left_parts,
            sink_cpu_s=round(sink.cpu_s, 2),
            cpu_s_per_clip=round(sink.cpu_s / max(1, clips), 4),
            sink_s=round(sink_s, 2),
            flips=len(damage.flips),
            took_s=round(time.monotonic() - began, 2),
        )
        return Result(self.plan, checks, figures, damage.flips)

    def _backlog(self) -> int:
        """Return how many findings the sink's group has not committed."""
        consumer = Consumer({
            "bootstrap.servers": self._own.bootstrap_servers,
            "group.id": f"{self._own.topic_prefix}evidence",
            "enable.auto.commit": False,
            "log_level": 0,
        })  # fmt: skip
        try:
            places = []
            for topic in TOPICS:
                name = self._own.topic_prefix + topic
                known = consumer.list_topics(name, timeout=10).topics[name].partitions
                places += [TopicPartition(name, partition) for partition in known]
            left = 0
            for place in consumer.committed(places, timeout=10):
                _, end = consumer.get_watermark_offsets(place, timeout=10)
                left += end - max(0, place.offset)
            return left
        finally:
            consumer.close()

    def _verified(self, store: FolderStore, key: signing.SigningKey) -> StoreReport:
        return check_store(store, key.key_id, lambda done, of: self.tell(f"verifying case {done + 1} of {of}"))

    def _once(self, sink: Sink, report: StoreReport, expected: Sequence[Expected]) -> Check:
        """Each finding has one case, no object was written a second time, and none is there that nothing names."""
        found = set(FolderStore(sink.store).names(""))
        lost = [str(one.case) for one in expected if one.case.manifest not in found]
        problems = [f"no evidence of {name}" for name in lost]
        if report.cases != len(expected):
            problems.append(f"{report.cases} cases for {len(expected)} findings")
        problems += [f"{name} was written again" for name in sink.rewritten]
        problems += [f"{name} is named by nothing" for name in report.unnamed]
        return _check("each finding once", f"{report.cases} cases, {report.objects} objects, 0 written twice", problems)

    def _whole(self, sink: Sink, report: StoreReport) -> Check:
        """Every object is as it was signed, and no unfinished file is left."""
        problems = [f"{what}: {line.what}: {line.text}" for what, lines in report.lines.items() for line in lines]
        problems += [f"{path.name} is unfinished" for path in (sink.store / PART).glob("*")]
        found = f"{report.objects} objects and {report.entries} log entries agree, 0 half-written"
        return _check("each object whole", found, problems)

    def _said(self, store: FolderStore, expected: Sequence[Expected]) -> Check:
        """Each group that evidence needs is in a clip, or recorded as missing with the right reason."""
        problems = []
        missing: Counter[str] = Counter()
        for one in expected:
            manifest = json.loads(store.get(one.case.manifest))
            kept = {source["sequence"] for source in manifest["sources"] if source["clip"]}
            said = {(m["sequence"], m["reason"]) for m in manifest["missing"] if "sequence" in m}
            missing.update(reason for _, reason in said)
            if not one.kept <= kept:
                problems.append(f"{one.case}: groups {sorted(one.kept - kept)} are in no clip")
            if said != one.missing:
                problems.append(f"{one.case}: missing {sorted(said)}, expected {sorted(one.missing)}")
        found = "; ".join(f"{count} x {reason}" for reason, count in sorted(missing.items()))
        return _check("what is missing is said", found or "nothing is missing", problems)


def _check(name: str, found: str, problems: Sequence[str]) -> Check:
    if not problems:
        return Check(name, found)
    more = f" and {len(problems) - MOST_NAMED} more" if len(problems) > MOST_NAMED else ""
    return Check(name, f"{len(problems)} problems", problem="; ".join(problems[:MOST_NAMED]) + more)


def _named(damage: Damage) -> Check:
    """Each flipped bit was named as what it is, and nothing else was."""
    problems = [*damage.problems, *(f"not named: {flip}" for flip in damage.flips if not flip.right)]
    by = Counter(flip.how for flip in damage.flips)
    found = ", ".join(f"{count} by {how}" for how, count in sorted(by.items()))
    return _check("each flipped bit is named", found, problems)


def _first(report: StoreReport) -> str:
    what, lines = next(iter(report.lines.items()))
    return f"{what}: {lines[0].what}: {lines[0].text}"


def _files(store: FolderStore, manifest: str, kind: str) -> int:
    return sum(file["kind"] == kind for file in json.loads(store.get(manifest))["files"])
