"""Runs both plate models for plate_session.py; a process of .venv-triton, which has ONNX Runtime and nothing of Vigil.

    python plate_worker.py PLATE_DETECT PLATE_READ

Standard input: a letter (F: find, R: read), a little-endian uint32 count, then so many pictures, uint8 RGB. Standard
output for F: float32 corners [n, 10, 8], float32 scores [n, 10], int32 count [n, 1]; for R: float32 probabilities
[n, 40, 37].
"""

import struct
import sys
from typing import Any

import numpy as np
import onnxruntime as ort

SHAPES = {b"F": (320, 320, 3), b"R": (48, 320, 3)}
OUTPUTS = {b"F": ["corners", "scores", "count"], b"R": ["probs"]}


def session(model: str) -> Any:
    """Return a session with the options of infra/triton/models/*/1/model.py."""
    options = ort.SessionOptions()
    options.intra_op_num_threads = 1
    options.inter_op_num_threads = 1
    options.add_session_config_entry("session.intra_op.allow_spinning", "0")
    return ort.InferenceSession(model, options, providers=["CPUExecutionProvider"])


def main() -> None:
    """Answer until the input ends."""
    sessions = {b"F": session(sys.argv[1]), b"R": session(sys.argv[2])}
    stream = sys.stdin.buffer
    while len(head := stream.read(5)) == 5:
        kind, (count,) = head[:1], struct.unpack("<I", head[1:])
        shape = SHAPES[kind]
        pictures = np.frombuffer(stream.read(count * shape[0] * shape[1] * shape[2]), np.uint8)
        for array in sessions[kind].run(OUTPUTS[kind], {"images": pictures.reshape(count, *shape)}):
            sys.stdout.buffer.write(np.ascontiguousarray(array).tobytes())
        sys.stdout.buffer.flush()


if __name__ == "__main__":
    main()
