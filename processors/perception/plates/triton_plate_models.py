"""Both plate models on Triton."""

from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from processors.perception.detector import DetectorContractError
from processors.perception.plates.plate_models import (
    PLATE_HEIGHT_PX,
    PLATE_WIDTH_PX,
    SIDE_PX,
    SYMBOLS,
    Canvas,
    FoundPlates,
)
from processors.perception.triton_model import TritonModel

FIND_OUTPUTS: Final = ("corners", "scores", "count")
READ_OUTPUTS: Final = ("probs",)
REMEDY: Final = "VIGIL_PERCEPTION_PLATES=off to go on without plates"
MEANWHILE: Final = "detections go out without plates"


class TritonPlateModels:
    """Implements PlateModels.

    Args:
        address: Triton's gRPC address, host:port.
        find_name, read_name: the models' names.
        in_flight: requests of each under way at once.
        timeout_s: deadline of a request, seconds.
        attempts: tries of a request.
        reconnect_backoff_ms: longest pause between gRPC's tries to connect, milliseconds.
    """

    def __init__(
        self,
        address: str,
        find_name: str,
        read_name: str,
        *,
        in_flight: int,
        timeout_s: float,
        attempts: int,
        reconnect_backoff_ms: int,
    ) -> None:
        def model(name: str, outputs: tuple[str, ...]) -> TritonModel:
            return TritonModel(
                address,
                name,
                outputs,
                REMEDY,
                MEANWHILE,
                in_flight=in_flight,
                timeout_s=timeout_s,
                attempts=attempts,
                reconnect_backoff_ms=reconnect_backoff_ms,
            )

        self._find = model(find_name, FIND_OUTPUTS)
        self._read = model(read_name, READ_OUTPUTS)

    async def version(self) -> str:
        """See PlateModels; their pictures' shapes are checked too."""
        versions = []
        for model, shape in (
            (self._find, [SIDE_PX, SIDE_PX, 3]),
            (self._read, [PLATE_HEIGHT_PX, PLATE_WIDTH_PX, 3]),
        ):
            served = await model.served()
            if list(served.image_shape) != shape:
                raise DetectorContractError(
                    f"model {model.name} on {model.address} takes pictures of {list(served.image_shape)};"
                    f" expected {shape}"
                )
            versions.append(served.version)
        return "+".join(versions)

    async def find(self, canvases: Canvas) -> list[FoundPlates]:
        """See PlateModels."""
        return found_of(await self._find.infer(canvases), len(canvases))

    async def read(self, plates: Canvas) -> NDArray[np.float32]:
        """See PlateModels."""
        (rows,) = await self._read.infer(plates)
        return checked_rows(rows, len(plates))

    async def close(self) -> None:
        """Close the connections."""
        await self._find.close()
        await self._read.close()


def found_of(answer: list[NDArray[Any]], canvases: int) -> list[FoundPlates]:
    """Check a detector's answer against the contract and cut its padding.

    Raises:
        DetectorContractError: it has other shapes, or corners or scores that are no numbers.
    """
    corners, scores, count = answer
    if (
        corners.ndim != 3
        or corners.shape[0] != canvases
        or corners.shape[2] != 8
        or scores.shape != corners.shape[:2]
        or count.shape != (canvases, 1)
        or not ((count >= 0) & (count <= corners.shape[1])).all()
    ):
        raise DetectorContractError(
            f"an answer has corners {corners.shape}, scores {scores.shape}, count {count.tolist()};"
            f" expected [{canvases}, K, 8], [{canvases}, K] and 0 to K"
        )
    out = []
    for n, kept in enumerate(count[:, 0].tolist()):
        if not (np.isfinite(corners[n, :kept]).all() and np.isfinite(scores[n, :kept]).all()):
            raise DetectorContractError(f"an answer's plates {corners[n, :kept].tolist()} are not all numbers")
        out.append(
            FoundPlates(
                corners[n, :kept].astype(np.float32, copy=False).reshape(-1, 4, 2),
                scores[n, :kept].astype(np.float32, copy=False),
            )
        )
    return out


def checked_rows(rows: NDArray[Any], plates: int) -> NDArray[np.float32]:
    """Check a reader's answer against the contract.

    Raises:
        DetectorContractError: it has another shape, or probabilities that are none.
    """
    columns = 1 + len(SYMBOLS)
    if rows.ndim != 3 or rows.shape[0] != plates or rows.shape[2] != columns:
        raise DetectorContractError(f"an answer has probs {rows.shape}; expected [{plates}, T, {columns}]")
    if not ((rows >= 0.0) & (rows <= 1.001)).all():
        raise DetectorContractError(f"an answer's probabilities go from {rows.min()} to {rows.max()}; expected 0 to 1")
    return rows.astype(np.float32, copy=False)
