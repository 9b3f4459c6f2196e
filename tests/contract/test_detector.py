"""The detectors of the tests hold what perception relies on; tests/integration/perception runs the suite on Triton."""

from collections.abc import AsyncIterator

import numpy as np
import pytest

from processors.perception.detector import Detector
from processors.perception.triton_client import TritonDetector
from tests.contract.detector_suite import DetectorSuite, canvas
from tests.unit.processors.perception.fake_triton import FakeTriton, serving
from tests.unit.processors.perception.streams import BarDetector


class TestFakeDetector(DetectorSuite):
    """The suite on the detector that the core's tests use."""

    @pytest.fixture
    def detector(self) -> Detector:
        """A detector that sees a bright bar."""
        return BarDetector()

    async def test_it_finds_the_block(self, detector: Detector) -> None:
        """The core's tests look for this box."""
        found = await detector.infer(canvas(416))
        assert found.xyxy_px.tolist() == [[20, 104, 124, 208]]
        assert np.array_equal(found.class_ids, [2])


class TestClientOnFakeServer(DetectorSuite):
    """The suite on the client of Triton, over the wire."""

    @pytest.fixture
    async def detector(self) -> AsyncIterator[Detector]:
        """A client of a server that speaks Triton's protocol."""
        async with serving(FakeTriton()) as port:
            subject = TritonDetector(
                f"127.0.0.1:{port}", "detector", in_flight=2, timeout_s=5, attempts=2, reconnect_backoff_ms=100
            )
            yield subject
            await subject.close()
