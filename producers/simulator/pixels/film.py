"""Film: the frames of one camera, from what it truly sees. Pure: numpy arrays in, frames out."""

from collections import Counter
from collections.abc import Sequence
from typing import Final

import numpy as np
from numpy.typing import NDArray

from producers.simulator.city_camera import CityCamera
from producers.simulator.pixels.effects import Effects
from producers.simulator.pixels.pasting import cast_shadow, paste
from producers.simulator.pixels.placement import Placed, place
from producers.simulator.pixels.showing import Effect, Showing
from producers.simulator.pixels.sprite import Sprite, SpriteLibrary
from producers.simulator.seeds import generator
from producers.simulator.sight import Seen

Bytes = NDArray[np.uint8]

#: Noise of the sensor before compression: standard deviation of luma, 0 to 255. An assumption, of the order of a small
#: sensor's by day; in street.mp4, compression has left 0.3 to 1 of it in calm parts.
NOISE_SD: Final = 2.2
#: Fields of noise that are drawn beforehand; each frame takes one of them, shifted by an amount of its own.
NOISE_FIELDS: Final = 4
MOST_NOISE: Final = 12
#: How an actor is seen is settled in steps, so that its cut-out does not change from frame to frame.
FACING_STEP_DEG: Final = 45.0


class Film:
    """Draws the frames of one camera.

    Args:
        camera: the camera.
        background: uint8 [height, width, 3], see ground.background.
        library: cut-outs.
        showings: what is drawn beside the actors.
        seed: of the city.
    """

    def __init__(
        self, camera: CityCamera, background: Bytes, library: SpriteLibrary, showings: Sequence[Showing], seed: int
    ) -> None:
        self._camera = camera
        self._background = background
        self._library = library
        self._showings = showings
        self._effects = Effects(library, background)
        self._chosen: dict[tuple[int, int], tuple[Sprite, bool] | None] = {}
        #: Classes that have no cut-out, and how many boxes were left out.
        self.left_out: Counter[int] = Counter()
        self._random = generator(seed, "sensor", camera.number)
        self._noise: NDArray[np.int16] | None = None

    def frame(self, seen: Seen, number: int, at_us: int) -> Bytes:
        """Return a frame, uint8 [height, width, 3], RGB, before the sensor's noise.

        Args:
            seen: what the camera truly sees, in frames.
            number: the frame of it.
            at_us: its time, microseconds since the Unix epoch.
        """
        picture = self._background.copy()
        for one in self._showings:
            if one.effect is Effect.WATER:
                self._effects.draw(picture, one, at_us)
        placed = place(self._camera.view, seen, number)
        upright = [one for one in self._showings if one.effect not in {Effect.WATER, Effect.GLARE}]
        upright.sort(key=lambda one: float(one.xyxy_px[3]))
        for n in range(len(placed.actor)):
            # what stands further down in the picture is nearer: things without actors take their turn among them
            while upright and float(upright[0].xyxy_px[3]) < float(placed.xyxy_px[n, 3]):
                self._effects.draw(picture, upright.pop(0), at_us)
            self._stand(picture, placed, n)
        for one in upright:
            self._effects.draw(picture, one, at_us)
        for one in self._showings:
            if one.effect is Effect.GLARE:
                self._effects.draw(picture, one, at_us)
        return picture

    def noise(self) -> NDArray[np.int16]:
        """Return the sensor's noise of the next frame's luma, int16 [height, width]."""
        if self._noise is None:
            shape = (NOISE_FIELDS, *self._background.shape[:2])
            drawn = np.round(self._random.standard_normal(shape, np.float32) * np.float32(NOISE_SD))
            self._noise = np.clip(drawn, -MOST_NOISE, MOST_NOISE).astype(np.int16)
        field, rows, columns = self._random.integers(0, (NOISE_FIELDS, *self._noise.shape[1:]))
        return np.roll(self._noise[field], (int(rows), int(columns)), axis=(0, 1))

    def _stand(self, picture: Bytes, placed: Placed, n: int) -> None:
        actor, kind, box = int(placed.actor[n]), int(placed.kind[n]), placed.xyxy_px[n]
        step = round(float(placed.facing_deg[n]) / FACING_STEP_DEG)
        key = (actor, step)
        if key not in self._chosen:
            aspect = float((box[2] - box[0]) / (box[3] - box[1]))
            self._chosen[key] = self._library.choose(kind, actor, step * FACING_STEP_DEG, aspect)
        chosen = self._chosen[key]
        if chosen is None:
            self.left_out[kind] += 1
            return
        sprite, mirrored = chosen
        cast_shadow(picture, box)
        paste(picture, sprite, box, mirrored=mirrored)
