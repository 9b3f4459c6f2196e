"""A trial: one drawn plate, or one real vehicle, and what perception's plate reader makes of it."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
from PIL import Image

from infra.plates.drawn_plate import DAY, draw_plate
from infra.plates.seen_plate import SeenPlate, see
from infra.plates.vehicles import Vehicle, box_in
from processors.perception.plates.candidates import candidates_of, posterior, ranking
from processors.perception.plates.plate_reader import Look, PlateReader
from processors.perception.settings import PerceptionSettings
from processors.plates.plate_formats import format_of
from schemas.messages import PlateCandidate

#: A plate is found where the corners' mean lies within this share of its width of the true one.
NEAR_RATIO: Final = 0.15
#: A read is confident from this stated probability on, in a format that is certain (as tracking's votes are).
CONFIDENT_RATIO: Final = 0.99


@dataclass(frozen=True, slots=True)
class Trial:
    """A trial.

    Attributes:
        text: what was drawn; empty: nothing was, the vehicle is real.
        kind: its format; of a real vehicle its clip.
        width_px: of the plate; of a real vehicle its own.
        found: a plate was found, near the true one where one was drawn.
        weight_ratio: of the best text, before calibration; 0: nothing was read.
        candidates: as perception states them; empty: no read.
    """

    text: str
    kind: str
    width_px: float
    found: bool
    weight_ratio: float
    best: str
    candidates: Sequence[PlateCandidate]

    @property
    def right(self) -> bool:
        """Whether the best text is what was drawn."""
        return bool(self.candidates) and self.candidates[0].text == self.text

    @property
    def confident(self) -> bool:
        """Whether the read is confident."""
        if not self.candidates:
            return False
        known = format_of(self.candidates[0].text, DAY)
        return known is not None and known.certain and self.candidates[0].probability_ratio >= CONFIDENT_RATIO


async def on_seen(reader: PlateReader, seen: SeenPlate) -> Trial:
    """Read a plate that was put on a vehicle."""
    look = await reader.look(Image.fromarray(seen.rgb), seen.box_xyxy_px, DAY)
    near = False
    if look.corners_px is not None:
        off = look.corners_px.mean(0) - seen.corners_px.mean(0)
        near = bool(look.texts) and float(np.hypot(*off)) < NEAR_RATIO * seen.width_px
    return _trial(look, seen.plate.text, seen.plate.kind, seen.width_px, found=near)


async def on_vehicle(reader: PlateReader, vehicle: Vehicle) -> Trial:
    """Look for a plate on a real vehicle as it is."""
    look = await reader.look(Image.fromarray(vehicle.rgb), box_in(vehicle.rgb), DAY)
    return _trial(look, "", vehicle.clip, vehicle.width_px, found=bool(look.texts))


def _trial(look: Look, text: str, kind: str, width_px: float, *, found: bool) -> Trial:
    weighed = posterior(look.texts, ranking(), DAY)
    best = weighed[0] if weighed else ("", 0.0)
    stated = candidates_of(look.texts, ranking(), PerceptionSettings().plates_least_ratio, DAY)
    return Trial(text, kind, width_px, found, best[1], best[0], stated)


async def trials(
    reader: PlateReader,
    ground: Sequence[Vehicle],
    widths_px: Sequence[float],
    generator: np.random.Generator,
    kind: str | None = None,
) -> list[Trial]:
    """Return a trial for each width, on vehicles drawn from `ground`.

    Args:
        reader: perception's.
        ground: vehicles.
        widths_px: of the plates.
        generator: draws everything.
        kind: format of the plates; None: drawn.
    """
    out = []
    for width in widths_px:
        vehicle = ground[int(generator.integers(len(ground)))]
        out.append(await on_seen(reader, see(draw_plate(generator, kind), vehicle, width, generator)))
    return out
