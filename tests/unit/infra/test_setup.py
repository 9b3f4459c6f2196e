"""Set-up's steps: what pip leaves out is written, a folder that is made anew is not taken for a finished one."""

import shutil
import sys
from pathlib import Path

import pytest

from infra.setup import __main__ as setup


@pytest.fixture
def environment(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    """Return a virtual environment with one package, one of its files is no Python, in a checkout of its own."""
    (tmp_path / ".cache").mkdir()
    monkeypatch.setattr(setup, "CACHE", tmp_path / ".cache")
    made(tmp_path / ".venv")
    return tmp_path / ".venv"


def made(folder: Path) -> None:
    """Make the environment."""
    package = folder / "lib/python3/site-packages/package"
    package.mkdir(parents=True)
    (folder / "bin").mkdir()
    (folder / "bin/python").symlink_to(sys.executable)
    (package / "good.py").write_text("x = 1\n")
    (package / "template.py").write_text("x = {{ value }\n")
    (package / "tests").mkdir()
    (package / "tests/test_good.py").write_text("y = 1\n")


def compiled(folder: Path) -> list[str]:
    """Return the files that have bytecode, by their names' beginnings."""
    return [path.name.partition(".")[0] for path in folder.rglob("*.pyc")]


def test_bytecode_is_written_for_what_is_python(environment: Path, tmp_path: Path) -> None:
    """A template among a package's files does not stop set-up, its tests are left, and a second run does nothing."""
    lock = tmp_path / "lock"
    lock.write_text("package==1\n")
    setup.bytecode(environment, lock)
    assert compiled(environment) == ["good"]
    for path in environment.rglob("*.pyc"):
        path.unlink()
    setup.bytecode(environment, lock)
    assert compiled(environment) == []


@pytest.mark.parametrize("change", ["folder", "lock"])
def test_what_is_made_anew_is_compiled_anew(environment: Path, tmp_path: Path, change: str) -> None:
    """An environment that was removed, and one whose packages changed, get their bytecode."""
    lock = tmp_path / "lock"
    lock.write_text("package==1\n")
    setup.bytecode(environment, lock)
    if change == "folder":
        shutil.rmtree(environment)
        made(environment)
    else:
        lock.write_text("package==2\n")
        (environment / "lib/python3/site-packages/package/good.py").write_text("x = 22\n")
        (environment / "lib/python3/site-packages/package/more.py").write_text("x = 2\n")
    setup.bytecode(environment, lock)
    assert sorted(compiled(environment)) == (["good"] if change == "folder" else ["good", "more"])
