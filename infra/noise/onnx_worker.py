"""Runs a model for session.py; a process of .venv-triton, which has ONNX Runtime and nothing of Vigil.

    python onnx_worker.py detector|yolox|plates MODEL HEIGHT_PX WIDTH_PX

Standard input: canvases, uint8 [height, width, 3], RGB, one after the other. Standard output, for each: a little-endian
uint32 count, then float32 [count, 6]: x1, y1, x2, y2 (canvas pixels), score, COCO class; of plates: symbol (0: none,
then 0-9, A-Z) and its probability, from left to right, then four zeros.
"""

import struct
import sys
from collections.abc import Callable
from typing import Any

import numpy as np
import onnxruntime as ort

FLOOR = 0.15
YOLOX_STRIDES = (8, 16, 32)


def _detector(session: Any, canvas: Any) -> Any:
    """Return float32 [n, 6] of the shipped detector (infra/triton/models/detector/MODEL_CARD.md)."""
    boxes, scores, classes, count = session.run(["boxes", "scores", "class_ids", "count"], {"images": canvas[None]})
    n = int(count[0, 0])
    return np.column_stack([boxes[0, :n], scores[0, :n], classes[0, :n]]).astype(np.float32)


def _yolox(session: Any, canvas: Any) -> Any:
    """Return float32 [n, 6] of a YOLOX (arXiv 2107.08430) without its non-maximum suppression's last step."""
    side = canvas.shape[0]
    name = session.get_inputs()[0].name
    out = session.run(None, {name: canvas[:, :, ::-1].transpose(2, 0, 1)[None].astype(np.float32)})[0][0]
    grids, strides = [], []
    for stride in YOLOX_STRIDES:
        n = side // stride
        y, x = np.mgrid[:n, :n]
        grids.append(np.stack([x, y], -1).reshape(-1, 2))
        strides.append(np.full((n * n, 1), stride))
    grid, stride_of = np.concatenate(grids), np.concatenate(strides)
    centre, size = (out[:, :2] + grid) * stride_of, np.exp(out[:, 2:4]) * stride_of
    scores = out[:, 4:5] * out[:, 5:]
    classes = scores.argmax(1)
    best = scores[np.arange(len(scores)), classes]
    keep = np.flatnonzero(best >= FLOOR)
    rows = np.column_stack([centre - size / 2, centre + size / 2, best, classes])[keep].astype(np.float32)
    return _suppressed(rows[np.argsort(-rows[:, 4], kind="stable")])


def _plates(session: Any, canvas: Any) -> Any:
    """Return float32 [n, 6] of the plate reader (infra/triton/models/plate_read): its symbols, not yet joined."""
    rows = session.run(["probs"], {"images": canvas[None]})[0][0]
    return np.column_stack([rows.argmax(1), rows.max(1), np.zeros((len(rows), 4))]).astype(np.float32)


def _suppressed(rows: Any) -> Any:
    """Return the boxes that no stronger one of their class covers by IoU 0.6."""
    kept: list[Any] = []
    for row in rows:
        for other in kept:
            wide = min(row[2], other[2]) - max(row[0], other[0])
            tall = min(row[3], other[3]) - max(row[1], other[1])
            if row[5] != other[5] or wide <= 0 or tall <= 0:
                continue
            areas = (row[2] - row[0]) * (row[3] - row[1]) + (other[2] - other[0]) * (other[3] - other[1])
            if wide * tall > 0.6 * (areas - wide * tall):
                break
        else:
            kept.append(row)
    return np.array(kept, np.float32).reshape(-1, 6)


def main() -> None:
    """Answer until the input ends."""
    kind, model, height, width = sys.argv[1], sys.argv[2], int(sys.argv[3]), int(sys.argv[4])
    options = ort.SessionOptions()
    options.intra_op_num_threads = 1
    options.inter_op_num_threads = 1
    options.add_session_config_entry("session.intra_op.allow_spinning", "0")
    session = ort.InferenceSession(model, options, providers=["CPUExecutionProvider"])
    infer: Callable[[Any, Any], Any] = {"detector": _detector, "yolox": _yolox, "plates": _plates}[kind]
    size = height * width * 3
    while len(data := sys.stdin.buffer.read(size)) == size:
        rows = infer(session, np.frombuffer(data, np.uint8).reshape(height, width, 3))
        sys.stdout.buffer.write(struct.pack("<I", len(rows)) + rows.tobytes())
        sys.stdout.buffer.flush()


if __name__ == "__main__":
    main()
