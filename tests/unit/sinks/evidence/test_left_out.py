"""The sink counts leads of which it keeps nothing, and is done with them."""

import threading
import time
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any, cast

import pytest
from confluent_kafka import TopicPartition

from schemas.messages import Lead, LeadKind
from sinks.evidence import consumer as module
from sinks.evidence.consumer import EvidenceConsumer
from sinks.evidence.metrics import EvidenceMetrics
from sinks.evidence.settings import EvidenceSettings
from tests.unit.sinks.evidence.findings import EPOCH_US, camera_frames, evidence, lead

WANTED = lead([evidence("peak", camera_frames()[0], 0)])


class Message:
    """A message as the client gives it; its value is the lead itself."""

    def __init__(self, offset: int, value: Lead) -> None:
        self.topic, self.partition, self.key = (lambda: "leads"), (lambda: 0), (lambda: b"k")
        self.offset, self.value = (lambda: offset), (lambda: value)
        self.timestamp, self.error = (lambda: (1, 0)), (lambda: None)


class Client:
    """The topic's consumer: gives its messages at once, and ends the sink some looks later."""

    def __init__(self, messages: Sequence[Message], stop: threading.Event) -> None:
        self._messages, self._stop = list(messages), stop
        self._looks = 10
        self.committed: list[int] = []

    def consume(self, _most: int, _wait_s: float) -> Sequence[Message]:
        """Give them once."""
        self._looks -= 1
        if not self._looks:
            self._stop.set()
        out, self._messages = self._messages, []
        return out

    def commit(self, offsets: Sequence[TopicPartition], *, asynchronous: bool) -> Sequence[TopicPartition]:
        """Take offsets."""
        assert not asynchronous
        self.committed += [one.offset for one in offsets]
        return offsets

    def subscribe(self, *_arguments: Any, **_callbacks: Any) -> None:
        """Nothing to do."""

    def close(self) -> None:
        """Nothing to do."""


class Still:
    """What no lead that is left out may need: detections, and how much of them is held."""

    size_bytes = 0

    def step(self, _wait_s: float) -> bool:
        """No detections come."""
        return False

    def close(self) -> None:
        """Nothing to do."""


class AsItIs:
    """A codec whose bytes are the message."""

    def decode(self, _topic: str, value: Lead) -> Lead:
        """Return it."""
        return value


def test_leads_left_out_are_counted_by_reason_and_committed(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nothing is stored of them, and an operator sees how many and why; 0 is told from the start."""
    stop, metrics = threading.Event(), EvidenceMetrics()
    other_kind = replace(WANTED, kind=LeadKind.NO_INSURANCE, lead_id="lead-2")
    client = Client([Message(0, other_kind), Message(1, WANTED), Message(2, other_kind)], stop)
    monkeypatch.setattr(module, "Consumer", lambda _config: client)
    # two days after the frames, which are kept for one
    monkeypatch.setattr(time, "time", lambda: EPOCH_US / 1e6 + 2 * 86_400)
    nothing = cast("Any", Still())

    def count(reason: str) -> float | None:
        return metrics.registry.get_sample_value("vigil_evidence_left_out_total", {"reason": reason})

    assert (count("kind"), count("frames_gone")) == (0, 0)
    EvidenceConsumer(
        settings=EvidenceSettings("", "", "", "", Path(), "a", lead_kinds=frozenset({LeadKind.WANTED})),
        codec=cast("Any", AsItIs()),
        gatherer=nothing,
        follower=nothing,
        index=nothing,
        writer=nothing,
        key_id="",
        dead_letters=nothing,
        topic_ids={},
        metrics=metrics,
        stop=stop,
    ).run()
    assert (count("kind"), count("frames_gone")) == (2, 1)
    assert client.committed[-1] == 3
