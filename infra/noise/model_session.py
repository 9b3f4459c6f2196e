"""ModelSession: a model in a process of Triton's environment, asked one canvas at a time."""

import struct
import subprocess
from pathlib import Path
from typing import Final, Literal, Self

import numpy as np
from numpy.typing import NDArray

from infra.settings import ROOT
from processors.perception.detector import Found

PYTHON: Final = ROOT / ".venv-triton" / "bin" / "python"
WORKER: Final = Path(__file__).with_name("onnx_worker.py")
SIDE_PX: Final = 416


class NoiseStudyError(RuntimeError):
    """The study cannot go on: a model, a clip or the environment is missing, or a process failed; says which."""


class ModelSession:
    """A model; use it as a context manager.

    Args:
        kind: how its tensors are read: the shipped detector's contract, YOLOX's, or a plate reader's.
        model: its file.
        shape: height and width of its canvases.

    Raises:
        NoiseStudyError: the file or Triton's environment is missing.
    """

    def __init__(
        self, kind: Literal["detector", "yolox", "plates"], model: Path, shape: tuple[int, int] = (SIDE_PX, SIDE_PX)
    ) -> None:
        if not PYTHON.exists():
            raise NoiseStudyError(f"Triton's environment {PYTHON.parent.parent.name} is missing; run 'make setup'")
        if not model.exists():
            raise NoiseStudyError(f"model {model} is missing; name a folder that holds it")
        command = [str(PYTHON), str(WORKER), kind, str(model), *map(str, shape)]
        self._name = model.name
        self._process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._process.kill()
        self._process.wait()

    def ask(self, canvas: NDArray[np.uint8]) -> None:
        """Send a canvas, uint8 [height, width, 3], RGB; `answer` returns what is found on it."""
        assert self._process.stdin is not None
        self._process.stdin.write(canvas.tobytes())
        self._process.stdin.flush()

    def answer(self) -> Found:
        """Return what was found on the canvas asked for.

        Raises:
            NoiseStudyError: the process ended.
        """
        rows = self.rows()
        return Found(rows[:, :4], rows[:, 4], rows[:, 5].astype(np.int32))

    def rows(self) -> NDArray[np.float32]:
        """Return the answer's rows as the process gives them, float32 [n, 6].

        Raises:
            NoiseStudyError: the process ended.
        """
        assert self._process.stdout is not None
        head = self._process.stdout.read(4)
        if len(head) < 4:
            raise NoiseStudyError(f"{self._name}: its process ended with {self._process.wait()}; its error is above")
        (count,) = struct.unpack("<I", head)
        return np.frombuffer(self._process.stdout.read(24 * count), np.float32).reshape(-1, 6)

    def infer(self, canvas: NDArray[np.uint8]) -> Found:
        """Return what is found on one canvas."""
        self.ask(canvas)
        return self.answer()
