"""The sink counts leads of which it keeps nothing or no picture, and is done with them."""

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
from sinks.evidence.case_name import CaseName
from sinks.evidence.consumer import EvidenceConsumer
from sinks.evidence.exhibit import Exhibit, Material
from sinks.evidence.metrics import EvidenceMetrics
from sinks.evidence.settings import EvidenceSettings
from sinks.evidence.source_group import SourceGroup
from tests.unit.sinks.evidence.findings import EPOCH_US, camera_frames, evidence, group_of, lead, material

WANTED = lead([evidence("peak", camera_frames()[0], 0)])


class Message:
    """A message as the client gives it; its value is the lead's id."""

    def __init__(self, offset: int, lead_id: str) -> None:
        self.topic, self.partition, self.key = (lambda: "leads"), (lambda: 0), (lambda: b"k")
        self.offset, self.value = (lambda: offset), lead_id.encode
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


class Shelf:
    """What finds the messages of a lead at once, and takes what is made of it."""

    def __init__(self, groups: dict[str, Sequence[SourceGroup]]) -> None:
        self._groups = groups
        self.written: list[Exhibit] = []

    def search(self, _ticket: int, message: Lead) -> str:
        """Look for its messages."""
        return message.lead_id

    def over(self, _search: str, _now_ms: int) -> bool:
        """They are there, or gone."""
        return True

    def gather(self, search: str, message: Lead, *_source: Any) -> Material:
        """Return them."""
        return material(message, self._groups[search])

    def release(self, _search: str) -> None:
        """Nothing is held."""

    def finished(self, _case: CaseName) -> bool:
        """None is stored yet."""
        return False

    def write(self, exhibit: Exhibit) -> int:
        """Take an exhibit."""
        self.written.append(exhibit)
        return 0


class ById:
    """A codec whose bytes are an id."""

    def __init__(self, leads: Sequence[Lead]) -> None:
        self._leads = {one.lead_id.encode(): one for one in leads}

    def decode(self, _topic: str, value: bytes) -> Lead:
        """Return the lead of that id."""
        return self._leads[value]


def test_leads_left_out_are_counted_by_reason_and_committed(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nothing is stored of them, and an operator sees how many and why; 0 is told from the start."""
    stop, metrics = threading.Event(), EvidenceMetrics()
    other_kind = replace(WANTED, kind=LeadKind.NO_INSURANCE, lead_id="lead-2")
    leads = [other_kind, WANTED, other_kind]
    client = Client([Message(n, one.lead_id) for n, one in enumerate(leads)], stop)
    monkeypatch.setattr(module, "Consumer", lambda _config: client)
    # two days after the frames, which are kept for one
    monkeypatch.setattr(time, "time", lambda: EPOCH_US / 1e6 + 2 * 86_400)
    nothing = cast("Any", Still())

    def count(reason: str) -> float | None:
        return metrics.registry.get_sample_value("vigil_evidence_left_out_total", {"reason": reason})

    assert (count("kind"), count("frames_gone")) == (0, 0)
    EvidenceConsumer(
        settings=EvidenceSettings("", "", "", "", Path(), "a", lead_kinds=frozenset({LeadKind.WANTED})),
        codec=cast("Any", ById(leads)),
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


def test_leads_whose_evidence_shows_nothing_are_counted(monkeypatch: pytest.MonkeyPatch) -> None:
    """Their manifests are stored like others', but no still can be made where the frames are gone; 0 is told."""
    stop, metrics = threading.Event(), EvidenceMetrics()
    blind = replace(WANTED, lead_id="lead-2")
    leads = [WANTED, blind]
    client = Client([Message(n, one.lead_id) for n, one in enumerate(leads)], stop)
    monkeypatch.setattr(module, "Consumer", lambda _config: client)
    monkeypatch.setattr(time, "time", lambda: EPOCH_US / 1e6 + 60)
    groups = [group_of(frames, n) for n, frames in enumerate(camera_frames()[:3])]
    shelf, nothing = cast("Any", Shelf({WANTED.lead_id: groups, blind.lead_id: []})), cast("Any", Still())

    def count(name: str, topic: str) -> float | None:
        return metrics.registry.get_sample_value(f"vigil_evidence_{name}_total", {"topic": topic})

    assert [count(name, "leads") for name in ("findings", "without_stills")] == [0, 0]
    EvidenceConsumer(
        settings=EvidenceSettings("", "", "", "", Path(), "a", lead_kinds=frozenset({LeadKind.WANTED})),
        codec=cast("Any", ById(leads)),
        gatherer=shelf,
        follower=nothing,
        index=nothing,
        writer=shelf,
        key_id="",
        dead_letters=nothing,
        topic_ids={"leads": "e" * 32},
        metrics=metrics,
        stop=stop,
    ).run()
    assert [one.has_stills for one in shelf.written] == [True, False]
    assert [count(name, "leads") for name in ("findings", "without_stills")] == [2, 1]
    assert count("without_stills", "violations") == 0
    assert client.committed[-1] == 2
