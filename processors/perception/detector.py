"""What perception asks of a detection model, whoever serves it."""

from dataclasses import dataclass
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

Canvas = NDArray[np.uint8]


@dataclass(frozen=True, slots=True)
class Model:
    """A model as it is served.

    Attributes:
        name: in the repository.
        version: its release and the first 12 digits of its file's SHA-256, joined by "-".
        side_px: side of the square canvas it takes.
    """

    name: str
    version: str
    side_px: int


@dataclass(frozen=True, slots=True)
class Found:
    """What a model found on one canvas.

    Attributes:
        xyxy_px: float32 [K, 4], pixels of the canvas.
        scores: float32 [K], 0 to 1.
        class_ids: int32 [K], COCO-80.
    """

    xyxy_px: NDArray[np.float32]
    scores: NDArray[np.float32]
    class_ids: NDArray[np.int32]


class DetectorContractError(ValueError):
    """The model refused a request or answered with other tensors than the contract's: a bug, or the wrong model."""


class Detector(Protocol):
    """A detection model with boxes of COCO-80 classes."""

    async def model(self) -> Model:
        """Return which model answers now.

        Raises:
            ServiceUnavailableError: it is not to be reached, or not loaded.
            DetectorContractError: its tensors are not the contract's.
        """

    async def infer(self, canvas: Canvas) -> Found:
        """Detect on one canvas, uint8 [side, side, 3], RGB.

        Raises:
            ServiceUnavailableError: the model is away or failing; the canvas is fine.
            DetectorContractError: it refused the canvas or broke the contract.
        """
