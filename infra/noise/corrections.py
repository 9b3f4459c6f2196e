"""What eyes saw: corrections.toml, laid over the linked objects.

Each correction names a place and a time, not a number of an object, so that it holds when the linking changes.
"""

import tomllib
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Final

import numpy as np

from infra.noise.fusion import KINDS
from infra.noise.linking import LinkedObject
from infra.noise.model_session import NoiseStudyError

FILE: Final = Path(__file__).with_name("corrections.toml")
#: Support of an object that eyes added: above any that models give.
SEEN_SUPPORT: Final = 1e6


@dataclass(frozen=True, slots=True)
class ClipCorrections:
    """Corrections of one clip.

    Attributes:
        viewed: ordinals of the sampled frames that were looked at.
        changes: tables [[NAME.drop]], [[NAME.unsure]], [[NAME.label]], [[NAME.add]].
    """

    viewed: Sequence[int]
    changes: Sequence[tuple[str, dict[str, Any]]]


def corrections_of(name: str, path: Path = FILE) -> ClipCorrections:
    """Return a clip's corrections; none where the file has none.

    Raises:
        NoiseStudyError: the file holds a change that is not known.
    """
    table = tomllib.loads(path.read_text(encoding="utf-8")).get(name, {})
    changes = []
    for kind, entries in table.items():
        if kind == "viewed":
            continue
        if kind not in {"drop", "unsure", "label", "add"}:
            raise NoiseStudyError(f"{path.name}: [{name}] {kind}; expected viewed, drop, unsure, label or add")
        changes += [(kind, entry) for entry in entries]
    return ClipCorrections(table.get("viewed", ()), changes)


def corrected(objects: Sequence[LinkedObject], corrections: ClipCorrections) -> list[LinkedObject]:
    """Return the objects as eyes saw them.

    An object is meant by a change where the middle of its box lies in `box` in most of the frames that it and the
    change share. `drop` takes it out, `unsure` makes it unsure, `label` gives it class `class_id`, all three in the
    change's `frames` alone; `add` makes an object of class `class_id` from `boxes` at `at`, interpolated between.
    """
    out = list(objects)
    for kind, change in corrections.changes:
        if kind == "add":
            out.append(_added(change))
            continue
        first, last = change.get("frames", (0, 1 << 30))
        out = [part for one in out for part in _changed(one, kind, change, first, last)]
    return out


def _added(change: dict[str, Any]) -> LinkedObject:
    at, boxes = change["at"], np.array(change["boxes"], np.float64)
    frames = np.arange(at[0], at[-1] + 1)
    filled = np.column_stack([np.interp(frames, at, boxes[:, side]) for side in range(4)])
    rounded = np.asarray(np.round(filled, 1), np.float64)
    return LinkedObject(frames, rounded, int(change["class_id"]), sure=True, support=SEEN_SUPPORT)


def _changed(one: LinkedObject, kind: str, change: dict[str, Any], first: int, last: int) -> list[LinkedObject]:
    """Return what becomes of an object: itself, or the part outside the change and the changed part."""
    inside = (one.frames >= first) & (one.frames <= last)
    if not inside.any() or ("kind" in change and KINDS[one.class_id] != change["kind"]):
        return [one]
    middle = 0.5 * (one.xyxy_px[inside, :2] + one.xyxy_px[inside, 2:])
    x1, y1, x2, y2 = change["box"]
    within = ((middle >= (x1, y1)) & (middle <= (x2, y2))).all(axis=1)
    if within.mean() < 0.5:
        return [one]
    parts = [_part(one, ~inside)] if (~inside).any() else []
    if kind == "unsure":
        parts.append(replace(_part(one, inside), sure=False))
    elif kind == "label":
        parts.append(replace(_part(one, inside), class_id=int(change["class_id"])))
    return parts


def _part(one: LinkedObject, keep: Any) -> LinkedObject:
    return replace(one, frames=one.frames[keep], xyxy_px=one.xyxy_px[keep])
