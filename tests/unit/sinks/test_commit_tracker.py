"""Nothing is committed past a gap."""

import pytest

from sinks.clickhouse.commit_tracker import CommitTracker
from sinks.clickhouse.pending import Pending


def test_10_position_follows_acknowledged_ranges_only() -> None:
    """The position stays at the range under way until that is acknowledged."""
    tracker = CommitTracker(None)
    assert (tracker.position, tracker.dirty) == (None, False)
    tracker.begin(Pending("t", 5, 9))
    assert tracker.position == 5
    tracker.acknowledge(Pending("t", 5, 9, 3))
    assert (tracker.position, tracker.dirty) == (10, True)
    tracker.committed()
    assert not tracker.dirty


def test_10_one_range_at_a_time() -> None:
    """A second range may not begin before the first is acknowledged, so the acknowledged ones are a prefix."""
    tracker = CommitTracker(0)
    tracker.begin(Pending("t", 0, 4))
    with pytest.raises(ValueError, match="under way"):
        tracker.begin(Pending("t", 5, 9))
    with pytest.raises(ValueError, match="not the one under way"):
        tracker.acknowledge(Pending("t", 5, 9))
    assert tracker.position == 0
