"""The detector on Triton."""

from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from processors.perception.detector import Canvas, DetectorContractError, Found, Model
from processors.perception.triton_model import TritonModel

OUTPUTS: Final = ("boxes", "scores", "class_ids", "count")


class TritonDetector:
    """Implements Detector.

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
        self._triton = TritonModel(
            address,
            name,
            OUTPUTS,
            "VIGIL_PERCEPTION_MODEL_NAME",
            "perception waits, and nothing is lost",
            in_flight=in_flight,
            timeout_s=timeout_s,
            attempts=attempts,
            reconnect_backoff_ms=reconnect_backoff_ms,
        )

    async def model(self) -> Model:
        """See Detector. Asked once, and again after Triton was away: it may have come back with another model."""
        served = await self._triton.served()
        height, width, _ = served.image_shape
        if height != width:
            raise DetectorContractError(
                f"model {self._triton.name} on {self._triton.address} takes pictures of {width}x{height};"
                " expected images uint8 [side, side, 3]"
            )
        return Model(self._triton.name, served.version, width)

    async def infer(self, canvas: Canvas) -> Found:
        """See Detector."""
        return _found(await self._triton.infer(canvas[None]))

    async def close(self) -> None:
        """Close the connection."""
        await self._triton.close()


def _found(answer: list[NDArray[Any]]) -> Found:
    """Check an answer against the contract and cut its padding."""
    boxes, scores, classes, count = answer
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
