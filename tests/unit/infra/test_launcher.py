"""Nothing outlives the runner: the launcher ends its child and all below it, however its own parent died."""

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import psutil

from infra.settings import ROOT

#: A child with a child of its own, as Triton has.
FAMILY = (
    "import subprocess,sys,time; subprocess.Popen([sys.executable,'-c','import time; time.sleep(600)']);"
    " time.sleep(600)"
)


def wait_for(condition: object, seconds: float = 15.0) -> bool:
    """Poll a condition until it holds or the time is over."""
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        if condition():  # type: ignore[operator]
            return True
        time.sleep(0.05)
    return False


def launch(folder: Path, program: list[str], stop_s: str = "1") -> "subprocess.Popen[bytes]":
    """Start a launcher with its program."""
    argv = [sys.executable, "-m", "infra.local.launcher", str(folder / "pid"), stop_s, str(os.getpid()), "--", *program]
    return subprocess.Popen(argv, cwd=ROOT)


def test_kill_9_of_the_parent_leaves_no_orphan(tmp_path: Path) -> None:
    """When the launcher's parent is killed, the whole family below goes too."""
    code = (
        "import os,subprocess,sys,time;"
        "launcher=[sys.executable,'-m','infra.local.launcher'];"
        f"arguments=[{str(tmp_path / 'pid')!r},'1',str(os.getpid()),'--',sys.executable,'-c',{FAMILY!r}];"
        "subprocess.Popen([*launcher,*arguments]);"
        "time.sleep(600)"
    )
    parent = subprocess.Popen([sys.executable, "-c", code], cwd=ROOT)
    assert wait_for(lambda: len(psutil.Process(parent.pid).children(recursive=True)) == 3)
    family = psutil.Process(parent.pid).children(recursive=True)
    os.kill(parent.pid, signal.SIGKILL)
    parent.wait()
    assert wait_for(lambda: not any(p.is_running() and p.status() != psutil.STATUS_ZOMBIE for p in family))


def test_a_child_that_ignores_sigterm_is_killed_after_the_bound(tmp_path: Path) -> None:
    """A stubborn child has stop_s seconds, then it is killed; the status says so."""
    code = "import signal,time; signal.signal(signal.SIGTERM, signal.SIG_IGN); time.sleep(600)"
    launcher = launch(tmp_path, [sys.executable, "-c", code])
    assert wait_for((tmp_path / "pid").exists)
    time.sleep(0.5)
    launcher.terminate()
    assert launcher.wait(15) == 128 + signal.SIGKILL


def test_the_childs_status_is_the_launchers(tmp_path: Path) -> None:
    """A child's own exit status is passed on, and its pid file is gone."""
    launcher = launch(tmp_path, [sys.executable, "-c", "raise SystemExit(7)"])
    assert launcher.wait(15) == 7
    assert not (tmp_path / "pid").exists()
