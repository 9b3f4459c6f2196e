"""The detector on Triton, over gRPC."""

import asyncio
import logging
from typing import Any, Final

import numpy as np
import tritonclient.grpc.aio as triton
from tritonclient.utils import InferenceServerException

from processors.perception.detector import Canvas, DetectorContractError, Found, Model
from processors.stage_core import ServiceUnavailableError

log = logging.getLogger(__name__)

OUTPUTS: Final = ("boxes", "scores", "class_ids", "count")
#: Trouble of the server or the way to it: the same request may succeed later.
PASSING: Final = frozenset(
    {"UNAVAILABLE", "DEADLINE_EXCEEDED", "INTERNAL", "RESOURCE_EXHAUSTED", "CANCELLED", "UNKNOWN"}
)
FIRST_PAUSE_S: Final = 0.05
LONGEST_PAUSE_S: Final = 1.0
#: The repository's parameters that name a model; see infra/triton/models/*/config.pbtxt.
RELEASE, SHA256 = "release", "sha256"


class TritonDetector:
    """Implements Detector with one client for the whole process.

    Each error that Triton gives has its answer: INVALID_ARGUMENT is a bug or the wrong model (DetectorContractError);
    NOT_FOUND needs a person, who finds a line in the log that says what to do, and the stage waits; UNAVAILABLE,
    DEADLINE_EXCEEDED and INTERNAL are tried again a few times, then the stage waits.

    Args:
        address: Triton's gRPC address, host:port.
        name: the model's name.
        in_flight: requests under way at once.
        timeout_s: deadline of a request, seconds.
        attempts: tries of a request.
        reconnect_backoff_ms: longest pause between gRPC's tries to connect, milliseconds.
    """

    def __init__(
        self,
        address: str,
        name: str,
        *,
        in_flight: int,
        timeout_s: float,
        attempts: int,
        reconnect_backoff_ms: int,
    ) -> None:
        self._address = address
        self._name = name
        self._timeout_s = timeout_s
        self._attempts = attempts
        self._slots = asyncio.Semaphore(in_flight)
        self._options = [
            ("grpc.initial_reconnect_backoff_ms", 100),
            ("grpc.min_reconnect_backoff_ms", 100),
            ("grpc.max_reconnect_backoff_ms", reconnect_backoff_ms),
            ("grpc.max_receive_message_length", 16 * 2**20),
            ("grpc.max_send_message_length", 64 * 2**20),
        ]
        self._client: Any = None
        self._model: Model | None = None
        self._outputs = [triton.InferRequestedOutput(output) for output in OUTPUTS]

    async def model(self) -> Model:
        """See Detector. Asked once, and again after Triton was away: it may have come back with another model."""
        if self._model is None:
            self._model = await self._look()
        return self._model

    async def infer(self, canvas: Canvas) -> Found:
        """See Detector."""
        if canvas.dtype != np.uint8:
            raise DetectorContractError(f"a canvas of {canvas.dtype}; model {self._name} takes uint8")
        tensor = triton.InferInput("images", [1, *canvas.shape], "UINT8")
        tensor.set_data_from_numpy(canvas[None])
        pause_s = FIRST_PAUSE_S
        for attempt in range(1, self._attempts + 1):
            try:
                async with self._slots:
                    result = await self._connected().infer(
                        self._name, [tensor], outputs=self._outputs, client_timeout=self._timeout_s
                    )
                return _found(result)
            except InferenceServerException as error:
                failure = self._failure(error)
                if not isinstance(failure, ServiceUnavailableError) or attempt == self._attempts:
                    raise failure from error
                log.warning("try %d of %d: %s", attempt, self._attempts, failure)
            await asyncio.sleep(pause_s)
            pause_s = min(LONGEST_PAUSE_S, pause_s * 2)
        raise AssertionError("unreachable")

    async def close(self) -> None:
        """Close the connection."""
        if self._client is not None:
            await self._client.close()
            self._client = None

    def _connected(self) -> Any:
        if self._client is None:
            self._client = triton.InferenceServerClient(self._address, channel_args=self._options)
        return self._client

    async def _look(self) -> Model:
        try:
            answer = await self._connected().get_model_config(self._name, as_json=True, client_timeout=self._timeout_s)
        except InferenceServerException as error:
            raise self._failure(error) from error
        config = answer["config"]
        given = {key: value.get("string_value", "") for key, value in config.get("parameters", {}).items()}
        missing = [key for key in (RELEASE, SHA256) if not given.get(key)]
        if missing:
            raise DetectorContractError(
                f"model {self._name} on {self._address} has no parameter {' and '.join(missing)} in its config.pbtxt;"
                " detections must name the model that made them: add its release and its file's SHA-256"
            )
        inputs = {one["name"]: one for one in config.get("input", ())}
        outputs = {one["name"] for one in config.get("output", ())}
        image = inputs.get("images", {})
        shape = [int(size) for size in image.get("dims", ())]
        square = len(shape) == 3 and shape[0] == shape[1] and shape[2] == 3
        if not square or image.get("data_type") != "TYPE_UINT8" or not set(OUTPUTS) <= outputs:
            raise DetectorContractError(
                f"model {self._name} on {self._address} takes {sorted(inputs)} {shape} {image.get('data_type')} and"
                f" gives {sorted(outputs)}; expected images uint8 [side, side, 3] and {sorted(OUTPUTS)}"
            )
        return Model(self._name, f"{given[RELEASE]}-{given[SHA256][:12]}", shape[0])

    def _failure(self, error: InferenceServerException) -> Exception:
        """Return what an error of Triton's means here."""
        status = str(error.status() or "UNKNOWN").rpartition(".")[2]
        text = f"model {self._name} on Triton at {self._address}: {status}: {error.message()}"
        if status in PASSING:
            self._model = None
            return ServiceUnavailableError(text)
        if status == "NOT_FOUND":
            self._model = None
            log.error(
                "%s. Nothing is lost; perception waits. Put the model into Triton's repository and load it"
                " (infra/triton/models), or set VIGIL_PERCEPTION_MODEL_NAME",
                text,
            )
            return ServiceUnavailableError(text)
        return DetectorContractError(text)


def _found(result: Any) -> Found:
    """Check an answer against the contract and cut its padding."""
    boxes, scores, classes, count = (result.as_numpy(output) for output in OUTPUTS)
    if any(one is None for one in (boxes, scores, classes, count)):
        raise DetectorContractError(f"an answer lacks one of {', '.join(OUTPUTS)}")
    if (
        boxes.ndim != 3
        or boxes.shape[0] != 1
        or boxes.shape[2] != 4
        or scores.shape != boxes.shape[:2]
        or classes.shape != boxes.shape[:2]
        or count.shape != (1, 1)
        or not 0 <= int(count[0, 0]) <= boxes.shape[1]
    ):
        raise DetectorContractError(
            f"an answer has boxes {boxes.shape}, scores {scores.shape}, class_ids {classes.shape}, count"
            f" {count.tolist()}; expected [1, K, 4], [1, K], [1, K] and 0 to K"
        )
    kept = int(count[0, 0])
    return Found(
        boxes[0, :kept].astype(np.float32, copy=False),
        scores[0, :kept].astype(np.float32, copy=False),
        classes[0, :kept].astype(np.int32, copy=False),
    )
