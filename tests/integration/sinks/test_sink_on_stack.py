"""The ClickHouse sink on a real Kafka, registry and engine. Numbers are those of the sink's specification."""

import random
import signal
from typing import Any

import pytest
from confluent_kafka import Consumer, TopicPartition
from confluent_kafka.admin import AdminClient

from schemas.messages import MESSAGES, Payment, PaymentKind
from sinks.clickhouse.app import WITHOUT_TABLE
from sinks.clickhouse.app import topics as sink_topics
from sinks.clickhouse.pending import Pending
from sinks.clickhouse.topic_ids import topic_ids
from tests.integration.sinks.conftest import Bench, eventually
from tests.plausible_messages import NOON_US, plausible, random_messages

pytestmark = pytest.mark.integration

EACH = 6
#: Of each topic's messages so many keep their random instants, few of which a table believes.
IMPOSSIBLE = 2


def payment(number: int) -> Payment:
    """A report that no other equals."""
    return Payment(f"p-{number}", f"c-{number % 97}", PaymentKind.PAYMENT, 9_835 + number, "t", None, NOON_US + number)


def payments(bench: Bench, first: int, count: int) -> list[tuple[str, bytes]]:
    """Framed reports."""
    return [(f"c-{n % 97}", bench.codec.encode("payments", payment(n))) for n in range(first, first + count)]


def some(topic: str) -> list[Any]:
    """Random messages of a topic, the same in each run; the first have instants that hardly any table believes."""
    found = random_messages(topic, EACH)
    return [*found[:IMPOSSIBLE], *map(plausible, found[IMPOSSIBLE:])]


def test_05_every_topic_reaches_its_table_undecoded_and_what_is_impossible_its_dead_letter(bench: Bench) -> None:
    """Random messages of every schema: a row each, once; those with an instant outside 2000-2100 are dead letters."""
    assert set(sink_topics()) == set(MESSAGES) - WITHOUT_TABLE
    sent = {}
    for topic in sink_topics():
        if topic != "dead-letters":
            sent[topic] = some(topic)
            bench.produce(topic, [("k", bench.codec.encode(topic, message)) for message in sent[topic]])
    sink = bench.sink()
    for topic, group in sent.items():
        eventually(f"all of {topic}", lambda t=topic, g=group: _accounted(bench, t) >= len(g))  # type: ignore[misc]
    bench.stop(sink)
    for topic, group in sent.items():
        found = bench.audit(topic)
        assert found["exact"], topic
        assert found["rows"] + found["dead_lettered"] == len(group)
        assert found["rows"] >= EACH - IMPOSSIBLE, topic


def _accounted(bench: Bench, topic: str) -> int:
    dead = f"SELECT uniqExact(partition, offset) FROM dead_letters WHERE topic LIKE '%.{topic}'"
    return bench.count(f"{topic.replace('-', '_')}_messages") + int(bench.rows(dead)[0][0])


def test_03_the_sink_does_not_start_on_a_table_that_ignores_its_tokens(bench: Bench) -> None:
    """No deduplication window: exit 2, the table named, the cure given, nothing inserted."""
    table = f"{bench.settings.clickhouse_database}.payments_messages"
    bench.rows(f"ALTER TABLE {table} MODIFY SETTING non_replicated_deduplication_window = 0")
    bench.produce("payments", payments(bench, 0, 10))
    sink = bench.sink()
    output, _ = sink.communicate(timeout=60)
    assert sink.returncode == 2
    assert "payments_messages has no deduplication window" in output
    assert "ALTER TABLE" in output
    assert bench.count("payments_messages") == 0


def test_07_08_poison_goes_alone_and_the_breaker_stops_a_topic_that_is_all_poison(bench: Bench) -> None:
    """Three bad among a hundred are dead letters; a topic of rubbish stops the sink with its offsets uncommitted."""
    good = payments(bench, 0, 100)
    mixed = [
        *good[:30],
        ("x", b"\x00\x00\x00\xff\xff\x01"),
        *good[30:60],
        ("x", good[0][1][:9]),
        *good[60:],
        ("x", b""),
    ]
    bench.produce("payments", mixed, partition=0)
    sink = bench.sink()
    eventually("the good ones", lambda: bench.count("payments_messages") >= 100)
    eventually("the bad ones", lambda: bench.count("dead_letters") >= 3)
    found = bench.audit("payments")
    assert (found["rows"], found["missing"], found["duplicated"], found["dead_lettered"]) == (100, 0, 0, 3)
    bench.produce("reviews", [("x", b"rubbish")] * 400, partition=0)
    output, _ = sink.communicate(timeout=60)
    assert sink.returncode == 3
    assert "reviews" in output
    stopped = bench.audit("reviews")
    assert stopped["rows"] == 0
    assert stopped["lag"] + stopped["dead_lettered"] >= 400
    assert stopped["lag"] > 0


