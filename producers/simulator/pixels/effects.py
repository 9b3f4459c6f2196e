"""Effects: fire, smoke, water, lights and things left behind, laid into a picture. Pure.

Flames are cut from footage. Smoke, water, light and bags are drawn: the footage has none that stands free.
"""

from typing import Final

import numpy as np
from numpy.typing import NDArray
from scipy import ndimage

from producers.simulator.pixels.pasting import cast_shadow, paste
from producers.simulator.pixels.showing import Effect, Showing
from producers.simulator.pixels.sprite import Sprite, SpriteLibrary, levels_of
from producers.simulator.seeds import generator

Bytes = NDArray[np.uint8]
Floats = NDArray[np.float64]

#: Flames change so often, pictures of them a second.
FLAME_FPS: Final = 10.0
#: They, smoke and water come up within so many seconds.
RISE_S: Final = 5.0
#: Welding: share of time that the arc burns, and flickers a second.
ARC_SHARE: Final = 0.6
ARC_HZ: Final = 12.0
#: Puffs of smoke at a time, and how long each rises.
PUFFS: Final = 14
PUFF_S: Final = 6.0
PUFF_SIDE_PX: Final = 64
#: Colour of the low sun, and how much of it lies over the picture at most.
SUN_RGB: Final = (255.0, 190.0, 110.0)
SUN_SHARE: Final = 0.55
#: Colour that water mirrors, and how much of the ground it hides.
SKY_RGB: Final = (150.0, 160.0, 170.0)
WATER_SHARE: Final = 0.6


class Effects:
    """Draws what `Showing` says.

    Args:
        library: has the flames.
        background: uint8 [h, w, 3], the camera's; light over all of it is drawn at this size.
    """

    def __init__(self, library: SpriteLibrary, background: Bytes) -> None:
        self._flames = library.of_kind.get("fire", ())
        self._puff = _puff()
        self._bag = _bag((58, 52, 60))
        self._waste = _bag((44, 46, 48))
        height, width = background.shape[:2]
        rows, columns = np.mgrid[0:height:8, 0:width:8]
        away = np.hypot(columns / width - 0.8, rows / height - 0.1)
        glow = np.exp(-((away / 0.5) ** 2))[..., None] * SUN_SHARE
        self._glow = np.repeat(np.repeat(glow, 8, axis=0), 8, axis=1)[:height, :width].astype(np.float32)

    def draw(self, picture: Bytes, showing: Showing, at_us: int) -> None:
        """Draw one thing into a picture, uint8 [h, w, 3], if it is there at that time."""
        if not showing.from_us <= at_us < showing.to_us:
            return
        after_s = (at_us - showing.from_us) / 1e6
        risen = min(1.0, 0.2 + after_s / RISE_S)
        left_s = (showing.to_us - at_us) / 1e6
        match showing.effect:
            case Effect.FIRE:
                self._burn(picture, showing.xyxy_px, after_s, risen)
            case Effect.SMOKE:
                self._smoke(picture, showing, after_s)
            case Effect.WATER:
                _flood(picture, showing.xyxy_px, min(1.0, after_s / RISE_S, left_s / RISE_S))
            case Effect.WELDING:
                self._weld(picture, showing, after_s)
            case Effect.GLARE:
                share = np.float32(min(1.0, after_s / RISE_S, left_s / RISE_S))
                sun = np.array(SUN_RGB, np.float32)
                picture[:] = (picture + (sun - picture) * (self._glow * share)).astype(np.uint8)
            case Effect.BAG | Effect.WASTE:
                cast_shadow(picture, showing.xyxy_px)
                paste(picture, self._bag if showing.effect is Effect.BAG else self._waste, showing.xyxy_px)

    def _burn(self, picture: Bytes, box: Floats, after_s: float, risen: float) -> None:
        if not self._flames:
            return
        # forth and back through the clip, so that the end meets the beginning
        step, count = int(after_s * FLAME_FPS), len(self._flames)
        place = step % (2 * count - 2) if count > 1 else 0
        flame = self._flames[min(place, 2 * count - 2 - place)]
        x1, y1, x2, y2 = box
        middle, half = (x1 + x2) / 2.0, (x2 - x1) / 2.0 * risen
        paste(
            picture, flame, np.array([middle - half, y2 - (y2 - y1) * risen, middle + half, y2]), light=True, gain=1.1
        )

    def _smoke(self, picture: Bytes, showing: Showing, after_s: float) -> None:
        x1, y1, x2, y2 = showing.xyxy_px
        width, height = x2 - x1, y2 - y1
        for n in range(PUFFS):
            age = after_s / PUFF_S - n / PUFFS
            if age < 0.0:
                continue
            turn, share = divmod(age, 1.0)
            sway = generator("puff", showing.truth_id, n, int(turn)).uniform(-1.0, 1.0)
            half = width * (0.18 + 0.25 * share)
            x = (x1 + x2) / 2.0 + sway * width * (0.08 + 0.2 * share)
            y = y2 - half - (height - 2.0 * half) * share
            strength = float(0.9 * np.sin(np.pi * min(1.0, share + 0.1)))
            paste(picture, self._puff, np.array([x - half, y - half, x + half, y + half]), strength=max(0.0, strength))

    def _weld(self, picture: Bytes, showing: Showing, after_s: float) -> None:
        random = generator("arc", showing.truth_id, int(after_s * ARC_HZ))
        if random.random() > ARC_SHARE:
            return
        x1, y1, x2, y2 = showing.xyxy_px
        reach = 0.9 * max(x2 - x1, y2 - y1) * random.uniform(0.7, 1.2)
        x, y = (x1 + x2) / 2.0, (y1 + y2) / 2.0
        box = np.array([x - reach, y - reach, x + reach, y + reach])
        paste(picture, self._puff, box, gain=1.6, strength=0.9, light=True)
        core = np.array([x - reach / 5, y - reach / 5, x + reach / 5, y + reach / 5])
        paste(picture, self._puff, core, gain=3.0, strength=1.0, light=True)


