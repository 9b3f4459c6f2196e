"""The local stack heals itself, keeps its data, and names what stands in its way."""

import signal
import socket
import time
from collections.abc import Callable
from pathlib import Path

import clickhouse_connect
import psutil
import pytest
from confluent_kafka import Producer
from confluent_kafka.admin import AdminClient, NewTopic

from infra.local.control import LocalStack, StackError
from infra.local.triton import Canary
from tests.integration.conftest import settings_on_free_ports

pytestmark = pytest.mark.integration


def until(condition: Callable[[], bool], seconds: float = 60.0) -> bool:
    """Poll a condition, errors counting as not yet."""
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        try:
            if condition():
                return True
        except Exception:  # noqa: BLE001  the thing polled may be away
            time.sleep(0.1)
        time.sleep(0.1)
    return False


def test_a_taken_port_is_named(tmp_path: Path) -> None:
    """The error says which port, which setting, and which process holds it."""
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = int(taken.getsockname()[1])
        stack = LocalStack(settings_on_free_ports(tmp_path, clickhouse_port=port))
        with pytest.raises(StackError, match=rf"port {port} is taken by process \d+ .*VIGIL_CLICKHOUSE_PORT"):
            stack.up()


def test_the_stack_heals_and_survives_its_runner(tmp_path: Path) -> None:
    """Killed servers come back with their data; a killed runner leaves no orphan; the next start finds the data."""
    stack = LocalStack(settings_on_free_ports(tmp_path))
    settings = stack.settings
    stack.up()
    try:
        admin = AdminClient({"bootstrap.servers": settings.bootstrap_servers})
        admin.create_topics([NewTopic("kept", 1, 1)])["kept"].result(timeout=20)
        producer = Producer({"bootstrap.servers": settings.bootstrap_servers, "acks": "all"})
        producer.produce("kept", b"one")
        assert producer.flush(20) == 0
        client = clickhouse_connect.get_client(host=settings.host, port=settings.clickhouse_port)
        client.command("CREATE TABLE kept (a UInt8) ENGINE = MergeTree ORDER BY a")
        client.command("INSERT INTO kept VALUES (1)")

        stub = next(
            p for p in psutil.Process(stack.pid("triton")).children(recursive=True) if "stub" in " ".join(p.cmdline())
        )
        stub.kill()
        for name in ("kafka", "clickhouse"):
            stack.kill(name, signal.SIGKILL)
        assert until(lambda: all(stack.status()[n]["restarts"] == 1 for n in ("kafka", "clickhouse")))
        assert until(lambda: all(child["state"] == "ready" for child in stack.status().values()))
        assert until(lambda: "loaded again 1 times" in (stack.status()["triton"]["note"] or ""))
        canary = Canary(settings.triton_address, instances=2)
        assert until(lambda: not canary.errors())
        assert client.command("SELECT count() FROM kept") == 1

        runner = psutil.Process(stack._state()["runner_pid"])
        family = runner.children(recursive=True)
        runner.kill()
        assert until(lambda: not any(p.is_running() and p.status() != psutil.STATUS_ZOMBIE for p in family))
        stack.up()
        assert client.command("SELECT count() FROM kept") == 1
        low, high = _watermarks(settings.bootstrap_servers)
        assert (low, high) == (0, 1)
    finally:
        stack.down()
    assert stack.status() == {}


def _watermarks(bootstrap: str) -> tuple[int, int]:
    from confluent_kafka import Consumer, TopicPartition  # noqa: PLC0415  used here alone

    consumer = Consumer({"bootstrap.servers": bootstrap, "group.id": "test"})
    try:
        low, high = consumer.get_watermark_offsets(TopicPartition("kept", 0), timeout=20)
        return int(low), int(high)
    finally:
        consumer.close()
