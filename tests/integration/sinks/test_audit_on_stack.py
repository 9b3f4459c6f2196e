"""The audit's table and its process on a real Kafka, registry and engine: number 14 of the sink's specification."""

import os
import signal
import subprocess
import sys
import urllib.request

import pytest

from tests.integration.conftest import free_ports
from tests.integration.sinks.conftest import Bench, eventually
from tests.integration.sinks.test_sink_on_stack import payments

pytestmark = pytest.mark.integration


def test_14_an_audit_is_recorded_and_the_process_shows_it_to_prometheus(bench: Bench) -> None:
    """A gap and a doubled row stand in sink_audits and in the metrics, and the process ends by SIGTERM with 0."""
    bench.produce("payments", payments(bench, 0, 50), partition=0)
    sink = bench.sink()
    eventually("all rows", lambda: bench.count("payments_messages") == 50)
    bench.stop(sink)
    table = f"{bench.settings.clickhouse_database}.payments_messages"
    bench.rows(f"ALTER TABLE {table} DELETE WHERE _offset IN (7, 8, 20) SETTINGS mutations_sync = 2")
    bench.rows(f"INSERT INTO {table} SELECT * REPLACE (now64(3) AS _inserted_at) FROM {table} WHERE _offset = 3")
    topic = f"{bench.settings.topic_prefix}payments"
    bench.vigil("sink", "audit", "--topic", "payments", "--record", expect=2)
    sql = f"""SELECT begin_offset, end_offset, committed_offset, lag, `rows`, missing, duplicated, missing_spans
        FROM sink_audits WHERE topic = '{topic}' AND `partition` = 0"""
    assert bench.rows(sql) == [(0, 50, 50, 0, 48, 3, 1, ["7-8", "20-20"])]
    port = free_ports(1)[0]
    environment = {"VIGIL_SINK_AUDIT_METRICS_PORT": str(port), "VIGIL_SINK_AUDIT_MINUTES": "0.01"}
    process = subprocess.Popen(
        [sys.executable, "-m", "infra.cli", "run", "sink-audit"],
        env={**os.environ, **bench.settings.environment(), **environment},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
    try:
        eventually("two more audits", lambda: len(bench.rows(sql)) >= 3 or process.poll() is not None)
        with urllib.request.urlopen(f"http://127.0.0.1:{port}/metrics", timeout=10) as answer:
            text = answer.read().decode()
        assert f'vigil_sink_audit_missing_messages{{topic="{topic}"}} 3.0' in text
        assert f'vigil_sink_audit_duplicated_rows{{topic="{topic}"}} 1.0' in text
        assert "vigil_sink_audit_exact 0.0" in text
    finally:
        process.send_signal(signal.SIGTERM)
        log, _ = process.communicate(timeout=60)
    assert process.returncode == 0, log[-2000:]
    assert "missing [(7, 8), (20, 20)], 1 doubled" in log