def _flood(picture: Bytes, box: Floats, share: float) -> None:
    """Cover an ellipse with water: it mirrors the sky."""
    height, width = picture.shape[:2]
    x1, y1, x2, y2 = box
    left, right = max(0, int(x1)), min(width, int(x2) + 1)
    upper, lower = max(0, int(y1)), min(height, int(y2) + 1)
    if left >= right or upper >= lower:
        return
    rows, columns = np.mgrid[upper:lower, left:right]
    away = np.hypot((2 * columns - x1 - x2) / max(x2 - x1, 1.0), (2 * rows - y1 - y2) / max(y2 - y1, 1.0))
    cover = np.clip((1.0 - away) * 6.0, 0.0, 1.0)[..., None] * (WATER_SHARE * share)
    part = picture[upper:lower, left:right]
    part[:] = (part + (np.array(SKY_RGB) - part) * cover).round().astype(np.uint8)


def _puff() -> Sprite:
    """Return a soft grey ball with some texture."""
    side = PUFF_SIDE_PX
    rows, columns = np.mgrid[0:side, 0:side] * 2.0 / (side - 1) - 1.0
    texture = ndimage.gaussian_filter(generator("puff").standard_normal((side, side)), 4.0)
    alpha = np.clip(np.exp(-2.2 * (rows**2 + columns**2)) - 0.11, 0.0, 1.0) * (1.0 + 2.0 * texture)
    rgba = np.empty((side, side, 4), np.uint8)
    rgba[..., :3] = 190
    rgba[..., 3] = (np.clip(alpha, 0.0, 1.0) * 255).astype(np.uint8)
    return Sprite("puff", "smoke", 0.0, levels_of(rgba))


def _bag(rgb: tuple[int, int, int]) -> Sprite:
    """Return a dark bag: a rounded block, lighter above, with a handle."""
    wide, high = 60, 48
    rows, columns = np.mgrid[0:high, 0:wide]
    body = ((columns - 29.5) / 30.0) ** 4 + ((rows - 29.0) / 19.5) ** 4 < 1.0
    arch = np.hypot((columns - 29.5) / 13.0, (rows - 12.0) / 12.0)
    handle = (arch < 1.0) & (arch > 0.72) & (rows < 13)
    light = (
        1.25 - 0.5 * (rows / high) + 0.1 * ndimage.gaussian_filter(generator("bag").standard_normal((high, wide)), 2.0)
    )
    rgba = np.zeros((high, wide, 4), np.uint8)
    rgba[..., :3] = np.clip(np.array(rgb) * light[..., None], 0, 255).astype(np.uint8)
    rgba[..., 3] = ((body | handle) * 255).astype(np.uint8)
    return Sprite("bag", "bag", 0.0, levels_of(rgba))
