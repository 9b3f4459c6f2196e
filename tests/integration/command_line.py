"""The command line in the test's own process: an interpreter of its own spends more than a second on imports."""

import signal

from click.testing import CliRunner

from infra.cli import vigil as command
from infra.settings import Settings


def vigil(settings: Settings, *arguments: str, expect: int = 0) -> str:
    """Run a command; return what it wrote to standard output and then to standard error.

    How a process ends by a signal or by an error that no command knows is tested where a process runs.
    """
    before = signal.getsignal(signal.SIGTERM)
    try:
        done = CliRunner().invoke(command, arguments, env=settings.environment(), prog_name="vigil")
    finally:
        signal.signal(signal.SIGTERM, before)  # a command that has to clean up sets its own
    said = (done.exit_code, done.stdout[-2000:], done.stderr[-2000:], done.exception)
    assert done.exit_code == expect, said
    return done.stdout + done.stderr
