"""The peer's side of throughput.py; runs in .venv-triton, which has ONNX Runtime and nothing of Vigil.

    python onnx_peer.py MODEL CANVASES SESSIONS

For each line on standard input infers all canvases once and answers with a line {wall_s, cpu_s}.
"""

import json
import sys
import threading
import time
from typing import Any

import numpy as np
import onnxruntime as ort

OUTPUTS = ["boxes", "scores", "class_ids", "count"]


def _session(model: str) -> Any:
    """Return a session with the options of infra/triton/models/detector/1/model.py."""
    options = ort.SessionOptions()
    options.intra_op_num_threads = 1
    options.inter_op_num_threads = 1
    options.add_session_config_entry("session.intra_op.allow_spinning", "0")
    return ort.InferenceSession(model, options, providers=["CPUExecutionProvider"])


def main() -> None:
    """Answer until there are no more questions."""
    model, path, count = sys.argv[1:]
    canvases = np.load(path)
    sessions = [_session(model) for _ in range(int(count))]
    for _ in sys.stdin:
        taken = iter(
            range(len(canvases))
        )  # next() on it is one step for the interpreter: each canvas goes to one thread

        def work(session: Any, left: Any = taken) -> None:
            for number in left:
                session.run(OUTPUTS, {"images": canvases[number : number + 1]})

        threads = [threading.Thread(target=work, args=(session,)) for session in sessions]
        began, cpu_began = time.perf_counter(), time.process_time()
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        took = {"wall_s": time.perf_counter() - began, "cpu_s": time.process_time() - cpu_began}
        print(json.dumps(took), flush=True)  # noqa: T201  the answer


if __name__ == "__main__":
    main()
