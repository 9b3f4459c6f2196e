"""Archives of the classes that a Java server loads: with one it starts in half the CPU time.

infra/setup/class_archives.py makes them (Java's class data sharing). The JVM goes on without one that was made by
another JVM or of other jars: it compares its own build, and each jar's path, size and time.
"""

from pathlib import Path
from typing import Final

FOLDER: Final = "classes"


def archive_file(cache_dir: Path, server: str) -> Path:
    """Return where a server's archive is, or would be."""
    return cache_dir / FOLDER / f"{server}.jsa"


def archive_options(cache_dir: Path, server: str) -> list[str]:
    """Return the JVM's options for a server's archive; none where there is none."""
    archive = archive_file(cache_dir, server)
    return [f"-XX:SharedArchiveFile={archive}"] if archive.exists() else []
