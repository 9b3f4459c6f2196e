"""ContactSheet: sampled frames with their true boxes, to be looked at by people."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any, Final

import numpy as np
from PIL import Image, ImageDraw

from infra.noise.truth_file import ClipTruth

COLUMNS: Final = 2
#: Colours of classes; unsure boxes are grey.
COLOURS: Final = {0: "lime", 1: "cyan", 2: "yellow", 3: "cyan", 5: "orange", 7: "red"}


class ContactSheet:
    """Frames of one clip.

    Args:
        wanted: ordinals of the frames that are shown.
    """

    def __init__(self, wanted: Sequence[int]) -> None:
        self._wanted = frozenset(wanted)
        self._pictures: dict[int, Image.Image] = {}

    def take(self, number: int, picture: Any) -> None:
        """Keep a decoded frame, if it is wanted."""
        if number in self._wanted:
            self._pictures[number] = picture.to_image()

    def write(self, path: Path, truth: ClipTruth) -> Path:
        """Draw the boxes and write the sheet; return its file."""
        path.parent.mkdir(parents=True, exist_ok=True)
        for number, picture in self._pictures.items():
            draw = ImageDraw.Draw(picture)
            for n in np.flatnonzero(truth.frame == number):
                colour = COLOURS[int(truth.class_id[n])] if truth.sure[n] else "grey"
                left, top, right, bottom = truth.xyxy_px[n].tolist()
                draw.rectangle([left, top, right, bottom], outline=colour)
                draw.text((left + 1, max(0, top - 10)), str(int(truth.object_id[n])), fill=colour)
            draw.text((3, 3), f"frame {number}", fill="white")
        pictures = [self._pictures[number] for number in sorted(self._pictures)]
        width, height = pictures[0].size if pictures else (1, 1)
        sheet = Image.new("RGB", (width * COLUMNS, height * -(-max(1, len(pictures)) // COLUMNS)))
        for place, picture in enumerate(pictures):
            sheet.paste(picture, (place % COLUMNS * width, place // COLUMNS * height))
        sheet.save(path)
        return path
