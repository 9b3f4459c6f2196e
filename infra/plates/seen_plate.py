"""A drawn plate as a camera would see it on a real vehicle: turned, blurred, dim, noisy, and coded."""

import io
from dataclasses import dataclass
from fractions import Fraction
from typing import Final

import av
import numpy as np
from numpy.typing import NDArray
from PIL import Image
from scipy.ndimage import convolve1d

from infra.plates.drawn_plate import HEIGHT_PX, WIDTH_PX, DrawnPlate
from infra.plates.vehicles import Vehicle, box_in

#: A plate's width against the vehicle's, seen from front or rear: 520 mm of 1,700 to 2,500 mm.
SHARES: Final = (0.21, 0.31)
#: Coded pictures of a still scene before the one that is looked at: what the first lacks, later ones may have.
CODED_FRAMES: Final = 2
SUPERSAMPLED: Final = 3


@dataclass(frozen=True, slots=True)
class SeenPlate:
    """A picture with one plate.

    Attributes:
        plate: what was drawn.
        width_px: of the plate in the picture, pixels.
        rgb: uint8 [height, width, 3].
        box_xyxy_px: the vehicle's box.
        corners_px: float64 [4, 2], the plate's corners (x, y): upper left, upper right, lower right, lower left.
    """

    plate: DrawnPlate
    width_px: float
    rgb: NDArray[np.uint8]
    box_xyxy_px: tuple[float, float, float, float]
    corners_px: NDArray[np.float64]


