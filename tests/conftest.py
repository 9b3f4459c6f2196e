"""Where the shared reference material is, and which tests may run side by side."""

import os
from pathlib import Path

import pytest
from xdist.remote import Producer
from xdist.scheduler import LoadScopeScheduling


@pytest.fixture(scope="session")
def shared() -> Path:
    """The folder of shared footage, models and reference; the test is skipped where it is absent."""
    folder = Path(os.environ.get("VIGIL_SHARED", Path(__file__).parents[1] / ".." / "shared")).resolve()
    if not (folder / "footage").is_dir():
        pytest.skip(f"needs the shared reference material, which is not at {folder} (VIGIL_SHARED names another place)")
    return folder


#: Tests that start servers of their own, or none, beside the session's stack: they run while others use that.
OWN_SERVERS = (
    "tests/benchmarks/",
    "tests/contract/",
    "tests/scenarios/",
    "tests/integration/chaos/test_disturbed_sink.py",
    "tests/integration/chaos/test_one_kill_of_each.py",
    "tests/integration/demo/",
    "tests/integration/local/",
    "tests/integration/reports/",
    "tests/integration/retention/",
    "tests/integration/simulator/",
)


def scope_of(nodeid: str) -> str:
    """Return what is run in one process, one after the other: a file of unit tests, or all that shares servers.

    One stack serves all its tests: two would fight for the cores and the memory. What has servers of its own waits for
    them as long as those do for theirs, with the cores idle, and so runs beside them.
    """
    file = nodeid.partition("::")[0]
    if file.startswith("tests/unit/"):
        return file
    return "own servers" if file.startswith(OWN_SERVERS) else "the session's stack"


class _Scopes(LoadScopeScheduling):  # type: ignore[misc]  # pytest-xdist has no types
    """Gives each scope to one process; unit tests fill the other cores, file by file."""

    def _split_scope(self, nodeid: str) -> str:
        return scope_of(nodeid)


def pytest_xdist_make_scheduler(config: pytest.Config, log: Producer) -> _Scopes:
    """Tell pytest-xdist how to share the tests among its processes."""
    return _Scopes(config, log)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Refuse a test that asks for the session's stack although OWN_SERVERS names it: it would start a second."""
    wrong = [
        item.nodeid
        for item in items
        if scope_of(item.nodeid) == "own servers" and "stack" in getattr(item, "fixturenames", ())
    ]
    if wrong:
        raise pytest.UsageError(
            f"{wrong[0]} uses the session's stack, but OWN_SERVERS (tests/conftest.py) names it; {len(wrong)} such"
        )
