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

from infra.local.log_file import rotate, tail
from infra.local.marked import marked, started_at
from infra.local.runner import serve
from infra.local.stack import ports
from infra.local.stages import StageProcess
from infra.local.triton import stubs
from infra.local.wanted import WantedStages
from infra.settings import ROOT, Settings

#: What the stack may bind; not ::1, which no address of the form host:port can hold.
HOSTS = ("127.0.0.1", "localhost")
UP_WITHIN_S = 180.0
DOWN_WITHIN_S = 60.0
#: What a killed runner leaves stops by itself within its own bound; after this it is killed.
LEFT_WITHIN_S = 35.0
SERVING = frozenset({"ready", "done"})

Progress = Callable[[Mapping[str, str]], None]


class StackError(RuntimeError):
    """The stack cannot do what it was asked; the text says why and what to do."""


class LocalStack:
    """The local stack of one data folder.

    Args:
        settings: ports, folders.
        stages: Vigil's own processes to run beside the servers: names, or StageProcess where one needs its own
            environment or runs several times.
        options: further arguments of each named stage's command line.
        hold_stages: start the stages only when `release` is called: topics and tables must be there first.
        tied: the stack ends when the calling process ends, however it ends.

    Raises:
        ValueError: there is no such stage.
    """

    def __init__(
        self,
        settings: Settings,
        stages: Sequence[str | StageProcess] = (),
        options: Mapping[str, Sequence[str]] | None = None,
        *,
        hold_stages: bool = False,
        tied: bool = False,
    ) -> None:
        self.settings = settings
        self._folder = settings.data_dir.resolve()
        self._wanted = WantedStages(self._folder)
        given = options or {}
        self._stages = [
            StageProcess(stage, tuple(given.get(stage, ()))) if isinstance(stage, str) else stage for stage in stages
        ]
        self._hold_stages = hold_stages
        self._tied = tied

    def up(self, progress: Progress | None = None) -> None:
        """Start the runner detached and wait until every child serves.

        Raises:
            StackError: it runs already, a port is taken, or a child cannot be started; says which and why.
        """
        self._begin()
        argv = [sys.executable, "-m", "infra.local.runner"]
        if self._tied:
            argv += ["--tied", str(os.getpid())]
        path = os.pathsep.join(p for p in (str(ROOT), os.environ.get("PYTHONPATH", "")) if p)
        environment = {
            **os.environ,
            **self.settings.environment(),
            "PYTHONPATH": path,
            "VIGIL_DATA_DIR": str(self._folder),
        }
        rotate(self.log_path("runner"))
        with self.log_path("runner").open("ab") as log:
            runner = subprocess.Popen(
                argv,
                env=environment,
                stdout=log,
                stderr=subprocess.STDOUT,
                stdin=subprocess.DEVNULL,
                start_new_session=True,
            )
        try:
            self._wait([] if self._hold_stages else [stage.name for stage in self._stages], runner, progress)
        except BaseException:  # Ctrl-C too: what was half started goes
            self.down()
            runner.wait()
            raise

    def serve(self) -> int:
        """Be the runner: stay in the foreground until SIGTERM or Ctrl-C, and return the exit status.

        Raises:
            StackError: it runs already, or a port is taken.
        """
        self._begin()
        return serve(self.settings)

    def start(self, stages: Sequence[str | StageProcess], progress: Progress | None = None) -> None:
        """Run further stages on the running stack and wait until each serves; one that runs as told goes on.

        Raises:
            StackError: the stack is not running, or a stage gave up.
            ValueError: there is no such stage.
        """
        new = [StageProcess(stage) if isinstance(stage, str) else stage for stage in stages]
        if not self.running():
            raise StackError(f"no stack is running on {self._folder}; 'vigil up' starts it")
        names = {stage.name for stage in new}
        self._wanted.change(lambda old: [*(stage for stage in old if stage.name not in names), *new])
        self._wait([stage.name for stage in new], None, progress)

    def stop(self, names: Sequence[str]) -> None:
        """Stop stages and wait until they are gone.

        Raises:
            StackError: one is still there after a minute.
        """
        self._wanted.change(lambda old: [stage for stage in old if stage.name not in names])
        deadline = time.monotonic() + DOWN_WITHIN_S
        while left := [name for name in names if name in self.status()]:
            if time.monotonic() > deadline:
                raise StackError(f"{', '.join(left)} has not ended within {DOWN_WITHIN_S:.0f} s of SIGTERM")
            time.sleep(0.05)

    def release(self) -> None:
        """Start the stages that `up` held; see `start`."""
        self.start(self._stages)

    def down(self) -> None:
        """Stop everything and wait until it is gone, also what a killed runner left; nothing to do is fine.

        Raises:
            StackError: something is still there after a minute.
        """
        deadline = time.monotonic() + DOWN_WITHIN_S
        told = False
        while self.running():
            pid = self._state().get("runner_pid")
            if not told and isinstance(pid, int):
                with contextlib.suppress(ProcessLookupError):
                    os.kill(pid, signal.SIGTERM)
                told = True
            if time.monotonic() > deadline:
                raise StackError(f"the runner (process {pid}) has not ended within {DOWN_WITHIN_S:.0f} s of SIGTERM")
            time.sleep(0.05)
        self._end_left()

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

    def runner_pid(self) -> int | None:
        """Return the runner's process id, or None where none runs."""
        pid = self._state().get("runner_pid")
        return pid if isinstance(pid, int) else None

    def status(self) -> dict[str, Any]:
        """Return each child's state, restarts, last_exit, log_tail, note and pid; empty where no runner runs."""
        children: dict[str, Any] = self._state().get("children", {})
        for name, child in children.items():
            child["pid"] = self.pid(name)
        return children

    def pid(self, name: str) -> int | None:
        """Return the process id of a child itself (not its launcher's), or None."""
        with contextlib.suppress(OSError, ValueError):
            pid, started = (self._folder / "run" / f"{name}.pid").read_text(encoding="utf-8").split()
            if started_at(int(pid)) == int(started):
                return int(pid)
        return None

    def stub_pids(self, model: str) -> Sequence[int]:
        """Return the process ids of a model's Python stubs in Triton, one an instance, ascending."""
        return [pid for pid, of in stubs(self._folder).items() if of == model]

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
        return tail(self.log_path(name), lines)

    def log_path(self, name: str) -> Path:
        """Return the file of a child's log."""
        return self._folder / "logs" / f"{name}.log"

    def _begin(self) -> None:
        if self.running():
            raise StackError(f"a stack is running on {self._folder} already; 'vigil down' stops it")
        if self.settings.host not in HOSTS:
            raise StackError(
                f"VIGIL_HOST is {self.settings.host}; expected {' or '.join(HOSTS)}: the local stack serves"
                " this machine alone, by IPv4: it asks nobody for a password, and whoever reaches its Kafka decides"
                " fines (docs/security.md)"
            )
        self._folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        if self._folder.stat().st_uid == os.getuid():
            # Kafka's files hold pictures and plates in clear: they are nobody else's on this machine
            self._folder.chmod(0o700)
        (self._folder / "logs").mkdir(exist_ok=True)
        self._end_left()
        self._refuse_taken_ports()
        for pid_file in (self._folder / "run").glob("*.pid"):
            pid_file.unlink()
        self._wanted.change(lambda _: [] if self._hold_stages else self._stages)

    def _end_left(self) -> None:
        """Wait for what a killed runner left, which stops by itself; kill it after a bound."""
        deadline = time.monotonic() + LEFT_WITHIN_S
        while left := marked(self._folder):
            if time.monotonic() > deadline:
                for pid in left:
                    with contextlib.suppress(ProcessLookupError):
                        os.kill(pid, signal.SIGKILL)
            if time.monotonic() > deadline + 5.0:
                raise StackError(f"processes {left} of {self._folder} do not end")
            time.sleep(0.1)

    def _wait(self, stages: Sequence[str], runner: "subprocess.Popen[bytes] | None", progress: Progress | None) -> None:
        deadline = time.monotonic() + UP_WITHIN_S
        while True:
            if runner is not None and runner.poll() is not None:
                lines = "\n".join(self.log("runner", 15))
                raise StackError(f"the stack's runner ended with {runner.returncode}; its last lines:\n{lines}")
            children = self.status()
            states = {name: str(child["state"]) for name, child in children.items()}
            if progress is not None:
                progress(states)
            for name, state in states.items():
                if state == "failed" and (runner is not None or name in stages):
                    lines = "".join(f"\n  {line}" for line in children[name]["log_tail"])
                    raise StackError(f"{name} {children[name]['last_exit']}{lines}")
            if states and {*stages} <= {*states} and all(state in SERVING for state in states.values()):
                return
            if time.monotonic() > deadline:
                slow = ", ".join(f"{name} ({state})" for name, state in states.items() if state not in SERVING)
                raise StackError(f"not up within {UP_WITHIN_S:.0f} s: {slow}; logs are in {self._folder / 'logs'}")
            time.sleep(0.1)

    def _state(self) -> dict[str, Any]:
        if not self.running():
            return {}
        try:
            state: dict[str, Any] = json.loads((self._folder / "run" / "state.json").read_text(encoding="utf-8"))
        except (FileNotFoundError, json.JSONDecodeError):
            return {}
        pid = state.get("runner_pid")
        return state if isinstance(pid, int) and psutil.pid_exists(pid) else {}

    def _refuse_taken_ports(self) -> None:
        for setting, port in ports(self.settings).items():
            with socket.socket() as probe:
                probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
                try:
                    probe.bind((self.settings.host, port))
                except OSError as error:
                    raise StackError(
                        f"port {port} cannot be bound ({error.strerror}){_owner(port)}; "
                        f"free it or set VIGIL_{setting.upper()} to another"
                    ) from None


def _owner(port: int) -> str:
    with contextlib.suppress(psutil.Error, OSError):
        for connection in psutil.net_connections("tcp"):
            listens = connection.status == psutil.CONN_LISTEN
            if listens and connection.laddr and connection.laddr.port == port and connection.pid:
                return f": process {connection.pid} ({psutil.Process(connection.pid).name()}) listens there"
    return ""
