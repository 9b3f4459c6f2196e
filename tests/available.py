"""Is it there? Where something that a test needs is missing, it is skipped and says which package brings it."""

import shutil

import pytest

from infra.settings import ROOT
from infra.setup.programs import PROGRAMS


def _reason(name: str) -> str | None:
    for program, there, packages, _purpose, _needed in PROGRAMS:
        if program == name:
            return None if there() else f"{name} is missing: install the Debian package(s) {' '.join(packages)}"
    raise KeyError(f"set-up knows no program {name!r}")


def missing_stack() -> str | None:
    """Say what of the local stack is not set up, or None."""
    if shutil.which("java") is None:
        return "java is missing: install the Debian package openjdk-17-jre-headless"
    for part in (".cache/kafka", ".cache/apicurio", ".venv-triton/bin/python"):
        if not (ROOT / part).exists():
            return f"{part} is missing: run 'make setup'"
    return None


_rtsp, _ffmpeg, _stack = _reason("GStreamer's RTSP server"), _reason("ffmpeg"), missing_stack()
needs_rtsp_server = pytest.mark.skipif(_rtsp is not None, reason=str(_rtsp))
needs_ffmpeg = pytest.mark.skipif(_ffmpeg is not None, reason=str(_ffmpeg))
needs_stack = pytest.mark.skipif(_stack is not None, reason=str(_stack))
