"""Made-up scenes with ground truth at 25 frames a second: persons who cross a square, and vehicles at a traffic light.

They are beside the recorded clips because those have no vehicles and end before a track at one frame a second has a
history. Each is a seeded simulation, so that everyone gets the same boxes. What a detector does wrong is part of it:
jitter of the edges, misses, false boxes, and nothing of what is mostly behind something nearer. The motion is not the
tracker's own model: persons stop, start and turn, vehicles follow the one ahead and brake for the light.
"""

from collections.abc import Sequence
from typing import Final, NamedTuple

import numpy as np

from infra.evaluation.identified import Array
from tests.benchmarks.tracking.clips import CLIP_FPS, Clip

WIDTH_PX: Final = 640.0
HEIGHT_PX: Final = 480.0
PERSON: Final = 0
CAR: Final = 2
#: Standard deviation of a detected edge, share of the box's size; share of boxes missed; false boxes a frame.
JITTER: Final = 0.03
MISSED: Final = 0.05
FALSE_BOXES: Final = 0.05
#: What is covered by more than this share is not detected.
MOST_COVERED: Final = 0.6
DT_S: Final = 1.0 / CLIP_FPS


class _Mover(NamedTuple):
    identity: int
    first_frame: int
    boxes: Array  # float64 [frames, 4], x1, y1, x2, y2


