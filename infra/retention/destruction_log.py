"""DestructionLog: what was destroyed and when, each entry chained to the one before by its hash."""

import fcntl
import hashlib
import json
import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from infra.retention.retention_rules import RetentionError

#: What the first entry names as the one before.
NOTHING: Final = "0" * 64
#: What to do where the log is closed to this user.
OWNER: Final = "run as the user who owns it, or name another file in VIGIL_RETENTION_LOG"
#: A key was held against what it sealed, while that was still there.
ATTESTED: Final = "attested"
#: Steps of a destruction, in their order: the first is written before the key is touched.
DESTROYING, DESTROYED = "destroying", "destroyed"
#: Steps of forgetting the last states of silent cameras, likewise; they are of no quarter.
FORGETTING, FORGOT = "forgetting", "forgot"
#: Steps of the removal of evidence whose time is over, likewise.
EXPIRING, EXPIRED = "expiring", "expired"


@dataclass(frozen=True, slots=True)
class Entry:
    """One step.

    Attributes:
        number: from 1 on, without a gap.
        step: one of those above.
        period: the quarter; empty: the step is of none.
        fingerprint: of its key; empty likewise.
        at: when, ISO 8601 in UTC.
        by: who had it done.
        facts: counts and checks at this step.
        previous: SHA-256 of the entry before, hex.
    """

    number: int
    step: str
    period: str
    fingerprint: str
    at: str
    by: str
    facts: Mapping[str, Any]
    previous: str

    def line(self) -> bytes:
        """Return the entry as one line of JSON, the same each time."""
        names = ("number", "step", "period", "fingerprint", "at", "by", "facts", "previous")
        content = {name: getattr(self, name) for name in names}
        return json.dumps(content, sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode() + b"\n"

    @property
    def sha256(self) -> str:
        """Return the hash that the next entry names."""
        return hashlib.sha256(self.line()).hexdigest()


class DestructionLog:
    """The log as a file of lines, appended to and never rewritten.

    Args:
        path: the file; it need not be there.
    """

    def __init__(self, path: Path) -> None:
        self.path = path

    def entries(self) -> Sequence[Entry]:
        """Return all entries.

        Raises:
            RetentionError: a line is damaged, altered or missing, and is named; or the log cannot be read.
        """
        try:
            content = self.path.read_bytes()
        except FileNotFoundError:
            return ()
        except OSError as error:
            raise RetentionError(f"the log {self.path} cannot be read: {error.strerror}; {OWNER}") from error
        out: list[Entry] = []
        previous = NOTHING
        for number, line in enumerate(content.splitlines(keepends=True), 1):
            try:
                entry = Entry(**json.loads(line))
            except (ValueError, TypeError) as error:
                raise RetentionError(f"{self.path}, line {number} is damaged: {error}") from error
            if entry.number != number or entry.previous != previous or entry.line() != line:
                raise RetentionError(
                    f"{self.path}, line {number} does not follow on the one before: the log was altered; "
                    "compare it with the office's copy"
                )
            out.append(entry)
            previous = entry.sha256
        return out

    def append(self, step: str, period: str, fingerprint: str, at: str, by: str, facts: Mapping[str, Any]) -> Entry:
        """Add an entry and wait until the disk has it; another process that appends waits meanwhile.

        Raises:
            RetentionError: the log so far is not whole, or cannot be written.
        """
        try:
            self.path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            handle = os.open(self.path, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
            with os.fdopen(handle, "ab") as file:
                fcntl.flock(file, fcntl.LOCK_EX)  # closing the file lets it go
                before = self.entries()
                previous = before[-1].sha256 if before else NOTHING
                entry = Entry(len(before) + 1, step, period, fingerprint, at, by, dict(facts), previous)
                file.write(entry.line())
                file.flush()
                os.fsync(file.fileno())
        except OSError as error:
            raise RetentionError(f"the log {self.path} cannot be written: {error.strerror}; {OWNER}") from error
        return entry
