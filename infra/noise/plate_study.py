"""How a plate reader reads drawn plates at given heights: the figures of [plates].

No photographs of Kazakh plates with their texts are at hand, so plates are drawn: digits and letters of a common font,
slightly turned, blurred, shrunk to the height they would have in the picture, with noise and JPEG's losses, enlarged as
a reader's client would. That says which characters are confused and from which height reading breaks down; it says
nothing of dirt, night and other fonts.
"""

import io
from collections import Counter
from collections.abc import Callable, Mapping
from itertools import pairwise
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw, ImageFilter, ImageFont

from infra.noise.model_session import ModelSession
from producers.simulator.noise.plate_noise import PlateNoise

#: Symbols after the blank.
SYMBOLS: Final = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ"
SHAPE: Final = (48, 320)
#: Value beside the plate, as the model was measured with.
PAD: Final = 128
HEIGHT_EDGES_PX: Final = (7.0, 9.0, 11.0, 14.0, 18.0, 26.0, 10_000.0)
#: Plates drawn in a bin, and the height that stands for the last one.
PLATES: Final = 120
TALLEST_PX: Final = 40.0
#: A reading counts if each of its symbols is at least this probable and it has as many as a plate has.
LEAST_PROBABILITY: Final = 0.5
LENGTH: Final = 8
#: Drawn plates are read better than real ones: of real European plates, cut out exactly, the model reads 77 % without
#: an error (benchmark images of openalpr), which is this for each of eight characters.
MOST_ACCURACY: Final = 0.77 ** (1 / LENGTH)
LETTERS: Final = "ABCDEFHKLMNOPRSTUVWXYZ"
SOURCE: Final = (
    "PP-OCR's recognition model on {count} drawn plates (DejaVu Sans Bold; turned, blurred, shrunk, JPEG), accuracy at"
    " most that on real European plates (77 % without an error): no photographs of Kazakh plates with their texts were"
    " at hand, so provisional for those; second_rank_right is a choice"
)


def study_plates(session: ModelSession, old: PlateNoise, say: Callable[[str], None]) -> PlateNoise:
    """Return the reader's noise on drawn plates.

    Args:
        session: the reader.
        old: gives second_rank_right, which a reader without ranks does not show.
        say: takes lines of progress.
    """
    generator = np.random.default_rng(20_260_504)
    rates, accuracies = [], []
    confused: Counter[tuple[str, str]] = Counter()
    for low, high in pairwise(HEIGHT_EDGES_PX):
        read, right = 0, 0
        for _ in range(PLATES):
            text = _text(generator)
            canvas = draw(text, float(generator.uniform(low, min(high, TALLEST_PX))), generator)
            session.ask(canvas)
            got = reading(session.rows())
            if got is None:
                continue
            read += 1
            right += sum(a == b for a, b in zip(text, got, strict=True))
            confused.update((a, b) for a, b in zip(text, got, strict=True) if a != b)
        rates.append(round(read / PLATES, 3))
        accuracies.append(round(min((right + 1.0) / (read * LENGTH + 1.0), MOST_ACCURACY), 4))
        say(f"plates of {low:g} to {min(high, TALLEST_PX):g} px: {read} of {PLATES} read")
    return PlateNoise(
        height_px_edges=HEIGHT_EDGES_PX,
        read_rate=rates,
        character_accuracy=accuracies,
        confusions=_confusions(confused),
        second_rank_right=old.second_rank_right,
        source=SOURCE.format(count=PLATES * len(rates)),
    )


def draw(text: str, height_px: float, generator: np.random.Generator) -> NDArray[np.uint8]:
    """Return a plate of this height as the reader's client hands it over: uint8 [48, 320, 3]."""
    font = ImageFont.truetype("DejaVuSans-Bold.ttf", 76)
    plate = Image.new("L", (520, 112), int(generator.integers(170, 250)))
    ink = int(generator.integers(10, 70))
    ImageDraw.Draw(plate).text((260, 56), f"{text[:3]} {text[3:6]} {text[6:]}", font=font, fill=ink, anchor="mm")
    plate = plate.rotate(float(generator.normal(0.0, 1.5)), Image.Resampling.BICUBIC, fillcolor=PAD)
    small = plate.resize((max(8, round(height_px * 520 / 112)), max(2, round(height_px))), Image.Resampling.BOX)
    small = small.filter(ImageFilter.GaussianBlur(float(generator.uniform(0.2, 0.7))))
    noisy = np.asarray(small, np.float64) + generator.normal(0.0, 5.0, (small.height, small.width))
    packed = io.BytesIO()
    Image.fromarray(np.clip(noisy, 0, 255).astype(np.uint8)).save(
        packed, "JPEG", quality=int(generator.integers(45, 85))
    )
    grey = Image.open(packed).resize((round(SHAPE[0] * 520 / 112), SHAPE[0]), Image.Resampling.BICUBIC)
    canvas = np.full((*SHAPE, 3), PAD, np.uint8)
    canvas[:, : grey.width] = np.asarray(grey)[:, :, None]
    return canvas


def reading(rows: NDArray[Any]) -> str | None:
    """Return the text of a reader's symbols, joined (CTC: repeats and blanks go), or None where it is no reading."""
    out, least, last = [], 1.0, 0
    for symbol, probability in rows[:, :2]:
        number = int(symbol)
        if number not in (0, last):
            out.append(SYMBOLS[number - 1])
            least = min(least, float(probability))
        last = number
    return "".join(out) if len(out) == LENGTH and least >= LEAST_PROBABILITY else None


def _text(generator: np.random.Generator) -> str:
    digits = "".join(str(digit) for digit in generator.integers(0, 10, 3))
    letters = "".join(LETTERS[n] for n in generator.integers(0, len(LETTERS), 3))
    return f"{digits}{letters}{generator.integers(1, 21):02d}"


def _confusions(confused: Counter[tuple[str, str]]) -> Mapping[str, Mapping[str, float]]:
    """Return shares by true character of those that were confused at least twice."""
    out: dict[str, dict[str, float]] = {}
    for true in sorted({pair[0] for pair in confused}):
        wrong = {b: n for (a, b), n in sorted(confused.items()) if a == true}
        total = sum(wrong.values())
        if total < 2:
            continue
        shares = {other: round(count / total, 4) for other, count in wrong.items()}
        first = next(iter(shares))
        shares[first] = round(shares[first] + 1.0 - sum(shares.values()), 4)
        out[true] = shares
    return out