def see(plate: DrawnPlate, vehicle: Vehicle, width_px: float, generator: np.random.Generator) -> SeenPlate:
    """Put a plate on a vehicle so that it is so many pixels wide, and look at it through a camera.

    Args:
        plate: the plate.
        vehicle: of real footage; enlarged to fit the plate.
        width_px: of the plate.
        generator: draws turn, light, blur, noise and coding.
    """
    side_px = width_px / generator.uniform(*SHARES)
    scale = side_px / vehicle.width_px
    size = (round(vehicle.rgb.shape[1] * scale) // 2 * 2, round(vehicle.rgb.shape[0] * scale) // 2 * 2)
    scene = Image.fromarray(vehicle.rgb).resize(size, Image.Resampling.BICUBIC)
    corners = _corners(size, width_px, generator)
    lit = _lit(np.asarray(_pasted(scene, plate, corners), np.float32), generator)
    blurred = _blurred(lit, float(generator.uniform(0.0, 0.012)) * width_px, float(generator.uniform(0.2, 0.7)))
    noise = generator.standard_normal(blurred.shape, np.float32) * np.float32(generator.uniform(1.0, 6.0))
    rgb = _coded(np.clip(np.round(blurred + noise), 0, 255).astype(np.uint8), generator)
    return SeenPlate(plate, width_px, rgb, box_in(rgb), corners)


def _corners(size: tuple[int, int], width_px: float, generator: np.random.Generator) -> NDArray[np.float64]:
    """Return a turned plate's corners: yaw to 35 degrees, pitch to 25, roll to 5, through a long lens."""
    yaw, pitch, roll = np.radians([generator.uniform(-35, 35), generator.uniform(0, 25), generator.normal(0, 2.0)])
    half_height = HEIGHT_PX / WIDTH_PX
    flat = np.array([[-1, -half_height, 0], [1, -half_height, 0], [1, half_height, 0], [-1, half_height, 0]])
    around_y = np.array([[np.cos(yaw), 0, np.sin(yaw)], [0, 1, 0], [-np.sin(yaw), 0, np.cos(yaw)]])
    around_x = np.array([[1, 0, 0], [0, np.cos(pitch), -np.sin(pitch)], [0, np.sin(pitch), np.cos(pitch)]])
    around_z = np.array([[np.cos(roll), -np.sin(roll), 0], [np.sin(roll), np.cos(roll), 0], [0, 0, 1]])
    turned = flat @ (around_z @ around_x @ around_y).T
    flattened = turned[:, :2] / (1 + turned[:, 2:] / 25.0)
    flattened *= width_px / (flattened[1, 0] - flattened[0, 0])
    centre = np.array([size[0] * generator.uniform(0.42, 0.58), size[1] * generator.uniform(0.6, 0.78)])
    placed: NDArray[np.float64] = flattened + centre
    return placed


def _pasted(scene: Image.Image, plate: DrawnPlate, corners: NDArray[np.float64]) -> Image.Image:
    """Return the scene with the plate on it, averaged over each pixel's area."""
    low = np.floor(corners.min(0)).astype(int) - 2
    high = np.ceil(corners.max(0)).astype(int) + 3
    size = tuple(int(value) * SUPERSAMPLED for value in high - low)
    drawn = [[0, 0], [WIDTH_PX, 0], [WIDTH_PX, HEIGHT_PX], [0, HEIGHT_PX]]
    rows = []
    for (x, y), (u, v) in zip((corners - low) * SUPERSAMPLED, drawn, strict=True):
        rows += [[x, y, 1, 0, 0, 0, -u * x, -u * y, u], [0, 0, 0, x, y, 1, -v * x, -v * y, v]]
    system = np.array(rows)
    way = np.linalg.solve(system[:, :8], system[:, 8])
    shrunk = Image.fromarray(plate.rgb)
    shrunk.putalpha(255)
    warped = shrunk.transform((size[0], size[1]), Image.Transform.PERSPECTIVE, way.tolist(), Image.Resampling.BICUBIC)
    patch = warped.resize((size[0] // SUPERSAMPLED, size[1] // SUPERSAMPLED), Image.Resampling.BOX)
    out = scene.copy()
    out.paste(patch.convert("RGB"), (int(low[0]), int(low[1])), patch.getchannel("A"))
    return out


def _lit(rgb: NDArray[np.float32], generator: np.random.Generator) -> NDArray[np.float32]:
    """Return a picture under other light: from dusk with a narrow range to full day."""
    contrast, lift = generator.uniform(0.45, 1.0), generator.uniform(0, 40)
    return rgb * np.float32(contrast) + np.float32(lift)


def _blurred(rgb: NDArray[np.float32], motion_px: float, lens_px: float) -> NDArray[np.float32]:
    """Return a picture smeared by motion to the side and by the lens (a Gaussian's standard deviation)."""
    reach = np.arange(-8, 9)
    lens = np.exp(-0.5 * (reach / max(lens_px, 0.05)) ** 2)
    out = convolve1d(rgb, lens / lens.sum(), axis=0, mode="nearest")
    half = motion_px / 2
    along = np.convolve(lens, np.clip(half + 0.5 - np.abs(reach), 0, 1), "same") if half > 0.5 else lens
    smeared: NDArray[np.float32] = convolve1d(out, along / along.sum(), axis=1, mode="nearest")
    return smeared


def _coded(rgb: NDArray[np.uint8], generator: np.random.Generator) -> NDArray[np.uint8]:
    """Return what a camera's coder leaves of a picture: H.264 in seven of ten, else JPEG."""
    if generator.random() < 0.7:
        return h264(rgb, int(generator.integers(20, 31)))
    packed = io.BytesIO()
    Image.fromarray(rgb).save(packed, "JPEG", quality=int(generator.integers(50, 90)))
    return np.asarray(Image.open(packed).convert("RGB"))


def h264(rgb: NDArray[np.uint8], crf: int) -> NDArray[np.uint8]:
    """Return a picture coded as H.264 at a constant rate factor and decoded again; its sides are even."""
    encoder = av.CodecContext.create("libx264", "w")
    assert isinstance(encoder, av.VideoCodecContext)
    encoder.width, encoder.height, encoder.pix_fmt = rgb.shape[1], rgb.shape[0], "yuv420p"
    encoder.time_base, encoder.framerate = Fraction(1, 25), Fraction(25)
    encoder.options = {"preset": "veryfast", "crf": str(crf), "threads": "1"}
    decoder = av.CodecContext.create("h264", "r")
    decoder.thread_count = 1
    assert isinstance(decoder, av.VideoCodecContext)
    packets = []
    for number in range(CODED_FRAMES):
        frame = av.VideoFrame.from_ndarray(rgb, format="rgb24").reformat(format="yuv420p")
        frame.pts, frame.time_base = number, Fraction(1, 25)
        packets += encoder.encode(frame)
    packets += encoder.encode(None)
    pictures = [picture for packet in packets for picture in decoder.decode(packet)] + decoder.decode(None)
    return np.asarray(pictures[-1].to_ndarray(format="rgb24"), np.uint8)
