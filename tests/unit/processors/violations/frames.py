"""Camera-seconds from places on the ground: who is where in each half second, seen from straight above."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from processors.violations.core import ViolationsCore
from schemas.messages import Camera, Signal, SignalState, Tracks, Violation
from tests.unit.processors.rules.street import CAR, EPOCH_US, PERSON, Cameras, Seen, play, second

#: Where somebody is, metres: x, y of the foot.
Place = tuple[float, float]
#: Who is where in one frame, by track; names that begin with p are people, others cars.
Frame = Mapping[str, Place]
PX_PER_M = 10.0


def messages(frames: Sequence[Frame], signals: Sequence[tuple[Signal, float]] = (), **changes: Any) -> list[Tracks]:
    """Return the seconds of these frames, two a second.

    Args:
        frames: who is where.
        signals: (state, since which second) of group NS, ascending; none: the junction is not heard.
        changes: fields of every message.
    """
    out = []
    for n in range((len(frames) + 1) // 2):
        pair = frames[2 * n : 2 * n + 2]
        names = sorted({name for frame in pair for name in frame})
        boxes = [(i, s, frame[name]) for i, name in enumerate(names) for s, frame in enumerate(pair) if name in frame]
        last = {names[i]: at for i, _, at in boxes}
        seen = [Seen(name, _class(name), _box(name, *last[name]), *last[name]) for name in names]
        edges = [_box(names[i], *at) for i, _, at in boxes]
        heard = [(state, at) for state, at in signals if at <= n]
        base = second(n, seen)
        out.append(
            replace(
                base,
                box_track=[i for i, _, _ in boxes],
                box_sample=[s for _, s, _ in boxes],
                box_x1_px=[edge[0] for edge in edges],
                box_y1_px=[edge[1] for edge in edges],
                box_x2_px=[edge[2] for edge in edges],
                box_y2_px=[edge[3] for edge in edges],
                box_x_m=[at[0] for _, _, at in boxes],
                box_y_m=[at[1] for _, _, at in boxes],
                signals_known=bool(heard),
                signals=[SignalState("NS", heard[-1][0], EPOCH_US + round(heard[-1][1] * 1e6))] if heard else [],
                **changes,
            )
        )
    return out


def found(seconds: Sequence[Tracks], place: Camera, kind: str, *, at_once: bool = True) -> list[Violation]:
    """Return the violations of a kind for these seconds."""
    proposed = play(ViolationsCore(), Cameras(place), seconds, at_once=at_once)[0]
    return [one for one in proposed if one.kind == kind]


def _class(name: str) -> int:
    return PERSON if name.startswith("p") else CAR


def _box(name: str, x_m: float, y_m: float) -> tuple[float, float, float, float]:
    x, y = PX_PER_M * x_m, PX_PER_M * y_m
    return (x - 3, y - 12, x + 3, y) if name.startswith("p") else (x - 9, y - 20, x + 9, y)
