"""Doctor and lag: reads groups, brokers and samples, and hands them to the pure checks."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Final

from infra.topics import checkup
from infra.topics.application import observe, wanted
from infra.topics.checkup import Finding
from infra.topics.cluster import Cluster
from infra.topics.connection import Connection
from infra.topics.difference import difference
from infra.topics.group_lag import Member, ObservedGroup, PartitionLag, lags
from infra.topics.observed import Observed
from infra.topics.sampling import SampledRecord, last_records
from infra.topics.subjects import Subjects
from schemas.codec import MessageCodec
from schemas.registry import RegistrySchemaIds, RegistryUnavailableError
from schemas.topics import TopicSpec, catalogue, group_of
from schemas.wire import BadMessageError

#: Records that a group may be behind before doctor warns: two seconds of what one core of a stage handles.
MOST_LAG: Final = 10_000
#: Records read of each partition to check their placement.
SAMPLE_PER_PARTITION: Final = 20
#: Of frames, whose records have up to a megabyte.
FRAMES_PER_PARTITION: Final = 2
DEAD_LETTERS: Final = "dead-letters"
FRAMES: Final = "frames"


@dataclass(frozen=True, slots=True)
class Examination:
    """What doctor found.

    Attributes:
        findings: the worst first.
        topics: topics looked at.
        subjects: subjects looked at.
        groups: consumer groups looked at.
        sampled: records whose placement was looked at.
    """

    findings: Sequence[Finding]
    topics: int
    subjects: int
    groups: int
    sampled: int

    @property
    def healthy(self) -> bool:
        """True where no finding is an error."""
        return not any(f.level == "error" for f in self.findings)


def sources(connection: Connection) -> Mapping[str, str]:
    """Return the topic that each app's group must read."""
    prefix = connection.topic_prefix
    return {group_of(prefix, app.name): prefix + app.source for app in catalogue().apps.values()}


def observed_groups(cluster: Cluster, prefix: str) -> Sequence[ObservedGroup]:
    """Return the consumer groups whose id begins with a prefix, their members and committed offsets."""
    out = []
    for group in cluster.groups(prefix):
        members = [
            Member(
                member_id=m.member_id,
                client_id=m.client_id,
                host=m.host,
                partitions=tuple((tp.topic, tp.partition) for tp in m.assignment.topic_partitions),
            )
            for m in group.members
        ]
        out.append(ObservedGroup(group.group_id, group.state.name, members, cluster.committed(group.group_id)))
    return tuple(out)


def group_lags(connection: Connection, cluster: Cluster) -> tuple[Sequence[ObservedGroup], Sequence[PartitionLag]]:
    """Return the groups of the prefix and how far each is behind."""
    found = observed_groups(cluster, connection.topic_prefix)
    must = sources(connection)
    read = {topic for group in found for topic in group.topics()} | {must[g.name] for g in found if g.name in must}
    counts = {name: size[0] for name, size in cluster.topic_sizes("").items() if name in read}
    bounds = cluster.bounds([(name, p) for name, count in counts.items() for p in range(count)])
    return found, lags(found, counts, bounds, must)


def examine(
    connection: Connection, most_lag: int = MOST_LAG, sample_per_partition: int = SAMPLE_PER_PARTITION
) -> Examination:
    """Look at everything that `vigil topics doctor` looks at; change nothing.

    Args:
        connection: where Kafka and the registry are.
        most_lag: records that a group may be behind.
        sample_per_partition: records read of each partition; 0: placement is not checked.

    Raises:
        TopicsError: Kafka or the registry is away.
    """
    cluster, subjects = (
        Cluster(connection.bootstrap_servers, security=connection.kafka_security),
        Subjects(connection.schema_registry_url),
    )
    specs, schemas = wanted(connection)
    observed = replace(observe(connection, cluster, subjects), broker_config=cluster.broker_configs())
    found, rows = group_lags(connection, cluster)
    records = sample(connection, cluster, specs, observed, sample_per_partition)
    letters = connection.topic_prefix + DEAD_LETTERS
    causes = _causes(connection, [r for r in records if r.topic == letters])
    findings = [
        *checkup.drift(difference(specs, schemas, observed), specs),
        *checkup.sizes(catalogue().limits, observed),
        *checkup.groups(found, rows, sources(connection), most_lag),
        *checkup.placement(specs, observed, records),
        *checkup.dead_letters(letters, observed, causes),
    ]
    order = ("error", "warning", "info")
    findings.sort(key=lambda f: order.index(f.level))
    keyed = {spec.name for spec in specs if spec.keyed}
    return Examination(findings, len(specs), len(schemas), len(found), sum(r.topic in keyed for r in records))


def sample(
    connection: Connection, cluster: Cluster, specs: Sequence[TopicSpec], observed: Observed, most: int
) -> Sequence[SampledRecord]:
    """Return the last records of each partition of the topics of messages."""
    names = [s.name for s in specs if s.kind == "messages" and s.name in observed.topics]
    pairs = [
        (name, p) for name in names for p in range(observed.topics[name].partitions) if observed.topics[name].records
    ]
    bounds = cluster.bounds(pairs)
    large = connection.topic_prefix + FRAMES
    starts = [
        (name, p, max(first, end - min(most, FRAMES_PER_PARTITION if name == large else most)), end)
        for (name, p), (first, end) in bounds.items()
    ]
    return last_records(
        connection.bootstrap_servers, connection.kafka_security, starts, catalogue().limits.largest_message_bytes
    )


def _causes(connection: Connection, records: Sequence[SampledRecord]) -> Sequence[tuple[str, str]]:
    codec = MessageCodec(RegistrySchemaIds.connect(connection.schema_registry_url, connection.topic_prefix))
    out = []
    for record in records:
        try:
            letter = codec.decode(DEAD_LETTERS, record.value or b"")
        except (BadMessageError, RegistryUnavailableError):
            out.append(("unreadable", "letter"))
        else:
            out.append((letter.stage, letter.error_class.value))
    return tuple(out)
