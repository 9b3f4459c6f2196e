"""Set-up's steps: what is missing is named at once, what pip leaves out is written, what is made anew is done anew."""

import shutil
import sys
from pathlib import Path

import pytest

from infra.setup import __main__ as setup
from infra.setup import programs


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


@pytest.mark.parametrize(
    ("says", "version"),
    [
        ('openjdk version "17.0.9" 2023-10-17', 17),
        ('java version "1.8.0_392"', 8),
        ('openjdk version "25-ea"', 25),
        ("no such command", 0),
    ],
)
def test_javas_version_is_what_it_says(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, says: str, version: int
) -> None:
    """Releases, early ones, and Java 8's own way of counting."""
    java = tmp_path / "java"
    java.write_text(f"#!/bin/sh\necho '{says}' >&2\n")
    java.chmod(0o755)
    monkeypatch.setenv("PATH", str(tmp_path))
    assert programs.java_version() == version


def test_all_that_is_missing_is_named_at_once(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """One error with one command: who installs Java is not told of Maven by the next run; an old Java is named."""
    (tmp_path / "java").write_text("#!/bin/sh\necho 'openjdk version \"11.0.2\"' >&2\n")
    (tmp_path / "java").chmod(0o755)
    monkeypatch.setenv("PATH", str(tmp_path))  # and no apt-get, which would be asked
    with pytest.raises(setup.SetupError) as raised:
        setup.debian_packages()
    said = str(raised.value)
    assert "Java 17 or later, for Kafka and the schema registry (the first 'java' on PATH is Java 11)" in said
    assert "Maven, for fetching Kafka's jars" in said
    assert "apt-get install --no-install-recommends openjdk-17-jre-headless" in said.splitlines()[-1]
    assert {"maven", "ffmpeg"} <= set(said.splitlines()[-1].split())


def test_what_is_not_needed_stops_nothing(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Without ffmpeg set-up goes on, and says what is skipped."""
    monkeypatch.setattr(setup, "PROGRAMS", [one for one in programs.PROGRAMS if one[0] == "ffmpeg"])
    monkeypatch.setenv("PATH", str(tmp_path))
    setup.debian_packages()
    assert "ffmpeg, for the producers' benchmark" in capsys.readouterr().out
