"""Plan and apply: the difference between topics.toml with the schemas and what is there, and making it."""

import time
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict, dataclass, replace
from typing import Any, Final

from infra.topics.cluster import Cluster
from infra.topics.connection import Connection, TopicsError
from infra.topics.difference import Change, Plan, difference, shrinks
from infra.topics.observed import Observed, ObservedTopic
from infra.topics.subjects import Subjects
from schemas.avro import schema_text
from schemas.topics import TopicSpec, catalogue

#: A registry whose log is a Kafka topic answers a write once it has read it back: many wait together.
SUBJECTS_AT_ONCE: Final = 8


@dataclass(frozen=True, slots=True)
class ApplyReport:
    """What apply did.

    Attributes:
        changes: the changes made, in order; empty where all was as it should be.
        topics: number of topics that now are as they should be.
        subjects: number of subjects that now are as they should be.
    """

    changes: Sequence[Change]
    topics: int
    subjects: int

    def to_json(self) -> dict[str, Any]:
        """Return the report as plain data."""
        return {"applied": len(self.changes), **asdict(self)}


def wanted(connection: Connection) -> tuple[Sequence[TopicSpec], Mapping[str, str]]:
    """Return the topics, and the schema text of each subject, that the settings ask for."""
    specs = catalogue().specs(connection.topic_prefix, connection.topic_profile)
    return specs, {spec.subject: schema_text(spec.topic) for spec in specs if spec.subject is not None}


def observe(connection: Connection, cluster: Cluster, subjects: Subjects) -> Observed:
    """Read from cluster and registry what plan compares."""
    specs, schemas = wanted(connection)
    brokers = cluster.broker_ids()
    topics = dict(cluster.observe([spec.name for spec in specs]))
    for spec in specs:
        found = topics.get(spec.name)
        if found is not None:
            topics[spec.name] = _with_expiring(cluster, spec, found)
    return Observed(topics, subjects.observe(schemas), len(brokers))


def _with_expiring(cluster: Cluster, spec: TopicSpec, found: ObservedTopic) -> ObservedTopic:
    retention_ms = spec.config.get("retention.ms")
    if retention_ms is None or not found.records or not shrinks(found.config.get("retention.ms"), retention_ms):
        return found
    cut_ms = int(time.time() * 1000) - int(retention_ms)
    return replace(found, expiring_records=cluster.records_older(spec.name, found.partitions, cut_ms))


def plan(connection: Connection) -> Plan:
    """Return what apply would change.

    Raises:
        TopicsError: Kafka or the registry is away.
        TopicsFileError: topics.toml, or the profile's name, is wrong.
    """
    specs, schemas = wanted(connection)
    observed = observe(
        connection,
        Cluster(connection.bootstrap_servers, security=connection.kafka_security),
        Subjects(connection.schema_registry_url),
    )
    return difference(specs, schemas, observed)


def apply(
    connection: Connection,
    *,
    allow_data_loss: bool = False,
    on_change: Callable[[Change], None] = lambda _: None,
) -> ApplyReport:
    """Make cluster and registry as topics.toml and the schemas say; a second call changes nothing.

    Nothing at all is changed where one change is refused.

    Args:
        connection: where Kafka and the registry are.
        allow_data_loss: make changes that lose data too.
        on_change: called after each change.

    Raises:
        TopicsError: a change that loses data without leave, one that cannot be made, or a service that is away.
        TopicsFileError: topics.toml, or the profile's name, is wrong.
    """
    specs, schemas = wanted(connection)
    cluster, subjects = (
        Cluster(connection.bootstrap_servers, security=connection.kafka_security),
        Subjects(connection.schema_registry_url),
    )
    todo = difference(specs, schemas, observe(connection, cluster, subjects))
    reasons = [str(c.refused) for c in todo.refused]
    if not allow_data_loss:
        reasons += [f"{c.loses}; to do it nevertheless: --allow-data-loss" for c in todo.losing]
    if reasons:
        raise TopicsError("nothing was changed: " + "\n  ".join(reasons))
    by_name = {spec.name: spec for spec in specs}
    new = [change for change in todo.changes if change.action == "create_topic"]
    cluster.create([by_name[change.target] for change in new])
    for change in new:
        on_change(change)
    for change in todo.changes[len(new) :]:
        if change.target in by_name:
            _change_topic(change, by_name[change.target], cluster)
            on_change(change)
    _change_subjects([change for change in todo.changes if change.target in schemas], subjects, on_change)
    return ApplyReport(todo.changes, len(specs), len(schemas))


def _change_topic(change: Change, spec: TopicSpec, cluster: Cluster) -> None:
    if change.action == "set_config":
        cluster.configure(spec.name, {line.name: line.after for line in change.lines})
    elif change.action == "add_partitions":
        cluster.grow(spec.name, spec.partitions)
    elif change.action == "recreate_topic":
        cluster.delete(spec.name)
        cluster.create([spec])
    else:
        raise AssertionError(f"{change.action} of {change.target}, which is a topic")


def _change_subjects(changes: Sequence[Change], subjects: Subjects, on_change: Callable[[Change], None]) -> None:
    """Make the changes, those of one subject one after the other, and tell of them in their order."""
    by_subject: dict[str, list[Change]] = {}
    for change in changes:
        by_subject.setdefault(change.target, []).append(change)

    def make(of_one: Sequence[Change]) -> Sequence[Change]:
        for change in of_one:
            if change.action == "register_schema":
                subjects.register(change.target, change.lines[0].after)
            else:
                subjects.set_compatibility(change.target, change.lines[0].after)
        return of_one

    with ThreadPoolExecutor(SUBJECTS_AT_ONCE) as pool:
        for made in pool.map(make, by_subject.values()):
            for change in made:
                on_change(change)
