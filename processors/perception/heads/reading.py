"""What one picture of a signal head shows. Pure NumPy, exact integers, so that every CPU reads the same.

A lamp is lit where a disc of its own colour stands out from its own corners, the housing, and from the head's darkest
lamp. So what counts is each picture's own relation of lamp and housing, not its exposure: by day a lit lamp is white in
the middle and the housing grey; at night the lamp is small and dim, or its glare fills the cell.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import pairwise
from typing import Final

import numpy as np
from numpy.typing import NDArray

from schemas.messages import Signal

Rgb = NDArray[np.uint8]
Mask = NDArray[np.bool_]

#: A lamp's cell must have so many pixels along its shorter side: its disc then has a dozen, its four corners as many.
LEAST_LAMP_PX: Final = 6
#: Radii in shares of the cell's shorter side: the lens (200 or 300 mm in a section of about 1.4 times that, EN 12368's
#: nominal sizes), and from where on a pixel is the housing's.
LENS_RATIO: Final = 0.32
HOUSING_RATIO: Final = 0.47
#: Levels by which a lit lamp outshines its corners at least: five standard deviations of a night picture's noise, which
#: is 4 to 6 levels. A choice.
LEAST_LEVELS: Final = 30
#: A lit lamp outshines the darker of housing and darkest lamp so many times, or by so many levels. A lens that only
#: reflects the sun does so about twice: EN 12368 asks for less phantom light than signal. A choice.
LEAST_TIMES: Final = 2.5
MANY_LEVELS: Final = 90
#: A lamp that stands out by less than this share of the head's strongest is the strongest one's glare, or the sun's.
WEAK_RATIO: Final = 0.35
#: From here on a channel is clipped: where a lamp's glare fills its cell with clipped red, or green, the sum of the
#: channels, which white in the middle has more of, tells the lamp from its glare.
CLIPPED: Final = 250
#: Pixels of less chroma (largest less smallest channel) have no hue: compression's errors are about 10. A choice.
LEAST_CHROMA: Final = 24
#: An unlit lamp that is brighter than the lit one's housing by so many levels is something before it; so is a housing
#: that is brighter by LEAST_LEVELS.
COVERED_LEVELS: Final = 60
#: Housings of heads that are off are not brighter than this: they are black or dark green. A choice.
DARK_HOUSING: Final = 90
#: Hue bands in degrees, from - to: light of 625, 590 and 505 nm, which signals' LEDs have, with 30 degrees and more for
#: a camera's white balance, and towards yellow for red and amber, which overexposure shifts them to. Red and amber
#: overlap: which of them it is the lamp's place says.
BANDS: Final[Mapping[str, tuple[int, int]]] = {"r": (-30, 42), "a": (8, 75), "g": (85, 215)}
#: What lit lamps mean; any other set means nothing.
STATES: Final[Mapping[frozenset[str], Signal]] = {
    frozenset("r"): Signal.RED,
    frozenset("ra"): Signal.RED_AMBER,
    frozenset("a"): Signal.AMBER,
    frozenset("g"): Signal.GREEN,
}


@dataclass(frozen=True, slots=True)
class HeadReading:
    """What one picture shows.

    Attributes:
        signal: RED, RED_AMBER, AMBER, GREEN, DARK (no lamp is lit) or UNKNOWN (not readable).
        confidence_ratio: how surely, 0 to 1, to 1e-4: the share of colour that is the lamp's, less where it hardly
            stands out; 0 where unknown. Not a probability.
    """

    signal: Signal
    confidence_ratio: float


NOT_READABLE: Final = HeadReading(Signal.UNKNOWN, 0.0)


@dataclass(frozen=True, slots=True)
class _Lamp:
    """One lamp's cell.

    Attributes:
        centre: mean brightness of the brighter half of its disc, 0 to 255.
        corner: brightness of the second brightest of its four corners, each a median: what covers the disc from one
            side covers two of them.
        shade: brightness of the darkest of them: the housing's where nothing is before it.
        hue_ratio: share of the colour of its bright pixels that is in the lamp's band; 0: they have none.
    """

    centre: float
    corner: float
    shade: float
    hue_ratio: float


def read_head(rgb: Rgb, lamps: str) -> HeadReading:
    """Read a picture of a head.

    Args:
        rgb: uint8 [height, width, 3], the head's housing and nothing around it. Its lamps lie one after another along
            its longer side (equal sides: downwards), in cells of one size.
        lamps: the lamps from top to bottom, or from left to right: r red, a amber, g green.
    """
    along = rgb if rgb.shape[0] >= rgb.shape[1] else rgb.transpose(1, 0, 2)
    edges = [round(n * along.shape[0] / len(lamps)) for n in range(len(lamps) + 1)]
    cells = [along[a:b] for a, b in pairwise(edges)]
    if min(min(cell.shape[:2]) for cell in cells) < LEAST_LAMP_PX:
        return NOT_READABLE
    seen = [_lamp(cell, letter, clipped=False) for cell, letter in zip(cells, lamps, strict=True)]
    clipped = any(lamp.corner >= CLIPPED for lamp in seen)
    if clipped:
        seen = [_lamp(cell, letter, clipped=True) for cell, letter in zip(cells, lamps, strict=True)]
    darkest = min(lamp.centre for lamp in seen)
    housing = sorted(lamp.corner for lamp in seen)[len(seen) // 2]
    strength = [_strength(lamp, darkest) for lamp in seen]
    strongest = max(strength)
    lit = [value > 0 and value >= WEAK_RATIO * strongest for value in strength]
    if not any(lit):
        even = all(lamp.centre - lamp.corner < LEAST_LEVELS for lamp in seen)
        dark = even and housing <= DARK_HOUSING and max(lamp.centre for lamp in seen) <= DARK_HOUSING
        return HeadReading(Signal.DARK, 1.0) if dark else NOT_READABLE
    around = min(lamp.corner if clipped else lamp.shade for lamp, on in zip(seen, lit, strict=True) if on)
    # An unlit lamp lies further from the glare than the lit one's own corners.
    most = around if clipped else around + COVERED_LEVELS
    others = [lamp for lamp, on in zip(seen, lit, strict=True) if not on]
    if any(lamp.centre > most or lamp.corner > around + LEAST_LEVELS for lamp in others):
        return NOT_READABLE
    signal = STATES.get(frozenset(letter for letter, on in zip(lamps, lit, strict=True) if on))
    if signal is None:
        return NOT_READABLE
    sure = min(
        lamp.hue_ratio * min(1.0, (lamp.centre - lamp.corner) / (2 * LEAST_LEVELS))
        for lamp, on in zip(seen, lit, strict=True)
        if on
    )
    return HeadReading(signal, round(sure, 4)) if sure > 0 else NOT_READABLE


def _strength(lamp: _Lamp, darkest: float) -> float:
    """Return by how many levels a lamp stands out; 0: it is not lit."""
    base = min(lamp.corner, darkest)
    above = lamp.centre - base
    if lamp.centre - lamp.corner < LEAST_LEVELS:
        return 0.0
    return above if above >= MANY_LEVELS or lamp.centre >= LEAST_TIMES * base else 0.0


def _lamp(cell: Rgb, letter: str, *, clipped: bool) -> _Lamp:
    """Measure one lamp's cell, uint8 [height, width, 3] by the channels' largest, or by their mean."""
    disc, corners, near = _masks(cell.shape[0], cell.shape[1])
    wide = cell.astype(np.int32)
    high, low = wide.max(axis=2), wide.min(axis=2)
    bright = wide.sum(axis=2) // 3 if clipped else high
    inside = np.sort(bright[disc])
    upper = inside[len(inside) // 2 :]
    centre = int(upper.sum()) / len(upper)
    around = sorted(float(np.median(bright[mask])) for mask in corners)
    chroma = high - low
    coloured = near & (chroma >= LEAST_CHROMA) & (2 * bright >= centre)
    weight = chroma[coloured]
    total = int(weight.sum())
    if not total:
        return _Lamp(centre, around[-2], around[0], 0.0)
    begin, end = BANDS[letter]
    hue = (_hue_deg(wide[coloured], high[coloured], weight) - begin) % 360.0
    return _Lamp(centre, around[-2], around[0], int(weight[hue <= end - begin].sum()) / total)


def _hue_deg(rgb: NDArray[np.int32], high: NDArray[np.int32], chroma: NDArray[np.int32]) -> NDArray[np.float64]:
    """Return hues (the hexagon's angle, as of HSV), degrees: rgb int32 [K, 3], high and chroma > 0 int32 [K]."""
    red, green, blue = rgb[:, 0], rgb[:, 1], rgb[:, 2]
    sector = np.where(
        high == red,
        (green - blue) / chroma,
        np.where(high == green, 2.0 + (blue - red) / chroma, 4.0 + (red - green) / chroma),
    )
    return np.asarray(60.0 * sector, np.float64)


@lru_cache(maxsize=64)
def _masks(height: int, width: int) -> tuple[Mask, Sequence[Mask], Mask]:
    """Return a cell's disc, its four corners, and its disc with the glare around it, each bool [height, width]."""
    y = np.arange(height)[:, None] - (height - 1) / 2
    x = np.arange(width)[None, :] - (width - 1) / 2
    side = min(height, width)
    distance = np.hypot(x, y)
    housing = distance > HOUSING_RATIO * side
    corners = [housing & (y * down > 0) & (x * right > 0) for down in (-1, 1) for right in (-1, 1)]
    return distance <= LENS_RATIO * side, corners, distance <= (HOUSING_RATIO + 0.1) * side
