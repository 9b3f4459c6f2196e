"""The detector on the real Triton: the suite that the tests' own detectors pass, and Triton's real errors."""

from collections.abc import AsyncIterator

import numpy as np
import pytest

from infra.local.control import LocalStack
from processors.perception.detector import Canvas, Detector, DetectorContractError
from processors.perception.triton_client import TritonDetector
from processors.stage_core import ServiceUnavailableError
from tests.available import needs_stack
from tests.contract.detector_suite import DetectorSuite, canvas

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
