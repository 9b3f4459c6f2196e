"""The tracker and the peer by HOTA and IDF1 at the rates that cameras are really sampled at.

    python -m tests.benchmarks.tracking.rates

Every clip is looked at 25, 5, 2.5 and 1 times a second: every step-th frame of boxes and truth alike, from each of the
first `step` frames on; a score is the mean over these phases. The peer is ByteTrackTracker at its defaults, told the
rate. The clips are those of `bytetrack.py` and the made-up scenes of `made_up.py`, which have vehicles and last longer.
"""

import statistics
import sys
from collections.abc import Mapping
from typing import Final, NamedTuple

from infra.evaluation.hota import hota
from infra.evaluation.identified import Identified
from infra.evaluation.idf1 import idf1
from processors.tracking.core import TrackingCore
from processors.tracking.settings import TrackingSettings
from tests.benchmarks.figure import Say
from tests.benchmarks.tracking.clips import CLIP_FPS, Clip, tud_clips
from tests.benchmarks.tracking.made_up import made_up_clips
from tests.benchmarks.tracking.mot import identified, messages, subsampled, track
from tests.benchmarks.tracking.peer import Peer

#: Frames of a clip between two that are looked at.
STEPS: Final = (1, 5, 10, 25)


class Score(NamedTuple):
    """HOTA and IDF1, 0 to 100, means over the phases."""

    hota: float
    idf1: float


def ours(clips: Mapping[str, Clip], step: int, settings: TrackingSettings | None = None) -> Mapping[str, Score]:
    """Return the tracking core's scores."""
    core = TrackingCore(settings)
    found = {}
    for name, clip in clips.items():
        for phase in range(step):
            boxes = subsampled(clip.boxes, step, phase)
            found[name, phase] = identified(track(core, messages(name, boxes, CLIP_FPS, clip.class_id)))
    return _scores(clips, step, found)


def peers(clips: Mapping[str, Clip], step: int) -> Mapping[str, Score]:
    """Return the peer's scores.

    Raises:
        BenchmarkError: the peer failed.
    """
    keys = {f"{name}@{phase}": (name, phase) for name in clips for phase in range(step)}
    boxes = {text: subsampled(clips[name].boxes, step, phase) for text, (name, phase) in keys.items()}
    with Peer(boxes, copies=1, step=step) as peer:
        _, found = peer.round()
    return _scores(clips, step, {key: found[text] for text, key in keys.items()})


def _scores(clips: Mapping[str, Clip], step: int, found: Mapping[tuple[str, int], Identified]) -> Mapping[str, Score]:
    scores = {}
    for name, clip in clips.items():
        truths = [subsampled(clip.truth, step, phase) for phase in range(step)]
        scores[name] = Score(
            100 * statistics.mean(hota(truth, found[name, phase]).hota for phase, truth in enumerate(truths)),
            100 * statistics.mean(idf1(truth, found[name, phase]) for phase, truth in enumerate(truths)),
        )
    return scores


def table(say: Say, clips: Mapping[str, Clip] | None = None, steps: tuple[int, ...] = STEPS) -> Mapping[float, float]:
    """Say a table of the scores; return ours less the peer's HOTA, mean over the clips, by frames a second.

    Raises:
        BenchmarkError: the peers' environment is missing, or the peer failed.
    """
    if clips is None:
        clips = {**tud_clips(), **made_up_clips()}
    say(f"{'frames/s':>8} {'clip':<20} {'HOTA':>6} {'peer':>6} {'delta':>6}   {'IDF1':>6} {'peer':>6} {'delta':>6}")
    deltas = {}
    for step in steps:
        mine, other = ours(clips, step), peers(clips, step)
        rows = [(name, mine[name], other[name]) for name in clips]
        for name, a, b in [*rows, ("mean", _mean(mine), _mean(other))]:
            say(
                f"{CLIP_FPS / step:>8g} {name:<20} {a.hota:>6.1f} {b.hota:>6.1f} {a.hota - b.hota:>+6.1f}"
                f"   {a.idf1:>6.1f} {b.idf1:>6.1f} {a.idf1 - b.idf1:>+6.1f}"
            )
        deltas[CLIP_FPS / step] = _mean(mine).hota - _mean(other).hota
    return deltas


def _mean(scores: Mapping[str, Score]) -> Score:
    return Score(*(statistics.mean(column) for column in zip(*scores.values(), strict=True)))


if __name__ == "__main__":
    table(lambda line: print(line, file=sys.stdout, flush=True))  # noqa: T201  a command's output
