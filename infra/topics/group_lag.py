"""How far consumer groups are behind, and who reads what. Pure."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

Partition = tuple[str, int]

#: The state of a group whose members have agreed on who reads what.
STABLE: Final = "STABLE"


@dataclass(frozen=True, slots=True)
class Member:
    """One member of a consumer group.

    Attributes:
        member_id: its id in the group.
        client_id: what the client calls itself.
        host: where it connects from.
        partitions: the (topic, partition) pairs it reads.
    """

    member_id: str
    client_id: str
    host: str
    partitions: Sequence[Partition]


@dataclass(frozen=True, slots=True)
class ObservedGroup:
    """One consumer group.

    Attributes:
        name: its id.
        state: Kafka's state of it, e.g. STABLE, EMPTY.
        members: its members.
        committed: committed offset of each (topic, partition) it has committed.
    """

    name: str
    state: str
    members: Sequence[Member]
    committed: Mapping[Partition, int]

    def topics(self) -> frozenset[str]:
        """Return the topics that it reads or has read."""
        read = {topic for member in self.members for topic, _ in member.partitions}
        return frozenset(read | {topic for topic, _ in self.committed})


@dataclass(frozen=True, slots=True)
class PartitionLag:
    """How far one group is behind on one partition.

    Attributes:
        group: the group.
        topic: the topic, with prefix.
        partition: the partition.
        committed: the next offset it will read, or None where it never committed one.
        end: end offset of the partition.
        lag: records it has still to read; from the first one that is there where it never committed.
        owner: client id of the member that reads the partition, or None.
        read_per_s: records read a second since the last look; None on the first.
        written_per_s: records written a second since the last look; None on the first.
    """

    group: str
    topic: str
    partition: int
    committed: int | None
    end: int
    lag: int
    owner: str | None
    read_per_s: float | None = None
    written_per_s: float | None = None


def lags(
    groups: Sequence[ObservedGroup],
    partitions: Mapping[str, int],
    bounds: Mapping[Partition, tuple[int, int]],
    sources: Mapping[str, str],
) -> Sequence[PartitionLag]:
    """Return the lag of each group on every partition of the topics it reads, should read, or has read.

    Args:
        groups: the groups.
        partitions: partition count of each topic.
        bounds: (first, end) offset of each (topic, partition).
        sources: topic that a group must read, by the group's name.
    """
    out = []
    for group in groups:
        owners = {tp: member.client_id for member in group.members for tp in member.partitions}
        expected = {sources[group.name]} if group.name in sources else set()
        for topic in sorted(group.topics() | expected):
            for partition in range(partitions.get(topic, 0)):
                first, end = bounds[topic, partition]
                committed = group.committed.get((topic, partition))
                behind = end - (first if committed is None else max(committed, first))
                owner = owners.get((topic, partition))
                out.append(PartitionLag(group.name, topic, partition, committed, end, max(0, behind), owner))
    return tuple(out)


def with_rates(now: Sequence[PartitionLag], before: Sequence[PartitionLag], seconds: float) -> Sequence[PartitionLag]:
    """Return lags with what was read and written a second since an earlier look."""
    earlier = {(row.group, row.topic, row.partition): row for row in before}
    out = []
    for row in now:
        old = earlier.get((row.group, row.topic, row.partition))
        if old is None or seconds <= 0:
            out.append(row)
            continue
        read = None if row.committed is None else (row.committed - (old.committed or 0)) / seconds
        written = (row.end - old.end) / seconds
        out.append(_rated(row, read, written))
    return tuple(out)


def _rated(row: PartitionLag, read: float | None, written: float) -> PartitionLag:
    rounded = None if read is None else round(read, 1)
    return PartitionLag(
        row.group, row.topic, row.partition, row.committed, row.end, row.lag, row.owner, rounded, round(written, 1)
    )
