"""Makes the sprite library and the ground's textures from footage: producers/simulator/pixels/data."""

import json
import tomllib
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import av
import numpy as np
from numpy.typing import NDArray
from PIL import Image
from scipy import ndimage

from infra.noise.clips import CLIPS, path_of
from infra.noise.truth_file import ClipTruth, read_truth
from infra.settings import ROOT
from producers.simulator.pixels.matte import matte, median_background

Bytes = NDArray[np.uint8]

FOLDER: Final = ROOT / "producers/simulator/pixels/data"
#: Room around a box for the matte, pixels.
ROOM_PX: Final = 4
#: Every so many frames one goes into the background, and so many at most.
BACKGROUND_STEP: Final = 13
BACKGROUND_FRAMES: Final = 90
#: Sampled frames before and after a pick between which its motion is measured, and least motion, pixels.
MOTION_FRAMES: Final = 3
LEAST_MOTION_PX: Final = 2.0
#: Heights in a picture taken from above are shortened: a step towards the camera counts so many times.
TOWARDS: Final = 2.5
#: Alpha from which a pixel belongs to the outline.
OUTLINE: Final = 0.5
ATLAS_WIDTH_PX: Final = 1024


class SpriteError(RuntimeError):
    """The library cannot be made; says why."""


@dataclass(frozen=True, slots=True)
class Cut:
    """A cut-out.

    Attributes:
        name: unique.
        kind: class in words.
        facing_deg: see Sprite.
        source: the clip.
        rgba: uint8 [h, w, 4].
    """

    name: str
    kind: str
    facing_deg: float
    source: str
    rgba: Bytes


@dataclass(frozen=True, slots=True)
class Wanted:
    """What is to be cut: frame number, box, facing (degrees), class, name, and how (see matte)."""

    number: int
    box_px: tuple[int, int, int, int]
    facing_deg: float
    kind: str
    name: str
    spanned: bool = False


def make_library(footage: Path | None, folder: Path, say: Callable[[str], None]) -> Mapping[str, int]:
    """Write sprites.png, sprites.json, ground.png and ground.json; return how many sprites of each class.

    Args:
        footage: folder of the clips that are not part of the repository.
        folder: where the files go.
        say: takes lines of progress.

    Raises:
        SpriteError: a clip is not at hand or cannot be read.
    """
    plan = tomllib.loads((FOLDER / "sprites.toml").read_text(encoding="utf-8"))
    flames = None if footage is None else footage / plan["fire"]["file"]
    if flames is None or not flames.exists():
        raise SpriteError(f"{plan['fire']['file']} is not at hand; name its folder with --footage")
    cuts: list[Cut] = []
    pieces: list[Cut] = []
    clips = sorted({one["clip"] for one in plan["cut"]} | {one["clip"] for one in plan["ground"]})
    for clip in clips:
        wanted = [each for one in plan["cut"] if one["clip"] == clip for each in _wanted(clip, one)]
        path = path_of(CLIPS[clip], footage)
        if path is None:
            raise SpriteError(f"clip {clip}: {CLIPS[clip].file} is not at hand; name its folder with --footage")
        background, frames = _read(path, {one.number for one in wanted})
        cuts += [_cut(clip, one, frames[one.number], background) for one in wanted]
        for one in plan["ground"]:
            if one["clip"] == clip:
                x1, y1, x2, y2 = one["box_px"]
                opaque = np.full((y2 - y1, x2 - x1, 1), 255, np.uint8)
                piece = np.concatenate([background[y1:y2, x1:x2], opaque], axis=2)
                pieces.append(Cut(one["name"], "ground", one["width_m"], clip, piece))
        say(f"{clip}: {len(wanted)} cut out")
    cuts += _flames(plan["fire"], flames)
    say(f"fire: {plan['fire']['count']} frames")
    _write(folder, "sprites", cuts, "facing_deg")
    _write(folder, "ground", pieces, "width_m")
    kinds = [one.kind for one in cuts]
    return {kind: kinds.count(kind) for kind in sorted(set(kinds))}


def _wanted(clip: str, entry: Mapping[str, Any]) -> Iterator[Wanted]:
    kind, facing = entry["class"], entry.get("facing_deg")
    if "number" in entry:
        number = entry["number"]
        left, upper, right, lower = entry["box_px"]
        given = (left, upper, right, lower)
        yield Wanted(number, given, facing or 0.0, kind, f"{clip}-{number}", entry.get("spanned", False))
        return
    truth = read_truth(clip)
    for frame, thing in entry["picks"]:
        own = np.flatnonzero((truth.frame == frame) & (truth.object_id == thing))
        if not len(own):
            raise SpriteError(f"clip {clip}: its truth has no object {thing} in frame {frame}; correct sprites.toml")
        x1, y1, x2, y2 = truth.xyxy_px[own[0]].tolist()
        box = (int(x1) - ROOM_PX, int(y1) - ROOM_PX, int(x2) + ROOM_PX + 1, int(y2) + ROOM_PX + 1)
        seen = _facing(truth, frame, thing) if facing is None else facing
        yield Wanted(frame * CLIPS[clip].step, box, seen, kind, f"{clip}-{frame}-{thing}")


