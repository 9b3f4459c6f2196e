"""Finds the processes of a data folder by a mark in their environment, which every descendant inherits."""

import os
from pathlib import Path

MARK = "VIGIL_STACK_CHILD"


def mark(folder: Path, name: str) -> str:
    """Return the mark of a child: the value of the environment variable MARK."""
    return f"{folder.resolve()}:{name}"


def marked(folder: Path, name: str | None = None) -> list[int]:
    """Return the ids of living processes of a data folder, of one child or of all; launchers included, zombies not."""
    start = f"{MARK}={folder.resolve()}:".encode()
    out = []
    for entry in Path("/proc").iterdir():
        if not entry.name.isdigit() or int(entry.name) == os.getpid():
            continue
        try:
            variables = (entry / "environ").read_bytes().split(b"\0")
        except OSError:  # it ended meanwhile, or is another user's
            continue
        for variable in variables:
            if variable.startswith(start) and (name is None or variable[len(start) :] == name.encode()):
                out.append(int(entry.name))
                break
    return out


def started_at(pid: int) -> int | None:
    """Return when a process started, in clock ticks since boot, or None: tells a process from a later one of its id."""
    try:
        return int(Path(f"/proc/{pid}/stat").read_text(encoding="utf-8").rpartition(")")[2].split()[19])
    except (OSError, IndexError, ValueError):
        return None
