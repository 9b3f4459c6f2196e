"""CityRun: one run of the city: one source of traffic feeds all processes, in step with the clock or without."""

import multiprocessing
import time
from collections.abc import Callable, Sequence
from contextlib import ExitStack, closing
from dataclasses import dataclass
from multiprocessing.connection import Connection
from typing import Any, Final, Protocol, Self

from producers.simulator.city import City, build_city
from producers.simulator.motions import Motions
from producers.simulator.run.request import CityRequest, TrafficKind
from producers.simulator.run.spool import digest
from producers.simulator.run.worker import Worker, work
from producers.simulator.shard import shares_of
from producers.simulator.traffic.conveyor import Conveyor

#: Seconds of the city that a process may lag behind before the traffic waits for it.
MOST_AHEAD: Final = 3
#: How long a process may take to end.
JOIN_S: Final = 30.0


class CityRunError(RuntimeError):
    """The run cannot go on; the text says why."""


class Traffic(Protocol):
    """Moves the vehicles."""

    def second(self) -> Motions:
        """Return the motions of the next second of the city."""

    def close(self) -> None:
        """End it."""


@dataclass(frozen=True, slots=True)
class Progress:
    """How a run goes on.

    Attributes:
        second: seconds of the city made.
        elapsed_s: wall time since the first.
        behind_s: how far it is behind the clock; 0 without one.
    """

    second: int
    elapsed_s: float
    behind_s: float


@dataclass(frozen=True, slots=True)
class CityReport:
    """What a run came to.

    Attributes:
        camera_seconds: made.
        elapsed_s: wall time of the loop.
        cpu_s: CPU time of the processes that made them, Avro and outlet included.
        traffic_s: wall time that the traffic took of the loop.
        behind_s: how far the run was behind the clock at its end.
        counts: by topic, messages and bytes of their datums.
        digest: SHA-256 over them; None where none was asked for.
    """

    camera_seconds: int
    elapsed_s: float
    cpu_s: float
    traffic_s: float
    behind_s: float
    counts: dict[str, list[int]]
    digest: str | None


def run_city(
    request: CityRequest, *, speed: float | None = None, on_progress: Callable[[Progress], None] = lambda _: None
) -> CityReport:
    """Run the city.

    Args:
        request: what to run.
        speed: seconds of the city a second of the clock; None: as fast as possible.
        on_progress: called after each second.

    Raises:
        CityRunError: a process failed, or the traffic did.
    """
    city = build_city(request.seed, request.cameras)
    with ExitStack() as stack:
        traffic = stack.enter_context(closing(_traffic(request, city)))
        crew = _Alone(request, city) if request.processes == 1 else stack.enter_context(_Crew(request, city))
        crew.begin(traffic.second())
        begun, traffic_s, behind_s = time.monotonic(), 0.0, 0.0
        for number in range(request.plan.seconds):
            before = time.monotonic()
            moving = traffic.second()
            traffic_s += time.monotonic() - before
            crew.second(moving)
            if speed is not None:
                ahead_s = (number + 1) / speed - (time.monotonic() - begun)
                behind_s = max(0.0, -ahead_s)
                time.sleep(max(0.0, ahead_s))
            on_progress(Progress(number + 1, time.monotonic() - begun, behind_s))
        cpu_s, outcomes = crew.close()
        elapsed_s = time.monotonic() - begun
    found: str | None = None
    if request.spool is not None:
        found, counts = digest(outcomes)
    else:
        counts = _added(outcomes)
    return CityReport(len(city.cameras) * request.plan.seconds, elapsed_s, cpu_s, traffic_s, behind_s, counts, found)


def _traffic(request: CityRequest, city: City) -> Traffic:
    if request.traffic is TrafficKind.CONVEYOR:
        return Conveyor(city, request.plan.start_us)
    from producers.simulator.traffic.sumo_traffic import SumoTraffic  # noqa: PLC0415  its set-up is optional

    return SumoTraffic(city, request.plan.start_us)


def _added(outcomes: Sequence[dict[str, list[int]]]) -> dict[str, list[int]]:
    counts: dict[str, list[int]] = {}
    for outcome in outcomes:
        for topic, (messages, size) in outcome.items():
            count = counts.setdefault(topic, [0, 0])
            count[0] += messages
            count[1] += size
    return dict(sorted(counts.items()))


class _Alone:
    """All in this process."""

    def __init__(self, request: CityRequest, city: City) -> None:
        self._worker = Worker(request, city, range(len(city.sites)), 0)
        self._cpu_s = 0.0

    def begin(self, traffic: Motions) -> None:
        self._worker.begin(traffic)

    def second(self, traffic: Motions) -> None:
        self._cpu_s += self._worker.second(traffic)

    def close(self) -> tuple[float, Sequence[Any]]:
        return self._cpu_s, [self._worker.close()]


class _Crew:
    """Several processes, each with sites of its own; they are at most MOST_AHEAD seconds behind the traffic."""

    def __init__(self, request: CityRequest, city: City) -> None:
        context = multiprocessing.get_context("spawn")
        self._pipes: list[Connection] = []
        self._processes = []
        self._owed: list[int] = []
        self._cpu_s = 0.0
        for number, sites in enumerate(shares_of(city, request.processes)):
            mine, theirs = context.Pipe()
            process = context.Process(target=work, args=(request, city, sites, number, theirs), daemon=True)
            process.start()
            theirs.close()
            self._pipes.append(mine)
            self._processes.append(process)
            self._owed.append(1)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        for pipe in self._pipes:
            pipe.close()
        for process in self._processes:
            process.join(JOIN_S)
            if process.is_alive():
                process.terminate()

    def begin(self, traffic: Motions) -> None:
        for n, pipe in enumerate(self._pipes):
            self._answer(n, 0)
            self._send(n, pipe, traffic)
            self._owed[n] += 1
        # the clock begins when all have what they need
        for n in range(len(self._pipes)):
            self._answer(n, 0)

    def second(self, traffic: Motions) -> None:
        for n, pipe in enumerate(self._pipes):
            self._answer(n, MOST_AHEAD - 1)
            self._send(n, pipe, traffic)
            self._owed[n] += 1

    def close(self) -> tuple[float, Sequence[Any]]:
        for n, pipe in enumerate(self._pipes):
            self._answer(n, 0)
            self._send(n, pipe, None)
        return self._cpu_s, [self._heard(n) for n in range(len(self._pipes))]

    def _send(self, n: int, pipe: Connection, thing: Motions | None) -> None:
        try:
            pipe.send(thing)
        except (BrokenPipeError, ConnectionResetError):
            self._heard(n)

    def _answer(self, n: int, most: int) -> None:
        """Wait until a process owes at most so many answers."""
        while self._owed[n] > most:
            self._cpu_s += self._heard(n)
            self._owed[n] -= 1

    def _heard(self, n: int) -> Any:
        try:
            word, what = self._pipes[n].recv()
        except (EOFError, ConnectionResetError) as error:
            self._processes[n].join(JOIN_S)
            code = self._processes[n].exitcode
            raise CityRunError(f"process {n} of the run ended with {code}; was it killed, or out of memory?") from error
        if word == "failed":
            raise CityRunError(f"process {n} of the run: {what}")
        return what
