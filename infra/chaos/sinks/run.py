"""One run: messages come, things are killed and cut, and at the end the tables are held against what was produced."""

import signal
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final
from urllib.parse import urlsplit

from clickhouse_connect.driver.exceptions import Error as ClickHouseClientError
from confluent_kafka import KafkaException
from confluent_kafka.admin import AdminClient

from infra.chaos.comparison import Check
from infra.chaos.sinks.backlog import Backlog
from infra.chaos.sinks.plan import Afterwards, Disturbance, DisturbanceKind, Plan
from infra.chaos.sinks.production import Production, ProductionError
from infra.chaos.sinks.proxy import Proxy
from infra.chaos.sinks.servers import Servers
from infra.chaos.sinks.shapes import SHAPES
from infra.chaos.sinks.sink_process import SinkProcess
from infra.chaos.sinks.tenancy import Tenancy
from infra.chaos.sinks.verdict import Finding, verdict
from sinks.clickhouse.app import sink_settings
from sinks.clickhouse.audit import audit
from sinks.clickhouse.topic_ids import topic_ids

TICK_S: Final = 0.05
LOOK_EVERY_S: Final = 0.25
#: From the last message or disturbance until everything is stored; a partition that a static member leaves behind is
#: given away after the session timeout of 30 s, a request whose answer never comes is given up after 75 s.
SETTLE_S: Final = 240.0
#: Further time for each message: a large run on a slow machine.
SETTLE_EACH_S: Final = 0.0005
#: Time that a killed server may take until it can be asked again.
SERVE_S: Final = 90.0
#: The check that fails where the run says nothing of the sink.
PRODUCTION: Final = "production"
FIRST: Final = "a"
SECOND: Final = "b"
#: Exit statuses of a sink that ask for a person: tables or topics are wrong; the breaker is open, a letter not kept.
FOR_A_PERSON: Final = frozenset({2, 3})
#: How a process ends that SIGTERM ended: itself, and as its launcher says it.
BY_SIGTERM: Final = frozenset({-signal.SIGTERM, 128 + signal.SIGTERM})

Tell = Callable[[str], None]


@dataclass(slots=True)
class Strike:
    """A disturbance and when it was made.

    Attributes:
        disturbance: what.
        at_s: when, seconds after production began; None: not made.
    """

    disturbance: Disturbance
    at_s: float | None = None

    def __str__(self) -> str:
        """Return a few words."""
        return f"{self.disturbance}" + ("" if self.at_s is None else f" ({self.at_s:.1f} s)")


@dataclass(frozen=True, slots=True)
class Result:
    """What a run came to.

    Attributes:
        plan: what was drawn.
        strikes: its disturbances, as made.
        checks: what must hold beside the tables: everything settled, the sinks' ends, the audit.
        findings: what the tables hold against what was produced.
        took_s: how long it took, seconds, with making and removing its topics and tables.
        stored_s: from the first message until everything was committed, seconds.
        sinks: what each sink went through, in a few words.
    """

    plan: Plan
    strikes: Sequence[Strike]
    checks: Sequence[Check]
    findings: Sequence[Finding]
    took_s: float
    stored_s: float
    sinks: Sequence[str]

    @property
    def passed(self) -> bool:
        """True where everything holds."""
        return all(check.passed for check in self.checks) and all(finding.passed for finding in self.findings)

    def problems(self) -> list[str]:
        """Return a line for everything that does not hold."""
        lines = [f"{check.name}: {check.found}: {check.problem}" for check in self.checks if not check.passed]
        return lines + [str(finding) for finding in self.findings if not finding.passed]

    def to_json(self) -> dict[str, Any]:
        """Return the result for programs."""
        return {
            "seed": self.plan.seed,
            "messages": self.plan.messages,
            "poisonous": len(self.plan.poison),
            "passed": self.passed,
            "took_s": round(self.took_s, 2),
            "stored_s": round(self.stored_s, 2),
            "disturbances": [str(strike) for strike in self.strikes],
            "sinks": list(self.sinks),
            "checks": [check.to_json() for check in self.checks],
            "findings": [finding.to_json() for finding in self.findings],
        }


