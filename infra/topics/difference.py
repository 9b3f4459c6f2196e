"""What must change so that a cluster and a registry are as topics.toml and the schemas say. Pure."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any, Final, Literal

from infra.topics.observed import Observed, ObservedSubject, ObservedTopic
from schemas.compatibility import breaks_any
from schemas.topics import TopicSpec

#: Compatibility level of every subject.
COMPATIBILITY: Final = "BACKWARD_TRANSITIVE"

Action = Literal[
    "create_topic", "recreate_topic", "add_partitions", "set_config", "register_schema", "set_compatibility"
]


@dataclass(frozen=True, slots=True)
class Line:
    """One changed value.

    Attributes:
        name: what has the value: a configuration key, `partitions`, `schema`.
        before: the value now, or None.
        after: the value to be.
    """

    name: str
    before: str | None
    after: str


@dataclass(frozen=True, slots=True)
class Change:
    """One step of apply.

    Attributes:
        action: what is done.
        target: topic (with prefix) or subject.
        lines: the values that change.
        loses: what is lost by it, as a sentence; None: nothing.
        refused: why apply cannot do it at all, and what to do instead; None: it can.
    """

    action: Action
    target: str
    lines: Sequence[Line]
    loses: str | None = None
    refused: str | None = None


@dataclass(frozen=True, slots=True)
class Plan:
    """All changes, in the order in which apply makes them.

    Attributes:
        changes: empty where there is nothing to do.
    """

    changes: Sequence[Change]

    @property
    def losing(self) -> Sequence[Change]:
        """The changes that lose data."""
        return tuple(c for c in self.changes if c.loses is not None)

    @property
    def refused(self) -> Sequence[Change]:
        """The changes that apply cannot make."""
        return tuple(c for c in self.changes if c.refused is not None)

    def to_json(self) -> dict[str, Any]:
        """Return the plan as plain data."""
        return {"pending": len(self.changes), "changes": [asdict(c) for c in self.changes]}


def difference(specs: Sequence[TopicSpec], schemas: Mapping[str, str], observed: Observed) -> Plan:
    """Return what must change.

    Args:
        specs: the topics to be.
        schemas: text of the schema of each subject to be.
        observed: what is there.
    """
    topics = [c for spec in specs for c in _topic_changes(spec, observed.topics.get(spec.name), observed.brokers)]
    subjects = [
        c for subject, text in schemas.items() for c in _subject_changes(subject, text, observed.subjects.get(subject))
    ]
    topics.sort(key=lambda change: change.action != "create_topic")  # apply makes new ones first, all in one request
    return Plan((*topics, *subjects))


def _lines(spec: TopicSpec) -> list[Line]:
    return [
        Line("partitions", None, str(spec.partitions)),
        Line("replication", None, str(spec.replication)),
        *(Line(key, None, value) for key, value in spec.config.items()),
    ]


def _topic_changes(spec: TopicSpec, found: ObservedTopic | None, brokers: int) -> list[Change]:
    if spec.kind == "registry":
        config = None if found is None else _config_change(spec, found)
        return [] if config is None else [config]
    if found is None:
        refused = None
        if spec.replication > brokers:
            refused = (
                f"{spec.name} is to have {spec.replication} replicas but the cluster has {brokers} broker(s);"
                " add brokers or choose another profile (VIGIL_TOPIC_PROFILE)"
            )
        return [Change("create_topic", spec.name, _lines(spec), refused=refused)]
    if found.partitions > spec.partitions:
        return [_recreation(spec, found)]
    changes = []
    if found.replication != spec.replication:
        changes.append(_replication(spec, found))
    config = _config_change(spec, found)
    if config is not None:
        changes.append(config)
    if found.partitions < spec.partitions:
        changes.append(_growth(spec, found))
    return changes


def _recreation(spec: TopicSpec, found: ObservedTopic) -> Change:
    loses = None
    if found.ever_written:
        loses = (
            f"{spec.name} has {found.partitions} partitions and must have {spec.partitions}; Kafka cannot take"
            f" partitions away, so the topic is made anew: its {found.records} records and all groups' offsets on it"
            " are gone"
        )
    lines = [Line("partitions", str(found.partitions), str(spec.partitions))]
    return Change("recreate_topic", spec.name, [*lines, *_config_lines(spec, found)], loses=loses)


def _growth(spec: TopicSpec, found: ObservedTopic) -> Change:
    loses = None
    if spec.keyed and found.ever_written:
        loses = (
            f"{spec.name} grows from {found.partitions} to {spec.partitions} partitions: its keys move to other"
            " partitions, so the order of a key's messages and the state kept for it are lost across the change"
        )
    return Change(
        "add_partitions",
        spec.name,
        [Line("partitions", str(found.partitions), str(spec.partitions))],
        loses=loses,
    )


def _replication(spec: TopicSpec, found: ObservedTopic) -> Change:
    return Change(
        "recreate_topic",
        spec.name,
        [Line("replication", str(found.replication), str(spec.replication))],
        refused=(
            f"{spec.name} has {found.replication} replicas and must have {spec.replication}; move its partitions with"
            " Kafka's kafka-reassign-partitions, then run this again"
        ),
    )


def _config_lines(spec: TopicSpec, found: ObservedTopic) -> list[Line]:
    return [
        Line(key, found.config.get(key), value) for key, value in spec.config.items() if found.config.get(key) != value
    ]


def _config_change(spec: TopicSpec, found: ObservedTopic) -> Change | None:
    lines = _config_lines(spec, found)
    if not lines:
        return None
    losses = [loss for line in lines if (loss := _config_loss(spec.name, found, line)) is not None]
    return Change("set_config", spec.name, lines, loses="; ".join(losses) or None)


def _config_loss(name: str, found: ObservedTopic, line: Line) -> str | None:
    if not found.records:
        return None
    if line.name == "cleanup.policy":
        what = "older records of each key" if "compact" in line.after else "records beyond the retention"
        return f"{name}: cleanup.policy {line.after} in place of {line.before} removes {what}"
    if line.name == "retention.ms" and shrinks(line.before, line.after):
        if found.expiring_records == 0:
            return None
        count = "records" if found.expiring_records is None else f"{found.expiring_records} records"
        return f"{name}: retention.ms {line.after} in place of {line.before} removes {count} that are older"
    if line.name == "retention.bytes" and shrinks(line.before, line.after):
        return (
            f"{name}: retention.bytes {line.after} in place of {line.before} removes what a partition holds beyond it"
        )
    return None


def shrinks(before: str | None, after: str) -> bool:
    """Return whether a retention (-1: without limit) gets shorter."""
    if after == "-1":
        return False
    return before is None or before == "-1" or int(after) < int(before)


def _subject_changes(subject: str, text: str, found: ObservedSubject | None) -> list[Change]:
    changes = []
    if found is None or not found.current:
        versions = () if found is None else found.versions
        reasons = breaks_any(text, versions)
        refused = None
        if reasons:
            refused = (
                f"{subject}: the new schema cannot read earlier messages: {'; '.join(reasons)}."
                " Change it so that it can, or use a new topic"
            )
        line = Line("schema", versions[-1] if versions else None, text)
        changes.append(Change("register_schema", subject, [line], refused=refused))
    level = None if found is None else found.compatibility
    if level != COMPATIBILITY:
        changes.append(Change("set_compatibility", subject, [Line("compatibility", level, COMPATIBILITY)]))
    return changes
