"""SumoTraffic: vehicles moved by SUMO, in a process with an environment of its own (.venv-city)."""

import json
import subprocess
import tempfile
from pathlib import Path
from typing import IO, Final

import numpy as np
from numpy.typing import NDArray

from producers.simulator.city import City
from producers.simulator.city_clock import SECOND_US
from producers.simulator.motions import NOTHING, Motions, joined
from producers.simulator.traffic.available import PYTHON
from producers.simulator.traffic.sumo_network import step_us, write_network

#: Frames asked for before they are needed, so that SUMO works while camera-seconds are made.
AHEAD: Final = 4
#: Faster no vehicle drives, metres a second: SUMO moved it on out of a deadlock.
MOST_MPS: Final = 40.0
#: Vehicles' numbers as actors: above those of the conveyor's lanes, below walkers.
DRIVING: Final = 1 << 58
STOP_S: Final = 10.0

Frame = tuple[NDArray[np.int64], NDArray[np.int64], NDArray[np.float64]]


class SumoError(RuntimeError):
    """SUMO's process ended or cannot be started; the text says what it said."""


class SumoTraffic:
    """Traffic of the whole city.

    Args:
        city: the city.
        start_us: its first second, microseconds since the Unix epoch; a whole second.

    Raises:
        SumoError: the process did not come up.
    """

    def __init__(self, city: City, start_us: int) -> None:
        self._start_us = start_us
        self._next_s = 0
        self._step_us = step_us(city)
        self._folder = tempfile.TemporaryDirectory(prefix="vigil-sumo-")
        folder = Path(self._folder.name)
        told = write_network(city, folder)
        (folder / "told.json").write_text(json.dumps(told), encoding="utf-8")
        self._log = (folder / "log.txt").open("w+b")
        script = Path(__file__).with_name("sumo_process.py")
        self._process = subprocess.Popen(
            [str(PYTHON), str(script), str(folder), str(start_us // SECOND_US)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=self._log,
        )
        for _ in range(AHEAD):
            self._ask()
        self._last = self._frame()

    def second(self) -> Motions:
        """Return the motions of the next second of the city.

        Raises:
            SumoError: the process ended.
        """
        parts = []
        for part in range(SECOND_US // self._step_us):
            now = self._frame()
            from_us = self._start_us + self._next_s * SECOND_US + part * self._step_us
            parts.append(between(self._last, now, from_us, self._step_us))
            self._last = now
        self._next_s += 1
        return joined(parts)

    def close(self) -> None:
        """End the process."""
        for stream in (self._process.stdin, self._process.stdout):
            if stream is not None:
                try:
                    stream.close()
                except BrokenPipeError:
                    continue
        try:
            self._process.wait(STOP_S)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()
        self._log.close()
        self._folder.cleanup()

    def _ask(self) -> None:
        stream = self._process.stdin
        assert stream is not None
        try:
            stream.write(b"\n")
            stream.flush()
        except BrokenPipeError:
            raise SumoError(self._said()) from None

    def _frame(self) -> Frame:
        self._ask()
        stream = self._process.stdout
        assert stream is not None
        count = int(np.frombuffer(self._read(stream, 8), np.int64)[0])
        actor = np.frombuffer(self._read(stream, 8 * count), np.int64) | DRIVING
        kind = np.frombuffer(self._read(stream, 8 * count), np.int64)
        place = np.frombuffer(self._read(stream, 24 * count), np.float64).reshape(-1, 3)
        return actor, kind, place

    def _read(self, stream: IO[bytes], size: int) -> bytes:
        data = stream.read(size)
        if len(data) != size:
            raise SumoError(self._said())
        return data

    def _said(self) -> str:
        self._process.wait(STOP_S)
        self._log.seek(0)
        said = self._log.read().decode(errors="replace").strip()[-600:] or "nothing"
        return f"SUMO's process ended with {self._process.returncode}; it said: {said}"


def between(before: Frame, after: Frame, from_us: int, lasting_us: int) -> Motions:
    """Return the motions from one frame to the next; who is in one of them alone does not move. Pure."""
    _, a, b = np.intersect1d(before[0], after[0], assume_unique=True, return_indices=True)
    if not len(a):
        return NOTHING
    begin, end = before[2][a], after[2][b]
    way = np.hypot(end[:, 0] - begin[:, 0], end[:, 1] - begin[:, 1])
    kept = way <= MOST_MPS * lasting_us / 1e6
    a, begin, end, way = a[kept], begin[kept], end[kept], way[kept]
    count = len(a)
    return Motions(
        actor=before[0][a],
        kind=before[1][a],
        from_us=np.full(count, from_us, np.int64),
        to_us=np.full(count, from_us + lasting_us, np.int64),
        x_m=np.column_stack([begin[:, 0], end[:, 0]]),
        y_m=np.column_stack([begin[:, 1], end[:, 1]]),
        heading_rad=np.column_stack([begin[:, 2], end[:, 2]]),
        speed_kmh=way / (lasting_us / 1e6) * 3.6,
    )
