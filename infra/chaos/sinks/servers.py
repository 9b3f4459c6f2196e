"""Kafka, registry and ClickHouse of the exercise: started once, killed often."""

import time
from pathlib import Path
from typing import Final

import psutil

from infra.local.control import LocalStack, StackError
from infra.settings import Settings

#: The stack's runner gives up on a child that dies six times in a row within ten seconds of its start.
QUICK_DEATH_S: Final = 10.5
MOST_QUICK: Final = 2
#: Nothing of these runs needs Triton; a server whose address is set is left out of the stack.
NO_TRITON: Final = "127.0.0.1:9"
#: A killed broker serves again only after its session's end; Kafka's own 9 s would be half of a run.
KAFKA_SESSION_MS: Final = 3_000
NAMES: Final = ("kafka", "registry", "clickhouse")


class Servers:
    """The stack without Triton.

    Args:
        settings: its data folder and ports.
    """

    def __init__(self, settings: Settings) -> None:
        self.settings = settings.model_copy(
            update={
                "data_dir": settings.data_dir.resolve(),
                "triton_url": NO_TRITON,
                "kafka_session_ms": KAFKA_SESSION_MS,
            }
        )
        self._stack = LocalStack(self.settings, tied=True)
        self._quick: dict[str, int] = {}

    def up(self) -> None:
        """Start them.

        Raises:
            StackError: they cannot be started; says why.
        """
        self._stack.up()

    def down(self) -> None:
        """Stop them.

        Raises:
            StackError: something does not end.
        """
        self._stack.down()

    def serve(self) -> bool:
        """Whether all serve.

        Raises:
            StackError: the runner has given up on one, or is gone.
        """
        states = {name: child["state"] for name, child in self._stack.status().items()}
        if not states:
            raise StackError(f"the stack's runner is gone; its log is {self.log('runner')}")
        failed = [name for name, state in states.items() if state == "failed"]
        if failed:
            raise StackError(f"{', '.join(failed)} cannot be started again; see {self.log(failed[0])}")
        return all(states.get(name) == "ready" for name in NAMES)

    def kill(self, name: str) -> bool:
        """Kill a server with -9; its runner starts it again. False where it is not serving."""
        if self._stack.status().get(name, {}).get("state") != "ready":
            return False
        age_s = self._age_s(name)
        try:
            self._stack.kill(name)
        except (StackError, ProcessLookupError):
            return False
        self._quick[name] = self._quick.get(name, 0) + 1 if age_s < QUICK_DEATH_S else 0
        return True

    def rest(self) -> None:
        """Let a server live that died young several times in a row, before the runner gives up on it."""
        for name, quick in self._quick.items():
            if quick >= MOST_QUICK:
                time.sleep(max(0.0, QUICK_DEATH_S - self._age_s(name)))

    def log(self, name: str) -> Path:
        """Return the file of a server's log."""
        return self._stack.log_path(name)

    def _age_s(self, name: str) -> float:
        pid = self._stack.pid(name)
        try:
            return 0.0 if pid is None else time.time() - psutil.Process(pid).create_time()
        except psutil.NoSuchProcess:
            return 0.0
