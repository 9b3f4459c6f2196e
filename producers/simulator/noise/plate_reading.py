"""read_plates: what the plate reader makes of plates in sight. Pure, and without memory: see kernel.py."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from producers.simulator.noise.kernel import PLATE_LENGTH, RANKS, plate_reads
from producers.simulator.noise.noise_tables import NoiseTables


@dataclass(frozen=True, slots=True)
class PlateSights:
    """B plates, each in one sampled frame.

    Attributes:
        camera_number, object_id, tick: int64 [B], as in TrueFrames.
        height_px: float64 [B], of the plate, pixels of the picture.
        text: uint8 [B, PLATE_LENGTH], ASCII, padded with 0 (see `as_bytes`).
    """

    camera_number: NDArray[np.int64]
    object_id: NDArray[np.int64]
    tick: NDArray[np.int64]
    height_px: NDArray[np.float64]
    text: NDArray[np.uint8]


@dataclass(frozen=True, slots=True)
class PlateReads:
    """What was read of them.

    Attributes:
        read: bool [B], there is a reading; where not, the rest is undefined.
        text: uint8 [B, RANKS, PLATE_LENGTH], the better reading first.
        probability_ratio: float64 [B, RANKS], to 1e-4.
    """

    read: NDArray[np.bool_]
    text: NDArray[np.uint8]
    probability_ratio: NDArray[np.float64]


def as_bytes(plate: str) -> NDArray[np.uint8]:
    """Return a plate as uint8 [PLATE_LENGTH].

    Raises:
        ValueError: it is longer, or holds other characters than 0-9 and A-Z.
    """
    if not 0 < len(plate) <= PLATE_LENGTH or not all(c.isascii() and (c.isdigit() or c.isupper()) for c in plate):
        raise ValueError(f"plate {plate!r}; expected 1 to {PLATE_LENGTH} characters of 0-9 and A-Z")
    return np.frombuffer(plate.encode().ljust(PLATE_LENGTH, b"\0"), np.uint8)


def as_text(characters: NDArray[np.uint8]) -> str:
    """Return a row of PlateReads.text or PlateSights.text as a string."""
    return characters.tobytes().rstrip(b"\0").decode("ascii")


def read_plates(tables: NoiseTables, seed: int, sights: PlateSights) -> PlateReads:
    """Return what the plate reader makes of plates; each reading depends on its own frame alone.

    Args:
        tables: of the noise file.
        seed: of the run.
        sights: the plates.
    """
    count = len(sights.tick)
    read = np.zeros(count, np.bool_)
    text = np.zeros((count, RANKS, PLATE_LENGTH), np.uint8)
    probability = np.zeros((count, RANKS))
    plates = tables.plates
    plate_reads(
        seed,
        plates.height_px_edges,
        plates.read_rate,
        plates.character_accuracy,
        plates.shares,
        plates.second_rank_right,
        sights.camera_number,
        sights.object_id,
        sights.tick,
        sights.height_px,
        sights.text,
        read,
        text,
        probability,
    )
    return PlateReads(read, text, probability)
