"""Scene changes: what an event does to the measurements of a picture, while it lasts and at no other time."""

import numpy as np
import pytest

from producers.simulator.scene_change import LUMA, LUMA_SD, MOTION, SHARPNESS, SceneChange, SceneChanges


def test_a_change_holds_for_its_camera_and_its_time() -> None:
    """Before, after, and for other cameras nothing differs; two at once add up and multiply."""
    changes = SceneChanges(3)
    changes.add(1, SceneChange(0.02, 5.0, 0.9, 0.8), 10, 20)
    changes.add(1, SceneChange(0.01, 1.0, 0.5, 1.0), 15, 20)
    nothing = np.tile(np.array([[0.0], [0.0], [1.0], [1.0]]), 3)
    assert (changes.at(np.full(3, 9)) == nothing).all()
    once = changes.at(np.full(3, 10))
    assert once[:, 1] == pytest.approx([0.02, 5.0, 0.9, 0.8])
    assert (once[:, [0, 2]] == nothing[:, [0, 2]]).all()
    twice = changes.at(np.full(3, 16))[:, 1]
    assert (twice[MOTION], twice[LUMA]) == pytest.approx((0.03, 6.0))
    assert (twice[LUMA_SD], twice[SHARPNESS]) == pytest.approx((0.45, 0.8))
    assert (changes.at(np.full(3, 20)) == nothing).all()


def test_a_change_grows_over_its_ramp() -> None:
    """Half the ramp gives half the change; the whole holds from then on."""
    changes = SceneChanges(1)
    changes.add(0, SceneChange(luma_mean=30.0, sharpness_ratio=0.6, ramp_s=10.0), 0, 60_000_000)
    half, whole = changes.at(np.array([5_000_000]))[:, 0].copy(), changes.at(np.array([30_000_000]))[:, 0]
    assert (half[LUMA], half[SHARPNESS]) == pytest.approx((15.0, 0.8))
    assert (whole[LUMA], whole[SHARPNESS]) == pytest.approx((30.0, 0.6))
