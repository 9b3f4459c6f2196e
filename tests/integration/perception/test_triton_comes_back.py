"""The detector on a Triton of the test's own, which stops and comes back; it needs no other server."""

import os
import signal
import subprocess
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from infra.local import triton
from infra.local.child import ChildSpec
from processors.stage_core import ServiceUnavailableError
from tests.available import needs_stack
from tests.contract.detector_suite import canvas
from tests.integration.conftest import settings_on_free_ports
from tests.integration.perception.test_detector_on_triton import client

pytestmark = [pytest.mark.integration, needs_stack]


@dataclass(slots=True)
class OwnTriton:
    """A Triton that a test may stop."""

    spec: ChildSpec
    address: str
    log: Path
    process: "subprocess.Popen[bytes] | None" = field(default=None)

    def start(self) -> None:
        """Start it and wait until it serves, at most a minute."""
        if self.spec.prepare is not None:
            self.spec.prepare()
        with self.log.open("ab") as log:
            self.process = subprocess.Popen(
                self.spec.argv,
                env={**os.environ, **self.spec.env},
                stdout=log,
                stderr=log,
                start_new_session=True,
            )
        deadline = time.monotonic() + 60
        while not self._ready(self.spec.ready):
            assert self.process.poll() is None, self.log.read_text()[-2000:]
            assert time.monotonic() < deadline, "Triton was not ready within a minute"
            time.sleep(0.2)

    def stop(self) -> None:
        """Stop it and whatever it left."""
        if self.process is None:
            return
        self.process.terminate()
        try:
            self.process.wait(self.spec.stop_s)
        except subprocess.TimeoutExpired:
            os.killpg(self.process.pid, signal.SIGKILL)
            self.process.wait()
        self.process = None
        if self.spec.clean is not None:
            self.spec.clean()

    @staticmethod
    def _ready(ready: Callable[[], bool] | None) -> bool:
        assert ready is not None
        try:
            return ready()
        except Exception:  # noqa: BLE001  any error counts as not yet: ChildSpec.ready
            return False


@contextmanager
def own_triton(folder: Path) -> Iterator[OwnTriton]:
    """A started Triton on free ports, stopped at the end."""
    settings = settings_on_free_ports(folder)
    (folder / "triton").mkdir(parents=True)
    subject = OwnTriton(triton.spec(settings, folder), settings.triton_address, folder / "triton.log")
    try:
        subject.start()
        yield subject
    finally:
        subject.stop()


async def test_a_triton_that_stops_and_comes_back(tmp_path: Path) -> None:
    """Away is ServiceUnavailableError at once and for as long as it lasts; the same client goes on afterwards."""
    with own_triton(tmp_path) as server:
        subject = client(server.address)
        model = await subject.model()
        before = await subject.infer(canvas(416))
        server.stop()
        with pytest.raises(ServiceUnavailableError, match="UNAVAILABLE"):
            await subject.infer(canvas(416))
        with pytest.raises(ServiceUnavailableError, match="UNAVAILABLE"):
            await subject.model()
        server.start()
        patient = client(server.address, attempts=10)
        # first: it asks again while the server's gRPC port comes, a moment after its HTTP port says ready
        after = await patient.infer(canvas(416))
        assert await patient.model() == model
        assert after.xyxy_px.tobytes() == before.xyxy_px.tobytes()
        again = await subject.infer(canvas(416))
        assert again.xyxy_px.tobytes() == before.xyxy_px.tobytes()
        await patient.close()
        await subject.close()
