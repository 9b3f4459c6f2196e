"""The one process that owns the stack's children: python -m infra.local.runner [--tied PID].

It keeps the servers of the settings and the stages that run/stages.json wants, until SIGTERM; then all stop, those that
are needed last. Everything it knows stands in run/state.json.
"""

import argparse
import fcntl
import json
import os
import signal
import sys
import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import asdict
from pathlib import Path

from infra.local.child import ChildSpec
from infra.local.keeper import Keeper
from infra.local.log_file import rotate
from infra.local.stack import stack_specs
from infra.local.stages import stage_spec
from infra.local.wanted import WantedStages
from infra.settings import Settings

TICK_S = 0.2
ROTATE_EVERY_S = 5.0
#: `vigil status` holds the lock for a moment when it asks whether a runner lives.
LOCK_WITHIN_S = 2.0
ANOTHER_RUNS = 3


class Runner:
    """Keeps the children of one data folder.

    Args:
        folder: the stack's data folder.
        servers: children that live as long as the runner.
        stages: what further children are wanted now; None: as before.
    """

    def __init__(
        self,
        folder: Path,
        servers: Sequence[ChildSpec],
        stages: Callable[[], Sequence[ChildSpec] | None] = lambda: None,
    ) -> None:
        self._folder = folder
        for name in ("run", "logs"):
            (folder / name).mkdir(parents=True, exist_ok=True)
        self._stages = stages
        self._stop = threading.Event()
        self._lock = threading.Lock()
        self._servers = {spec.name for spec in servers}
        self._wanted: dict[str, ChildSpec] = {}
        self._keepers = {spec.name: self._keeper(spec) for spec in servers}

    def run(self, tied_to: int | None = None) -> int:
        """Serve until SIGTERM or SIGINT, or until the process tied_to, its parent, has ended."""
        signal.signal(signal.SIGTERM, lambda *_: self._stop.set())
        signal.signal(signal.SIGINT, lambda *_: self._stop.set())
        for keeper in list(self._keepers.values()):
            keeper.start()
        rotated = time.monotonic()
        while True:
            self._reconcile()
            if self._stop.wait(TICK_S) or (tied_to is not None and os.getppid() != tied_to):
                break
            if time.monotonic() - rotated > ROTATE_EVERY_S:
                rotated = time.monotonic()
                for log in (self._folder / "logs").glob("*.log"):
                    rotate(log)
        self._stop_all()
        (self._folder / "run" / "state.json").unlink(missing_ok=True)
        return 0

    def _keeper(self, spec: ChildSpec) -> Keeper:
        return Keeper(spec, self._folder, self._serves, self._write)

    def _serves(self, name: str) -> bool:
        keeper = self._keepers.get(name)
        return keeper is not None and keeper.state.state in {"ready", "done"}

    def _reconcile(self) -> None:
        """Stop stages that are wanted no longer, or otherwise; start those that are new."""
        wanted = self._stages()
        if wanted is not None:
            self._wanted = {spec.name: spec for spec in wanted}
        for name, keeper in list(self._keepers.items()):
            if name not in self._servers and self._wanted.get(name) != keeper.spec:
                keeper.stop()
                if not keeper.alive:
                    del self._keepers[name]
        for name, spec in self._wanted.items():
            if name not in self._keepers:
                self._keepers[name] = self._keeper(spec)
                self._keepers[name].start()
        self._write()

    def _stop_all(self) -> None:
        """Stop every child, each only when no child that needs it is left."""
        keepers = list(self._keepers.values())
        while living := [keeper for keeper in keepers if keeper.alive]:
            needed = {name for keeper in living for name in keeper.spec.needs}
            for keeper in living:
                if keeper.spec.name not in needed:
                    keeper.stop()
            time.sleep(0.05)

    def _write(self) -> None:
        with self._lock:
            children = {name: asdict(keeper.state) for name, keeper in list(self._keepers.items())}
            text = json.dumps({"runner_pid": os.getpid(), "children": children}, indent=1)
            path = self._folder / "run" / "state.json"
            temporary = path.with_suffix(".new")
            temporary.write_text(text, encoding="utf-8")
            temporary.replace(path)


def serve(settings: Settings, tied_to: int | None = None) -> int:
    """Run the stack of the settings' data folder until SIGTERM; return the exit status."""
    folder = settings.data_dir.resolve()
    (folder / "run").mkdir(parents=True, exist_ok=True)
    os.environ.update(settings.environment())  # the children's health checks read it
    with (folder / "run" / "lock").open("w") as lock:
        deadline = time.monotonic() + LOCK_WITHIN_S
        while True:
            try:
                fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
                break
            except BlockingIOError:
                if time.monotonic() > deadline:
                    print(f"another runner owns {folder}; see 'vigil status'", flush=True)
                    return ANOTHER_RUNS
                time.sleep(0.05)
        servers = stack_specs(settings)
        names = {spec.name for spec in servers}
        wanted = WantedStages(folder)

        def stages() -> Sequence[ChildSpec] | None:
            changed = wanted.changed()
            return None if changed is None else [stage_spec(settings, stage, names) for stage in changed]

        return Runner(folder, servers, stages).run(tied_to)


def main(argv: Sequence[str] | None = None) -> int:
    """Run the stack that the environment's settings describe."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--tied", type=int, help="process id of the parent whose end ends the stack")
    arguments = parser.parse_args(argv)
    return serve(Settings(), arguments.tied)


if __name__ == "__main__":
    sys.exit(main())
