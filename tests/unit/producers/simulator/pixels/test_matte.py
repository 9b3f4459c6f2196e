"""Mattes are cut where a thing differs from what is behind it, and shadows are not part of it."""

import numpy as np
from numpy.typing import NDArray

from producers.simulator.pixels.matte import matte, median_background

Bytes = NDArray[np.uint8]
#: The thing: rows 20 to 50, columns 30 to 60.
THING = np.s_[20:50, 30:60]


def _street() -> Bytes:
    """Return a noisy grey picture, uint8 [80, 100, 3]."""
    noise = np.random.default_rng(1).normal(0.0, 3.0, (80, 100, 1))
    return np.clip(120.0 + np.repeat(noise, 3, axis=2), 0, 255).astype(np.uint8)


def test_the_matte_of_a_known_block_is_that_block() -> None:
    """A red block on grey: its inside is cut out whole, two pixels beside it nothing is."""
    background = _street()
    frame = background.copy()
    frame[THING] = (200, 40, 40)
    alpha = matte(frame, background, (20, 10, 80, 70))
    assert alpha[12:38, 12:38].min() > 0.95
    outside = np.ones(alpha.shape, bool)
    outside[7:43, 7:43] = False
    assert alpha[outside].max() < 0.05


def test_a_shadow_is_no_part_of_the_thing() -> None:
    """Ground that is darker by a third at the same colour is left out."""
    background = _street()
    frame = background.copy()
    frame[THING] = (200, 40, 40)
    frame[50:60, 30:60] = (background[50:60, 30:60] * 0.68).astype(np.uint8)
    alpha = matte(frame, background, (20, 10, 80, 70))
    assert alpha[44:50, 12:38].max() < 0.05
    assert alpha[12:36, 12:38].min() > 0.95


def test_a_spanned_matte_has_what_lies_between_its_parts() -> None:
    """A block whose middle has the background's colour is cut out with its middle."""
    background = _street()
    frame = background.copy()
    frame[THING] = (200, 40, 40)
    frame[20:50, 40:50] = background[20:50, 40:50]
    assert matte(frame, background, (20, 10, 80, 70), spanned=True)[14:36, 12:38].min() > 0.9
    assert matte(frame, background, (20, 10, 80, 70))[14:36, 22:28].max() < 0.1


def test_the_median_background_is_free_of_what_passes() -> None:
    """A block that is somewhere else in each frame is not in the background."""
    street = _street()
    frames = np.stack([street] * 9)
    for n in range(9):
        frames[n, 10:20, 10 * n : 10 * n + 10] = 255
    assert (median_background(frames) == street).all()
