"""Tokens and the metadata that survives a crash."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sinks.clickhouse.pending import MOST_METADATA_BYTES, Pending

OFFSETS = st.integers(0, 2**63 - 1)


@given(st.uuids(), OFFSETS, OFFSETS, st.integers(0, 10**6))
def test_01_metadata_comes_back(topic_id: object, first: int, last: int, attempt: int) -> None:
    """What was committed is read back, and fits Kafka's limit."""
    pending = Pending(str(topic_id), first, last, attempt)
    text = pending.to_metadata()
    assert Pending.from_metadata(text) == pending
    assert len(text.encode()) < MOST_METADATA_BYTES


@pytest.mark.parametrize("text", ["", None])
def test_no_metadata_is_nothing_under_way(text: str | None) -> None:
    """A plain commit leaves nothing to recover."""
    assert Pending.from_metadata(text) is None


@pytest.mark.parametrize("text", ["x", "{}", "[1]", '{"v": 2, "t": "", "f": 0, "l": 0, "r": 0}', '{"v": 1, "t": ""}'])
def test_foreign_metadata_is_an_error(text: str) -> None:
    """Another program's metadata stops the sink rather than be taken for nothing."""
    with pytest.raises(ValueError, match="metadata"):
        Pending.from_metadata(text)


def test_02_tokens_name_topic_partition_range_and_attempt() -> None:
    """The same token always means the same rows, so each of these is another token."""
    pending = Pending("id", 3, 9)
    assert pending.token(1) == "id:1:3-9"
    assert pending.next_attempt().token(1) == "id:1:3-9:r1"
    assert pending.token(1, 3, 5) == "id:1:3-5"
    tokens = {pending.token(0), pending.token(1), pending.token(1, 3, 5), pending.next_attempt().token(1)}
    assert len(tokens) == 4
