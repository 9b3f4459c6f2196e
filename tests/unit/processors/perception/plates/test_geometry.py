"""Where a plate is looked for and how it is straightened: pixels go where they should and come back."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray
from PIL import Image

from processors.perception.merge import Boxes
from processors.perception.plates.choice import ChoiceLimits, choose
from processors.perception.plates.plate_models import PLATE_HEIGHT_PX, PLATE_WIDTH_PX, SIDE_PX
from processors.perception.plates.straighten import ACROSS_PX, homography, straighten
from processors.perception.plates.tiles import TILES, canvas_of, closer, tiles_of

LIMITS = ChoiceLimits(100.0, 2, 3)


def boxes(*rows: tuple[float, float, int]) -> Boxes:
    """Return boxes of a frame: left, width, class."""
    xyxy = np.array([[left, 10.0, left + width, 90.0] for left, width, _ in rows]).reshape(-1, 4)
    return Boxes(xyxy, np.full(len(rows), 0.9), np.array([kind for *_, kind in rows], np.int64))


def test_the_widest_vehicles_are_chosen() -> None:
    """Two a frame and three a group here; no person, nothing narrow, no frame without a picture; by box."""
    frames = [
        boxes((0, 300, 0), (0, 120, 2), (50, 150, 7), (90, 140, 5), (0, 99, 2)),
        boxes((0, 400, 2)),
        boxes((0, 130, 2), (5, 160, 2)),
    ]
    assert [one.box for one in choose(frames, [True, False, True], LIMITS)] == [2, 3, 7]
    assert [one.sample for one in choose(frames, [True, False, True], LIMITS)] == [0, 0, 2]
    assert choose([], [], LIMITS) == []


@given(
    st.floats(-50, 600),
    st.floats(-50, 300),
    st.floats(30, 900),
    st.floats(30, 700),
)
def test_tiles_lie_in_the_picture_and_points_come_back(left: float, top: float, width: float, height: float) -> None:
    """Whatever the box, a tile's canvas corners are its corners in the picture."""
    tiles = tiles_of((left, top, left + width, top + height), (640, 352))
    assert len(tiles) <= TILES
    for tile in tiles:
        assert 0 <= tile.left_px < tile.right_px <= 640
        assert 0 <= tile.top_px < tile.bottom_px <= 352
        across = (tile.right_px - tile.left_px) * tile.scale_x_ratio
        down = (tile.bottom_px - tile.top_px) * tile.scale_y_ratio
        shift = np.array([tile.shift_x_px, tile.shift_y_px], np.float32)
        ends = np.array([shift, shift + np.array([across, down], np.float32)], np.float32)
        assert tile.to_picture(ends).ravel().tolist() == pytest.approx(
            [tile.left_px, tile.top_px, tile.right_px, tile.bottom_px], abs=1e-2
        )
        assert 0 <= tile.shift_x_px <= SIDE_PX - round(across)
        assert 0 <= tile.shift_y_px <= SIDE_PX - round(down)


