"""What the runner is told of one child process, and what it knows of it."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field


class ChildCannotStartError(RuntimeError):
    """Starting the child again cannot help: something is missing; the text says what and how to get it."""


class ChildMustRestartError(RuntimeError):
    """The child serves no longer and cannot be healed from outside; the runner ends it and starts it again."""


@dataclass(frozen=True, slots=True)
class ChildSpec:
    """One process of the stack.

    Attributes:
        name: its name in status, logs and errors.
        argv: program and arguments.
        env: environment variables added to the runner's own.
        needs: children that must be ready before it starts.
        prepare: called before every start (formats a disk, clears what a killed run left); raises
            ChildCannotStartError where a further try is of no use.
        ready: a real health check: True when the child serves; any exception counts as not yet.
        check: called every few seconds while it serves; heals what only a look inside can see (Triton's stubs) and
            returns a note for status; raises ChildMustRestartError where that failed.
        clean: called after every end, when no process of the child is left.
        stop_s: seconds it has between SIGTERM and SIGKILL.
        ends: True for a process whose exit with 0 means that its work is done.
    """

    name: str
    argv: Sequence[str]
    env: Mapping[str, str] = field(default_factory=dict)
    needs: Sequence[str] = ()
    prepare: Callable[[], None] | None = None
    ready: Callable[[], bool] | None = None
    check: Callable[[], str | None] | None = None
    clean: Callable[[], None] | None = None
    stop_s: float = 15.0
    ends: bool = False


@dataclass(slots=True)
class ChildState:
    """What the runner knows of a child; written to the state file.

    Attributes:
        state: waiting, starting, ready, restarting, done, failed or stopped.
        restarts: times it was started again.
        last_exit: how it ended last, in words.
        log_tail: last lines of its log when it ended last.
        note: what the last check said.
    """

    state: str = "waiting"
    restarts: int = 0
    last_exit: str | None = None
    log_tail: Sequence[str] = ()
    note: str | None = None
