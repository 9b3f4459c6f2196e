"""One real stack for the whole session: Kafka, schema registry, Triton, ClickHouse, on free ports in its own folder."""

import random
import socket
from collections.abc import Iterator
from pathlib import Path
from uuid import uuid4

import pytest

from infra.local.control import LocalStack
from infra.settings import Settings
from tests.available import missing_stack


def free_ports(count: int) -> list[int]:
    """Return ports that are free now, all different, below those that the kernel gives to outgoing connections."""
    ports: list[int] = []
    while len(ports) < count:
        port = random.randrange(15_000, 32_000)
        with socket.socket() as probe:
            try:
                probe.bind(("127.0.0.1", port))
            except OSError:
                continue
        if port not in ports:
            ports.append(port)
    return ports


def settings_on_free_ports(folder: Path, **changes: object) -> Settings:
    """Return settings of a stack that disturbs no other."""
    ports = free_ports(7)
    names = ("kafka", "kafka_controller", "registry", "triton_http", "triton_grpc", "triton_metrics", "clickhouse")
    values: dict[str, object] = {f"{name}_port": port for name, port in zip(names, ports, strict=True)}
    return Settings(data_dir=folder, kafka_heap="512m", **{**values, **changes})  # type: ignore[arg-type]


@pytest.fixture(scope="session")
def stack(tmp_path_factory: pytest.TempPathFactory) -> Iterator[LocalStack]:
    """The running stack; `stack.settings` says where everything is. Do not kill what other tests use."""
    missing = missing_stack()
    if missing is not None:
        pytest.skip(missing)
    running = LocalStack(settings_on_free_ports(tmp_path_factory.mktemp("stack")), tied=True)
    running.up()
    yield running
    running.down()


@pytest.fixture(scope="module")
def settings(stack: LocalStack) -> Settings:
    """Settings on the session's stack with a topic prefix and a database of this module's own."""
    mark = uuid4().hex[:8]
    return stack.settings.model_copy(update={"topic_prefix": f"t{mark}.", "clickhouse_database": f"t{mark}"})
