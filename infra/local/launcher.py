"""Stands between the runner and one of its children, so that nothing outlives the runner.

    python launcher.py PIDFILE STOP_SECONDS RUNNER_PID -- PROGRAM [ARGUMENT ...]

The kernel sends the launcher SIGTERM when the runner dies, however it dies. The launcher stops its child politely
(Kafka's log stays clean), kills it and all its descendants after a bound, and ends with the child's status. Should the
launcher itself be killed, the kernel kills the child. Run as a file with `python -I -S`, it imports nothing of Vigil's.
"""

import contextlib
import ctypes
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

PR_SET_PDEATHSIG = 1
PR_SET_CHILD_SUBREAPER = 36
#: Seconds that descendants have after their parent ended: Triton's stubs end by themselves.
DESCENDANTS_S = 2.0
SIGNALS = frozenset({signal.SIGTERM, signal.SIGINT, signal.SIGCHLD})


def _prctl(option: int, value: int) -> None:
    libc = ctypes.CDLL(None, use_errno=True)
    if libc.prctl(option, value, 0, 0, 0) != 0:
        raise OSError(ctypes.get_errno(), f"prctl({option}) failed")


def _become_child() -> None:
    signal.pthread_sigmask(signal.SIG_UNBLOCK, SIGNALS)
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


def _reap() -> None:
    with contextlib.suppress(ChildProcessError):
        while os.waitpid(-1, os.WNOHANG)[0]:
            pass


def _wait(child: "subprocess.Popen[bytes]", stop_s: float) -> None:
    """Wait for the child's end; on SIGTERM or SIGINT pass SIGTERM on and kill the child after stop_s."""
    kill_at: float | None = None
    while child.poll() is None:
        wait_s = 3600.0 if kill_at is None else max(0.0, kill_at - time.monotonic())
        received = signal.sigtimedwait(SIGNALS, wait_s)
        if received is None and kill_at is not None:
            child.kill()
            child.wait()
        elif received is not None and received.si_signo != signal.SIGCHLD and kill_at is None:
            child.terminate()
            kill_at = time.monotonic() + stop_s


def main(arguments: list[str]) -> int:
    """Run one program until it ends or a signal asks for its end; return its status, 128 + n for signal n."""
    pid_file, stop_s, runner, program = Path(arguments[0]), float(arguments[1]), int(arguments[2]), arguments[4:]
    signal.pthread_sigmask(signal.SIG_BLOCK, SIGNALS)
    _prctl(PR_SET_PDEATHSIG, signal.SIGTERM)
    _prctl(PR_SET_CHILD_SUBREAPER, 1)
    if os.getppid() != runner:  # it died before the death signal was set
        return 1
    try:
        child = subprocess.Popen(program, preexec_fn=_become_child, start_new_session=True)  # noqa: PLW1509  one thread
    except OSError as error:
        print(f"{program[0]} cannot be started: {error.strerror}", flush=True)
        return 127
    started = Path(f"/proc/{child.pid}/stat").read_text(encoding="utf-8").rpartition(")")[2].split()[19]
    # whoever looks sees all of it or nothing
    whole = pid_file.with_name(f"{pid_file.name}.new")
    whole.write_text(f"{child.pid} {started}\n", encoding="utf-8")
    whole.replace(pid_file)
    _wait(child, stop_s)
    deadline = time.monotonic() + DESCENDANTS_S
    _reap()
    while descendants() and time.monotonic() < deadline:
        time.sleep(0.02)
        _reap()
    for pid in descendants():
        with contextlib.suppress(ProcessLookupError):
            os.kill(pid, signal.SIGKILL)
    _reap()
    pid_file.unlink(missing_ok=True)
    return child.returncode if child.returncode >= 0 else 128 - child.returncode


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
