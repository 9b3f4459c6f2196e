"""What must be on a machine before set-up can fetch the rest: how to see it, and which Debian package brings it.

Needs the standard library alone, of any Python 3, as set-up does.
"""

from __future__ import annotations

import importlib.util
import re
import shutil
import subprocess
import sys
import sysconfig
from ctypes.util import find_library
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

LEAST_JAVA = 17
VERSION = f"{sys.version_info[0]}.{sys.version_info[1]}"


def java_version() -> int:
    """Return the major version of the first Java on PATH; 0 where there is none, or it does not say."""
    java = shutil.which("java")
    if java is None:
        return 0
    text = subprocess.run([java, "-version"], capture_output=True, text=True, check=False).stderr
    found = re.search(r'version "(?:1\.)?(\d+)', text)  # Java 8 calls itself 1.8
    return int(found[1]) if found else 0


def _has_rtsp_server() -> bool:
    code = "import gi; gi.require_version('GstRtspServer','1.0'); from gi.repository import GstRtspServer"
    if not Path("/usr/bin/python3").exists():
        return False
    return subprocess.run(["/usr/bin/python3", "-c", code], capture_output=True, check=False).returncode == 0


def _has_libpython() -> bool:
    """Triton's stub is linked with libpython, which a Python built without a shared library lacks."""
    name = f"libpython{VERSION}.so.1.0"
    return (
        find_library(f"python{VERSION}") is not None or (Path(sysconfig.get_config_var("LIBDIR") or "") / name).exists()
    )


#: What must be there, how to see it, the Debian packages that bring it, and what fails without it.
PROGRAMS: Sequence[tuple[str, Callable[[], bool], tuple[str, ...], str, bool]] = (
    (
        f"Java {LEAST_JAVA} or later",
        lambda: java_version() >= LEAST_JAVA,
        ("openjdk-17-jre-headless",),
        "Kafka and the schema registry",
        True,
    ),
    (
        "Python's venv module",
        lambda: importlib.util.find_spec("ensurepip") is not None,
        (f"python{VERSION}-venv",),
        "every Python environment",
        True,
    ),
    (f"libpython{VERSION}", _has_libpython, (f"libpython{VERSION}",), "Triton's Python backend", True),
    ("Maven", lambda: shutil.which("mvn") is not None, ("maven",), "fetching Kafka's jars", True),
    ("ffmpeg", lambda: shutil.which("ffmpeg") is not None, ("ffmpeg",), "the producers' benchmark", False),
    (
        "GStreamer's RTSP server",
        _has_rtsp_server,
        (
            "gir1.2-gst-rtsp-server-1.0",
            "python3-gi",
            "gstreamer1.0-plugins-base",
            "gstreamer1.0-plugins-good",
            "gstreamer1.0-plugins-bad",
        ),
        "the RTSP test",
        False,
    ),
)


def lines(entries: Sequence[tuple[str, Callable[[], bool], tuple[str, ...], str, bool]]) -> list[str]:
    """Return a line for each of some of PROGRAMS that are missing: what it is for and, of Java, what is there."""
    out = []
    for name, _there, _packages, purpose, _needed in entries:
        found = java_version() if name.startswith("Java") else 0
        out.append(f"  {name}, for {purpose}" + (f" (the first 'java' on PATH is Java {found})" if found else ""))
    return out


def install_line(entries: Sequence[tuple[str, Callable[[], bool], tuple[str, ...], str, bool]]) -> str:
    """Return how all of them are installed at once."""
    packages = " ".join(package for entry in entries for package in entry[2])
    return f"On Debian or Ubuntu: sudo apt-get install --no-install-recommends {packages}"
