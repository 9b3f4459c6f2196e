"""The plate models' client: what it takes for a good answer, and what it makes of a bad one or of none."""

from collections.abc import AsyncIterator
from typing import Any

import grpc
import numpy as np
import pytest
from numpy.typing import NDArray
from tritonclient.grpc import model_config_pb2, service_pb2, service_pb2_grpc

from processors.perception.detector import DetectorContractError
from processors.perception.plates.triton_plate_models import TritonPlateModels, checked_rows, found_of
from processors.stage_core import ServiceUnavailableError
from tests.unit.processors.perception.fake_triton import DATATYPES, SHA256, serving

DIMS = {"find": [320, 320, 3], "read": [48, 320, 3]}


def found(canvases: int, plates: int = 2) -> dict[str, NDArray[Any]]:
    """Return a detector's good answer, padded to ten plates."""
    return {
        "corners": np.arange(canvases * 80, dtype=np.float32).reshape(canvases, 10, 8),
        "scores": np.full((canvases, 10), 0.5, np.float32),
        "count": np.full((canvases, 1), plates, np.int32),
    }


class FakePlateTriton(service_pb2_grpc.GRPCInferenceServiceServicer):  # type: ignore[misc]  # generated, without types
    """Serves both models; the next inferences fail with `errors`, one each."""

    def __init__(self) -> None:
        self.errors: list[grpc.StatusCode] = []
        self.dims = dict(DIMS)
        self.served = 0

    async def ModelConfig(self, request: Any, context: Any) -> Any:  # noqa: N802  the protocol's name
        """Answer with the configuration."""
        if request.name not in self.dims:
            await context.abort(grpc.StatusCode.NOT_FOUND, f"unknown model '{request.name}'")
        config = model_config_pb2.ModelConfig(name=request.name)
        config.input.add(name="images", data_type=model_config_pb2.TYPE_UINT8, dims=self.dims[request.name])
        for name in ("corners", "scores", "count") if request.name == "find" else ("probs",):
            config.output.add(name=name)
        config.parameters["release"].string_value = request.name
        config.parameters["sha256"].string_value = SHA256
        return service_pb2.ModelConfigResponse(config=config)

    async def ModelInfer(self, request: Any, context: Any) -> Any:  # noqa: N802  the protocol's name
        """Answer with the next error, or the tensors."""
        self.served += 1
        if self.errors:
            await context.abort(self.errors.pop(0), "as told")
        count = request.inputs[0].shape[0]
        rows = {"probs": np.full((count, 40, 37), 1 / 37, np.float32)}
        out = service_pb2.ModelInferResponse(model_name=request.model_name)
        for name, values in (found(count) if request.model_name == "find" else rows).items():
            out.outputs.add(name=name, datatype=DATATYPES[values.dtype.kind], shape=values.shape)
            out.raw_output_contents.append(values.tobytes())
        return out


@pytest.fixture
def fake() -> FakePlateTriton:
    """The server's side."""
    return FakePlateTriton()


@pytest.fixture
async def models(fake: FakePlateTriton) -> AsyncIterator[TritonPlateModels]:
    """A client on a served fake."""
    async with serving(fake) as port:
        subject = TritonPlateModels(
            f"127.0.0.1:{port}", "find", "read", in_flight=2, timeout_s=5, attempts=2, reconnect_backoff_ms=100
        )
        yield subject
        await subject.close()


async def test_answers_come_over_the_wire(models: TritonPlateModels) -> None:
    """Plates of each canvas without padding, corners in pairs; a reading for each plate; both models named."""
    plates = await models.find(np.zeros((3, 320, 320, 3), np.uint8))
    assert [one.corners_px.shape for one in plates] == [(2, 4, 2)] * 3
    assert plates[1].corners_px[0].tolist() == [[80, 81], [82, 83], [84, 85], [86, 87]]
    assert (await models.read(np.zeros((2, 48, 320, 3), np.uint8))).shape == (2, 40, 37)
    assert await models.version() == "find-0123456789ab+read-0123456789ab"


async def test_trouble_is_tried_again_and_then_given_up(models: TritonPlateModels, fake: FakePlateTriton) -> None:
    """As with the detector: one failure is not seen, two are."""
    canvases = np.zeros((1, 320, 320, 3), np.uint8)
    fake.errors = [grpc.StatusCode.UNAVAILABLE]
    assert len(await models.find(canvases)) == 1
    fake.errors = [grpc.StatusCode.DEADLINE_EXCEEDED] * 2
    with pytest.raises(ServiceUnavailableError, match=r"find.*DEADLINE_EXCEEDED"):
        await models.find(canvases)


async def test_a_repository_without_the_models_says_how_to_go_on(
    models: TritonPlateModels, fake: FakePlateTriton, caplog: pytest.LogCaptureFixture
) -> None:
    """A city's own repository may lack them: the log names the setting."""
    del fake.dims["read"]
    with pytest.raises(ServiceUnavailableError, match=r"read.*NOT_FOUND"):
        await models.version()
    assert "VIGIL_PERCEPTION_PLATES=off" in caplog.text


async def test_another_models_shape_is_refused(models: TritonPlateModels, fake: FakePlateTriton) -> None:
    """Pictures are cut for one size; the error names both."""
    fake.dims["read"] = [32, 320, 3]
    with pytest.raises(DetectorContractError, match=r"\[32, 320, 3\]; expected \[48, 320, 3\]"):
        await models.version()


@pytest.mark.parametrize(
    "breach",
    [
        {"corners": np.zeros((1, 10, 4), np.float32)},
        {"scores": np.zeros((1, 9), np.float32)},
        {"count": np.array([[11]], np.int32)},
        {"count": np.array([[-1]], np.int32)},
        {"corners": np.full((1, 10, 8), np.nan, np.float32)},
    ],
    ids=["corners", "scores", "count", "negative", "no number"],
)
def test_a_detectors_broken_answer_is_refused(breach: dict[str, NDArray[Any]]) -> None:
    """Never a plate from a tensor that is not the contract's."""
    with pytest.raises(DetectorContractError):
        found_of(list((found(1) | breach).values()), 1)


@pytest.mark.parametrize(
    "rows",
    [np.zeros((1, 40, 36)), np.zeros((2, 40, 37)), np.full((1, 40, 37), 1.5), np.full((1, 40, 37), np.nan)],
    ids=["columns", "plates", "above 1", "no number"],
)
def test_a_readers_broken_answer_is_refused(rows: NDArray[Any]) -> None:
    """Never a text from what is no probability."""
    with pytest.raises(DetectorContractError):
        checked_rows(rows.astype(np.float32), 1)
