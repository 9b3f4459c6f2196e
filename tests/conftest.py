"""Where the shared reference material is, and which tests may run side by side."""

import importlib
import os
from collections import defaultdict
from contextlib import suppress
from pathlib import Path

import pytest
from xdist.remote import Producer
from xdist.scheduler import LoadScopeScheduling


class _Spent:
    """Says at the end which scopes took longest, and how long each process was at work: where a next second is."""

    def __init__(self) -> None:
        self._seconds: defaultdict[str, defaultdict[str, float]] = defaultdict(lambda: defaultdict(float))

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        """Add a set-up, a call or a teardown."""
        self._seconds[getattr(report, "worker_id", "here")][scope_of(report.nodeid)] += report.duration

    def pytest_terminal_summary(self, terminalreporter: pytest.TerminalReporter) -> None:
        """Write a line for each process, with its longest scopes."""
        for process, took in sorted(self._seconds.items()):
            longest = sorted(took, key=took.__getitem__, reverse=True)[:SCOPES_SHOWN]
            said = ", ".join(f"{scope} {took[scope]:.0f}" for scope in longest)
            terminalreporter.write_line(f"{process}: {sum(took.values()):.0f} s in tests, of these {said}")


def pytest_configure(config: pytest.Config) -> None:
    """Let Java's servers stay with their first compiler: none lives long enough to earn what the second one costs."""
    os.environ.setdefault("JDK_JAVA_OPTIONS", "-XX:TieredStopAtLevel=1")
    if not hasattr(config, "workerinput"):
        config.pluginmanager.register(_Spent())


@pytest.fixture(scope="session")
def shared() -> Path:
    """The folder of shared footage, models and reference; the test is skipped where it is absent."""
    folder = Path(os.environ.get("VIGIL_SHARED", Path(__file__).parents[1] / ".." / "shared")).resolve()
    if not (folder / "footage").is_dir():
        pytest.skip(f"needs the shared reference material, which is not at {folder} (VIGIL_SHARED names another place)")
    return folder


#: Tests that use the session's stack. One process runs them all: two would be two stacks of four servers.
STACK = "the session's stack"
#: Tests that need its Kafka and its registry alone: they have these two of their own, and another process.
BROKERS = "Kafka and registry"
ON_BROKERS = (
    "tests/integration/cases/test_cases_on_stack.py",
    "tests/integration/chaos/test_killed_evidence_sink.py",
    "tests/integration/city/",
    "tests/integration/perception/test_gops_on_kafka.py",
    "tests/integration/producers/",
    "tests/integration/sinks/test_evidence_on_stack.py",
    "tests/integration/topics/test_codec_on_registry.py",
    "tests/integration/topics/test_silent_states.py",
    "tests/integration/topics/test_topics_on_stack.py",
)
#: Tests that start a stack of their own; one process runs them, one after the other.
OWN_STACK = "own stack"
OWN_STACKS = (
    "tests/integration/chaos/test_disturbed_sink.py",
    "tests/integration/chaos/test_one_kill_of_each.py",
    "tests/integration/demo/",
    "tests/integration/local/",
)
#: Those with a server or two of their own, now and then.
BENCHMARKS = "tests/benchmarks/"
#: Its files share a front.
REPORTS = "tests/integration/reports/"
#: A Kafka for its one file.
STAGE = "tests/integration/stage/"
#: Folders whose files stand alone, each with one server at most: a ClickHouse front, a Triton or a Kafka.
ALONE = (
    "tests/contract/",
    "tests/integration/perception/test_triton_comes_back.py",
    "tests/integration/retention/",
    "tests/integration/simulator/",
    "tests/scenarios/",
    "tests/unit/",
)
#: Scopes that begin in this order: no process is to be left alone with a long one at the end.
LONGEST_FIRST = (OWN_STACK, BROKERS, STACK, STAGE, BENCHMARKS, REPORTS)
#: Of each process, at the end.
SCOPES_SHOWN = 4
#: On few cores too: those with servers wait for most of their time.
LEAST_PROCESSES, MOST_PROCESSES = 3, 4


def scope_of(nodeid: str) -> str:
    """Return what is run in one process, one after the other: a file, or all that shares servers."""
    file = nodeid.partition("::")[0]
    if file.startswith(ALONE):
        return file
    for folder in (BENCHMARKS, REPORTS, STAGE):
        if file.startswith(folder):
            return folder
    if file.startswith(OWN_STACKS):
        return OWN_STACK
    return BROKERS if file.startswith(ON_BROKERS) else STACK


def turn_of(nodeid: str) -> int:
    """Return when a scope begins: the long ones first, unit tests last."""
    scope = scope_of(nodeid)
    if scope in LONGEST_FIRST:
        return LONGEST_FIRST.index(scope)
    return len(LONGEST_FIRST) + scope.startswith("tests/unit/")


class _Scopes(LoadScopeScheduling):  # type: ignore[misc]  # pytest-xdist has no types
    """Gives each scope to one process, in the order in which they are collected."""

    def _split_scope(self, nodeid: str) -> str:
        return scope_of(nodeid)


def pytest_xdist_make_scheduler(config: pytest.Config, log: Producer) -> _Scopes:
    """Tell pytest-xdist how to share the tests among its processes."""
    config.option.loadscopereorder = False  # it would begin with the scopes of the most tests
    return _Scopes(config, log)


def pytest_xdist_auto_num_workers() -> int:
    """Tell pytest-xdist how many processes `-n auto` means."""
    return min(MOST_PROCESSES, max(LEAST_PROCESSES, os.cpu_count() or 1))


@pytest.hookimpl(tryfirst=True)
def pytest_collection(session: pytest.Session) -> None:
    """Import a share of the files ahead of all, where several processes are about to import each.

    pytest rewrites a file's asserts when it is first imported in a checkout, half of the work of collecting it, and
    keeps what it made: so each process does that for its share, and finds that of the others.
    """
    worker = getattr(session.config, "workerinput", None)
    folder = Path(__file__).parent
    if worker is None or [Path(name).absolute() for name in session.config.args] != [folder]:
        return
    files = [file for file in sorted(folder.rglob("test_*.py")) if (file.parent / "__init__.py").exists()]
    for file in files[int(worker["workerid"].removeprefix("gw")) :: worker["workercount"]]:
        with suppress(Exception, pytest.skip.Exception):  # said where it is collected
            importlib.import_module(".".join((folder.name, *file.relative_to(folder).with_suffix("").parts)))


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Order the scopes; refuse a test that asks for the servers of another scope: it would start a second stack."""
    items.sort(key=lambda item: turn_of(item.nodeid))
    of_scopes = {"stack": (STACK,), "brokers": (BROKERS,), "settings": (STACK, BROKERS)}
    for fixture, scopes in of_scopes.items():
        wrong = [
            item.nodeid
            for item in items
            if item.nodeid.startswith("tests/integration/")
            and scope_of(item.nodeid) not in scopes
            and fixture in getattr(item, "fixturenames", ())
        ]
        if wrong:
            raise pytest.UsageError(
                f"{wrong[0]} uses the fixture '{fixture}', which is of {' and '.join(scopes)}, but tests/conftest.py"
                f" gives it the scope {scope_of(wrong[0])}; {len(wrong)} such"
            )
