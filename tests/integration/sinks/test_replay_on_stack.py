"""`vigil sink replay` on a real Kafka, registry and engine: number 15 of the sink's specification."""

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from confluent_kafka import Producer, TopicPartition
from confluent_kafka.admin import AdminClient

from infra import topics
from schemas.registry import RegistrySchemaIds
from sinks.clickhouse.app import sink_settings
from sinks.clickhouse.clickhouse_client import connect
from sinks.clickhouse.replay.run import Replay, ReplayRequest
from sinks.clickhouse.replay.side_table import SideTable
from sinks.clickhouse.replay.span import Span
from tests.integration.sinks.conftest import Bench, eventually
from tests.integration.sinks.test_sink_on_stack import payments

pytestmark = pytest.mark.integration

#: All that a landing table says of its rows, in one number.
STATE = "SELECT count(), sum(cityHash64(_partition, _offset, payment_id, amount_kzt, _inserted_at)) FROM {}"


def noon(days_ago: int) -> datetime:
    """Return noon of an earlier day."""
    return datetime.now(UTC).replace(hour=12, minute=0, second=0, microsecond=0) - timedelta(days=days_ago)


def produce_at(bench: Bench, first: int, count: int, at: datetime, partition: int) -> None:
    """Write payments with CreateTimes a second apart."""
    producer = Producer(
        {"bootstrap.servers": bench.settings.bootstrap_servers, "linger.ms": 5, "enable.idempotence": True}
    )
    begin_ms = int(at.timestamp() * 1000)
    for number, (key, value) in enumerate(payments(bench, first, count)):
        topic = bench.settings.topic_prefix + "payments"
        producer.produce(topic, value, key.encode(), partition, timestamp=begin_ms + 1000 * number)
    assert producer.flush(30) == 0


def replay(bench: Bench, *arguments: str, expect: int = 0) -> dict[str, Any]:
    """Return what a replay of payments says."""
    out = bench.vigil("sink", "replay", "payments", *arguments, "--json", expect=expect)
    found: dict[str, Any] = json.loads(out[out.index("{") :])
    return found


def refusal(bench: Bench, *arguments: str) -> str:
    """Return the sentence of a replay that does not begin."""
    return " ".join(bench.vigil("sink", "replay", "payments", *arguments, expect=1).split())


def stored(bench: Bench, count: int) -> None:
    """Run a sink until so many payments are in the table."""
    sink = bench.sink()
    eventually("all rows", lambda: bench.count("payments_messages") >= count)
    bench.stop(sink)


def side_tables(bench: Bench) -> Sequence[str]:
    """Return the names of side tables."""
    sql = "SELECT name FROM system.tables WHERE database = '{}' AND name LIKE '%_replay_%'"
    return [str(row[0]) for row in bench.rows(sql.format(bench.settings.clickhouse_database))]


def delete(bench: Bench, table: str, where: str) -> None:
    """Take rows out of a table."""
    name = f"{bench.settings.clickhouse_database}.{table}"
    bench.rows(f"ALTER TABLE {name} DELETE WHERE {where} SETTINGS mutations_sync = 2")


def money(bench: Bench) -> tuple[int, int, int]:
    """Return reports and tenge as people see them."""
    rows = bench.rows("SELECT count(), uniqExact(payment_id), sum(amount_kzt) FROM payments")
    return int(rows[0][0]), int(rows[0][1]), int(rows[0][2])


def expected_money(count: int) -> tuple[int, int, int]:
    """Return what `money` must say of the first payments."""
    return count, count, sum(9_835 + number for number in range(count))


def test_15_a_hole_is_filled_exactly_beside_a_living_sink_and_a_second_run_changes_nothing(bench: Bench) -> None:
    """Rows that are there stay, missing ones and lost facts come back, nothing is doubled, today's day is open."""
    bench.produce("payments", payments(bench, 0, 300), partition=0)
    bench.sink()
    eventually("all rows", lambda: bench.count("payments_messages") == 300)
    eventually("the position", lambda: bench.audit("payments")["lag"] == 0)
    delete(bench, "payments_messages", "_offset IN (7, 8, 20, 299)")
    delete(bench, "payments_facts", "_offset IN (7, 60)")
    assert bench.audit("payments", expect=2)["missing"] == 4
    done = replay(bench, "--offsets", "0:0-299")
    assert (done["way"], done["exact"]) == ("fill", True)
    assert [(p["records"], p["inserted"], p["missing"]) for p in done["partitions"]] == [(300, 4, 0)]
    assert bench.audit("payments")["exact"]
    assert money(bench) == expected_money(300)
    before = bench.rows(STATE.format("payments_messages"))
    assert [p["inserted"] for p in replay(bench, "--offsets", "0:0-299")["partitions"]] == [0]
    assert bench.rows(STATE.format("payments_messages")) == before
    assert money(bench) == expected_money(300)
    # the same rows lost again: no token of the first replay stands in their way
    delete(bench, "payments_messages", "_offset IN (7, 8, 20, 299)")
    assert [p["inserted"] for p in replay(bench, "--offsets", "0:0-299")["partitions"]] == [4]
    assert "still writes to day(s)" in refusal(bench, "--offsets", "0:0-299", "--rebuild")
    assert side_tables(bench) == []


