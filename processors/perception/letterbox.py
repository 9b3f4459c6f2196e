"""Where a view of the picture lies on the model's square canvas. Pure."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

#: Value of the canvas outside the picture, as the model was measured with.
PAD = 114


@dataclass(frozen=True, slots=True)
class View:
    """A rectangle of the picture that is inferred by itself.

    Attributes:
        x_px, y_px: its upper left corner in the picture, pixels.
        width_px, height_px: its size, pixels; even, as chroma is stored at half resolution.
        whole: it is the whole picture.
    """

    x_px: int
    y_px: int
    width_px: int
    height_px: int
    whole: bool


@dataclass(frozen=True, slots=True)
class Letterbox:
    """A view scaled onto the middle of a canvas.

    Attributes:
        view: the view.
        side_px: side of the canvas.
        left_px, top_px: where the scaled view begins on the canvas.
        width_px, height_px: its size there.
    """

    view: View
    side_px: int
    left_px: int
    top_px: int
    width_px: int
    height_px: int

    def to_picture(self, xyxy_px: NDArray[np.float32]) -> NDArray[np.float64]:
        """Map boxes [K, 4] (xyxy) from the canvas to the picture, both in pixels; cut at the view's edges."""
        scale_x = self.view.width_px / self.width_px
        scale_y = self.view.height_px / self.height_px
        out = xyxy_px.astype(np.float64)
        out[:, 0::2] = np.clip((out[:, 0::2] - self.left_px) * scale_x, 0, self.view.width_px) + self.view.x_px
        out[:, 1::2] = np.clip((out[:, 1::2] - self.top_px) * scale_y, 0, self.view.height_px) + self.view.y_px
        return out


def letterbox(view: View, side_px: int) -> Letterbox:
    """Scale a view to fit the canvas, keeping its shape; small views are enlarged."""
    scale = min(side_px / view.width_px, side_px / view.height_px)
    width = max(2, min(side_px, round(view.width_px * scale)))
    height = max(2, min(side_px, round(view.height_px * scale)))
    return Letterbox(view, side_px, (side_px - width) // 2, (side_px - height) // 2, width, height)
