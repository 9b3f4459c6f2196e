"""Keeps one child alive: starts it, waits until it serves, watches it, starts it again when it dies."""

import contextlib
import os
import random
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from pathlib import Path

from infra.local import launcher
from infra.local.child import ChildCannotStartError, ChildMustRestartError, ChildSpec, ChildState
from infra.local.log_file import rotate, tail
from infra.local.marked import MARK, mark, marked

#: A child that lives shorter than this died at once.
QUICK_DEATH_S = 10.0
#: After so many quick deaths in a row the keeper gives up on the child and says so.
MOST_QUICK_DEATHS = 6
#: First and longest wait before a restart; doubled after each quick death, with jitter between half and one and a half.
BACKOFF_S = (0.3, 8.0)
CHECK_EVERY_S = 2.0
READY_WITHIN_S = 120.0
#: A child without a health check counts as serving when it has lived so long.
SETTLED_S = 1.0


class Keeper:
    """One child and the thread that keeps it.

    Args:
        spec: the child.
        folder: the stack's data folder.
        serves: tells whether another child serves; asked before a start for each of spec.needs.
        changed: called after each change of the state.
    """

    def __init__(
        self, spec: ChildSpec, folder: Path, serves: Callable[[str], bool], changed: Callable[[], None]
    ) -> None:
        self.spec = spec
        self.state = ChildState()
        self._folder = folder
        self._serves = serves
        self._changed = changed
        self._log_path = folder / "logs" / f"{spec.name}.log"
        self._pid_file = folder / "run" / f"{spec.name}.pid"
        self._stopping = threading.Event()
        self._lock = threading.Lock()
        self._process: subprocess.Popen[bytes] | None = None
        self._thread = threading.Thread(target=self._keep, name=spec.name)

    def start(self) -> None:
        """Start the thread."""
        self._thread.start()

    def stop(self) -> None:
        """Ask the child to end for good; returns at once, `alive` tells when it is gone."""
        with self._lock:
            self._stopping.set()
            if self._process is not None and self._process.poll() is None:
                self._process.terminate()

    @property
    def alive(self) -> bool:
        """Whether the child is still kept: running, or waiting to be started."""
        return self._thread.is_alive()

    def _set(self, **values: object) -> None:
        for key, value in values.items():
            setattr(self.state, key, value)
        self._changed()

    def _keep(self) -> None:
        spec = self.spec
        quick, backoff_s = 0, BACKOFF_S[0]
        while not self._stopping.is_set():
            if not all(self._serves(name) for name in spec.needs):
                self._stopping.wait(0.1)
                continue
            begun = time.monotonic()
            try:
                code = self._live()
            except ChildCannotStartError as error:
                self._set(state="failed", last_exit=f"cannot start: {error}")
                print(f"{spec.name} cannot start: {error}", flush=True)
                return
            if self._stopping.is_set():
                break
            if spec.ends and code == 0:
                self._set(state="done", last_exit="ended with 0")
                return
            lived_s = time.monotonic() - begun
            lines = tail(self._log_path)
            how = f"ended with {code}" if code <= 128 else f"was ended by {_signal_name(code - 128)}"
            if lived_s >= QUICK_DEATH_S:
                quick, backoff_s = 0, BACKOFF_S[0]
            elif all(self._serves(name) for name in spec.needs):
                quick += 1
                backoff_s = min(BACKOFF_S[1], backoff_s * 2)
            # else: what it needs is away, which is no fault of its own
            if quick >= MOST_QUICK_DEATHS:
                self._set(state="failed", last_exit=f"{how}, {quick} times in a row at once", log_tail=lines)
                print(f"{spec.name} {how}, {quick} times in a row at once; given up", *lines, sep="\n  ", flush=True)
                return
            self._set(state="restarting", last_exit=how, log_tail=lines, restarts=self.state.restarts + 1)
            print(f"{spec.name} {how} after {lived_s:.1f} s; restarted. Last lines:", *lines, sep="\n  ", flush=True)
            self._stopping.wait(backoff_s * (0.5 + random.random()))  # noqa: S311  jitter, not a secret
        self._set(state="stopped")

    def _live(self) -> int:
        """Start the child, wait until it serves, watch it until it ends; return its status."""
        rotate(self._log_path)
        with self._log_path.open("ab") as log:
            try:
                if self.spec.prepare is not None:
                    self.spec.prepare()
            except ChildCannotStartError:
                raise
            except Exception as error:  # noqa: BLE001  whatever it was, it goes into the child's log and status
                log.write(f"preparing {self.spec.name}: {type(error).__name__}: {error}\n".encode())
                log.flush()
                return 1
            with self._lock:
                if self._stopping.is_set():
                    return 0
                self._process = process = self._launch(log.fileno())
            self._set(state="starting")
            self._watch(process)
        for pid in marked(self._folder, self.spec.name):  # a killed launcher leaves what its child had started
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)
        self._pid_file.unlink(missing_ok=True)
        if self.spec.clean is not None:
            self.spec.clean()
        return process.returncode if process.returncode >= 0 else 128 - process.returncode

    def _launch(self, log: int) -> "subprocess.Popen[bytes]":
        spec = self.spec
        argv = [sys.executable, "-I", "-S", launcher.__file__, str(self._pid_file), str(spec.stop_s), str(os.getpid())]
        return subprocess.Popen(
            [*argv, "--", *spec.argv],
            stdout=log,
            stderr=subprocess.STDOUT,
            stdin=subprocess.DEVNULL,
            env={**os.environ, **spec.env, MARK: mark(self._folder, spec.name)},
            start_new_session=True,  # Ctrl-C reaches the runner alone, which stops its children in order
        )

    def _watch(self, process: "subprocess.Popen[bytes]") -> None:
        spec = self.spec
        begun = checked = time.monotonic()
        while process.poll() is None:
            now = time.monotonic()
            if self.state.state == "starting":
                if self._is_ready(now - begun):
                    self._set(state="ready")
                    print(f"{spec.name} serves after {now - begun:.1f} s", flush=True)
                elif now - begun > READY_WITHIN_S and not self._stopping.is_set():
                    print(f"{spec.name} did not serve within {READY_WITHIN_S:.0f} s; ended", flush=True)
                    process.terminate()
            elif spec.check is not None and now - checked > CHECK_EVERY_S and not self._stopping.is_set():
                self._check(process)
                checked = time.monotonic()
            with contextlib.suppress(subprocess.TimeoutExpired):
                process.wait(0.1)

    def _is_ready(self, lived_s: float) -> bool:
        if self.spec.ready is None:
            return lived_s >= SETTLED_S
        try:
            return self.spec.ready()
        except Exception:  # noqa: BLE001  a health check that fails in any way says "not yet"
            return False

    def _check(self, process: "subprocess.Popen[bytes]") -> None:
        assert self.spec.check is not None
        try:
            note = self.spec.check()
        except ChildMustRestartError as error:
            print(f"{self.spec.name}: {error}; ended to be started again", flush=True)
            process.terminate()
            return
        except Exception as error:  # noqa: BLE001  shown in status
            note = f"check failed: {error}"
        if note != self.state.note:
            self._set(note=note)


def _signal_name(number: int) -> str:
    try:
        return signal.Signals(number).name
    except ValueError:
        return f"signal {number}"
