"""Where the shared reference material is, for the tests that need it."""

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