def test_a_thing_on_a_canvas_is_where_its_tile_says() -> None:
    """A bright patch of the picture is found on the canvas and mapped back to its place."""
    picture = np.full((400, 600, 3), 30, np.uint8)
    picture[250:262, 300:352] = 240
    tile = tiles_of((200.0, 60.0, 440.0, 320.0), (600, 400))[TILES // 2]
    canvas = canvas_of(Image.fromarray(picture), tile)
    assert canvas.shape == (SIDE_PX, SIDE_PX, 3)
    ys, xs = np.nonzero(canvas[..., 0] > 180)
    ends = np.array([[xs.min(), ys.min()], [xs.max() + 1, ys.max() + 1]], np.float32)
    assert tile.to_picture(ends).ravel().tolist() == pytest.approx([300, 250, 352, 262], abs=1.5)


def turned(picture_wh_px: tuple[int, int], corners_px: NDArray[np.float64]) -> Image.Image:
    """Return a picture with a plate in four colours, one a quarter, between four corners."""
    plate = np.zeros((224, 1040, 3), np.uint8)
    plate[:112, :520], plate[:112, 520:], plate[112:, 520:], plate[112:, :520] = (
        (250, 0, 0),
        (0, 250, 0),
        (0, 0, 250),
        (250, 250, 0),
    )
    way = homography(corners_px, np.array([[0.0, 0.0], [1040.0, 0.0], [1040.0, 224.0], [0.0, 224.0]]))
    drawn = Image.fromarray(plate).transform(picture_wh_px, Image.Transform.PERSPECTIVE, way.tolist())
    return drawn.convert("RGB")


@pytest.mark.parametrize("times", [1.0, 4.0])
def test_a_turned_plate_is_straightened(times: float) -> None:
    """Each quarter of the plate comes to its own quarter, upper left first; a large plate too."""
    corners = np.array([[30.0, 40.0], [180.0, 60.0], [182.0, 95.0], [33.0, 72.0]]) * times
    picture = turned((round(220 * times), round(130 * times)), corners)
    canvas = straighten(picture, corners)
    assert canvas.shape == (PLATE_HEIGHT_PX, PLATE_WIDTH_PX, 3)
    quarters = [canvas[12, 56], canvas[12, 168], canvas[36, 168], canvas[36, 56]]
    expected = [(250, 0, 0), (0, 250, 0), (0, 0, 250), (250, 250, 0)]
    assert np.abs(np.array(quarters, int) - expected).max() < 12
    assert (canvas[:, ACROSS_PX:] == 128).all()


def test_corners_on_one_line_are_refused() -> None:
    """The detector may answer with nonsense; the plate is then unreadable, and the reason says what was found."""
    with pytest.raises(ValueError, match="no quadrangle"):
        straighten(Image.new("RGB", (50, 50)), np.array([[1.0, 1.0], [1.0, 1.0], [1.0, 1.0], [1.0, 1.0]]))


@pytest.mark.parametrize(
    "corners",
    [
        [[-8000.0, -8000.0], [8000.0, -8000.0], [8000.0, 8000.0], [-8000.0, 8000.0]],
        [[-3e38, 0.0], [3e38, 0.0], [3e38, 3e38], [-3e38, 3e38]],
        [[100.0, 20.0], [180.0, 20.0], [180.0, 221.0], [100.0, 221.0]],
        [[-81.0, 20.0], [-1.0, 20.0], [-1.0, 40.0], [-81.0, 40.0]],
    ],
    ids=["far out", "largest floats", "more than its width below", "beside"],
)
def test_corners_far_outside_the_picture_are_refused(corners: list[list[float]]) -> None:
    """The detector's corners have no bound: nothing is cut out for them, and the reason says what was found."""
    with pytest.raises(ValueError, match=r"lie outside the picture of 200x140 px by more than"):
        straighten(Image.new("RGB", (200, 140)), np.array(corners))


def test_a_large_plate_that_reaches_over_the_edge_is_cut_from_the_picture_alone() -> None:
    """What lies outside is grey as for a small plate, not black; the rest of the plate is where it belongs."""
    corners = np.array([[120.0, 160.0], [920.0, 240.0], [928.0, 420.0], [132.0, 328.0]])
    picture = turned((1000, 520), corners)
    cut = picture.crop((526, 0, 1000, 520))
    canvas = straighten(cut, corners - np.array([526.0, 0.0]))
    assert np.abs(canvas[:, :90].astype(int) - 128).max() <= 1
    assert np.abs(np.array([canvas[12, 168], canvas[36, 168]], int) - [(0, 250, 0), (0, 0, 250)]).max() < 12


def test_a_second_look_has_the_whole_plate_in_its_middle() -> None:
    """The tile is as wide that a plate whose end was cut off fits too, and lies in the picture."""
    corners = np.array([[300.0, 200.0], [370.0, 205.0], [370.0, 221.0], [300.0, 216.0]])
    tile = closer(corners, (640, 352))
    assert tile is not None
    assert (tile.left_px, tile.right_px) == (285.0, 385.0)
    assert (tile.top_px + tile.bottom_px) / 2 == pytest.approx(210.5)
    at_the_edge = closer(corners - np.array([300.0, 0.0]), (640, 352))
    assert at_the_edge is not None
    assert at_the_edge.left_px == 0.0
    assert closer(corners + np.array([9000.0, 0.0]), (640, 352)) is None
