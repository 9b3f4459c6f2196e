"""What is wrong with a cluster, its schemas and its groups, each with what to do. Pure."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final, Literal

from aiokafka.partitioner import murmur2

from infra.topics.difference import COMPATIBILITY, Change, Plan
from infra.topics.group_lag import STABLE, ObservedGroup, PartitionLag
from infra.topics.observed import Observed
from infra.topics.sampling import SampledRecord
from schemas.topics import Limits, TopicSpec

Level = Literal["error", "warning", "info"]

#: Broker settings that a message of the largest size must pass, with what happens where it does not.
BROKER_LIMITS: Final[Mapping[str, tuple[Level, str]]] = {
    "message.max.bytes": ("error", "topics without a limit of their own refuse the largest messages"),
    "replica.fetch.max.bytes": ("warning", "followers copy the largest messages one at a time"),
    "replica.fetch.response.max.bytes": ("warning", "followers copy the largest messages one at a time"),
    "fetch.max.bytes": ("warning", "consumers get the largest messages one at a time"),
    "socket.request.max.bytes": ("error", "the broker closes the connection of whoever sends the largest messages"),
}
#: Topic settings whose drift stops messages or loses them; that of others is a warning.
GRAVE_CONFIG: Final = frozenset({"max.message.bytes", "cleanup.policy", "retention.ms"})


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that is not as it should be.

    Attributes:
        check: which check found it.
        level: error (something fails or will), warning (look at it), info.
        target: topic, subject, group or broker.
        text: what was found, what was expected, what to do.
    """

    check: str
    level: Level
    target: str
    text: str


def drift(plan: Plan, specs: Sequence[TopicSpec]) -> Iterable[Finding]:
    """Say what `vigil topics plan` would change, as findings."""
    by_name = {spec.name: spec for spec in specs}
    for change in plan.changes:
        yield from _drift_of(change, by_name.get(change.target))


def _drift_of(change: Change, spec: TopicSpec | None) -> Iterable[Finding]:
    fix = (
        "run 'vigil topics apply'" if change.loses is None else "see 'vigil topics plan'; apply needs --allow-data-loss"
    )
    if change.action == "create_topic":
        yield Finding("topics", "error", change.target, f"the topic is missing; {fix}")
    elif change.action == "register_schema":
        what = (
            "no schema is registered" if change.lines[0].before is None else "this version's schema is not registered"
        )
        yield Finding("schemas", "error", change.target, change.refused or f"{what}; {fix}")
    elif change.action == "set_compatibility":
        found = change.lines[0].before
        yield Finding("schemas", "error", change.target, f"compatibility is {found}, not {COMPATIBILITY}; {fix}")
    else:
        for line in change.lines:
            if line.name == "partitions":
                like = "" if spec is None or spec.like is None else f", as many as {spec.like}"
                text = f"{line.before} partitions, expected {line.after}{like}; {fix}"
                yield Finding("partitions", "error", change.target, text)
            elif line.name == "replication":
                yield Finding("replication", "warning", change.target, str(change.refused))
            else:
                level: Level = "error" if line.name in GRAVE_CONFIG else "warning"
                check = "sizes" if line.name == "max.message.bytes" else "config"
                text = f"{line.name} is {line.before}, expected {line.after}; {fix}"
                yield Finding(check, level, change.target, text)


def sizes(limits: Limits, observed: Observed) -> Iterable[Finding]:
    """Find brokers that do not let the largest message through, or make topics by themselves."""
    needed = limits.largest_message_bytes
    for broker, config in sorted(observed.broker_config.items()):
        for name, (level, effect) in BROKER_LIMITS.items():
            found = int(config.get(name, needed))
            if found < needed:
                text = f"{name} is {found}, the largest message has {needed} bytes: {effect}; raise it to {needed}"
                yield Finding("sizes", level, f"broker {broker}", text)
        if config.get("auto.create.topics.enable") == "true":
            text = "auto.create.topics.enable is true: a mistyped name makes a topic of the wrong size; set it to false"
            yield Finding("brokers", "error", f"broker {broker}", text)


