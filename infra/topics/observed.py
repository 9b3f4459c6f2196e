"""What a cluster and a registry hold, as plain data: what the pure parts (plan, doctor) look at."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class ObservedTopic:
    """One topic of the cluster.

    Attributes:
        name: name with prefix.
        partitions: number of partitions.
        replication: replicas of its first partition.
        config: effective configuration.
        records: records it holds (end minus beginning, over all partitions).
        ever_written: True where an offset was ever given out.
        expiring_records: records older than the retention it is to get; None: not asked, as retention does not shrink.
    """

    name: str
    partitions: int
    replication: int
    config: Mapping[str, str]
    records: int
    ever_written: bool
    expiring_records: int | None = None


@dataclass(frozen=True, slots=True)
class ObservedSubject:
    """One subject of the registry.

    Attributes:
        subject: its name.
        versions: texts of its versions, the oldest first; empty: there is no such subject.
        current: True where this version's schema is registered.
        compatibility: the level in force for it, or None where the registry has none.
    """

    subject: str
    versions: Sequence[str]
    current: bool
    compatibility: str | None


@dataclass(frozen=True, slots=True)
class Observed:
    """Topics by name with prefix, subjects by name, and the brokers' configuration.

    Attributes:
        topics: topics of the cluster that carry the prefix.
        subjects: the subjects that this version needs.
        brokers: number of brokers.
        broker_config: effective configuration of each broker, by its id.
    """

    topics: Mapping[str, ObservedTopic]
    subjects: Mapping[str, ObservedSubject] = field(default_factory=dict)
    brokers: int = 1
    broker_config: Mapping[int, Mapping[str, str]] = field(default_factory=dict)
