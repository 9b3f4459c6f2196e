"""DestructionLog: what was destroyed and when, each entry chained to the one before by its hash."""

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
#: Steps of a destruction, in their order: the first is written before the key is touched.
DESTROYING, DESTROYED = "destroying", "destroyed"


@dataclass(frozen=True, slots=True)
class Entry:
    """One step.

    Attributes:
        number: from 1 on, without a gap.
        step: destroying or destroyed.
        period: the quarter.
        fingerprint: of its key.
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
            RetentionError: a line is damaged, altered or missing; names it.
        """
        if not self.path.exists():
            return ()
        out: list[Entry] = []
        previous = NOTHING
        for number, line in enumerate(self.path.read_bytes().splitlines(keepends=True), 1):
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
        """Add an entry and wait until the disk has it.

        Raises:
            RetentionError: the log so far is not whole.
        """
        before = self.entries()
        previous = before[-1].sha256 if before else NOTHING
        entry = Entry(len(before) + 1, step, period, fingerprint, at, by, dict(facts), previous)
        handle = os.open(self.path, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
        with os.fdopen(handle, "ab") as file:
            file.write(entry.line())
            file.flush()
            os.fsync(file.fileno())
        return entry
