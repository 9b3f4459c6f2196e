"""Many runs on one stack, each with a seed of its own; what a failing one leaves is kept."""

import json
import shutil
from collections.abc import Callable, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from subprocess import TimeoutExpired
from typing import Any, Final

from clickhouse_connect.driver.exceptions import Error as ClickHouseClientError
from confluent_kafka import KafkaException

from infra.chaos.comparison import Check
from infra.chaos.sinks.plan import Plan
from infra.chaos.sinks.run import Result, Run
from infra.chaos.sinks.servers import NAMES, Servers
from infra.chaos.sinks.tenancy import TenancyError
from infra.local.control import StackError
from infra.settings import Settings
from infra.topics.connection import TopicsError

#: Bytes of each server's log that a failing run keeps, from the end.
SERVER_LOG_BYTES: Final = 2_000_000
#: What keeps a run from saying anything of the sink; it counts as failed.
_BROKEN: Final = (
    StackError,
    TenancyError,
    TopicsError,
    KafkaException,
    ClickHouseClientError,
    TimeoutError,
    TimeoutExpired,
)

Tell = Callable[[str], None]


@dataclass(frozen=True, slots=True)
class Exercise:
    """Runs of the sink under disturbance.

    Attributes:
        settings: data folder and ports of the stack; each run adds a prefix and a database of its own.
        out: folder for what failing runs leave.
        keep: passing runs leave it too.
    """

    settings: Settings
    out: Path
    keep: bool = False
    _servers: Servers = field(init=False)

    def __post_init__(self) -> None:
        """Prepare the servers."""
        object.__setattr__(self, "_servers", Servers(self.settings))

    @contextmanager
    def servers(self) -> Any:
        """Hold the servers up.

        Raises:
            StackError: they cannot be started; says why.
        """
        self._servers.up()
        try:
            yield
        finally:
            self._servers.down()

    def run(self, plan: Plan, tell: Tell = lambda _: None) -> Result:
        """Play one run; a failing one leaves its plan, result and logs in `out`/seed-N.

        Raises:
            StackError: the servers cannot be started again.
        """
        folder = (self.out / f"seed-{plan.seed}-{plan.messages}").resolve()
        if folder.exists():
            shutil.rmtree(folder)
        folder.mkdir(parents=True)
        _write(folder / "plan.json", plan.to_json())
        self._servers.rest()
        try:
            result = Run(self._servers, plan, folder, tell).play()
        except _BROKEN as error:
            result = Result(
                plan, [], [Check("run", "broken off", problem=f"{type(error).__name__}: {error}")], [], 0, 0, []
            )
            tell("starting the servers anew")
            self._keep(folder, result)
            self._servers.down()
            self._servers.up()
            return result
        if result.passed and not self.keep:
            shutil.rmtree(folder)
        else:
            self._keep(folder, result)
        return result

    def _keep(self, folder: Path, result: Result) -> None:
        _write(folder / "result.json", result.to_json())
        for name in (*NAMES, "runner"):
            log = self._servers.log(name)
            if log.exists():
                with log.open("rb") as source:
                    source.seek(max(0, log.stat().st_size - SERVER_LOG_BYTES))
                    (folder / log.name).write_bytes(source.read())


def _write(path: Path, data: Any) -> None:
    path.write_text(json.dumps(data, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")


def seeds(seed: int, runs: int) -> Sequence[int]:
    """Return the seeds of runs: run k has seed + k."""
    return range(seed, seed + runs)
