"""PlateSession: the shipped plate models in a process of Triton's environment, for studies without a stack."""

import struct
import subprocess
import time
from pathlib import Path
from typing import Final, Self

import numpy as np
from numpy.typing import NDArray

from infra.noise.model_session import PYTHON, NoiseStudyError
from infra.settings import ROOT
from processors.perception.plates.plate_models import SYMBOLS, Canvas, FoundPlates
from processors.perception.plates.triton_plate_models import checked_rows, found_of

WORKER: Final = Path(__file__).with_name("plate_worker.py")
MODELS: Final = ROOT / "infra/triton/models"
PLATES, PLACES = 10, 40


class PlateSession:
    """Implements PlateModels; use it as a context manager.

    Attributes:
        find_s, read_s: seconds spent in each model so far, the pipe included.

    Raises:
        NoiseStudyError: Triton's environment is missing, or the process ended.
    """

    def __init__(self) -> None:
        if not PYTHON.exists():
            raise NoiseStudyError(f"Triton's environment {PYTHON.parent.parent.name} is missing; run 'make setup'")
        files = [str(MODELS / name / "1/model.onnx") for name in ("plate_detect", "plate_read")]
        self._process = subprocess.Popen(
            [str(PYTHON), str(WORKER), *files], stdin=subprocess.PIPE, stdout=subprocess.PIPE
        )
        self.find_s = self.read_s = 0.0

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._process.kill()
        self._process.wait()

    async def version(self) -> str:
        """See PlateModels."""
        return "shipped"

    async def find(self, canvases: Canvas) -> list[FoundPlates]:
        """See PlateModels."""
        began = time.perf_counter()
        self._ask(b"F", canvases)
        n = len(canvases)
        corners = self._answer(n * PLATES * 8).reshape(n, PLATES, 8)
        scores = self._answer(n * PLATES).reshape(n, PLATES)
        count = self._answer(n).view(np.int32).reshape(n, 1)
        self.find_s += time.perf_counter() - began
        return found_of([corners, scores, count], n)

    async def read(self, plates: Canvas) -> NDArray[np.float32]:
        """See PlateModels."""
        began = time.perf_counter()
        self._ask(b"R", plates)
        columns = 1 + len(SYMBOLS)
        rows = self._answer(len(plates) * PLACES * columns).reshape(len(plates), PLACES, columns)
        self.read_s += time.perf_counter() - began
        return checked_rows(rows, len(plates))

    def _ask(self, kind: bytes, pictures: Canvas) -> None:
        assert self._process.stdin is not None
        self._process.stdin.write(kind + struct.pack("<I", len(pictures)) + np.ascontiguousarray(pictures).tobytes())
        self._process.stdin.flush()

    def _answer(self, count: int) -> NDArray[np.float32]:
        assert self._process.stdout is not None
        data = self._process.stdout.read(4 * count)
        if len(data) < 4 * count:
            raise NoiseStudyError(f"the plate models' process ended with {self._process.wait()}; its error is above")
        return np.frombuffer(data, np.float32)
