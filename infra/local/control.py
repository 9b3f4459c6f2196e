"""Starts, asks and stops the local stack from another process."""

import contextlib
import fcntl
import json
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

import psutil

from infra.local.runner import RELEASE, tail
from infra.local.stack import ports
from infra.settings import ROOT, Settings

UP_WITHIN_S = 180.0
DOWN_WITHIN_S = 60.0

Progress = Callable[[Mapping[str, str]], None]


class StackError(RuntimeError):
    """The stack cannot do what it was asked; the text says why and what to do."""


class LocalStack:
    """The local stack of one data folder.

    Args:
        settings: ports, folders.
        stages: Vigil's own processes to run beside the servers.
        options: further arguments of each stage's command line.
        hold_stages: start the stages only when `release` is called: topics and tables must be there first.
    """

    def __init__(
        self,
        settings: Settings,
        stages: Sequence[str] = (),
        options: Mapping[str, Sequence[str]] | None = None,
        *,
        hold_stages: bool = False,
    ) -> None:
        self.settings = settings
        self._folder = settings.data_dir.resolve()
        self._stages = stages
        self._options = options or {}
        self._hold_stages = hold_stages

    def up(self, progress: Progress | None = None) -> None:
        """Start the runner detached and wait until every child serves.

        Raises:
            StackError: it runs already, a port is taken, or a child cannot be started; says which and why.
        """
        if self.running():
            raise StackError(f"a stack is running on {self._folder} already; 'vigil down' stops it")
        self._refuse_taken_ports()
        (self._folder / "logs").mkdir(parents=True, exist_ok=True)
        argv = [sys.executable, "-m", "infra.local.runner", "--stages", ",".join(self._stages)]
        for name, values in self._options.items():
            argv += [f"--option={name}={value}" for value in values]
        if self._hold_stages:
            argv.append("--hold-stages")
        path = os.pathsep.join(p for p in (str(ROOT), os.environ.get("PYTHONPATH", "")) if p)
        environment = {
            **os.environ,
            **self.settings.environment(),
            "PYTHONPATH": path,
            "VIGIL_DATA_DIR": str(self._folder),
        }
        with (self._folder / "logs" / "runner.log").open("ab") as log:
            runner = subprocess.Popen(
                argv,
                env=environment,
                stdout=log,
                stderr=subprocess.STDOUT,
                stdin=subprocess.DEVNULL,
                start_new_session=True,
            )
        self.wait(runner=runner, progress=progress)

    def wait(self, *, runner: "subprocess.Popen[bytes] | None" = None, progress: Progress | None = None) -> None:
        """Wait until every child serves.

        Raises:
            StackError: a child failed, or not all serve in time.
        """
        deadline = time.monotonic() + UP_WITHIN_S
        while True:
            if runner is not None and runner.poll() is not None:
                lines = "\n".join(tail(self._folder / "logs" / "runner.log"))
                raise StackError(f"the stack's runner ended with {runner.returncode}; its last lines:\n{lines}")
            children = self.status()
            states = {name: child["state"] for name, child in children.items()}
            if progress is not None:
                progress(states)
            for name, state in states.items():
                if state == "failed":
                    lines = "\n  ".join(children[name]["log_tail"])
                    self.down()
                    raise StackError(f"{name} {children[name]['last_exit']}; its last lines:\n  {lines}")
            if states and all(state in {"ready", "done", "held"} for state in states.values()):
                return
            if time.monotonic() > deadline:
                slow = ", ".join(
                    f"{name} ({state})" for name, state in states.items() if state not in {"ready", "done"}
                )
                self.down()
                raise StackError(f"not up within {UP_WITHIN_S:.0f} s: {slow}; logs are in {self._folder / 'logs'}")
            time.sleep(0.1)

    def release(self) -> None:
        """Let held stages start."""
        (self._folder / "run" / RELEASE).touch()

    def down(self) -> None:
        """Stop everything and wait until it is gone; does nothing where nothing runs.

        Raises:
            StackError: something is still there after a minute.
        """
        pid = self._runner_pid()
        if pid is None:
            return
        with contextlib.suppress(ProcessLookupError):
            os.kill(pid, signal.SIGTERM)
        deadline = time.monotonic() + DOWN_WITHIN_S
        while self.running():
            if time.monotonic() > deadline:
                raise StackError(f"the runner (process {pid}) has not ended within {DOWN_WITHIN_S:.0f} s of SIGTERM")
            time.sleep(0.05)

    def running(self) -> bool:
        """Tell whether a runner owns the data folder."""
        path = self._folder / "run" / "lock"
        if not path.exists():
            return False
        with path.open("r+") as lock:
            try:
                fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                return True
            fcntl.flock(lock, fcntl.LOCK_UN)
        return False

    def status(self) -> dict[str, Any]:
        """Return each child's state, restarts, last exit, pid; empty where no runner runs."""
        state = self._state()
        children: dict[str, Any] = state.get("children", {})
        for name, child in children.items():
            child["pid"] = self.pid(name)
        return children

    def pid(self, name: str) -> int | None:
        """Return the process id of a child itself (not its launcher's), or None."""
        path = self._folder / "run" / f"{name}.pid"
        with contextlib.suppress(OSError, ValueError):
            pid = int(path.read_text())
            if psutil.pid_exists(pid):
                return pid
        return None

    def kill(self, name: str, number: int = signal.SIGKILL) -> int:
        """Send a signal to a child and return its process id.

        Raises:
            StackError: it is not running.
        """
        pid = self.pid(name)
        if pid is None:
            raise StackError(f"{name} is not running")
        os.kill(pid, number)
        return pid

    def log(self, name: str, lines: int = 40) -> list[str]:
        """Return the last lines of a child's log, or of the runner's."""
        return tail(self._folder / "logs" / f"{name}.log", lines)

    def log_path(self, name: str) -> Path:
        """Return the file of a child's log."""
        return self._folder / "logs" / f"{name}.log"

    def _state(self) -> dict[str, Any]:
        if not self.running():
            return {}
        try:
            state: dict[str, Any] = json.loads((self._folder / "run" / "state.json").read_text())
        except (FileNotFoundError, json.JSONDecodeError):
            return {}
        pid = state.get("runner_pid")
        return state if isinstance(pid, int) and psutil.pid_exists(pid) else {}

    def _runner_pid(self) -> int | None:
        deadline = time.monotonic() + 5
        while self.running() and time.monotonic() < deadline:
            pid = self._state().get("runner_pid")
            if isinstance(pid, int):
                return pid
            time.sleep(0.1)
        return None

    def _refuse_taken_ports(self) -> None:
        for setting, port in ports(self.settings).items():
            with socket.socket() as probe:
                probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
                try:
                    probe.bind((self.settings.host, port))
                except OSError:
                    owner = _owner(port)
                    raise StackError(
                        f"port {port} is taken{owner}; stop that or set VIGIL_{setting.upper()} to a free port"
                    ) from None


def _owner(port: int) -> str:
    with contextlib.suppress(psutil.Error, OSError):
        for connection in psutil.net_connections("tcp"):
            if (
                connection.laddr
                and connection.laddr.port == port
                and connection.status == psutil.CONN_LISTEN
                and connection.pid
            ):
                return f" by process {connection.pid} ({psutil.Process(connection.pid).name()})"
    return ""
