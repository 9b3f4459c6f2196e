"""The peer ByteTrackTracker in a process of its own environment; see bytetrack_peer.py."""

import json
import subprocess
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final, Self

import numpy as np

from infra.evaluation.identified import Identified
from tests.benchmarks.figure import BenchmarkError
from tests.benchmarks.tracking.clips import CLIP_FPS, ENVIRONMENT
from tests.benchmarks.tracking.mot import Boxes

PEER: Final = Path(__file__).with_name("bytetrack_peer.py")


class Peer:
    """The peer's process, which keeps the boxes between rounds.

    Args:
        clips: boxes by clip; the peer sees each frame from the first key to the last, `step` apart.
        copies: cameras made of each clip.
        step: frames of the clip between two that are looked at; the peer is told the rate that this makes.
    """

    def __init__(self, clips: Mapping[str, Boxes], copies: int, step: int = 1) -> None:
        self._process = subprocess.Popen(
            [str(ENVIRONMENT / "bin/python"), str(PEER)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
        )
        self._frames = {name: range(min(frames), max(frames) + 1, step) for name, frames in clips.items()}
        none = np.zeros((0, 5))
        self._ask(
            {
                "copies": copies,
                "frames_per_s": CLIP_FPS / step,
                "clips": {
                    name: [frames.get(number, none).tolist() for number in self._frames[name]]
                    for name, frames in clips.items()
                },
            }
        )

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._process.kill()
        self._process.wait()

    def round(self) -> tuple[float, Mapping[str, Identified]]:
        """Return the CPU seconds of one round and what was tracked in the first copy of each clip."""
        answer = self._ask({})
        found: dict[str, Identified] = {
            name: {
                self._frames[name][int(ordinal)]: (np.array(own["ids"], np.int64), np.array(own["boxes"]))
                for ordinal, own in frames.items()
                if own["ids"]
            }
            for name, frames in answer["found"].items()
        }
        return answer["cpu_s"], found

    def _ask(self, question: Mapping[str, Any]) -> Any:
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._process.stdin.write(json.dumps(question) + "\n")
        self._process.stdin.flush()
        answer = self._process.stdout.readline()
        if not answer:
            raise BenchmarkError(f"the peer {PEER.name} ended with {self._process.wait()}; its error is above")
        return json.loads(answer)
