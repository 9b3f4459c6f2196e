"""The local stack heals itself, keeps its data, and names what stands in its way."""

import os
import re
import signal
import socket
import time
from collections.abc import Callable
from pathlib import Path

import clickhouse_connect
import pytest
from confluent_kafka import Consumer, Producer, TopicPartition
from confluent_kafka.admin import AdminClient, NewTopic  # type: ignore[attr-defined]
from confluent_kafka.schema_registry import Schema, SchemaRegistryClient

from infra.chaos.sinks.servers import KAFKA_SESSION_MS
from infra.local.canary import Canary
from infra.local.control import LocalStack, StackError
from infra.local.marked import marked
from tests.available import needs_stack
from tests.integration.conftest import settings_on_free_ports

pytestmark = [pytest.mark.integration, needs_stack]


def until(condition: Callable[[], bool], seconds: float = 90.0) -> bool:
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


def serves(stack: LocalStack) -> bool:
    """Whether every child of a stack serves."""
    children = stack.status()
    return bool(children) and all(child["state"] == "ready" for child in children.values())


def test_a_taken_port_is_named(tmp_path: Path) -> None:
    """The error says which port, which setting, and which process holds it; nothing is started."""
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = int(taken.getsockname()[1])
        stack = LocalStack(settings_on_free_ports(tmp_path, clickhouse_port=port))
        with pytest.raises(StackError, match=rf"port {port} .* process {os.getpid()} .*VIGIL_CLICKHOUSE_PORT"):
            stack.up()
    assert not stack.running()


def test_a_missing_download_is_said_at_once(tmp_path: Path) -> None:
    """Without Kafka's jars the error names the folder and the command that fills it, and nothing is left running."""
    stack = LocalStack(settings_on_free_ports(tmp_path, cache_dir=tmp_path / "nothing", triton_url="elsewhere:1"))
    with pytest.raises(StackError, match=r"no Kafka under .*nothing.*run 'make setup'"):
        stack.up()
    assert not stack.running()
    assert marked(tmp_path) == []


@pytest.mark.parametrize("host", ["0.0.0.0", "::1"])
def test_an_address_that_others_reach_is_refused(tmp_path: Path, host: str) -> None:
    """The stack asks nobody for a password, so it serves this machine alone, and by IPv4: it says so before a start."""
    with pytest.raises(StackError, match=rf"VIGIL_HOST is {re.escape(host)}; expected 127\.0\.0\.1 or localhost:"):
        LocalStack(settings_on_free_ports(tmp_path, host=host)).up()
    assert marked(tmp_path) == []


def test_servers_come_back_with_their_data(tmp_path: Path) -> None:
    """Killed servers and stubs come back; a killed runner leaves no orphan; the next start finds everything."""
    stack = LocalStack(settings_on_free_ports(tmp_path, kafka_session_ms=KAFKA_SESSION_MS), tied=True)
    settings = stack.settings
    stack.up()
    try:
        _write(stack)
        with pytest.raises(StackError, match=r"is running on .* already"):
            LocalStack(settings).up()

        old_stubs, others = set(stack.stub_pids("detector")), stack.stub_pids("plate_read")
        os.kill(min(old_stubs), signal.SIGKILL)
        for name in ("kafka", "clickhouse"):
            stack.kill(name, signal.SIGKILL)
        for name in ("kafka", "clickhouse"):
            assert until(lambda name=name: stack.status()[name]["restarts"] == 1), name  # type: ignore[misc]
            assert "SIGKILL" in stack.status()[name]["last_exit"]
        assert until(lambda: stack.status()["triton"]["note"] is not None)
        assert until(lambda: serves(stack))
        assert until(Canary(settings.triton_address, ["detector"]).ready)
        assert not old_stubs & set(stack.stub_pids("detector"))
        assert others
        assert stack.stub_pids("plate_read") == others, "healing one model must not end another's instances"
        _read(stack)

        runner = stack.runner_pid()
        assert runner is not None
        os.kill(runner, signal.SIGKILL)
        assert until(lambda: not stack.running())
        stack.up()  # waits until what the killed runner left has stopped by itself
        _read(stack)

        stack.kill("triton", signal.SIGKILL)
        assert until(lambda: stack.status()["triton"]["restarts"] == 1)
        assert until(lambda: serves(stack))
    finally:
        stack.down()
    assert stack.status() == {}
    assert marked(tmp_path) == []
    assert list(Path("/dev/shm").glob(f"vigil_{settings.triton_grpc_port}_*")) == []


def test_the_stack_ends_with_the_process_it_is_tied_to(tmp_path: Path) -> None:
    """A tied stack outlives no test run and no demo that is killed."""
    settings = settings_on_free_ports(
        tmp_path, bootstrap="elsewhere:1", registry_url="http://elsewhere", triton_url="x:1"
    )
    caller = os.fork()
    if caller == 0:
        try:
            LocalStack(settings, tied=True).up()
        finally:
            os._exit(0)  # at once, as a killed process
    os.waitpid(caller, 0)
    assert until(lambda: not LocalStack(settings).running() and marked(tmp_path) == [])
    assert "serves" in "".join(LocalStack(settings).log("runner"))


def _write(stack: LocalStack) -> None:
    settings = stack.settings
    admin = AdminClient({"bootstrap.servers": settings.bootstrap_servers})
    admin.create_topics([NewTopic("kept", 1, 1)])["kept"].result(timeout=20)
    producer = Producer({"bootstrap.servers": settings.bootstrap_servers, "acks": "all"})
    producer.produce("kept", b"one")
    assert producer.flush(20) == 0
    registry = SchemaRegistryClient({"url": settings.schema_registry_url})
    assert registry.get_config().compatibility_level == "BACKWARD_TRANSITIVE"
    registry.register_schema("kept-value", Schema('"string"', "AVRO"))
    client = clickhouse_connect.get_client(host=settings.host, port=settings.clickhouse_port)
    client.command("CREATE TABLE kept (a UInt8) ENGINE = MergeTree ORDER BY a")
    client.command("INSERT INTO kept VALUES (1)")


def _read(stack: LocalStack) -> None:
    settings = stack.settings
    consumer = Consumer({"bootstrap.servers": settings.bootstrap_servers, "group.id": "test"})
    try:
        assert tuple(consumer.get_watermark_offsets(TopicPartition("kept", 0), timeout=20)) == (0, 1)
    finally:
        consumer.close()
    registry = SchemaRegistryClient({"url": settings.schema_registry_url})
    assert registry.get_latest_version("kept-value").schema.schema_str == '"string"'
    client = clickhouse_connect.get_client(host=settings.host, port=settings.clickhouse_port)
    assert client.command("SELECT count() FROM kept") == 1
