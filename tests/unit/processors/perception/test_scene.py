"""Scene measurements, by hand."""

import numpy as np
import pytest

from processors.perception.scene import changed_ratio, look


def test_a_change_of_light_is_no_motion_and_a_walker_is() -> None:
    """The whole picture brighter by 30: nothing moved. A patch that changes: its share."""
    rng = np.random.default_rng(1)
    before = look(rng.integers(60, 70, (90, 160), dtype=np.uint8)).cells
    assert changed_ratio(before + np.uint8(30), before) == 0.0
    after = before.copy()
    after[10:20, 10:16] += np.uint8(60)
    assert changed_ratio(after, before) == pytest.approx(60 / before.size)


def test_measurements_of_a_picture() -> None:
    """Mean, spread and sharpness by hand."""
    flat = look(np.full((90, 160), 100, np.uint8))
    assert (flat.luma_mean, flat.luma_sd, flat.sharpness) == (100.0, 0.0, 0.0)
    stripes = np.zeros((90, 160), np.uint8)
    stripes[:, ::2] = 100
    striped = look(stripes)
    assert (striped.luma_mean, striped.luma_sd) == (50.0, 50.0)
    assert striped.sharpness == pytest.approx(200.0**2, rel=0.01)
