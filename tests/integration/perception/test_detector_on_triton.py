"""The detector on the real Triton: the suite that the tests' own detectors pass, and Triton's real errors."""

import os
import signal
import subprocess
import time
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import pytest

from infra.local import triton
from infra.local.child import ChildSpec
from infra.local.control import LocalStack
from processors.perception.detector import Canvas, Detector, DetectorContractError
from processors.perception.triton_client import TritonDetector
from processors.stage_core import ServiceUnavailableError
from tests.available import needs_stack
from tests.contract.detector_suite import DetectorSuite, canvas
from tests.integration.conftest import settings_on_free_ports

pytestmark = [pytest.mark.integration, needs_stack]


def client(address: str, name: str = "detector", attempts: int = 2) -> TritonDetector:
    """Return a detector on a Triton."""
    return TritonDetector(address, name, in_flight=4, timeout_s=10, attempts=attempts, reconnect_backoff_ms=500)


@pytest.fixture
async def on_stack(stack: LocalStack) -> AsyncIterator[TritonDetector]:
    """A detector on the stack's Triton."""
    subject = client(stack.settings.triton_address)
    yield subject
    await subject.close()


class TestOnTriton(DetectorSuite):
    """The suite on the stack's Triton and the model that is shipped."""

    @pytest.fixture
    def detector(self, on_stack: TritonDetector) -> Detector:
        """The stack's detector."""
        return on_stack


@pytest.mark.parametrize("wrong", [np.zeros((100, 100, 3), np.uint8), np.zeros((416, 416, 4), np.uint8)])
async def test_a_canvas_of_another_shape_is_refused(on_stack: TritonDetector, wrong: Canvas) -> None:
    """Triton's own words come through; the next canvas is served."""
    with pytest.raises(DetectorContractError, match=r"INVALID_ARGUMENT.*shape"):
        await on_stack.infer(wrong)
    await on_stack.infer(canvas(416))


async def test_an_unknown_model_is_named(stack: LocalStack) -> None:
    """The error says which model and where it was looked for."""
    subject = client(stack.settings.triton_address, "nonesuch")
    for ask in (subject.model(), subject.infer(canvas(416))):
        with pytest.raises(ServiceUnavailableError, match="nonesuch") as raised:
            await ask
        assert stack.settings.triton_address in str(raised.value)
    await subject.close()


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
