"""Where the shared reference material is, and which tests may run side by side."""

import os
from pathlib import Path

import pytest


@pytest.fixture(scope="session")
def shared() -> Path:
    """The folder of shared footage, models and reference; the test is skipped where it is absent."""
    folder = Path(os.environ.get("VIGIL_SHARED", Path(__file__).parents[1] / ".." / "shared")).resolve()
    if not (folder / "footage").is_dir():
        pytest.skip(f"needs the shared reference material, which is not at {folder} (VIGIL_SHARED names another place)")
    return folder


@pytest.hookimpl(tryfirst=True)  # before pytest-xdist reads the groups
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Keep what starts servers in one process, one after the other; unit tests fill the other cores, file by file.

    `make test` runs pytest-xdist with --dist loadgroup. One stack serves all its tests, and two would fight for the
    cores and the memory.
    """
    unit = Path(__file__).parent / "unit"
    for item in items:
        group = str(item.path) if item.path.is_relative_to(unit) else "stack"
        item.add_marker(pytest.mark.xdist_group(group))
