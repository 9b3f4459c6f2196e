"""The tracking core against ByteTrack as the package `trackers` has it: CPU, and HOTA on the same boxes.

    python -m tests.benchmarks.tracking.bytetrack

The boxes are those of TUD-Stadtmitte and TUD-Campus as the package motmetrics ships them in .venv-bench: of each clip
the ground truth's boxes and a detector's, all with one score and without identities. Fifty copies of each of the four
make 200 cameras. Both sides get the same boxes of every frame: the core as detections messages of one second, all
cameras of a second in one batch, as its stage hands them over; the peer as its own Detections, a tracker a camera,
frame by frame. Making either input is not counted. CPU is that of the process, user and system, in alternating rounds;
the ratio is the median over the rounds. The core's side includes making its tracks messages, which the peer has no
equal to.

HOTA is the mean over the four clips, 0 to 100, against the clip's ground truth; of both trackers only the confirmed
boxes count, each with its default thresholds and the peer told the clips' 25 frames a second.
"""

import statistics
import time
from collections.abc import Mapping
from typing import Final

from infra.evaluation.hota import hota
from infra.evaluation.identified import Identified
from processors.stage_core import KeyBatch, Record
from processors.tracking.core import TrackingCore
from schemas.messages import Detections
from tests.benchmarks.figure import Figure, Say, at_least, main
from tests.benchmarks.tracking.clips import tud_clips
from tests.benchmarks.tracking.mot import Boxes, NoRegistry, identified, messages, track
from tests.benchmarks.tracking.peer import Peer

COPIES: Final = 50
ROUNDS: Final = 3


def run(say: Say, copies: int = COPIES, rounds: int = ROUNDS) -> list[Figure]:
    """Return the figures.

    Args:
        say: takes lines of progress.
        copies: cameras made of each of the four clips.
        rounds: of each side.

    Raises:
        BenchmarkError: the peers' environment is missing, or the peer failed.
    """
    scored = tud_clips()
    clips = {name: clip.boxes for name, clip in scored.items()}
    core = TrackingCore()
    core.warm_up()
    ours, peers = [], []
    found: Mapping[str, Identified] = {}
    with Peer(clips, copies) as peer:
        for number in range(rounds):
            ours.append(_cpu_s(core, clips, copies))
            cpu_s, found = peer.round()
            peers.append(cpu_s)
            say(f"round {number + 1} of {rounds}: {ours[-1]:.2f} against {peers[-1]:.2f} s CPU")
    scores = {
        name: (hota(clip.truth, identified(track(core, messages(name, clip.boxes)))), hota(clip.truth, found[name]))
        for name, clip in scored.items()
    }
    for name, (mine, other) in scores.items():
        say(f"{name}: HOTA {100 * mine.hota:.1f} against {100 * other.hota:.1f}")
    means = [100 * statistics.mean(pair[side].hota for pair in scores.values()) for side in (0, 1)]
    peer_name = f"ByteTrackTracker of trackers, {len(clips) * copies} cameras"
    ratio = statistics.median(other / mine for mine, other in zip(ours, peers, strict=True))
    return [
        Figure("tracker_vs_bytetrack", ratio, "ratio", at_least(10), peer_name),
        Figure("tracker_hota_delta", means[0] - means[1], "points", at_least(-0.5), f"{peer_name}: {means[1]:.1f}"),
    ]


def _cpu_s(core: TrackingCore, clips: Mapping[str, Boxes], copies: int) -> float:
    """Return the core's CPU seconds over all cameras; states go from batch to batch as objects, as in its stage."""
    cameras = {f"{name}/{copy}": boxes for name, boxes in clips.items() for copy in range(copies)}
    by_camera = {camera: messages(camera, boxes) for camera, boxes in cameras.items()}
    states = {camera: core.initial(camera) for camera in cameras}
    spent = 0.0
    for second in range(max(len(own) for own in by_camera.values())):
        batch = [
            KeyBatch(camera, states[camera], [_record(own[second])])
            for camera, own in by_camera.items()
            if second < len(own)
        ]
        began = time.process_time()
        results = core.apply(batch, NoRegistry())
        spent += time.process_time() - began
        for work, result in zip(batch, results, strict=True):
            states[work.key] = result.state
    return spent


def _record(message: Detections) -> Record[Detections]:
    return Record(message, 0, message.sequence, message.captured_at_us // 1000)


if __name__ == "__main__":
    main(run)
