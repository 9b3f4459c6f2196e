"""What perception asks of the models that find and read plates, whoever serves them."""

from dataclasses import dataclass
from typing import Final, Protocol

import numpy as np
from numpy.typing import NDArray

Canvas = NDArray[np.uint8]

#: Side of the square canvas that plates are looked for on, pixels.
SIDE_PX: Final = 320
#: Height and width of a straightened plate, pixels.
PLATE_HEIGHT_PX: Final = 48
PLATE_WIDTH_PX: Final = 320
#: Columns of a reading: CTC's blank, then these.
SYMBOLS: Final = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ"


@dataclass(frozen=True, slots=True)
class FoundPlates:
    """Plates found on one canvas, the surest first.

    Attributes:
        corners_px: float32 [K, 4, 2], x and y of upper left, upper right, lower right and lower left, pixels of the
            canvas.
        scores: float32 [K], 0 to 1.
    """

    corners_px: NDArray[np.float32]
    scores: NDArray[np.float32]


class PlateModels(Protocol):
    """A plate detector and a reader. Both raise what Detector.infer raises."""

    async def version(self) -> str:
        """Return both models' releases and hashes, joined by "+"."""

    async def find(self, canvases: Canvas) -> list[FoundPlates]:
        """Look for plates on each of N canvases, uint8 [N, 320, 320, 3], RGB."""

    async def read(self, plates: Canvas) -> NDArray[np.float32]:
        """Read N straightened plates, uint8 [N, 48, 320, 3], RGB: float32 [N, T, 37], probabilities at T places."""
