"""The demo's exit code tells the truth."""

from pathlib import Path
from types import SimpleNamespace

import pytest
from click.testing import CliRunner

from infra.cli import demo as demo_command
from infra.demo.run import Demo, DemoError
from infra.settings import Settings


class PlayedDemo:
    """Stands for a demo; says what was asked of it."""

    ok = True
    error: DemoError | None = None
    asked: list[str]

    def __init__(self, *_arguments: object, evidence: bool, cases: bool) -> None:
        assert evidence
        assert cases
        type(self).asked = []

    def prepare(self) -> None:
        """Start nothing."""
        self.asked.append("prepare")

    def play(self) -> None:
        """Play nothing, or fail."""
        self.asked.append("play")
        if self.error is not None:
            raise self.error

    def report(self) -> SimpleNamespace:
        """Return a report that only knows whether it is good."""
        self.asked.append("report")
        return SimpleNamespace(ok=self.ok)

    def down(self) -> None:
        """Stop nothing."""
        self.asked.append("down")


def run(monkeypatch: pytest.MonkeyPatch, tmp_path: Path, demo: type[PlayedDemo], *arguments: str) -> tuple[int, str]:
    """Run `vigil demo` with a stand-in for the demo; return exit code and output."""
    monkeypatch.setattr(demo_command, "Demo", demo)
    done = CliRunner().invoke(demo_command.command, ["--out", str(tmp_path), *arguments])
    return done.exit_code, done.output


def test_a_good_report_ends_with_0(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """And everything is stopped after the report."""
    assert run(monkeypatch, tmp_path, PlayedDemo)[0] == 0
    assert PlayedDemo.asked == ["prepare", "play", "report", "down"]


def test_a_report_with_problems_ends_with_1(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """A missing camera-second must not look like success."""

    class BadReport(PlayedDemo):
        ok = False

    assert run(monkeypatch, tmp_path, BadReport)[0] == 1


def test_a_demo_that_cannot_go_on_says_why_and_stops_everything(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """The reason is one sentence, and no process is left."""

    class Failing(PlayedDemo):
        error = DemoError("producers gave up")

    code, output = run(monkeypatch, tmp_path, Failing)
    assert (code, output) == (1, "Error: producers gave up\n")
    assert Failing.asked == ["prepare", "play", "down"]


def test_keep_leaves_the_stack_running(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """And says how to stop it."""
    code, output = run(monkeypatch, tmp_path, PlayedDemo, "--keep")
    assert code == 0
    assert "down" not in PlayedDemo.asked
    assert "vigil down" in output


def test_a_second_demo_leaves_the_first_ones_stack_alone(tmp_path: Path) -> None:
    """It says that a stack is running, and stops nothing."""
    stopped = []
    demo = Demo(Settings(data_dir=tmp_path / "data"), tmp_path / "out")
    demo.stack = SimpleNamespace(running=lambda: True, down=lambda: stopped.append(1))  # type: ignore[assignment]
    with pytest.raises(DemoError, match="a stack is running"):
        demo.prepare()
    demo.down()
    assert stopped == []