def test_14_the_audit_names_what_is_missing_and_what_is_double(bench: Bench) -> None:
    """Rows taken out and put in by hand are found, offset by offset, and the exit status says it."""
    bench.produce("payments", payments(bench, 0, 50), partition=0)
    sink = bench.sink()
    eventually("all rows", lambda: bench.count("payments_messages") == 50)
    bench.stop(sink)
    assert bench.audit("payments")["exact"]
    table = f"{bench.settings.clickhouse_database}.payments_messages"
    bench.rows(f"ALTER TABLE {table} DELETE WHERE _offset IN (7, 8, 20) SETTINGS mutations_sync = 2")
    found = bench.audit("payments", expect=2)
    assert found["missing"] == 3
    lines = bench.vigil("sink", "audit", "--topic", "payments", expect=2)
    assert "7-8, 20" in lines
    bench.rows(f"INSERT INTO {table} SELECT * REPLACE (now64(3) AS _inserted_at) FROM {table} WHERE _offset = 3")
    assert bench.audit("payments", expect=2)["duplicated"] == 1


def test_01_02_10_a_killed_sink_repeats_its_ranges_and_nothing_is_missing_or_double(bench: Bench) -> None:
    """Kill -9 at three seeded moments while messages come: each row once at the end, and the audit says so."""
    rng = random.Random(7)
    total = 0
    for kill in range(3):
        sink = bench.sink()
        bench.produce("payments", payments(bench, total, 2_000))
        total += 2_000
        enough = (kill * 2_000) + rng.randrange(1, 1_500)
        eventually("some rows", lambda n=enough: bench.count("payments_messages") >= n)  # type: ignore[misc]
        bench.produce("payments", payments(bench, total, 500))
        total += 500
        bench.stop(sink, signal.SIGKILL)
    sink = bench.sink()
    eventually("all rows", lambda: bench.count("payments_messages") >= total)
    log = bench.stop(sink)
    found = bench.audit("payments")
    assert (found["rows"], found["missing"], found["duplicated"], found["lag"]) == (total, 0, 0, 0), log[-2000:]
    assert bench.rows("SELECT uniqExact(payment_id), sum(amount_kzt) FROM payments") == [
        (total, sum(9_835 + n for n in range(total)))
    ]


def test_02_a_range_that_was_inserted_and_not_committed_is_not_inserted_again(bench: Bench) -> None:
    """The same offsets under the same token: a sink whose commits were lost adds no row."""
    bench.produce("payments", payments(bench, 0, 300))
    sink = bench.sink()
    eventually("all rows", lambda: bench.count("payments_messages") == 300)
    bench.stop(sink, signal.SIGKILL)
    again = bench.sink()
    bench.produce("payments", payments(bench, 300, 10))
    eventually("the new rows", lambda: bench.count("payments_messages") >= 310)
    bench.stop(again)
    assert bench.audit("payments")["duplicated"] == 0


def test_02_ranges_of_every_partition_that_a_killed_sink_left_are_finished_side_by_side(bench: Bench) -> None:
    """Four partitions with a range under way, as kill -9 leaves them: each goes on from its own and none waits."""
    bench.produce("payments", payments(bench, 0, 300))
    topic = f"{bench.settings.topic_prefix}payments"
    topic_id = topic_ids(AdminClient({"bootstrap.servers": bench.settings.bootstrap_servers}), [topic])[topic]
    killed = Consumer(
        {
            "bootstrap.servers": bench.settings.bootstrap_servers,
            "group.id": f"{bench.settings.topic_prefix}clickhouse-sink",
            "enable.auto.commit": False,
        }
    )
    partitions = killed.list_topics(topic, timeout=10).topics[topic].partitions
    ends = {p: killed.get_watermark_offsets(TopicPartition(topic, p), timeout=10)[1] for p in partitions}
    under_way = {p: Pending(topic_id, 0, end - 1) for p, end in ends.items()}
    assert len(under_way) > 2, "more ranges than workers"
    killed.commit(
        offsets=[TopicPartition(topic, p, 0, metadata=pending.to_metadata()) for p, pending in under_way.items()],
        asynchronous=False,
    )
    killed.close()
    sink = bench.sink()
    bench.produce("payments", payments(bench, 300, 10))
    eventually("old and new rows", lambda: bench.count("payments_messages") >= 310)
    log = bench.stop(sink)
    assert log.count("taken over with") == len(under_way)
    found = bench.audit("payments")
    assert (found["rows"], found["missing"], found["duplicated"], found["lag"]) == (310, 0, 0, 0)