def _facing(truth: ClipTruth, frame: int, thing: int) -> float:
    """Return how an object is seen, by its motion in the picture, degrees."""
    near = np.flatnonzero((truth.object_id == thing) & (np.abs(truth.frame - frame) <= MOTION_FRAMES))
    first, last = truth.xyxy_px[near[0]], truth.xyxy_px[near[-1]]
    right, down = (last[0] + last[2] - first[0] - first[2]) / 2.0, last[3] - first[3]
    if float(np.hypot(right, down)) < LEAST_MOTION_PX:
        return 0.0
    return round(float(np.degrees(np.arctan2(right, TOWARDS * down))), 1)


def _read(path: Path, numbers: set[int]) -> tuple[Bytes, dict[int, Bytes]]:
    """Return a clip's median background and some of its frames."""
    spread: list[Bytes] = []
    frames: dict[int, Bytes] = {}
    try:
        with av.open(str(path)) as container:
            for number, picture in enumerate(container.decode(video=0)):
                if number % BACKGROUND_STEP == 0 and len(spread) < BACKGROUND_FRAMES:
                    spread.append(np.asarray(picture.to_ndarray(format="rgb24"), np.uint8))
                if number in numbers:
                    frames[number] = np.asarray(picture.to_ndarray(format="rgb24"), np.uint8)
    except (OSError, av.FFmpegError) as error:
        raise SpriteError(f"{path.name}: {error}") from error
    missing = numbers - set(frames)
    if missing:
        raise SpriteError(f"{path.name} has no frame {min(missing)}; correct sprites.toml")
    return median_background(np.array(spread)), frames


def _cut(clip: str, wanted: Wanted, frame: Bytes, background: Bytes) -> Cut:
    height, width = frame.shape[:2]
    x1, y1, x2, y2 = wanted.box_px
    box = (max(0, x1), max(0, y1), min(width, x2), min(height, y2))
    alpha = matte(frame, background, box, spanned=wanted.spanned)
    rgb = frame[box[1] : box[3], box[0] : box[2]]
    return Cut(wanted.name, wanted.kind, wanted.facing_deg, clip, _trimmed(rgb, alpha, wanted.name))


def _trimmed(rgb: Bytes, alpha: NDArray[np.float64], name: str) -> Bytes:
    """Return RGBA cut to its outline."""
    inside = alpha >= OUTLINE
    if not inside.any():
        raise SpriteError(f"{name}: nothing stands out from the background there; correct sprites.toml")
    rows, columns = np.flatnonzero(inside.any(axis=1)), np.flatnonzero(inside.any(axis=0))
    part = np.s_[rows[0] : rows[-1] + 1, columns[0] : columns[-1] + 1]
    return np.concatenate([rgb[part], (alpha[part] * 255).round().astype(np.uint8)[..., None]], axis=2)


def _flames(entry: Mapping[str, Any], path: Path) -> Sequence[Cut]:
    """Return flames: within box_px, the clip's own flame box with room, what is bright and much redder than blue."""
    numbers = [entry["first"] + entry["step"] * n for n in range(entry["count"])]
    _, frames = _read(path, set(numbers))
    x1, y1, x2, y2 = entry["box_px"]
    out = []
    for number in numbers:
        rgb = frames[number][y1:y2, x1:x2]
        red, blue = (rgb[..., n].astype(np.float64) for n in (0, 2))
        # a painted wall is red too, and much darker
        hot = np.clip((red - 195.0) / 45.0, 0.0, 1.0) * np.clip((red - blue - 25.0) / 60.0, 0.0, 1.0)
        hot = np.maximum(hot, np.clip((red - blue - 60.0) / 60.0, 0.0, 1.0) * np.clip((red - 215.0) / 25.0, 0.0, 1.0))
        rgba = _trimmed(
            rgb, ndimage.gaussian_filter(hot * (ndimage.uniform_filter(hot, 7) > 0.12), 0.6), f"fire {number}"
        )
        out.append(Cut(f"fire-{number}", "fire", 0.0, entry["file"], rgba))
    return out


def _write(folder: Path, name: str, cuts: Sequence[Cut], value: str) -> None:
    """Lay cut-outs into one picture, shelf by shelf, and write it with its index."""
    folder.mkdir(parents=True, exist_ok=True)
    x = y = shelf = 0
    places = []
    for one in sorted(cuts, key=lambda cut: (-cut.rgba.shape[0], cut.name)):
        height, width = one.rgba.shape[:2]
        if x + width > ATLAS_WIDTH_PX:
            x, y, shelf = 0, y + shelf + 1, 0
        places.append((one, x, y))
        x, shelf = x + width + 1, max(shelf, height)
    atlas = np.zeros((y + shelf, ATLAS_WIDTH_PX, 4), np.uint8)
    index = []
    for one, x, y in places:
        height, width = one.rgba.shape[:2]
        atlas[y : y + height, x : x + width] = one.rgba
        entry = {"name": one.name, "kind": one.kind, value: one.facing_deg, "source": one.source}
        index.append({**entry, "x": x, "y": y, "width": width, "height": height})
    Image.fromarray(atlas).save(folder / f"{name}.png", optimize=True)
    index.sort(key=lambda entry: str(entry["name"]))
    text = ",\n".join(json.dumps(entry) for entry in index)
    (folder / f"{name}.json").write_text(f"[\n{text}\n]\n", encoding="utf-8")