def test_15_whole_days_are_exchanged_and_what_was_not_asked_for_stays(bench: Bench) -> None:
    """A hole and doubled rows of one day go, other rows and days stay as they are, the views go on feeding."""
    produce_at(bench, 0, 100, noon(2), 0)
    produce_at(bench, 100, 50, noon(2), 1)
    produce_at(bench, 150, 100, noon(1), 0)
    produce_at(bench, 250, 10, noon(0) - timedelta(days=3), 2)
    sink = bench.sink()
    eventually("all rows", lambda: bench.count("payments_messages") == 260)
    eventually("the position", lambda: bench.audit("payments")["lag"] == 0)
    table = f"{bench.settings.clickhouse_database}.payments_messages"
    delete(bench, "payments_messages", "_partition = 0 AND _offset BETWEEN 10 AND 19")
    bench.rows(f"INSERT INTO {table} SELECT * REPLACE (now64(3) AS _inserted_at) FROM {table} WHERE _offset = 30")
    others = STATE.format("payments_messages") + " WHERE NOT (_partition = 0 AND _offset < 100)"
    before = bench.rows(others)
    begin, end = noon(2), noon(2) + timedelta(seconds=100)
    # partition 1 has the same instants, so it is asked for by offsets
    not_exact = replay(bench, "--offsets", "0:0-99", expect=2)
    assert (not_exact["partitions"][0]["inserted"], not_exact["partitions"][0]["duplicated"]) == (10, 1)
    done = replay(bench, "--offsets", "0:0-99", "--rebuild")
    assert (done["way"], done["days"]) == ("rebuild", [int(begin.strftime("%Y%m%d"))])
    assert [(p["records"], p["inserted"], p["duplicated"]) for p in done["partitions"]] == [(100, 100, 0)]
    assert bench.rows(others) == [(before[0][0], before[0][1])]
    # partition 1's row of the same offset was doubled too, and was not asked for
    assert bench.audit("payments", expect=2)["duplicated"] == 1
    done = replay(bench, "--from", begin.isoformat(), "--to", end.isoformat(), "--rebuild")
    assert [(p["partition"], p["first"], p["last"]) for p in done["partitions"]] == [(0, 0, 99), (1, 0, 49)]
    assert bench.audit("payments")["exact"]
    assert money(bench) == expected_money(260)
    assert side_tables(bench) == []
    produce_at(bench, 260, 20, noon(2), 0)
    eventually("rows and facts after it", lambda: money(bench) == expected_money(280))
    bench.stop(sink)
    assert bench.audit("payments")["exact"]


def test_15_beyond_the_window_it_goes_by_way_of_the_side_table(bench: Bench) -> None:
    """A table that has forgotten the range's blocks is not filled in place."""
    for number in range(4):
        produce_at(bench, 10 * number, 10, noon(2 + number), 0)
    stored(bench, 40)
    table = f"{bench.settings.clickhouse_database}.payments_messages"
    assert replay(bench, "--offsets", "0:0-9")["way"] == "fill"
    bench.rows(f"ALTER TABLE {table} MODIFY SETTING non_replicated_deduplication_window = 2")
    delete(bench, "payments_messages", "_offset < 10")
    done = replay(bench, "--offsets", "0:0-9")
    assert (done["way"], done["exact"]) == ("rebuild", True)
    assert money(bench) == expected_money(40)


