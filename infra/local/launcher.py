"""Stands between the runner and one of its children, so that nothing outlives the runner.

    python -m infra.local.launcher PIDFILE STOP_SECONDS -- PROGRAM [ARGUMENT ...]

The kernel sends the launcher SIGTERM when the runner dies, however it dies. The launcher stops its child politely
(Kafka's log stays clean), kills it and all its descendants after a bound, and ends with the child's status.
"""

import contextlib
import ctypes
import os
import signal
import subprocess
import sys
import time
from pathlib import Path
from types import FrameType

PR_SET_PDEATHSIG = 1
PR_SET_CHILD_SUBREAPER = 36


def _prctl(option: int, value: int) -> None:
    ctypes.CDLL(None, use_errno=True).prctl(option, value, 0, 0, 0)


def _die_with_parent() -> None:
    _prctl(PR_SET_PDEATHSIG, signal.SIGKILL)


def descendants() -> list[int]:
    """Return the process ids below this one, read from /proc."""
    children: dict[int, list[int]] = {}
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit():
            with contextlib.suppress(OSError):
                parent = int((entry / "stat").read_text().rpartition(")")[2].split()[1])
                children.setdefault(parent, []).append(int(entry.name))
    out: list[int] = []
    todo = [os.getpid()]
    while todo:
        below = children.get(todo.pop(), [])
        out += below
        todo += below
    return out


def main(arguments: list[str]) -> int:
    """Run one program until it ends or a signal asks for its end; return its status."""
    pid_file, stop_s, program = Path(arguments[0]), float(arguments[1]), arguments[3:]
    runner = os.getppid()
    _prctl(PR_SET_PDEATHSIG, signal.SIGTERM)
    _prctl(PR_SET_CHILD_SUBREAPER, 1)
    asked: list[float] = []

    def stop(_signal: int, _frame: FrameType | None) -> None:
        if not asked:
            asked.append(time.monotonic())

    signal.signal(signal.SIGTERM, stop)
    signal.signal(signal.SIGINT, stop)
    if os.getppid() != runner:  # the runner died before the death signal was set
        return 1
    child = subprocess.Popen(program, preexec_fn=_die_with_parent, start_new_session=True)  # noqa: PLW1509  one thread only
    pid_file.write_text(str(child.pid))
    told = False
    while child.poll() is None:
        if asked and not told:
            child.terminate()
            told = True
        if asked and time.monotonic() - asked[0] > stop_s:
            child.kill()
        with contextlib.suppress(subprocess.TimeoutExpired):
            child.wait(0.1)
    deadline = time.monotonic() + 2.0
    while descendants() and time.monotonic() < deadline:  # Triton's stubs end by themselves when it stops cleanly
        with contextlib.suppress(ChildProcessError):
            os.waitpid(-1, os.WNOHANG)
        time.sleep(0.05)
    for pid in descendants():
        with contextlib.suppress(ProcessLookupError):
            os.kill(pid, signal.SIGKILL)
    pid_file.unlink(missing_ok=True)
    return child.returncode if child.returncode >= 0 else 128 - child.returncode


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
