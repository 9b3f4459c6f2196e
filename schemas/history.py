"""The released versions of every schema: schemas/history/SUBJECT/N.avsc with their checksums.

A released file is never altered: somewhere messages lie that were written with it. `sha256sum -c SHA256SUMS` checks the
folder without Python.
"""

import hashlib
import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from schemas.compatibility import breaks_any

FOLDER: Final = Path(__file__).parent / "history"
CHECKSUMS: Final = "SHA256SUMS"
_VERSION: Final = re.compile(r"([1-9][0-9]*)\.avsc")


class HistoryError(ValueError):
    """The history was altered, or a schema must not be released; says which file and what to do."""


@dataclass(frozen=True, slots=True)
class Release:
    """One version to be written.

    Attributes:
        subject: its subject without prefix, e.g. `frames-value`.
        version: its number, from 1 on.
        text: the schema as it lies beside this module.
    """

    subject: str
    version: int
    text: str


def subject_folder(topic: str) -> str:
    """Return the folder of a topic's releases: its subject without prefix."""
    return f"{topic}-value"


def checksum(data: bytes) -> str:
    """Return the SHA-256 of a file's bytes as sha256sum writes it."""
    return hashlib.sha256(data).hexdigest()


def alterations(folder: Path = FOLDER) -> Sequence[str]:
    """Return what is wrong with a history: files altered, gone or added past the checksums, and gaps in the numbers."""
    listed = read_checksums(folder)
    found = {p.relative_to(folder).as_posix(): p for p in folder.glob("*/*") if p.is_file()}
    wrong = [f"{name} is gone; restore it from version control" for name in listed if name not in found]
    for name, path in sorted(found.items()):
        if name not in listed:
            wrong.append(f"{name} has no checksum; 'vigil topics release' writes new versions")
        elif checksum(path.read_bytes()) != listed[name]:
            wrong.append(f"{name} was altered after its release; restore it and release the change as a new version")
    for subject in sorted({name.partition("/")[0] for name in listed}):
        numbers = sorted(int(m[1]) for n in listed if (m := re.fullmatch(rf"{re.escape(subject)}/(\d+)\.avsc", n)))
        if numbers != list(range(1, len(numbers) + 1)):
            wrong.append(f"{subject} has versions {numbers}; they must run from 1 without a gap")
    return tuple(wrong)


def read_checksums(folder: Path = FOLDER) -> Mapping[str, str]:
    """Return the checksum of each released file, by its path in the folder."""
    path = folder / CHECKSUMS
    if not path.exists():
        return {}
    lines = (line.split(maxsplit=1) for line in path.read_text(encoding="ascii").splitlines())
    return {name: digest for digest, name in lines}


def released(topic: str, folder: Path = FOLDER) -> Sequence[str]:
    """Return the texts of a topic's released versions, the oldest first."""
    paths = (folder / subject_folder(topic)).glob("*.avsc")
    numbered = sorted((int(match[1]), path) for path in paths if (match := _VERSION.fullmatch(path.name)))
    return tuple(path.read_text(encoding="utf-8") for _, path in numbered)


def next_releases(schemas: Mapping[str, str], history: Mapping[str, Sequence[str]]) -> Sequence[Release]:
    """Return the versions that must be written so that every schema is released. Pure.

    Args:
        schemas: text of each topic's schema.
        history: texts of each topic's released versions, the oldest first.

    Raises:
        HistoryError: a schema cannot read messages of an earlier version.
    """
    out, refusals = [], []
    for topic, text in schemas.items():
        versions = history.get(topic, ())
        if versions and json.loads(versions[-1]) == json.loads(text):
            continue
        reasons = breaks_any(text, versions)
        refusals += [f"schemas/{topic}.avsc {reason}" for reason in reasons]
        out.append(Release(subject_folder(topic), len(versions) + 1, text))
    if refusals:
        raise HistoryError(
            "nothing was released, as earlier messages could no longer be read:\n  "
            + "\n  ".join(refusals)
            + "\nKeep what was there and add fields with defaults, or start a new topic."
        )
    return tuple(out)


def write(releases: Sequence[Release], folder: Path = FOLDER) -> None:
    """Write released files and their checksums."""
    sums = dict(read_checksums(folder))
    for release in releases:
        path = folder / release.subject / f"{release.version}.avsc"
        path.parent.mkdir(parents=True, exist_ok=True)
        with path.open("x", encoding="utf-8") as file:
            file.write(release.text)
        sums[path.relative_to(folder).as_posix()] = checksum(path.read_bytes())
    if releases:
        text = "".join(f"{digest}  {name}\n" for name, digest in sorted(sums.items()))
        (folder / CHECKSUMS).write_text(text, encoding="ascii")