def test_15_a_late_message_stored_between_copy_and_exchange_is_not_lost(
    bench: Bench, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The sink stores a row of an exchanged day in the last moment: the exchange throws it out, the replay sees it."""
    produce_at(bench, 0, 50, noon(2), 0)
    bench.sink()
    eventually("all rows", lambda: bench.count("payments_messages") == 50)
    eventually("the position", lambda: bench.audit("payments")["lag"] == 0)
    delete(bench, "payments_messages", "_offset = 7")
    settings = sink_settings(bench.settings)
    exchange = SideTable.exchange

    def late(side: SideTable, day: int) -> None:
        produce_at(bench, 50, 5, noon(2), 1)
        eventually("the late rows", lambda: bench.count("payments_messages") == 54)
        eventually("their position", lambda: bench.audit("payments", expect=2)["lag"] == 0)
        exchange(side, day)

    monkeypatch.setattr(SideTable, "exchange", late)
    address = settings.clickhouse_url
    client = connect(address, settings.clickhouse_user, "", settings.clickhouse_database, settings.query_s)
    ids = RegistrySchemaIds.connect(settings.schema_registry_url, settings.topic_prefix)
    request = ReplayRequest("payments", [Span(0, 0, 49)], rebuild=True)
    assert Replay(settings, client, ids, lambda *_: None).run(request).exact
    assert bench.audit("payments")["exact"]
    assert money(bench) == expected_money(55)


@pytest.mark.parametrize("way", ["fill", "rebuild"])
def test_15_a_killed_replay_is_run_again(bench: Bench, way: str) -> None:
    """Kill -9 at growing delays after it has begun: no row is lost or doubled, and the next one cleans up."""
    count = 8_000
    produce_at(bench, 0, count, noon(2), 0)
    stored(bench, count)
    delete(bench, "payments_messages", "_offset % 3 = 1")
    more = ["--rebuild"] if way == "rebuild" else []
    arguments = ["sink", "replay", "payments", "--offsets", f"0:0-{count - 1}", *more]
    for delay_s in (0.0, 0.15, 0.4):
        process = subprocess.Popen(
            [sys.executable, "-m", "infra.cli", *arguments],
            env={**os.environ, **bench.settings.environment()},
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
        )
        eventually("its side table", lambda p=process: bool(side_tables(bench)) or p.poll() is not None)  # type: ignore[misc]
        time.sleep(delay_s)
        process.send_signal(signal.SIGKILL)
        process.communicate()
        assert len(side_tables(bench)) <= 1
        assert bench.rows("SELECT count() - uniqExact(_offset) FROM payments_messages") == [(0,)]
    assert replay(bench, *arguments[3:])["exact"]
    assert bench.audit("payments")["exact"]
    assert money(bench) == expected_money(count)
    assert side_tables(bench) == []


def test_15_what_cannot_be_replayed_is_refused_with_a_sentence(bench: Bench) -> None:
    """Not stored yet, deleted by Kafka, another replay's side table, a topic made anew: refused, nothing changed."""
    produce_at(bench, 0, 100, noon(2), 0)
    assert "the sink has stored what is before offset 0" in refusal(bench, "--offsets", "0:0-99")
    stored(bench, 100)
    assert "asked were 90 to 100" in refusal(bench, "--offsets", "0:90-100")
    assert "has no message from" in refusal(bench, "--from", "2025-01-01", "--to", "2025-01-02")
    name = f"{bench.settings.topic_prefix}payments"
    admin = AdminClient({"bootstrap.servers": bench.settings.bootstrap_servers})
    for future in admin.delete_records([TopicPartition(name, 0, 50)]).values():
        future.result(timeout=30)
    assert "Kafka holds offsets 50 to 99" in refusal(bench, "--offsets", "0:0-99")
    begin, end = noon(2).isoformat(), (noon(2) + timedelta(hours=1)).isoformat()
    assert "no longer holds what came before offset 50" in refusal(bench, "--from", begin, "--to", end)
    # the row before Kafka's first message is older than this: nothing of the range is gone
    later = (noon(2) + timedelta(seconds=50)).isoformat()
    assert replay(bench, "--from", later, "--to", end)["partitions"][0]["records"] == 50
    table = f"{bench.settings.clickhouse_database}.payments_messages"
    owner = json.dumps({"replay": "r", "host": "elsewhere", "pid": 7})
    bench.rows(f"CREATE TABLE {table}_replay_00000000 AS {table} COMMENT '{owner}'")
    assert "process 7 on elsewhere" in refusal(bench, "--offsets", "0:50-99")
    assert replay(bench, "--offsets", "0:50-99", "--take-over")["exact"]
    for future in admin.delete_topics([name]).values():
        future.result(timeout=30)
    eventually("the topic gone", lambda: name not in admin.list_topics(timeout=10).topics)
    topics.apply(bench.settings)
    produce_at(bench, 100, 60, noon(2), 0)
    stored(bench, 160)
    assert "payments was made anew: 10 row(s)" in refusal(bench, "--offsets", "0:50-59")
    said = refusal(bench, "--from", begin, "--to", end)
    assert "payments was made anew: 100 row(s)" in said
    now = said.rpartition("--topic-id ")[2].split()[0]
    done = replay(bench, "--from", begin, "--to", end, "--topic-id", now, "--rebuild")
    assert [(p["records"], p["inserted"]) for p in done["partitions"]] == [(60, 60)]
    assert bench.count("payments_messages") == 160
