"""The exercise: the footage once undisturbed, then with kills; what the tables hold must be the same."""

import json
import os
import subprocess
import sys
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from rich.console import Console

from infra.chaos.comparison import Check, compare, differences
from infra.chaos.holdings import Holding, footage_s, holdings
from infra.chaos.kill import Kill
from infra.chaos.killer import Killer
from infra.chaos.plan import plan
from infra.chaos.targets import Target
from infra.demo.run import REGISTRY, Demo, DemoError
from infra.demo.tables import Tables
from infra.local.control import LocalStack, StackError
from infra.settings import ROOT, Settings

#: Exit codes of `vigil sink audit` that come with a balance.
AUDITED = (0, 2)


@dataclass(frozen=True, slots=True)
class Reference:
    """The undisturbed run.

    Attributes:
        held: what the tables held, by view.
        footage_s: how long the footage is, seconds.
        checks: what must hold of it by itself.
    """

    held: Mapping[str, Holding]
    footage_s: float
    checks: Sequence[Check]

    @property
    def passed(self) -> bool:
        """True where it can be compared with."""
        return all(check.passed for check in self.checks)


@dataclass(frozen=True, slots=True)
class Run:
    """A disturbed run.

    Attributes:
        seed: what its kills were drawn from.
        kills: in the order planned.
        checks: what must hold after it.
    """

    seed: int
    kills: Sequence[Kill]
    checks: Sequence[Check]

    @property
    def cases(self) -> Sequence[Kill | Check]:
        """What passes or fails: every kill and every check."""
        return [*self.kills, *self.checks]


@dataclass(frozen=True, slots=True)
class Exercise:
    """Plays of the same footage on one stack, each with topics and a database of its own.

    Args:
        settings: the stack; each play adds to its topic prefix and its database's name.
        out: folder for what a play writes.
        registry: the cameras to play.
        console: where progress goes.
        reference_pace: pace of the undisturbed play; the disturbed ones play at real time.
    """

    settings: Settings
    out: Path
    registry: Path = REGISTRY
    console: Console = field(default_factory=Console)
    reference_pace: str = "realtime"

    @contextmanager
    def servers(self) -> Iterator[None]:
        """Hold the servers up.

        Raises:
            StackError: they cannot be started; says why.
        """
        stack = LocalStack(self.settings, tied=True)
        with self.console.status("starting Kafka, registry, Triton, ClickHouse"):
            stack.up()
        try:
            yield
        finally:
            stack.down()

    def undisturbed(self) -> Reference:
        """Play the footage undisturbed.

        Raises:
            DemoError: the chain does not work as it is.
        """
        demo = self._demo("undisturbed", self.reference_pace)
        try:
            demo.lay_out()
            demo.play()
        finally:
            demo.stop_stages()
        tables = Tables.connect(demo.settings)
        held = holdings(tables)
        checks = [
            Check(table, f"{len(holding.rows)} rows", differences(table, holding, holding))
            for table, holding in held.items()
        ]
        checks += [
            Check(f"{needed} to compare with", "0 rows", problem="the run brought none")
            for needed in ("detections", "tracks")
            if not held[needed].rows
        ]
        return Reference(held, footage_s(tables) if held["detections"].rows else 0.0, [*checks, audit(demo.settings)])

    def disturbed(self, reference: Reference, targets: Sequence[Target], seed: int) -> Run:
        """Play the footage with one kill of each target, and compare.

        Returns:
            the run; where the chain did not settle a check says why, and nothing is compared.
        """
        demo = self._demo(f"seed-{seed}", "realtime")
        killer = Killer(demo.settings, demo.stack, plan(targets, reference.footage_s, seed))
        try:
            demo.lay_out()
            with killer:
                demo.play()
        except (DemoError, StackError) as error:
            logs = self.settings.data_dir / "logs"
            return Run(seed, killer.kills, [Check("chain", "did not settle", problem=f"{error}; logs are in {logs}")])
        finally:
            demo.stop_stages()
        checks = compare(reference.held, holdings(Tables.connect(demo.settings)))
        return Run(seed, killer.kills, [*checks, audit(demo.settings)])

    def _demo(self, name: str, pace: str) -> Demo:
        settings = self.settings.model_copy(
            update={
                "data_dir": self.settings.data_dir.resolve(),
                "topic_prefix": f"{self.settings.topic_prefix}{name}.",
                "clickhouse_database": f"{self.settings.clickhouse_database}_{name.replace('-', '_')}",
            }
        )
        return Demo(settings, self.out, self.registry, pace, self.console)


def audit(settings: Settings) -> Check:
    """Run `vigil sink audit`: every message of every topic is stored once, and none is waiting."""
    command = [sys.executable, "-W", "ignore", "-m", "infra.cli", "sink", "audit", "--json"]
    environment = {**os.environ, **settings.environment()}
    done = subprocess.run(command, capture_output=True, text=True, cwd=ROOT, env=environment, check=False)
    if done.returncode not in AUDITED:
        return Check("audit", "could not look", problem=(done.stderr or done.stdout)[-2000:].strip())
    balance: dict[str, Any] = json.loads(done.stdout)
    found = ", ".join(f"{balance[name]} {name}" for name in ("rows", "missing", "duplicated", "dead_lettered", "lag"))
    good = balance["exact"] and balance["lag"] == 0 and balance["dead_lettered"] == 0
    return Check("audit", found, problem=None if good else _where(balance))


def _where(balance: Mapping[str, Any]) -> str:
    bad = [
        f"{p['topic']}[{p['partition']}]: missing {p['missing']}, doubled {p['duplicated']}, "
        f"dead-lettered {p['dead_lettered']}, lag {p['lag']}"
        for p in balance["partitions"]
        if not p["exact"] or p["lag"] or p["dead_lettered"]
    ]
    return "; ".join(bad)
