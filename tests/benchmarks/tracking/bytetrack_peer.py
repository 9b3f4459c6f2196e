"""The peer's side of bytetrack.py; runs in .venv-bench, which has `trackers` and nothing of Vigil.

Reads lines of JSON: first {copies, frames_per_s, clips: name -> for each frame its boxes [x1, y1, x2, y2, score]}, then
{} for each round. Answers each with a line: {}, then {cpu_s, found: name -> ordinal of the frame -> {ids, boxes}}.
"""

import json
import sys
import time
import warnings
from typing import Any

import numpy as np
import supervision as sv
from trackers import ByteTrackTracker


def _detections(boxes: list[list[float]]) -> Any:
    rows = np.array(boxes, np.float64).reshape(-1, 5)
    return sv.Detections(xyxy=rows[:, :4], confidence=rows[:, 4], class_id=np.zeros(len(rows), int))


def _round(clips: dict[str, list[list[list[float]]]], copies: int, frames_per_s: float) -> dict[str, Any]:
    spent = 0.0
    found: dict[str, dict[int, Any]] = {}
    for name, frames in clips.items():
        for copy in range(copies):
            given = [_detections(boxes) for boxes in frames]
            tracker = ByteTrackTracker(frame_rate=frames_per_s)
            began = time.process_time()
            tracked = [tracker.update(one) for one in given]
            spent += time.process_time() - began
            if copy == 0:
                found[name] = {}
                for number, one in enumerate(tracked):
                    confirmed = one[one.tracker_id >= 0]
                    found[name][number] = {
                        "ids": confirmed.tracker_id.tolist(),
                        "boxes": confirmed.xyxy.tolist(),
                    }
    return {"cpu_s": spent, "found": found}


def main() -> None:
    """Answer questions until there are no more."""
    warnings.simplefilter("ignore")  # deprecations within the peer would only hide what matters
    task = json.loads(sys.stdin.readline())
    print("{}", flush=True)  # noqa: T201  the answer
    for _ in sys.stdin:
        print(json.dumps(_round(task["clips"], task["copies"], task["frames_per_s"])), flush=True)  # noqa: T201  the answer


if __name__ == "__main__":
    main()