class Run:
    """One run on running servers.

    Args:
        servers: Kafka, registry, ClickHouse.
        plan: what happens.
        folder: for logs; there and empty.
        tell: called with what is going on.
    """

    def __init__(self, servers: Servers, plan: Plan, folder: Path, tell: Tell) -> None:
        mark = f"chaos{plan.seed}x{time.time_ns() // 1_000_000 % 10**8}"
        self._settings = servers.settings.model_copy(update={"topic_prefix": f"{mark}.", "clickhouse_database": mark})
        self._servers = servers
        self._plan = plan
        self._folder = folder
        self._tell = tell
        self._tenancy = Tenancy(self._settings)
        self._strikes = [Strike(one) for one in plan.disturbances]
        self._sinks: list[SinkProcess] = []
        #: When the second sink's further fate is due, once it has partitions.
        self._fate: tuple[Disturbance, float | None] | None = None
        self._stored_s = 0.0

    def play(self) -> Result:
        """Play it and say what it came to.

        Raises:
            StackError: a server cannot be started again.
            TenancyError, TopicsError, KafkaException: the run's topics or tables cannot be made or removed.
        """
        begun_s = time.monotonic()
        self._tell("making topics and tables")
        ids = self._tenancy.make()
        address = urlsplit(self._settings.clickhouse_address)
        try:
            with Proxy(address.hostname or "", address.port or 0) as proxy:
                checks, production = self._disturbed(proxy, ids)
            self._tell("comparing")
            self._serving()
            findings: list[Finding] = []
            if all(check.name != PRODUCTION for check in checks):
                findings, audited = self._compare(production)
                checks.append(audited)
        finally:
            for sink in self._sinks:
                sink.ask_to_stop()
            for sink in self._sinks:
                sink.wait()
            self._tell("removing topics and tables")
            self._serving()
            self._tenancy.remove()
        took_s = time.monotonic() - begun_s
        words = [
            f"{s.instance}: {s.kills} kills" + (f", ended by itself with {s.ends}" if s.ends else "")
            for s in self._sinks
        ]
        return Result(self._plan, self._strikes, checks, findings, took_s, self._stored_s, words)

    def _disturbed(self, proxy: Proxy, ids: Mapping[str, int]) -> tuple[list[Check], Production]:
        behind = self._settings.model_copy(update={"clickhouse_url": f"http://{self._settings.host}:{proxy.port}"})
        for instance in (FIRST, SECOND):
            self._sinks.append(SinkProcess(behind, instance, self._folder))
        first = self._sinks[0]
        first.start()
        production = Production(
            self._plan,
            self._settings.bootstrap_servers,
            self._settings.topic_prefix,
            ids,
            self._tenancy.partitions,
        )
        backlog = Backlog(
            self._settings.bootstrap_servers,
            self._settings.topic_prefix,
            production.ledgers,
            self._tenancy.dead_letter_partitions,
        )
        try:
            self._until("the sink takes its partitions", lambda: self._plan.backlog or first.serves(), SERVE_S)
            begun_s = time.monotonic()
            production.start()
            settled = self._settle(proxy, production, backlog)
            self._stored_s = time.monotonic() - begun_s
        finally:
            production.stop()
            backlog.close()
            proxy.heal()
        for sink in self._sinks:
            sink.ask_to_stop()
        codes = [(sink.instance, sink.wait()) for sink in self._sinks]
        return [settled, self._ends(codes)], production

    def _settle(self, proxy: Proxy, production: Production, backlog: Backlog) -> Check:
        """Disturb, and wait until everything is committed."""
        allowed_s = SETTLE_S + SETTLE_EACH_S * self._plan.messages
        quiet_s = looked_s = time.monotonic()
        left: int | None = None
        try:
            while True:
                self._strike(proxy, production.share)
                for sink in self._sinks:
                    sink.tend()
                now = time.monotonic()
                over = production.done and self._over(proxy)
                if not over:
                    quiet_s = now
                if now - looked_s >= LOOK_EVERY_S:
                    looked_s = now
                    left = backlog.count() if over else None
                    made = sum(strike.at_s is not None for strike in self._strikes)
                    self._tell(
                        f"{production.produced:,} of {self._plan.messages:,} produced, {made} of"
                        f" {len(self._strikes)} disturbances{'' if left is None else f', {left:,} to be stored'}"
                    )
                    if left == 0:
                        return Check("settled", "everything committed")
                if now - quiet_s > allowed_s or production.share * self._plan.pace_s > 3 * allowed_s:
                    return Check("settled", f"{left} left", problem=f"not within {allowed_s:.0f} s")
                time.sleep(TICK_S)
        except ProductionError as error:
            return Check(PRODUCTION, "Kafka did not take it as it was sent", problem=str(error))

    def _over(self, proxy: Proxy) -> bool:
        """Whether no disturbance is to come or lasts."""
        if any(strike.at_s is None for strike in self._strikes) or self._fate is not None:
            return False
        # a fault that only waits for a request is none that lasts: sinks without work send none
        return not proxy.lasts and self._servers.serve()

    def _strike(self, proxy: Proxy, share: float) -> None:
        for strike in self._strikes:
            due = strike.at_s is None and share >= strike.disturbance.at_share
            if due and self._made(strike.disturbance, proxy):
                strike.at_s = round(share * self._plan.pace_s, 3)
        if self._fate is not None:
            self._decide(*self._fate)

    def _made(self, disturbance: Disturbance, proxy: Proxy) -> bool:
        """Make a disturbance; False: what it is about is not there, so it comes as soon as it is."""
        match disturbance.kind:
            case DisturbanceKind.NETWORK:
                assert disturbance.fault is not None
                proxy.strike(disturbance.fault)
                return True
            case DisturbanceKind.SINK_KILL:
                return self._sinks[0].kill(disturbance.down_s)
            case DisturbanceKind.FRONT_KILL:
                return self._servers.kill("clickhouse")
            case DisturbanceKind.BROKER_KILL:
                return self._servers.kill("kafka")
            case DisturbanceKind.SECOND_SINK:
                self._sinks[1].start()
                self._fate = (disturbance, None)
                return True

    def _decide(self, disturbance: Disturbance, due_s: float | None) -> None:
        """Let the second sink meet its fate once it has had partitions for a while."""
        second = self._sinks[1]
        if due_s is None:
            if second.serves():
                self._fate = (disturbance, time.monotonic() + disturbance.afterwards_s)
            return
        if time.monotonic() < due_s:
            return
        if disturbance.afterwards is Afterwards.KILLED and not second.kill(0.0):
            return
        if disturbance.afterwards is Afterwards.LEAVES:
            second.ask_to_stop()
        self._fate = None

    def _ends(self, codes: Sequence[tuple[str, int | None]]) -> Check:
        """A sink ends with 0 when asked, and never in a way that asks for a person."""
        early = {sink.instance for sink in self._sinks if sink.stopped_early}
        bad = [
            f"{instance} ended with {code} when asked to"
            for instance, code in codes
            if code not in {0, None} and not (code in BY_SIGTERM and instance in early)
        ]
        bad += [
            f"{sink.instance} ended by itself with {code}: {_last_error(sink.log)}"
            for sink in self._sinks
            for code in sink.ends
            if code in FOR_A_PERSON
        ]
        found = ", ".join(f"{sink.instance} {sink.kills} kills, ended {sink.ends}" for sink in self._sinks)
        return Check("sinks", found, problem="; ".join(bad) or None)

    def _compare(self, production: Production) -> tuple[list[Finding], Check]:
        client = self._tenancy.client()
        try:
            self._until("late inserts end", lambda: not _inserts(client), SERVE_S)
            findings = verdict(client, self._settings.topic_prefix, production.ledgers)
            names = [*SHAPES, "dead-letters"]
            prefix = self._settings.topic_prefix
            admin = AdminClient({"bootstrap.servers": self._settings.bootstrap_servers})
            ids = topic_ids(admin, [prefix + name for name in names])
            found = audit(sink_settings(self._settings), client, {name: ids[prefix + name] for name in names})
        except (ClickHouseClientError, KafkaException) as error:
            return [], Check("audit", "could not look", problem=str(error)[:2000])
        finally:
            client.close()
        bad = len(self._plan.poison)
        said = ", ".join(
            f"{value} {word}"
            for word, value in (
                ("missing", found.missing),
                ("doubled", found.duplicated),
                ("dead-lettered", found.dead_lettered),
                ("lag", found.lag),
            )
        )
        good = found.exact and not found.lag and found.dead_lettered == bad
        return findings, Check("audit", said, problem=None if good else f"expected exact, no lag, {bad} dead-lettered")

    def _serving(self) -> None:
        self._until("the servers serve", self._servers.serve, SERVE_S)

    def _until(self, what: str, holds: Callable[[], bool], within_s: float) -> None:
        deadline = time.monotonic() + within_s
        while not holds():
            if time.monotonic() > deadline:
                raise TimeoutError(f"seed {self._plan.seed}: waited {within_s:.0f} s in vain: {what}")
            time.sleep(TICK_S)


def _inserts(client: Any) -> int:
    sql = "SELECT count() FROM system.processes WHERE query ILIKE 'INSERT%'"
    return int(client.query(sql).result_rows[0][0])


def _last_error(log: Path) -> str:
    lines = [line for line in log.read_text(errors="replace").splitlines() if " ERROR " in line]
    return lines[-1][:500] if lines else "no error in its log"
