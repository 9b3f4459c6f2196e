"""The clips that trackers are scored on: boxes as a detector gives them, beside the ground truth."""

from collections.abc import Mapping
from typing import Final, NamedTuple

from infra.evaluation.identified import Identified
from infra.settings import ROOT
from tests.benchmarks.figure import BenchmarkError
from tests.benchmarks.tracking.mot import Boxes, read_mot, without_identities

ENVIRONMENT: Final = ROOT / ".venv-bench"
SEQUENCES: Final = ("TUD-Stadtmitte", "TUD-Campus")
#: Frames a second of all clips.
CLIP_FPS: Final = 25.0


class Clip(NamedTuple):
    """Boxes of each frame, the identities that they should get, and their COCO class."""

    truth: Identified
    boxes: Boxes
    class_id: int = 0


def tud_clips() -> Mapping[str, Clip]:
    """Return TUD-Stadtmitte and TUD-Campus as motmetrics ships them: with the truth's boxes, and with a detector's.

    Raises:
        BenchmarkError: the peers' environment, which has them, is missing.
    """
    folders = list(ENVIRONMENT.glob("lib/python3*/site-packages/motmetrics/data"))
    if not folders:
        raise BenchmarkError(f"the peers' environment {ENVIRONMENT} is missing; run 'python3 -m infra.setup --bench'")
    clips = {}
    for sequence in SEQUENCES:
        truth = read_mot(folders[0] / sequence / "gt.txt")
        for kind in ("gt", "test"):
            boxes = without_identities(read_mot(folders[0] / sequence / f"{kind}.txt"))
            clips[f"{sequence}/{kind}"] = Clip(truth, boxes)
    return clips
