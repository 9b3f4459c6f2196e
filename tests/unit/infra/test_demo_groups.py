"""A group's members and lag are read from what the two older calls of the client give."""

from types import SimpleNamespace

import pytest

from infra.demo import groups
from infra.demo.groups import Groups

#: version 0, one topic follows; version 0, none.
HOLDS, IDLE = b"\x00\x00\x00\x00\x00\x01", b"\x00\x00\x00\x00\x00\x00"


class Admin:
    """Stands for an admin client; tells of one group."""

    state = "Stable"

    def __init__(self, _config: object) -> None:
        pass

    def list_groups(self, group: str, timeout: float) -> list[SimpleNamespace]:
        """Return the group with a member that holds partitions and two that do not."""
        del timeout
        assignments = {"a": HOLDS, "b": IDLE, "c": None}
        members = [SimpleNamespace(id=name, assignment=value) for name, value in assignments.items()]
        return [SimpleNamespace(id=group, state=self.state, members=members)]


class Asker:
    """Stands for a consumer; has committed 7 in partition 0 and nothing in the others."""

    def __init__(self, config: dict[str, object]) -> None:
        assert config["group.id"] == "v.tracking"

    def committed(self, asked: list[SimpleNamespace], timeout: float) -> list[SimpleNamespace]:
        """Return the offset of each place; -1001 stands for none."""
        del timeout
        return [
            SimpleNamespace(topic=p.topic, partition=p.partition, offset=7 if p.partition == 0 else -1001)
            for p in asked
        ]


@pytest.fixture
def seen(monkeypatch: pytest.MonkeyPatch) -> Groups:
    """The groups of a made-up cluster."""
    monkeypatch.setattr(groups, "AdminClient", Admin)
    monkeypatch.setattr(groups, "Consumer", Asker)
    return Groups("somewhere:1")


def test_only_members_with_partitions_count(seen: Groups) -> None:
    """A member that waits for partitions does not serve."""
    assert seen.members("v.tracking") == frozenset({"a"})


def test_a_group_that_is_not_stable_has_no_members(seen: Groups, monkeypatch: pytest.MonkeyPatch) -> None:
    """While it is being divided anew, what members hold is past."""
    monkeypatch.setattr(Admin, "state", "PreparingRebalance")
    assert seen.members("v.tracking") == frozenset()


def test_a_partition_without_a_commit_lags_from_its_beginning(seen: Groups) -> None:
    """A group that has not come to a partition yet has all of it before it."""
    assert seen.lag("v.tracking", {"v.detections": {0: (0, 10), 1: (2, 6), 2: (5, 5)}}) == 3 + 4 + 0
