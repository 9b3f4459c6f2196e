"""One real stack for the whole session: Kafka, schema registry, Triton, ClickHouse, on free ports in a folder of its own."""

import socket
from collections.abc import Iterator
from pathlib import Path
from uuid import uuid4

import pytest

from infra.local.control import LocalStack
from infra.settings import ROOT, Settings


def free_ports(count: int) -> list[int]:
    """Return ports that are free now, all different."""
    sockets = [socket.socket() for _ in range(count)]
    try:
        for s in sockets:
            s.bind(("127.0.0.1", 0))
        return [int(s.getsockname()[1]) for s in sockets]
    finally:
        for s in sockets:
            s.close()


def settings_on_free_ports(folder: Path, **changes: object) -> Settings:
    """Return settings of a stack that disturbs no other."""
    ports = free_ports(7)
    names = ("kafka", "kafka_controller", "registry", "triton_http", "triton_grpc", "triton_metrics", "clickhouse")
    values: dict[str, object] = {f"{name}_port": port for name, port in zip(names, ports, strict=True)}
    return Settings(data_dir=folder, kafka_heap="512m", **{**values, **changes})  # type: ignore[arg-type]


@pytest.fixture(scope="session")
def stack(tmp_path_factory: pytest.TempPathFactory) -> Iterator[LocalStack]:
    """The running stack; `stack.settings` says where everything is. Do not kill what other tests use."""
    if not (ROOT / ".cache" / "kafka").is_dir():
        pytest.skip("the local stack is not set up; run 'make setup'")
    running = LocalStack(settings_on_free_ports(tmp_path_factory.mktemp("stack")))
    running.up()
    yield running
    running.down()


@pytest.fixture(scope="module")
def settings(stack: LocalStack) -> Settings:
    """Settings on the session's stack with a topic prefix and a database of this module's own."""
    mark = uuid4().hex[:8]
    return stack.settings.model_copy(update={"topic_prefix": f"t{mark}.", "clickhouse_database": f"t{mark}"})
