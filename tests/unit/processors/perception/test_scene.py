"""Scene measurements of grey pictures whose answers are known."""

import numpy as np
import pytest

from processors.perception.scene import CHANGE_LUMA, HEIGHT_PX, WIDTH_PX, changed_ratio, look, scene_of


def flat(luma: int) -> np.ndarray[tuple[int, ...], np.dtype[np.uint8]]:
    """Return a picture of one luma."""
    return np.full((HEIGHT_PX, WIDTH_PX), luma, np.uint8)


def test_a_flat_picture() -> None:
    """No contrast, no sharpness, its own mean, no overflow at white."""
    for luma in (0, 100, 255):
        seen = look(flat(luma))
        assert (seen.luma_mean, seen.luma_sd, seen.sharpness) == (luma, 0, 0)
        assert (seen.cells == luma).all()


def test_a_chequerboard_is_as_sharp_as_it_gets() -> None:
    """The Laplacian of 0/255 squares of one pixel is +-1020 everywhere."""
    board = (np.indices((HEIGHT_PX, WIDTH_PX)).sum(0) % 2 * 255).astype(np.uint8)
    seen = look(board)
    assert seen.luma_mean == pytest.approx(127.5)
    assert seen.luma_sd == pytest.approx(127.5)
    assert seen.sharpness == pytest.approx(1020**2)


def test_change_is_counted_in_cells() -> None:
    """A tenth of the cells by one more than the threshold counts; by the threshold itself it does not."""
    before = look(flat(100)).cells
    now = before.copy()
    now[:, :8] += CHANGE_LUMA
    assert changed_ratio(now, before) == 0
    now[:, :8] += 1
    assert changed_ratio(now, before) == pytest.approx(0.1)
    assert changed_ratio(before, now) == pytest.approx(0.1)


def test_a_change_of_the_whole_light_is_no_motion() -> None:
    """A cloud, an exposure step: everything brighter alike."""
    assert changed_ratio(look(flat(200)).cells, look(flat(20)).cells) == 0


def test_a_scene_is_the_largest_motion_and_the_mean_of_the_rest() -> None:
    """Quantised to 1e-4."""
    scene = scene_of([look(flat(10)), look(flat(20)), look(flat(21))], [0.0, 0.123456, 0.01])
    assert (scene.motion_ratio, scene.luma_mean, scene.luma_sd) == (0.1235, 17.0, 0.0)
