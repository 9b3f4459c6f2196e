"""Runs the children of the stack: starts them in order, watches them, restarts what dies, stops all on SIGTERM.

python -m infra.local.runner [--stages NAME,NAME] [--option NAME=ARGUMENT ...]
"""

import argparse
import contextlib
import fcntl
import json
import os
import random
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Sequence
from dataclasses import asdict, replace
from pathlib import Path

from infra.local.child import ChildSpec, ChildState
from infra.local.stack import stack_specs
from infra.local.stages import stage_specs
from infra.settings import Settings

#: A child that lives shorter than this died at once.
QUICK_DEATH_S = 10.0
#: After so many quick deaths in a row the runner gives up on a child and says so.
MOST_QUICK_DEATHS = 6
BACKOFF_S = (0.3, 8.0)
CHECK_EVERY_S = 3.0
READY_WITHIN_S = 120.0
LOG_MAX_BYTES = 8_000_000
TAIL_LINES = 15
#: The file in the run folder whose appearance lets held stages start.
RELEASE = "release"


def tail(path: Path, lines: int = TAIL_LINES) -> list[str]:
    """Return the last lines of a log file, reading at most 16 kB."""
    if not path.exists():
        return []
    with path.open("rb") as file:
        file.seek(max(0, path.stat().st_size - 16_384))
        return file.read().decode(errors="replace").splitlines()[-lines:]


class Runner:
    """Owns the children of one data folder.

    Args:
        folder: the stack's data folder.
        specs: the children, those that are needed before those that need them.
    """

    def __init__(self, folder: Path, specs: Sequence[ChildSpec]) -> None:
        self._run = folder / "run"
        self._logs = folder / "logs"
        for path in (self._run, self._logs):
            path.mkdir(parents=True, exist_ok=True)
        self._specs = list(specs)
        self._states = {spec.name: ChildState() for spec in specs}
        self._processes: dict[str, subprocess.Popen[bytes]] = {}
        self._stop = threading.Event()
        self._lock = threading.RLock()

    def run(self) -> int:
        """Serve until SIGTERM; children stop in the reverse of their order."""
        signal.signal(signal.SIGTERM, lambda *_: self._stop.set())
        signal.signal(signal.SIGINT, lambda *_: self._stop.set())
        threads = [threading.Thread(target=self._serve, args=(spec,), name=spec.name) for spec in self._specs]
        for thread in threads:
            thread.start()
        self._write()
        while not self._stop.wait(0.5):
            pass
        needed_by: dict[str, set[str]] = {spec.name: set() for spec in self._specs}
        for spec in self._specs:
            for name in spec.needs:
                needed_by[name].add(spec.name)
        while any(thread.is_alive() for thread in threads):
            alive = {thread.name for thread in threads if thread.is_alive()}
            with self._lock:
                for name in alive:
                    process = self._processes.get(name)
                    if process is not None and process.poll() is None and not needed_by[name] & alive:
                        process.terminate()
            time.sleep(0.1)
        (self._run / "state.json").unlink(missing_ok=True)
        return 0

    def _set(self, name: str, **values: object) -> None:
        with self._lock:
            for key, value in values.items():
                setattr(self._states[name], key, value)
            self._write()

    def _write(self) -> None:
        with self._lock:
            children = {}
            for name, state in self._states.items():
                children[name] = asdict(state)
            text = json.dumps({"runner_pid": os.getpid(), "children": children}, indent=1)
            temporary = self._run / "state.json.new"
            temporary.write_text(text)
            temporary.replace(self._run / "state.json")

    def _serve(self, spec: ChildSpec) -> None:
        quick = 0
        backoff = BACKOFF_S[0]
        while not self._stop.is_set():
            if not all(self._states[name].state in {"ready", "done"} for name in spec.needs):
                self._stop.wait(0.1)
                continue
            if spec.gate is not None and not spec.gate():
                if self._states[spec.name].state != "held":
                    self._set(spec.name, state="held")
                self._stop.wait(0.1)
                continue
            begun = time.monotonic()
            code = self._live(spec)
            if self._stop.is_set():
                break
            if spec.ends and code == 0:
                self._set(spec.name, state="done", last_exit="ended with 0")
                return
            log = self._logs / f"{spec.name}.log"
            how = f"ended with {code}" if code < 128 else f"was ended by {_signal_name(code - 128)}"
            lived = time.monotonic() - begun
            quick = quick + 1 if lived < QUICK_DEATH_S else 0
            backoff = BACKOFF_S[0] if lived >= QUICK_DEATH_S else min(BACKOFF_S[1], backoff * 2)
            restarts = self._states[spec.name].restarts + 1
            if quick >= MOST_QUICK_DEATHS:
                self._set(spec.name, state="failed", last_exit=f"{how}, {quick} times at once", log_tail=tail(log))
                return
            self._set(spec.name, state="restarting", last_exit=how, log_tail=tail(log), restarts=restarts)
            print(
                f"{spec.name} {how} after {lived:.1f} s; restarted. Its last lines:", *tail(log), sep="\n  ", flush=True
            )
            self._stop.wait(backoff * (0.5 + random.random()))  # noqa: S311  jitter, not a secret
        self._set(spec.name, state="stopped")

    def _live(self, spec: ChildSpec) -> int:
        """Start a child, wait until it serves, watch it until it ends; return its status."""
        log_path = self._logs / f"{spec.name}.log"
        if log_path.exists() and log_path.stat().st_size > LOG_MAX_BYTES:
            log_path.replace(log_path.with_suffix(".log.1"))
        with contextlib.ExitStack() as stack:
            log = stack.enter_context(log_path.open("ab"))
            try:
                if spec.prepare is not None:
                    spec.prepare()
            except Exception as error:  # noqa: BLE001  whatever it was, it goes into the child's log and status
                log.write(f"preparing {spec.name}: {error}\n".encode())
                return 1
            pid_file = self._run / f"{spec.name}.pid"
            launcher = [sys.executable, "-m", "infra.local.launcher", str(pid_file), str(spec.stop_s), "--", *spec.argv]
            with self._lock:
                if self._stop.is_set():
                    return 0
                process = subprocess.Popen(
                    launcher,
                    stdout=log,
                    stderr=subprocess.STDOUT,
                    stdin=subprocess.DEVNULL,
                    env={**os.environ, **spec.env},
                )
                self._processes[spec.name] = process
            self._set(spec.name, state="starting" if spec.ready else "ready")
            begun = checked = time.monotonic()
            while process.poll() is None:
                now = time.monotonic()
                if self._states[spec.name].state == "starting":
                    if _holds(spec):
                        self._set(spec.name, state="ready")
                    elif now - begun > READY_WITHIN_S and not self._stop.is_set():
                        log.write(f"{spec.name} did not serve within {READY_WITHIN_S:.0f} s; stopped\n".encode())
                        process.terminate()
                elif spec.check is not None and now - checked > CHECK_EVERY_S and not self._stop.is_set():
                    note = _note(spec)
                    if note != self._states[spec.name].note:
                        self._set(spec.name, note=note)
                    checked = time.monotonic()
                with contextlib.suppress(subprocess.TimeoutExpired):
                    process.wait(0.1)
            return int(process.returncode) if process.returncode >= 0 else 128 - int(process.returncode)