def square(seed: int, length_s: float = 24.0, persons: int = 26) -> Clip:
    """Return persons of 60 to 160 px who cross a square at about a body's height a second, as a walking adult does."""
    rng = np.random.default_rng(seed)
    frames = round(length_s * CLIP_FPS)
    movers = []
    for identity in range(persons):
        foot = rng.uniform(150.0, 450.0)
        direction = rng.choice((-1.0, 1.0))
        speed = rng.uniform(0.5, 1.1)
        start = int(rng.integers(-frames // 3, frames - 50))
        x = -20.0 if direction > 0 else WIDTH_PX + 20.0
        y, vx, vy, waits = foot, direction * speed, rng.uniform(-0.1, 0.1), 0
        boxes: list[tuple[float, float, float, float]] = []
        while start + len(boxes) < frames and -40.0 < x < WIDTH_PX + 40.0:
            tall = 60.0 + (min(max(y, 120.0), 470.0) - 150.0) / 3.0
            wide = 0.38 * tall
            boxes.append((x - wide / 2, y - tall, x + wide / 2, y))
            if waits:
                waits -= 1
                continue
            if rng.random() < 0.1 * DT_S:
                waits = int(rng.uniform(1.0, 4.0) * CLIP_FPS)
            if rng.random() < 0.05 * DT_S:
                vx = -vx
            vx += 0.25 * rng.normal() * DT_S**0.5
            vx = float(np.sign(vx) * np.clip(abs(vx), 0.3, 1.5))
            vy += 0.1 * rng.normal() * DT_S**0.5 - 0.3 * vy * DT_S
            x += vx * tall * DT_S
            y = float(np.clip(y + vy * tall * DT_S, 130.0, 470.0))
        movers.append(_Mover(identity, start, np.array(boxes)))
    return _seen(rng, frames, movers, PERSON)


def crossing(seed: int, length_s: float = 24.0) -> Clip:
    """Return vehicles of 90 to 150 px in four lanes, up to two lengths a second; the light is red from 8 to 16 s."""
    rng = np.random.default_rng(seed)
    frames = round(length_s * CLIP_FPS)
    movers: list[_Mover] = []
    lanes = ((200.0, 90.0, 1.0), (250.0, 105.0, 1.0), (330.0, 130.0, -1.0), (400.0, 150.0, -1.0))
    for lane, (foot, long, direction) in enumerate(lanes):
        stop_at = 0.55 * WIDTH_PX
        cars: list[tuple[int, list[float], list[float]]] = []  # first frame, its places along the lane, its speed
        due = -200
        for frame in range(-200, frames):
            red = 8.0 <= frame * DT_S < 16.0
            if frame >= due and (not cars or cars[-1][1][-1] > 1.2 * long - 100.0):
                cars.append((frame, [-100.0], [rng.uniform(1.0, 2.0) * long]))
                due = frame + int(rng.uniform(1.0, 4.0) * CLIP_FPS)
            ahead = np.inf
            for _, places, state in cars:
                place, v = places[-1], state[0]
                gap = ahead - place - 1.25 * long
                if red and place + long / 2 < stop_at:
                    gap = min(gap, stop_at - place - long / 2)
                wanted = min(2.0 * long, max(0.0, gap) * 1.2)
                v += float(np.clip(wanted - v, -3.0 * long * DT_S, 1.0 * long * DT_S))
                state[0] = max(0.0, v)
                places.append(place + state[0] * DT_S)
                ahead = places[-1]
        for first, places, _ in cars:
            along = np.array(places)
            x = along if direction > 0 else WIDTH_PX - along
            y = np.full(len(along), foot + rng.uniform(-5.0, 5.0))
            tall = rng.uniform(0.5, 0.7) * long
            inside = (x > -long / 3) & (x < WIDTH_PX + long / 3)
            if not inside.any():
                continue
            start = int(np.argmax(inside))
            stop = start + int(inside[start:].sum())
            boxes = np.stack([x - long / 2, y - tall, x + long / 2, y], axis=1)[start:stop]
            movers.append(_Mover(1000 * lane + len(movers), first + start, boxes))
    return _seen(rng, frames, movers, CAR)


def _seen(rng: np.random.Generator, frames: int, movers: Sequence[_Mover], class_id: int) -> Clip:
    """Return what is there and what a detector sees of it; boxes end at the picture's border."""
    truth, boxes = {}, {}
    most = np.array([WIDTH_PX, HEIGHT_PX, WIDTH_PX, HEIGHT_PX])
    for frame in range(frames):
        there = [m for m in movers if 0 <= frame - m.first_frame < len(m.boxes)]
        own = np.array([m.boxes[frame - m.first_frame] for m in there]).reshape(-1, 4)
        cut = np.clip(own, 0.0, most)
        wide = (cut[:, 2] - cut[:, 0] >= 10.0) & (cut[:, 3] - cut[:, 1] >= 10.0)
        cut, ids = cut[wide], np.array([m.identity for m in there], np.int64)[wide]
        truth[frame + 1] = ids, cut
        kept = [i for i in range(len(cut)) if not _covered(cut, i) and rng.random() >= MISSED]
        size = (cut[kept, 2:] - cut[kept, :2]).mean(axis=1, keepdims=True)
        found = np.clip(cut[kept] + JITTER * size * rng.normal(size=(len(kept), 4)), 0.0, most)
        if rng.random() < FALSE_BOXES:
            corner = rng.uniform((0.0, 100.0), (WIDTH_PX - 60.0, HEIGHT_PX - 90.0))
            found = np.concatenate([found, [[*corner, corner[0] + 40.0, corner[1] + 80.0]]])
        boxes[frame + 1] = np.column_stack([found, np.full(len(found), 0.9)])
    return Clip(truth, boxes, class_id)


def _covered(boxes: Array, i: int) -> bool:
    """Say whether a box is mostly behind a single nearer one: one whose foot is lower in the picture."""
    nearer = boxes[boxes[:, 3] > boxes[i, 3]]
    low, high = np.maximum(boxes[i, :2], nearer[:, :2]), np.minimum(boxes[i, 2:], nearer[:, 2:])
    area = (boxes[i, 2:] - boxes[i, :2]).prod()
    return bool(np.any(np.clip(high - low, 0.0, None).prod(axis=1) > MOST_COVERED * area))


def made_up_clips(seeds: Sequence[int] = (1, 2)) -> dict[str, Clip]:
    """Return both scenes from each seed; the defaults stay, so that figures can be compared."""
    return {
        f"{name}/{seed}": scene(seed) for name, scene in (("square", square), ("crossing", crossing)) for seed in seeds
    }
