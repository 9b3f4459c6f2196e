"""A camera's way to Kafka: bounded, in order, nothing dropped, nothing held twice."""

import sys
import threading
from collections.abc import Callable
from typing import Any, cast

from confluent_kafka import KafkaError, Message, Producer

from producers.delivery import Lane

Report = Callable[[KafkaError | None, Any], None]
MARK = (1, 1)


class Returned:
    """A message as the client's report brings it."""

    def __init__(self, value: bytes) -> None:
        self._value = value

    def value(self) -> bytes:
        """The client's copy."""
        return self._value


class FakeClient:
    """A client whose reports the test gives."""

    def __init__(self) -> None:
        self.taken: list[bytes] = []
        self.reports: list[Report] = []

    def produce(self, _topic: str, value: bytes, _key: bytes, *, on_delivery: Report) -> None:
        """Take a copy."""
        self.taken.append(bytes(bytearray(value)))
        self.reports.append(on_delivery)


def lane(client: FakeClient, most: int = 8) -> Lane:
    """A lane of a fake client."""
    return Lane(cast("Producer", client), threading.Event(), most)


def test_what_was_handed_over_is_not_held_a_second_time() -> None:
    """The client's copy is the only one of a message under way."""
    value = bytes(1_000)
    held = sys.getrefcount(value)
    client = FakeClient()
    way = lane(client)
    way.send("frames", b"K", value, MARK)
    assert way.under_way == 1
    assert sys.getrefcount(value) == held


def test_failed_messages_go_again_in_their_order_before_any_new_one() -> None:
    """Their bytes come from the reports of their failures."""
    client = FakeClient()
    way = lane(client)
    for number, value in enumerate((b"a", b"b")):
        way.send("frames", b"K", value, (1, number))
    error = KafkaError(KafkaError._MSG_TIMED_OUT)
    for number in (1, 0):
        client.reports[number](error, Returned(client.taken[number]))
    assert (way.counts.failures, way.under_way) == (2, 2)
    way.send("frames", b"K", b"c", (1, 2))
    assert client.taken == [b"a", b"b", b"a", b"b", b"c"]
    for report in client.reports[2:]:
        report(None, Returned(b""))
    way.settle()
    assert (way.counts.delivered, way.counts.last, way.counts.error) == (3, (1, 2), None)


def test_a_full_lane_blocks_until_a_message_is_delivered() -> None:
    """Making room waits for the report, and says that it waited."""
    client = FakeClient()
    way = lane(client, most=1)
    assert way.make_room() < 1
    way.send("frames", b"K", b"a", MARK)
    made = threading.Event()

    def wait() -> None:
        way.make_room()
        made.set()

    waits = threading.Thread(target=wait)
    waits.start()
    assert not made.wait(0.1)
    client.reports[0](None, Returned(b"a"))
    assert made.wait(5)
    waits.join(5)


def test_the_clients_report_of_a_failure_brings_the_message_back() -> None:
    """What the lane builds on, asked of the real client without any broker."""
    client = Producer({"bootstrap.servers": "127.0.0.1:1", "message.timeout.ms": 50, "log_level": 0})
    reports: list[tuple[KafkaError | None, Any]] = []

    def report(error: KafkaError | None, message: Message) -> None:
        reports.append((error, message.value()))

    client.produce("frames", b"\x00value", b"K", on_delivery=report)
    client.flush(10)
    assert [(error is not None, value) for error, value in reports] == [(True, b"\x00value")]