def _holds(spec: ChildSpec) -> bool:
    try:
        return spec.ready is None or spec.ready()
    except Exception:  # noqa: BLE001  a health check that fails in any way says "not yet"
        return False


def _note(spec: ChildSpec) -> str | None:
    try:
        return spec.check() if spec.check is not None else None
    except Exception as error:  # noqa: BLE001  shown in status
        return f"check failed: {error}"


def _signal_name(number: int) -> str:
    try:
        return signal.Signals(number).name
    except ValueError:
        return f"signal {number}"


def main(argv: Sequence[str] | None = None) -> int:
    """Run the stack of the settings' data folder until SIGTERM."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--stages", default="", help="Vigil's own processes to run beside the stack, comma-separated")
    parser.add_argument("--hold-stages", action="store_true", help="start the stages when the release file appears")
    parser.add_argument("--option", action="append", default=[], help="NAME=ARGUMENT for a stage's command line")
    arguments = parser.parse_args(argv)
    settings = Settings()
    folder = settings.data_dir.resolve()
    (folder / "run").mkdir(parents=True, exist_ok=True)
    with (folder / "run" / "lock").open("w") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            print(f"another runner owns {folder}; see 'vigil status'", flush=True)
            return 3
        options: dict[str, list[str]] = {}
        for option in arguments.option:
            name, _, value = option.partition("=")
            options.setdefault(name, []).append(value)
        stages = [name for name in arguments.stages.split(",") if name]
        released = folder / "run" / RELEASE
        released.unlink(missing_ok=True)
        specs = [*stack_specs(settings)]
        for spec in stage_specs(settings, stages, options):
            specs.append(replace(spec, gate=released.exists) if arguments.hold_stages else spec)
        return Runner(folder, specs).run()


if __name__ == "__main__":
    sys.exit(main())
