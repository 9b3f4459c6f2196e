"""Log files of the stack: read from the end, kept below a size."""

import os
import shutil
from pathlib import Path

LOG_MAX_BYTES = 8_000_000
TAIL_LINES = 15
_TAIL_BYTES = 65_536


def tail(path: Path, lines: int = TAIL_LINES) -> list[str]:
    """Return the last lines of a log file, reading at most 64 kB of it."""
    if not path.exists():
        return []
    with path.open("rb") as file:
        file.seek(max(0, path.stat().st_size - _TAIL_BYTES))
        return file.read().decode(errors="replace").splitlines()[-lines:]


def rotate(path: Path, max_bytes: int = LOG_MAX_BYTES) -> bool:
    """Move a log's content to NAME.log.1 where it is too large; tell whether that was done.

    The writer keeps its descriptor, opened for appending, so the content is copied and the file cut. A line written
    between the two is lost: a log may lose one, a stage's messages never pass here.
    """
    try:
        if path.stat().st_size <= max_bytes:
            return False
    except FileNotFoundError:
        return False
    shutil.copyfile(path, path.with_name(f"{path.name}.1"))
    os.truncate(path, 0)
    return True
