"""One sink as a process, started again when it ends, as a supervisor would."""

import contextlib
import os
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Final

from infra.local import launcher
from infra.settings import ROOT, Settings

#: How long a sink may take between SIGTERM and its end: settle_s of its settings, and the leaving of its group.
STOP_S: Final = 30.0
#: After an end of its own accord a sink is started again so late, seconds.
AGAIN_S: Final = 0.5
#: What the sink logs when it has taken partitions over.
_TAKEN: Final = "partition(s) taken"


class SinkProcess:
    """`vigil run clickhouse-sink` under one instance name.

    Args:
        settings: the run's, with ClickHouse's address as the sink is to reach it.
        instance: its name in the group.
        folder: where its log and pid file go.
    """

    def __init__(self, settings: Settings, instance: str, folder: Path) -> None:
        self._settings = settings
        self._folder = folder
        self._process: subprocess.Popen[bytes] | None = None
        self._due_s: float | None = None
        self._log_begins = 0
        self._stopping = False
        self.instance = instance
        #: kill -9 that it got.
        self.kills = 0
        #: Whether it was asked to stop before it had partitions: one that is still starting may end by the signal.
        self.stopped_early = False
        #: Exit statuses of ends of its own accord.
        self.ends: list[int] = []

    @property
    def log(self) -> Path:
        """Its log; of all its lives."""
        return self._folder / f"sink-{self.instance}.log"

    @property
    def pid(self) -> int | None:
        """Process id of the sink itself, or None while it is not there."""
        with contextlib.suppress(OSError, ValueError, IndexError):
            return int(self._pid_file.read_text(encoding="utf-8").split()[0])
        return None

    def start(self) -> None:
        """Start it; the calling thread's end is its end."""
        self._due_s = None
        self._log_begins = self.log.stat().st_size if self.log.exists() else 0
        tie = [sys.executable, "-I", "-S", launcher.__file__, str(self._pid_file), str(STOP_S), str(os.getpid()), "--"]
        with self.log.open("ab") as log:
            self._process = subprocess.Popen(
                [*tie, sys.executable, "-m", "infra.cli", "run", "clickhouse-sink", "--instance", self.instance],
                cwd=ROOT,
                env={**os.environ, **self._settings.environment()},
                stdout=log,
                stderr=subprocess.STDOUT,
                stdin=subprocess.DEVNULL,
                start_new_session=True,
            )

    def serves(self) -> bool:
        """Whether it has taken partitions since its last start."""
        if self.pid is None or not self.log.exists():
            return False
        with self.log.open("rb") as log:
            log.seek(self._log_begins)
            return _TAKEN.encode() in log.read()

    def kill(self, down_s: float) -> bool:
        """Kill it with -9, to be started again after down_s seconds; False where it is not there to be killed."""
        pid = self.pid
        if pid is None or self._process is None or self._process.poll() is not None:
            return False
        with contextlib.suppress(ProcessLookupError):
            os.kill(pid, signal.SIGKILL)
        self._process.wait()
        self.kills += 1
        self._due_s = time.monotonic() + down_s
        return True

    def tend(self) -> None:
        """Start it again where that is due."""
        if self._stopping:
            return
        if self._process is not None and self._process.poll() is not None and self._due_s is None:
            self.ends.append(self._process.returncode)
            self._due_s = time.monotonic() + AGAIN_S
        if self._due_s is not None and time.monotonic() >= self._due_s:
            self.start()

    def ask_to_stop(self) -> None:
        """Send SIGTERM; it is not started again."""
        self._stopping = True
        if self._process is not None and self._process.poll() is None:
            self.stopped_early = not self.serves()
            self._process.terminate()

    def wait(self) -> int | None:
        """Wait for the end after `ask_to_stop` and return its status; the launcher kills what does not end."""
        if self._process is None:
            return None
        code, self._process = self._process.wait(STOP_S + 15.0), None
        return code

    @property
    def _pid_file(self) -> Path:
        return self._folder / f"sink-{self.instance}.pid"
