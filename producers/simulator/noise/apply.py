"""apply_noise: true boxes in, the detector's boxes out. Pure, and without memory: see kernel.py."""

import numpy as np
from numpy.typing import NDArray

from producers.simulator.noise.frames import NoisyFrames, TrueFrames
from producers.simulator.noise.kernel import MOST_BOXES, noisy_boxes
from producers.simulator.noise.noise_tables import NoiseTables

Room = tuple[NDArray[np.int64], NDArray[np.float64], NDArray[np.float64], NDArray[np.int64]]


def ticks_of(at_us: NDArray[np.int64], analysis_fps: float) -> NDArray[np.int64]:
    """Return the ticks of times (microseconds since the Unix epoch): int64, of the same shape.

    Two frames within one tick share their misses and errors, as two frames of a real camera nearly do.
    """
    tick_us = round(1e6 / analysis_fps)
    return np.asarray(at_us // tick_us, np.int64)


def apply_noise(tables: NoiseTables, seed: int, frames: TrueFrames) -> NoisyFrames:
    """Return what the detector gives of true frames.

    A frame's outcome depends on nothing but the tables, the seed and that frame: calls may split the frames in any way.

    Args:
        tables: of the noise file.
        seed: of the run.
        frames: the truth.
    """
    count = len(frames.tick)
    most = int(tables.scalars[2])
    out = _room(2 * len(frames.object_id) + (count + 1) * most)
    boxes = int(np.diff(frames.first).max()) if count else 0
    first = np.zeros(count + 1, np.int64)
    kept = noisy_boxes(
        seed,
        tables.scalars,
        tables.edges,
        tables.counts,
        tables.bins,
        tables.visible_edges,
        tables.factors,
        tables.shares,
        tables.label_renewal,
        tables.doubles,
        tables.alarms,
        tables.coco,
        tables.normals,
        frames.camera_number,
        frames.tick,
        frames.size_px,
        frames.zoom,
        frames.first,
        frames.object_id,
        frames.class_index,
        frames.xyxy_px,
        np.ascontiguousarray(frames.visible_ratio),  # a second layout is a second compilation, ten seconds of CPU
        first,
        out,
        _room(min(2 * boxes + most, MOST_BOXES)),
    )
    source, xyxy_px, score, class_id = out
    return NoisyFrames(first, source[:kept], xyxy_px[:kept], score[:kept], class_id[:kept])


def _room(count: int) -> Room:
    return np.empty(count, np.int64), np.empty((count, 4)), np.empty(count), np.empty(count, np.int64)
