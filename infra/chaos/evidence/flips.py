"""One flipped bit, and who is asked what differs: the library, `vigil evidence verify`, an export's own verify.py."""

import os
import random
import subprocess
import sys
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from infra.settings import ROOT, Settings
from sinks.evidence import verify
from sinks.evidence.case_name import CaseName
from sinks.evidence.verify import Line

#: Exit statuses of a verification that found a difference.
STORE_DIFFERS: Final = 2
EXPORT_DIFFERS: Final = 1


@dataclass(frozen=True, slots=True)
class Flip:
    """One bit.

    Attributes:
        kind: of object: clip, still, crop, detections, manifest, signature, pointer, entry, key, ...
        object: its name in the store, or in the export.
        how: who was asked: library, command, export.
        byte, bit: which.
        named: what the verification calls what differs; exactly one thing is right.
        right: it was named, and nothing else was.
    """

    kind: str
    object: str
    how: str
    byte: int
    bit: int
    named: Sequence[str]
    right: bool

    def __str__(self) -> str:
        return f"{self.how}: bit {self.bit} of byte {self.byte} of {self.object} ({self.kind}): {list(self.named)}"


@contextmanager
def flipped(path: Path, draw: random.Random) -> Iterator[tuple[int, int]]:
    """Flip one bit of a file while the context lasts; give its byte and its number in it."""
    data = path.read_bytes()
    byte, bit = draw.randrange(len(data)), draw.randrange(8)
    try:
        with path.open("r+b") as file:
            file.seek(byte)
            file.write(bytes([data[byte] ^ 1 << bit]))
        yield byte, bit
    finally:
        with path.open("r+b") as file:
            file.write(data)


def objects_of(case: CaseName, manifest: Mapping[str, Any], digest: str) -> list[tuple[str, str, frozenset[str]]]:
    """Return a case's objects: kind, name in the store, and what a verification calls it.

    Two pictures with the same pixels are one object with two names.

    Args:
        case: its name.
        manifest: parsed.
        digest: the manifest's SHA-256.
    """
    names: dict[str, set[str]] = {}
    kinds: dict[str, str] = {}
    for file in manifest["files"]:
        names.setdefault(file["object"], set()).add(file["name"])
        kinds.setdefault(file["object"], f"{file['kind']}{' blurred' if file.get('derived_from') else ''}")
    return [
        *((kinds[name], name, frozenset(said)) for name, said in names.items()),
        ("manifest", case.manifest, frozenset({verify.MANIFEST})),
        ("signature", case.signature(digest), frozenset({verify.SIGNATURE})),
        ("pointer", case.pointer, frozenset({case.pointer})),
    ]


def judged(lines: Sequence[Line], expected: frozenset[str]) -> tuple[list[str], bool]:
    """Return what was named, and whether that is the one object that differs, by all of its names."""
    named = sorted({line.what for line in lines if line.level == "differs"})
    right = all(any(name in said for name in expected) for said in named)
    return named, right and all(any(name in said for said in named) for name in expected)


def lines_of(text: str) -> list[Line]:
    """Return the lines of a printed report."""
    out = []
    for line in text.splitlines():
        level, _, rest = line.partition(" ")
        if level in {"OK", "NOTE", "DIFFERS"}:
            what, _, said = rest.strip().partition(": ")
            out.append(Line(level.lower(), what, said))
    return out


def by_command(settings: Settings, case: CaseName, expected: frozenset[str]) -> tuple[list[str], bool]:
    """Ask `vigil evidence verify CASE`; return what it named, and whether that and its status are right."""
    done = subprocess.run(
        [sys.executable, "-m", "infra.cli", "evidence", "verify", f"{case.topic}/{case.event_id}@{case.revision}"],
        cwd=ROOT,
        env={**os.environ, **settings.environment()},
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    named, right = judged(lines_of(done.stdout), expected)
    return named or [done.stderr.strip()[-200:]], right and done.returncode == STORE_DIFFERS


def by_expert(folder: Path, key_id: str, expected: frozenset[str]) -> tuple[list[str], bool]:
    """Ask an export's own verify.py, isolated and without any library, as a court's expert does."""
    done = subprocess.run(
        [sys.executable, "-I", "-S", "verify.py", "--key-id", key_id],
        cwd=folder,
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    named, right = judged(lines_of(done.stdout), expected)
    return named or [done.stderr.strip()[-200:]], right and done.returncode == EXPORT_DIFFERS
