"""Drawn plates: texts of their format, where they are said to be, the same for the same seed."""

import numpy as np
import pytest

from infra.plates.drawn_plate import DAY, EUROPEAN, HEIGHT_PX, KINDS, WIDTH_PX, draw_plate
from infra.plates.seen_plate import see
from infra.plates.vehicles import MARGIN_RATIO, Vehicle
from processors.plates.plate_formats import format_of

GREY = Vehicle("drawn", np.full((124, 124, 3), 80, np.uint8), 100.0, True)


@pytest.mark.parametrize("kind", KINDS)
def test_a_text_has_its_format(kind: str) -> None:
    """What is scored as a 2012 plate is one by plates.toml, whatever the draw."""
    for seed in range(20):
        plate = draw_plate(np.random.default_rng(seed), kind)
        known = format_of(plate.text, DAY)
        assert known is not None
        assert known.name == kind
        assert plate.rgb.shape == (HEIGHT_PX, WIDTH_PX, 3)


def test_a_foreign_text_has_no_format() -> None:
    """It must not be scored as a plate that the formats could help with."""
    assert all(format_of(draw_plate(np.random.default_rng(seed), EUROPEAN).text, DAY) is None for seed in range(20))


def test_the_same_seed_sees_the_same() -> None:
    """Text, turn, light, noise and coding are the generator's alone."""
    one, other = (
        see(draw_plate(generator), GREY, 90.0, generator) for generator in (np.random.default_rng(5) for _ in range(2))
    )
    assert one.plate.text == other.plate.text
    assert one.rgb.tobytes() == other.rgb.tobytes()
    assert np.array_equal(one.corners_px, other.corners_px)


@pytest.mark.parametrize("seed", range(6))
def test_a_plate_is_as_wide_as_asked_and_within_the_vehicle(seed: int) -> None:
    """The truth that finds are held against: upper corners, upper left first, in the box, brighter than around."""
    generator = np.random.default_rng(seed)
    seen = see(draw_plate(generator, "2012 private"), GREY, 120.0, generator)
    corners = seen.corners_px
    assert corners[1, 0] - corners[0, 0] == pytest.approx(120.0, rel=0.02)
    assert (corners[:2, 1] < corners[[3, 2], 1]).all()
    left, top, right, bottom = seen.box_xyxy_px
    assert (corners > [left, top]).all()
    assert (corners < [right, bottom]).all()
    assert right - left == pytest.approx(seen.rgb.shape[1] / (1 + 2 * MARGIN_RATIO))
    x, y = corners.mean(0).round().astype(int)
    assert np.percentile(seen.rgb[y - 6 : y + 6, x - 40 : x + 40], 90) > seen.rgb[2:8, 2:8].mean() + 20
