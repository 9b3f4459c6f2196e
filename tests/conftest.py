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


class _OneStack(LoadScopeScheduling):  # type: ignore[misc]  # pytest-xdist has no types
    """Gives what starts servers to one process, one after the other; unit tests fill the other cores, file by file.

    One stack serves all its tests, and two would fight for the cores and the memory.
    """

    def _split_scope(self, nodeid: str) -> str:
        """Return what is run in one process: a file of unit tests, or all the rest."""
        file = nodeid.partition("::")[0]
        return file if file.startswith("tests/unit/") else "stack"


def pytest_xdist_make_scheduler(config: pytest.Config, log: Producer) -> _OneStack:
    """Tell pytest-xdist how to share the tests among its processes."""
    return _OneStack(config, log)