def groups(
    found: Sequence[ObservedGroup], rows: Sequence[PartitionLag], sources: Mapping[str, str], most_lag: int
) -> Iterable[Finding]:
    """Find groups that lag, that nobody is in, whose members hold nothing, and partitions that nobody reads.

    Args:
        found: the groups there are.
        rows: their lag.
        sources: topic that a group must read, by the group's name.
        most_lag: records that a group may be behind in all.
    """
    for group in found:
        mine = [row for row in rows if row.group == group.name]
        lag = sum(row.lag for row in mine)
        if not group.members:
            if lag:
                text = f"no member, and {lag} records wait; start it, or delete the group if it is no longer wanted"
                yield Finding("groups", "error" if group.name in sources else "warning", group.name, text)
            continue
        if lag > most_lag:
            worst = max(mine, key=lambda row: row.lag)
            text = (
                f"{lag} records behind, {worst.lag} of them on {worst.topic}/{worst.partition}; see 'vigil topics lag"
                " --watch 5' for whether it catches up; else add workers or look at its log"
            )
            yield Finding("groups", "warning", group.name, text)
        if group.state != STABLE:
            yield Finding(
                "groups", "warning", group.name, f"the group is {group.state}: its members are finding partners"
            )
            continue
        for member in group.members:
            if not member.partitions:
                text = f"member {member.client_id} on {member.host} holds no partition: more members than partitions"
                yield Finding("groups", "warning", group.name, text)
        orphans = [f"{row.topic}/{row.partition}" for row in mine if row.owner is None and row.topic in _read(group)]
        if orphans:
            named = ", ".join(orphans[:8]) + (" ..." if len(orphans) > 8 else "")
            text = f"nobody reads {named}; restart the group's members"
            yield Finding("groups", "error", group.name, text)


def _read(group: ObservedGroup) -> frozenset[str]:
    return frozenset(topic for member in group.members for topic, _ in member.partitions)


def partition_of(key: bytes, partitions: int) -> int:
    """Return the partition of a key: Kafka's murmur2, as its Java client and aiokafka place it."""
    return int((murmur2(key) & 0x7FFFFFFF) % partitions)


def placement(specs: Sequence[TopicSpec], observed: Observed, records: Sequence[SampledRecord]) -> Iterable[Finding]:
    """Find records that do not lie where murmur2 of their key places them, or have no key."""
    keyed = {spec.name for spec in specs if spec.keyed and spec.kind == "messages"}
    by_topic: dict[str, list[SampledRecord]] = {}
    for record in records:
        if record.topic in keyed:
            by_topic.setdefault(record.topic, []).append(record)
    for topic, sample in sorted(by_topic.items()):
        count = observed.topics[topic].partitions
        bare = [r for r in sample if r.key is None]
        if bare:
            text = f"{len(bare)} of {len(sample)} sampled records have no key, e.g. {_where(bare[0])}"
            yield Finding("placement", "error", topic, text)
        wrong = [r for r in sample if r.key is not None and partition_of(r.key, count) != r.partition]
        if wrong:
            first = wrong[0]
            place = partition_of(first.key or b"", count)
            text = (
                f"{len(wrong)} of {len(sample)} sampled records are not where murmur2 of their key places them: key"
                f" {(first.key or b'').decode(errors='replace')!r} lies at {_where(first)} and belongs to partition"
                f" {place}; their producer has another partitioner (confluent-kafka needs partitioner=murmur2_random),"
                " or the partition count was changed"
            )
            yield Finding("placement", "error", topic, text)


def _where(record: SampledRecord) -> str:
    return f"{record.topic}/{record.partition}@{record.offset}"


def dead_letters(name: str, observed: Observed, causes: Sequence[tuple[str, str]]) -> Iterable[Finding]:
    """Count dead letters.

    Args:
        name: the topic, with prefix.
        observed: what is there.
        causes: (stage, error class) of the last letters.
    """
    topic = observed.topics.get(name)
    if topic is None or not topic.records:
        return
    most = ", ".join(f"{stage} {error} {count}" for (stage, error), count in Counter(causes).most_common(5))
    text = f"{topic.records} dead letters; of the last {len(causes)}: {most or 'none could be read'}"
    yield Finding("dead-letters", "warning", name, f"{text}; see 'vigil topics describe dead-letters'")
