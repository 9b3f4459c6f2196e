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
    out: dict[str, int] = {}
    if settings.bootstrap is None:
        out |= {"kafka_port": settings.kafka_port, "kafka_controller_port": settings.kafka_controller_port}
    if settings.registry_url is None:
        out["registry_port"] = settings.registry_port
    if settings.triton_url is None:
        out["triton_http_port"] = settings.triton_http_port
        out["triton_grpc_port"] = settings.triton_grpc_port
        out["triton_metrics_port"] = settings.triton_metrics_port
    if settings.clickhouse_url is None:
        out["clickhouse_port"] = settings.clickhouse_port
    return out


def stack_specs(settings: Settings) -> Sequence[ChildSpec]:
    """Return Kafka, Triton and ClickHouse, which start side by side, and the registry, which needs Kafka.

    A server whose address is set (VIGIL_BOOTSTRAP, _REGISTRY_URL, _TRITON_URL, _CLICKHOUSE_URL) runs elsewhere and is
    left out.
    """
    folder = settings.data_dir.resolve()
    out = []
    if settings.bootstrap is None:
        out.append(kafka.spec(settings, folder))
    if settings.triton_url is None:
        out.append(triton.spec(settings, folder))
    if settings.clickhouse_url is None:
        out.append(_clickhouse(settings, folder))
    if settings.registry_url is None:
        out.append(registry.spec(settings))
    return out


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
