"""Real servers for the whole session, on free ports, in folders of their own: a whole stack, and a smaller one."""

import random
import socket
from collections.abc import Iterator
from pathlib import Path
from uuid import uuid4

import pytest

from infra.local.control import LocalStack
from infra.settings import Settings
from tests.available import missing_stack
from tests.conftest import BROKERS, scope_of

#: Nothing answers here.
NOWHERE = "127.0.0.1:9"


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


def _up(settings: Settings) -> Iterator[LocalStack]:
    missing = missing_stack()
    if missing is not None:
        pytest.skip(missing)
    running = LocalStack(settings, tied=True)
    running.up()
    yield running
    running.down()


@pytest.fixture(scope="session")
def stack(tmp_path_factory: pytest.TempPathFactory) -> Iterator[LocalStack]:
    """The running stack; `stack.settings` says where everything is. Do not kill what other tests use."""
    yield from _up(settings_on_free_ports(tmp_path_factory.mktemp("stack")))


@pytest.fixture(scope="session")
def brokers(tmp_path_factory: pytest.TempPathFactory) -> Iterator[LocalStack]:
    """Kafka and the schema registry without the other two, of which the settings say that they are nowhere."""
    elsewhere = {"triton_url": NOWHERE, "clickhouse_url": f"http://{NOWHERE}"}
    yield from _up(settings_on_free_ports(tmp_path_factory.mktemp("brokers"), **elsewhere))


@pytest.fixture(scope="module")
def settings(request: pytest.FixtureRequest) -> Settings:
    """Settings on the servers of the module's scope, with a topic prefix and a database of this module's own."""
    servers: LocalStack = request.getfixturevalue("brokers" if scope_of(request.node.nodeid) == BROKERS else "stack")
    mark = uuid4().hex[:8]
    return servers.settings.model_copy(update={"topic_prefix": f"t{mark}.", "clickhouse_database": f"t{mark}"})
