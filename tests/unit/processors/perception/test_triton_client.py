"""Each error that Triton gives has its answer."""

from types import SimpleNamespace
from typing import Any

import grpc
import numpy as np
import pytest
from tritonclient.utils import InferenceServerException

from processors.perception.detector import DetectorContractError
from processors.perception.triton_client import TritonDetector
from processors.stage_core import ServiceUnavailableError

CANVAS = np.zeros((416, 416, 3), np.uint8)
CONFIG: dict[str, Any] = {
    "config": {
        "parameters": {"release": {"string_value": "r.1"}, "sha256": {"string_value": "ab" * 32}},
        "input": [{"name": "images", "data_type": "TYPE_UINT8", "dims": ["416", "416", "3"]}],
        "output": [{"name": name} for name in ("boxes", "scores", "class_ids", "count")],
    }
}


class Scripted:
    """A client that answers as it is told."""

    def __init__(self, answers: list[Any], config: dict[str, Any] | None = None) -> None:
        self.answers = answers
        self.config = config or CONFIG
        self.asked = 0

    async def infer(self, *_: object, **__: object) -> Any:
        """Give the next answer."""
        self.asked += 1
        answer = self.answers.pop(0)
        if isinstance(answer, Exception):
            raise answer
        return answer

    async def get_model_config(self, *_: object, **__: object) -> Any:
        """Give the configuration."""
        return self.config


def error(status: str) -> InferenceServerException:
    """An error as the client raises it."""
    return InferenceServerException(f"text of {status}", status=f"StatusCode.{status}")


def answer(count: int = 1, boxes: int = 100) -> Any:
    """An answer of the contract."""
    tensors = {
        "boxes": np.ones((1, boxes, 4), np.float32),
        "scores": np.ones((1, 100), np.float32),
        "class_ids": np.zeros((1, 100), np.int32),
        "count": np.array([[count]], np.int32),
    }
    return SimpleNamespace(as_numpy=tensors.get)


def detector(client: Scripted, attempts: int = 3) -> TritonDetector:
    """A detector on a scripted client."""
    out = TritonDetector("t:1", "d", in_flight=2, timeout_s=1.0, attempts=attempts, reconnect_backoff_ms=100)
    out._client = client
    return out


def test_every_status_of_grpc_has_an_answer() -> None:
    """None is left to chance: it passes, waits for a person, or breaks the contract."""
    one = detector(Scripted([]))
    for status in grpc.StatusCode:
        assert isinstance(one._failure(error(status.name)), ServiceUnavailableError | DetectorContractError)


@pytest.mark.parametrize("status", ["UNAVAILABLE", "DEADLINE_EXCEEDED", "INTERNAL"])
async def test_passing_trouble_is_tried_again(status: str) -> None:
    """Full queue, late, dead stub: the same request again."""
    client = Scripted([error(status), error(status), answer()])
    assert len((await detector(client).infer(CANVAS)).scores) == 1
    assert client.asked == 3


@pytest.mark.parametrize("status", ["UNAVAILABLE", "DEADLINE_EXCEEDED", "INTERNAL"])
async def test_trouble_that_stays_pauses_the_stage(status: str) -> None:
    """A few tries, then the stage waits; the text names model, server and reason."""
    client = Scripted([error(status)] * 3)
    with pytest.raises(ServiceUnavailableError, match=f"model d on Triton at t:1: {status}: text of {status}"):
        await detector(client).infer(CANVAS)
    assert client.asked == 3


async def test_a_refused_request_is_not_repeated() -> None:
    """INVALID_ARGUMENT is this program's fault: it would be refused for ever."""
    client = Scripted([error("INVALID_ARGUMENT")])
    with pytest.raises(DetectorContractError, match="INVALID_ARGUMENT"):
        await detector(client).infer(CANVAS)
    assert client.asked == 1


async def test_a_missing_model_waits_for_a_person(caplog: pytest.LogCaptureFixture) -> None:
    """Nothing is lost, and the log says what to do."""
    with pytest.raises(ServiceUnavailableError, match="NOT_FOUND"):
        await detector(Scripted([error("NOT_FOUND")]), attempts=1).infer(CANVAS)
    assert "Put the model into Triton's repository" in caplog.text


@pytest.mark.parametrize("bad", [answer(count=101), answer(boxes=99), SimpleNamespace(as_numpy=lambda _: None)])
async def test_an_answer_outside_the_contract_is_refused(bad: Any) -> None:
    """More boxes than rows, arrays that do not fit, a missing tensor."""
    with pytest.raises(DetectorContractError, match="answer"):
        await detector(Scripted([bad])).infer(CANVAS)


async def test_padding_is_cut() -> None:
    """Only what `count` says is a box."""
    assert len((await detector(Scripted([answer(count=0)])).infer(CANVAS)).scores) == 0


async def test_a_model_says_its_release_and_hash() -> None:
    """Detections name what made them; a model that does not say it is refused."""
    model = await detector(Scripted([])).model()
    assert (model.name, model.version, model.side_px) == ("d", "r.1-abababababab", 416)
    silent = {"config": {**CONFIG["config"], "parameters": {}}}
    with pytest.raises(DetectorContractError, match="has no parameter release and sha256"):
        await detector(Scripted([], silent)).model()
    other = {"config": {**CONFIG["config"], "input": [{"name": "x", "data_type": "TYPE_FP32", "dims": ["3"]}]}}
    with pytest.raises(DetectorContractError, match="expected images uint8"):
        await detector(Scripted([], other)).model()


def test_the_configuration_of_the_shipped_model_names_its_file() -> None:
    """config.pbtxt's hash is the file's."""
    import hashlib  # noqa: PLC0415  used here alone
    from importlib import resources  # noqa: PLC0415

    folder = resources.files("infra.triton") / "models" / "detector"
    digest = hashlib.sha256((folder / "1" / "model.onnx").read_bytes()).hexdigest()
    assert digest in (folder / "config.pbtxt").read_text(encoding="utf-8")
    assert digest in (folder / "MODEL_CARD.md").read_text(encoding="utf-8")
