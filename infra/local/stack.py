"""The four servers of the local stack as children of the runner, each with a real health check."""

import sys
from collections.abc import Sequence
from pathlib import Path

from infra.local import kafka, registry, triton
from infra.local.child import ChildSpec
from infra.local.clickhouse_front import probe as clickhouse_probe
from infra.settings import Settings


def ports(settings: Settings) -> dict[str, int]:
    """Return the ports that the stack binds, by the name of their setting."""
    return {
        "kafka_port": settings.kafka_port,
        "kafka_controller_port": settings.kafka_controller_port,
        "registry_port": settings.registry_port,
        "triton_http_port": settings.triton_http_port,
        "triton_grpc_port": settings.triton_grpc_port,
        "triton_metrics_port": settings.triton_metrics_port,
        "clickhouse_port": settings.clickhouse_port,
    }


def stack_specs(settings: Settings) -> Sequence[ChildSpec]:
    """Return Kafka, Triton and ClickHouse, which start side by side, and the registry, which needs Kafka."""
    folder = settings.data_dir.resolve()
    return [
        kafka.spec(settings, folder),
        triton.spec(settings, folder),
        _clickhouse(settings, folder),
        registry.spec(settings),
    ]


def _clickhouse(settings: Settings, folder: Path) -> ChildSpec:
    argv = [sys.executable, "-m", "infra.local.clickhouse_front", "--host", settings.host]
    argv += ["--port", str(settings.clickhouse_port), "--data-dir", str(folder / "clickhouse")]
    return ChildSpec(
        name="clickhouse",
        argv=argv,
        env={
            "VIGIL_CLICKHOUSE_USER": settings.clickhouse_user,
            "VIGIL_CLICKHOUSE_PASSWORD": settings.clickhouse_password.get_secret_value(),
        },
        ready=lambda: clickhouse_probe.answers(settings.host, settings.clickhouse_port),
        stop_s=20.0,
    )
