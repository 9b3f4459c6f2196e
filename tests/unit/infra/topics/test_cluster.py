"""What is asked of a partition whose leader was just named is asked again; what is refused is said."""

from collections.abc import Mapping
from concurrent.futures import Future
from types import SimpleNamespace
from typing import Any, cast

import pytest
from confluent_kafka import KafkaError, KafkaException, TopicPartition
from confluent_kafka.admin import AdminClient, OffsetSpec  # type: ignore[attr-defined]

from infra.topics.cluster import LEADERLESS, Cluster
from infra.topics.connection import TopicsError


class Broker:
    """Answers for one partition's offset: with each of some errors, one request after the other, then with 7."""

    def __init__(self, *codes: int) -> None:
        self.codes = list(codes)

    def list_offsets(self, wanted: Mapping[TopicPartition, OffsetSpec]) -> dict[TopicPartition, "Future[Any]"]:
        """Return an answer for each partition."""
        answer: Future[Any] = Future()
        if self.codes:
            answer.set_exception(KafkaException(KafkaError(self.codes.pop(0))))
        else:
            answer.set_result(SimpleNamespace(offset=7))
        return dict.fromkeys(wanted, answer)


def asked(*codes: int) -> Mapping[tuple[str, int], int]:
    """Return what a cluster finds whose broker first answers with errors."""
    cluster = Cluster("127.0.0.1:1")
    cluster._client = cast("AdminClient", Broker(*codes))
    return cluster.offsets([("tracks", 0)], OffsetSpec.latest())  # type: ignore[no-untyped-call]


@pytest.mark.parametrize("code", sorted(LEADERLESS | {KafkaError.UNKNOWN_LEADER_EPOCH}))
def test_a_leader_that_does_not_know_itself_yet_is_asked_again(code: int) -> None:
    """A broker that hears of new topics late refuses for a moment; no topic may be called unmade for that."""
    assert asked(code, code) == {("tracks", 0): 7}


def test_another_error_is_said_at_once() -> None:
    """Asking again does not help who may not ask."""
    with pytest.raises(TopicsError, match="refuses"):
        asked(KafkaError.TOPIC_AUTHORIZATION_FAILED, KafkaError.TOPIC_AUTHORIZATION_FAILED)
