"""The evidence sink as a process that is killed: what its store holds between two kills must never change again."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from infra.chaos.evidence.plan import Kill
from infra.settings import ROOT, Settings
from sinks.evidence.folder_store import PART

INSTANCE: Final = "exercise"
LOOK_S: Final = 0.02
#: Bounds for a broken run, no measures: until a kill's progress, and until SIGTERM is followed.
PROGRESS_S: Final = 180.0
STOP_S: Final = 60.0

#: Inode, time of change in nanoseconds, bytes: a file that is written again, or made anew, changes one of them.
Imprint = tuple[int, int, int]


class SinkError(RuntimeError):
    """The sink ended by itself, or does not go on."""


def imprints(root: Path) -> dict[str, Imprint]:
    """Return what tells whether an object was written again, by the object's name."""
    out = {}
    for path in root.rglob("*"):
        if path.is_file() and PART not in path.parts:
            stat = path.stat()
            out[path.relative_to(root).as_posix()] = (stat.st_ino, stat.st_mtime_ns, stat.st_size)
    return out


@dataclass(slots=True)
class Sink:
    """`vigil run evidence`, killed and started again.

    Args:
        settings: the exercise's, with the store's folder and the key's file.
        log: file that takes its log.

    Attributes:
        cpu_s: CPU-seconds of all its lives so far.
        starts: how often it was started.
        left_parts: unfinished files that kills left behind, all in all.
        rewritten: objects that changed between two looks.
    """

    settings: Settings
    log: Path
    cpu_s: float = field(init=False, default=0.0)
    starts: int = field(init=False, default=0)
    left_parts: int = field(init=False, default=0)
    rewritten: list[str] = field(init=False, default_factory=list)
    _process: "subprocess.Popen[bytes] | None" = field(init=False, default=None)
    _seen: dict[str, Imprint] = field(init=False, default_factory=dict)

    @property
    def store(self) -> Path:
        """Its store's folder."""
        return Path(self.settings.evidence_address)

    def start(self) -> None:
        """Start it."""
        self.starts += 1
        with self.log.open("ab") as log:
            self._process = subprocess.Popen(
                [sys.executable, "-m", "infra.cli", "run", "evidence", "--instance", INSTANCE],
                cwd=ROOT,
                env={**os.environ, **self.settings.environment()},
                stdout=log,
                stderr=subprocess.STDOUT,
                stdin=subprocess.DEVNULL,
            )

    def logged(self) -> int:
        """Return how many entries its log has, those that begin an hour among them."""
        return sum(1 for _ in (self.store / "log" / INSTANCE).glob("*/*.json"))

    def wait_for(self, holds: Callable[[], bool], what: str, within_s: float = PROGRESS_S) -> None:
        """Wait for something that the sink must bring about.

        Raises:
            SinkError: it ended by itself, or it does not come.
        """
        deadline = time.monotonic() + within_s
        while not holds():
            if self._process is not None and self._process.poll() is not None:
                raise SinkError(f"the sink ended by itself with {self._process.returncode}; see {self.log}")
            if time.monotonic() > deadline:
                raise SinkError(f"{what} did not come within {within_s:.0f} s; see {self.log}")
            time.sleep(LOOK_S)

    def kill(self, kill: Kill) -> None:
        """Kill it with -9 at a plan's moment, look at what it left, and start it again.

        Raises:
            SinkError: it does not get that far.
        """
        self.wait_for(lambda: self.logged() >= kill.after, f"finding {kill.after} in the log")
        time.sleep(kill.late_s)
        self._end(signal.SIGKILL)
        self.left_parts += sum(1 for _ in (self.store / PART).glob("*"))
        self.look()
        time.sleep(kill.down_s)
        self.start()

    def stop(self) -> int:
        """End it as a supervisor does; return its status."""
        status = self._end(signal.SIGTERM)
        self.look()
        return status

    def look(self) -> None:
        """Note objects that are not as they were at the last look."""
        now = imprints(self.store)
        self.rewritten += [name for name, imprint in self._seen.items() if now.get(name) != imprint]
        self._seen = now

    def abandon(self) -> None:
        """Kill what a broken exercise leaves."""
        if self._process is not None and self._process.returncode is None:
            self._end(signal.SIGKILL)

    def _end(self, number: int) -> int:
        process = self._process
        assert process is not None
        process.send_signal(number)
        deadline = time.monotonic() + STOP_S
        while True:
            # wait4 tells what this process alone spent; Popen's own wait would throw that away
            pid, status, usage = os.wait4(process.pid, os.WNOHANG)
            if pid:
                break
            if time.monotonic() > deadline:
                process.kill()
            time.sleep(LOOK_S)
        process.returncode = os.waitstatus_to_exitcode(status)
        self.cpu_s += usage.ru_utime + usage.ru_stime
        self._process = None
        return process.returncode
