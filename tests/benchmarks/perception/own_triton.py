"""A Triton of the benchmark's own, as the local stack configures it, so that nothing else loads it."""

import os
import signal
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

import psutil

from infra.local import triton
from infra.settings import Settings
from processors.perception.settings import PerceptionSettings
from processors.perception.triton_client import TritonDetector
from tests.benchmarks.figure import BenchmarkError
from tests.integration.conftest import free_ports

READY_WITHIN_S: Final = 90.0


class OwnTriton:
    """A running server.

    Args:
        address: its gRPC address, host:port.
        process: the server.
    """

    def __init__(self, address: str, process: "subprocess.Popen[bytes]") -> None:
        self.address = address
        self._process = process

    def cpu_s(self) -> float:
        """Return the CPU seconds, user and system, of the server and its model instances so far."""
        server = psutil.Process(self._process.pid)
        times = [one.cpu_times() for one in (server, *server.children(recursive=True))]
        return float(sum(one.user + one.system for one in times))

    def detector(self, settings: PerceptionSettings) -> TritonDetector:
        """Return a client as the perception stage makes it."""
        return TritonDetector(
            self.address,
            settings.model_name,
            in_flight=settings.in_flight,
            timeout_s=settings.infer_timeout_s,
            attempts=settings.infer_attempts,
            reconnect_backoff_ms=settings.reconnect_backoff_ms,
        )


@contextmanager
def own_triton(folder: Path) -> Iterator[OwnTriton]:
    """Start Triton with the shipped models and yield it once every instance has answered.

    Raises:
        BenchmarkError: it ended, or did not answer in time.
    """
    http, grpc, metrics = free_ports(3)
    settings = Settings(data_dir=folder, triton_http_port=http, triton_grpc_port=grpc, triton_metrics_port=metrics)
    spec = triton.spec(settings, folder)
    assert spec.prepare is not None
    assert spec.ready is not None
    assert spec.clean is not None
    spec.prepare()
    with (folder / "triton.log").open("wb") as log:
        process = subprocess.Popen(
            spec.argv, stdout=log, stderr=log, env={**os.environ, **spec.env}, start_new_session=True
        )
    try:
        _wait(process, spec.ready, folder / "triton.log")
        yield OwnTriton(settings.triton_address, process)
    finally:
        os.killpg(process.pid, signal.SIGKILL)  # the model instances are processes of their own
        process.wait()
        spec.clean()


def _wait(process: "subprocess.Popen[bytes]", ready: object, log: Path) -> None:
    assert callable(ready)
    deadline = time.monotonic() + READY_WITHIN_S
    last = "it said nothing"
    while time.monotonic() < deadline:
        if process.poll() is not None:
            tail = log.read_text(errors="replace")[-500:]
            raise BenchmarkError(f"Triton ended with {process.returncode}: {tail}")
        try:
            if ready():
                return
        except Exception as error:  # noqa: BLE001  not yet: whatever the client raises while nobody listens
            last = str(error)
        time.sleep(0.3)
    raise BenchmarkError(f"Triton did not answer within {READY_WITHIN_S:.0f} s: {last}")
