"""Sprite: a thing cut out of real footage, seen from one side; SpriteLibrary: all of them, and which one an actor gets.

The library is a picture (sprites.png, RGBA) and an index of it (sprites.json), made by `vigil city sprites`.
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from importlib.resources import files
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from producers.simulator.motions import BUS, CAR, PERSON, TRUCK, hashed

Bytes = NDArray[np.uint8]
Floats32 = NDArray[np.float32]

DATA: Final = files("producers.simulator.pixels") / "data"
#: Classes of sprites by the classes of motions.py; what has no sprite is not drawn.
CLASS_OF: Final[Mapping[int, str]] = {PERSON: "person", CAR: "car", BUS: "bus", TRUCK: "truck"}
#: An actor's sprite is drawn among those that fit within this of the best: a turn of 40 degrees costs as much as a
#: width wrong by half (unit: fit of `_misfit`).
TOLERANCE: Final = 0.35
#: Halvings of a sprite that are kept for far away.
MOST_HALVINGS: Final = 4


@dataclass(frozen=True, slots=True)
class Sprite:
    """One cut-out.

    Attributes:
        name: unique in the library.
        kind: class in words: person, car, bus, truck, fire.
        facing_deg: 0: its front is seen; 90: it points to the right of the picture; 180: its back is seen.
        levels: float32 [h, w, 4] each half as large as the one before: red, green, blue (0 to 255) times alpha, and
            alpha (0 to 1). The outline touches all four edges.
    """

    name: str
    kind: str
    facing_deg: float
    levels: Sequence[Floats32]

    @property
    def aspect(self) -> float:
        """Width against height."""
        height, width = self.levels[0].shape[:2]
        return float(width / height)


@dataclass(frozen=True, slots=True)
class SpriteLibrary:
    """All cut-outs.

    Attributes:
        of_kind: the sprites of each class.
    """

    of_kind: Mapping[str, Sequence[Sprite]]

    @classmethod
    def of(cls, sprites: Sequence[Sprite]) -> "SpriteLibrary":
        """Sort sprites by class."""
        kinds = sorted({one.kind for one in sprites})
        return cls({kind: [one for one in sprites if one.kind == kind] for kind in kinds})

    @classmethod
    def load(cls) -> "SpriteLibrary":
        """Return the shipped library."""
        index: list[dict[str, Any]] = json.loads((DATA / "sprites.json").read_text(encoding="utf-8"))
        with (DATA / "sprites.png").open("rb") as file, Image.open(file) as picture:
            atlas = np.asarray(picture.convert("RGBA"))
        out = []
        for one in index:
            x, y, w, h = one["x"], one["y"], one["width"], one["height"]
            out.append(Sprite(one["name"], one["kind"], one["facing_deg"], levels_of(atlas[y : y + h, x : x + w])))
        return cls.of(out)

    def choose(self, kind: int, actor: int, facing_deg: float, aspect: float) -> tuple[Sprite, bool] | None:
        """Return the sprite for an actor and whether it is to be mirrored; None: there is none of its class.

        Args:
            kind: class (motions.py).
            actor: the same actor seen from the same side gets the same sprite.
            facing_deg: how it is seen, as for Sprite.
            aspect: width against height of its box.
        """
        own = self.of_kind.get(CLASS_OF.get(kind, ""), ())
        if not own:
            return None
        rated = []
        for number, sprite in enumerate(own):
            for mirrored in (False, True):
                shown = -sprite.facing_deg if mirrored else sprite.facing_deg
                rated.append((_misfit(shown, sprite.aspect, facing_deg, aspect), number, mirrored))
        best = min(rated)[0]
        fitting = [(number, mirrored) for misfit, number, mirrored in rated if misfit <= best + TOLERANCE]
        draw = float(hashed(np.array([actor], np.int64), 11)[0])
        number, mirrored = fitting[int(draw * len(fitting))]
        return own[number], mirrored


def levels_of(rgba: Bytes) -> Sequence[Floats32]:
    """Return a cut-out, uint8 [h, w, 4], with premultiplied colours and its halvings."""
    alpha = rgba[..., 3:].astype(np.float32) / np.float32(255.0)
    levels = [np.ascontiguousarray(np.concatenate([rgba[..., :3].astype(np.float32) * alpha, alpha], axis=2))]
    for _ in range(MOST_HALVINGS):
        last = levels[-1]
        if min(last.shape[:2]) < 8:
            break
        even = np.pad(last, ((0, last.shape[0] % 2), (0, last.shape[1] % 2), (0, 0)), mode="edge")
        quarter = even[0::2, 0::2] + even[1::2, 0::2] + even[0::2, 1::2] + even[1::2, 1::2]
        levels.append(np.ascontiguousarray(quarter * np.float32(0.25)))
    return levels


def _misfit(shown_deg: float, shown_aspect: float, facing_deg: float, aspect: float) -> float:
    """Return how badly a sprite stands for what is seen: turns against 40 degrees, widths against a half."""
    turn = abs((shown_deg - facing_deg + 180.0) % 360.0 - 180.0)
    return turn / 40.0 + abs(float(np.log(shown_aspect / aspect))) / float(np.log(1.5))
