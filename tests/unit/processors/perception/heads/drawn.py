"""Signal heads drawn as a camera would take them: light, glare, exposure, noise, and what stands before them.

Luminances in cd/m2: a red, amber or green signal of 200 mm with 200 to 400 cd (EN 12368, performance level 2 and 3)
has about 10,000; a black housing reflects 3 % and an unlit lens 6 % of what falls on it, which a sun of 100,000 lx
makes 950 and 1,900, a street lamp's 10 lx next to nothing.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

LAMP_CD_M2: Final = 10_000.0
#: Linear sRGB of lit lamps: light of 625, 590 and 505 nm, as far as sRGB can show it.
LIT: Final = {"r": (1.0, 0.03, 0.02), "a": (1.0, 0.38, 0.0), "g": (0.02, 1.0, 0.55)}


@dataclass(frozen=True, slots=True)
class Scene:
    """What a head is taken under.

    Attributes:
        ambient_lx: light on it.
        gain: what the exposure makes of a luminance: 1 is full scale for 1 / gain cd/m2.
        glare_ratio: share of a lamp's light that the lens and the air spread around it.
        noise_levels: standard deviation of the picture's noise.
        phantom_ratio: share of the ambient light that an unlit lens throws back.
    """

    ambient_lx: float
    gain: float
    glare_ratio: float = 0.1
    noise_levels: float = 2.0
    phantom_ratio: float = 0.06


#: Exposed so that grey of 18 % has a linear 0.18 by day; at night by a camera's longest exposure and highest gain.
DAY: Final = Scene(100_000, 1 / 31_800)
CLOUDS: Final = Scene(10_000, 1 / 6_000)
NIGHT: Final = Scene(10, 1 / 3_000, glare_ratio=0.3, noise_levels=5.0)
OVEREXPOSED_DAY: Final = Scene(30_000, 1 / 4_000, glare_ratio=0.2)
OVEREXPOSED_NIGHT: Final = Scene(10, 1 / 300, glare_ratio=0.3, noise_levels=5.0)
UNDEREXPOSED_DAY: Final = Scene(100_000, 1 / 90_000, noise_levels=3.0)
UNDEREXPOSED_NIGHT: Final = Scene(10, 1 / 60_000, noise_levels=5.0)


def draw(
    lit: str, scene: Scene = DAY, *, lamps: str = "rag", lamp_px: int = 12, seed: int = 1, wide: bool = False
) -> NDArray[np.uint8]:
    """Return a picture of a head, uint8 [lamps * lamp_px, lamp_px, 3]; lying where it is `wide`.

    Args:
        lit: letters of the lamps that are lit; the first of a kind where the head has two.
        scene: light and exposure.
        lamps: the head's lamps.
        lamp_px: side of a lamp's cell, pixels.
        seed: of the noise.
        wide: the lamps lie side by side.
    """
    times = 4
    side = lamp_px * times
    height = side * len(lamps)
    light = np.full((height, side, 3), 0.03 * scene.ambient_lx / np.pi)
    y, x = np.mgrid[0:height, 0:side]
    glare = np.zeros_like(light)
    left = list(lit)
    for number, letter in enumerate(lamps):
        off = np.hypot(y - (number + 0.5) * side, x - side / 2)
        lens = off <= 0.36 * side
        colour = np.array(LIT[letter])
        light[lens] = scene.phantom_ratio * scene.ambient_lx / np.pi * (0.3 + 0.7 * colour)
        if letter in left:
            left.remove(letter)
            light[lens] += LAMP_CD_M2 * colour
            spread = np.exp(-0.5 * (off / (0.45 * side)) ** 2)
            glare += 0.3 * scene.glare_ratio * LAMP_CD_M2 * spread[..., None] * colour
    taken = (light + glare).reshape(height // times, times, lamp_px, times, 3).mean(axis=(1, 3)) * scene.gain
    levels = 255 * np.clip(taken, 0, 1) ** (1 / 2.2)
    levels += np.random.default_rng(seed).normal(0, scene.noise_levels, levels.shape)
    out = np.clip(np.round(levels), 0, 255).astype(np.uint8)
    return np.ascontiguousarray(out.transpose(1, 0, 2)) if wide else out


def covered(picture: NDArray[np.uint8], rows: slice, rgb: Sequence[int]) -> NDArray[np.uint8]:
    """Return a picture with something of one colour before some of its rows."""
    out = picture.copy()
    out[rows] = rgb
    return out
