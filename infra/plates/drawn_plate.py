"""A drawn Kazakh plate: its text by format, and its picture.

Sizes follow ST RK 986 (520 x 112 mm, the strip with "KZ" and the flag at the left); the letters are Aileron's, the free
font (CC0) that Pillow carries, made narrower and bolder as plates have them. So it is like a plate, and not one: dirt,
bolts and the real typeface are not in it.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Final

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw, ImageFont

#: Pixels of the drawing: 2 a millimetre.
WIDTH_PX, HEIGHT_PX = 1040, 224
TEXT_PX: Final = 160
LETTERS: Final = "ABCDEFGHJKLMNOPQRSTUVWXYZ"
#: First letters of 1993 plates (processors/plates/plates.toml).
REGION_LETTERS: Final = "ABCDEFHKLMNPRSTUVXZ"
#: First letters of foreign owners' plates: with D and T they would be diplomatic ones.
FOREIGN_LETTERS: Final = "ABCEFGHJKLMNPQRSUVWXYZ"
WHITE: Final = (236, 238, 236)
YELLOW: Final = (240, 196, 40)
SKY: Final = (0, 160, 190)


@dataclass(frozen=True, slots=True)
class DrawnPlate:
    """A plate.

    Attributes:
        text: what is to be read, without spaces.
        kind: format, as plates.toml names it.
        rgb: uint8 [224, 1040, 3].
    """

    text: str
    kind: str
    rgb: NDArray[np.uint8]


def _digits(generator: np.random.Generator, count: int) -> str:
    return "".join(str(digit) for digit in generator.integers(0, 10, count))


def _letters(generator: np.random.Generator, count: int) -> str:
    return "".join(LETTERS[n] for n in generator.integers(0, len(LETTERS), count))


def _region(generator: np.random.Generator) -> str:
    return f"{generator.integers(1, 21):02d}"


#: Day on which drawn plates are read: each format of plates.toml is in force.
DAY: Final = date(2026, 7, 1)
#: A foreign plate in the layout of many European ones: no format of plates.toml explains it.
EUROPEAN: Final = "European"
#: Parts of a plate's text, from left to right, by format.
PARTS: Final[Mapping[str, Callable[[np.random.Generator], tuple[str, ...]]]] = {
    "2012 private": lambda g: (_digits(g, 3), _letters(g, 3), _region(g)),
    "2012 legal entity": lambda g: (_digits(g, 3), _letters(g, 2), _region(g)),
    "1993 private": lambda g: (REGION_LETTERS[g.integers(0, len(REGION_LETTERS))], _digits(g, 3), _letters(g, 3)),
    "foreign owner": lambda g: (FOREIGN_LETTERS[g.integers(0, len(FOREIGN_LETTERS))], _digits(g, 4), _region(g)),
    EUROPEAN: lambda g: (_letters(g, 2), _digits(g, 3), _letters(g, 2)),
}
#: Those of Kazakhstan.
KINDS: Final = tuple(name for name in PARTS if name != EUROPEAN)
#: Formats whose last part, the region, stands in a box of its own.
WITH_REGION: Final = frozenset({"2012 private", "2012 legal entity", "foreign owner"})
#: Share of each kind among the draws: mostly the plates of today.
SHARES: Final = (0.6, 0.15, 0.15, 0.1)


def draw_plate(generator: np.random.Generator, kind: str | None = None) -> DrawnPlate:
    """Draw a plate; without a kind, one by SHARES."""
    chosen = kind or KINDS[generator.choice(len(KINDS), p=SHARES)]
    parts = PARTS[chosen](generator)
    ground = YELLOW if chosen == "foreign owner" else WHITE
    dim = float(generator.uniform(0.75, 1.0))
    plate = Image.new("RGB", (WIDTH_PX, HEIGHT_PX), _dimmed(ground, dim))
    pen = ImageDraw.Draw(plate)
    ink = int(generator.integers(8, 50))
    pen.rounded_rectangle((6, 6, WIDTH_PX - 7, HEIGHT_PX - 7), 22, outline=(ink, ink, ink), width=6)
    pen.rectangle((34, 40, 104, 96), fill=_dimmed(SKY, dim))
    pen.ellipse((56, 54, 82, 80), fill=_dimmed(YELLOW, dim))
    pen.text((69, 160), "KZ", font=ImageFont.load_default(56), fill=(ink, ink, ink), anchor="mm", stroke_width=2)
    ground, stroke = _dimmed(ground, dim), int(generator.integers(3, 8))
    body, right = parts, WIDTH_PX - 34
    if chosen in WITH_REGION:
        body, right = parts[:-1], WIDTH_PX - 262
        pen.line((WIDTH_PX - 236, 20, WIDTH_PX - 236, HEIGHT_PX - 20), fill=(ink, ink, ink), width=5)
        _put(plate, _line(parts[-1], ink, ground, stroke), WIDTH_PX - 212, WIDTH_PX - 34)
    _put(plate, _line("  ".join(body), ink, ground, stroke), 130, right)
    return DrawnPlate("".join(parts), chosen, np.asarray(plate))


def _line(text: str, ink: int, ground: tuple[int, int, int], stroke: int) -> Image.Image:
    """Return a line of text, cut to its ink."""
    font = ImageFont.load_default(200)
    left, top, right, bottom = font.getbbox(text, stroke_width=stroke)
    line = Image.new("RGB", (round(right - left), round(bottom - top)), ground)
    pen = ImageDraw.Draw(line)
    pen.text((-left, -top), text, font=font, fill=(ink, ink, ink), stroke_width=stroke, stroke_fill=(ink, ink, ink))
    return line


def _put(plate: Image.Image, line: Image.Image, left_px: int, right_px: int) -> None:
    """Put a line of text between two edges, as high as plates have it, as narrow as it must be."""
    width = min(round(line.width * TEXT_PX / line.height), right_px - left_px)
    fitted = line.resize((width, TEXT_PX), Image.Resampling.LANCZOS)
    place = (left_px + (right_px - left_px - width) // 2, (HEIGHT_PX - TEXT_PX) // 2)
    plate.paste(fitted, place, _mask(fitted))


def _mask(line: Image.Image) -> Image.Image:
    """Return where a line of text is dark: its ground lets the plate's lines through."""
    return line.convert("L").point(lambda value: min(255, max(0, (150 - value) * 3)))


def _dimmed(rgb: tuple[int, int, int], dim: float) -> tuple[int, int, int]:
    red, green, blue = (round(part * dim) for part in rgb)
    return red, green, blue
