"""CPU seconds of whole processes."""

import os
import subprocess
from collections.abc import Mapping, Sequence

from tests.benchmarks.figure import BenchmarkError


def cpu_s(argv: Sequence[str], environment: Mapping[str, str] | None = None) -> float:
    """Run a program to its end and return its CPU seconds, user and system.

    Raises:
        BenchmarkError: it did not end with 0.
    """
    process = subprocess.Popen(
        argv, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, env={**os.environ, **(environment or {})}
    )
    _, status, usage = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode:
        raise BenchmarkError(f"{argv[0]} ended with {process.returncode}: {' '.join(argv)}")
    return usage.ru_utime + usage.ru_stime
