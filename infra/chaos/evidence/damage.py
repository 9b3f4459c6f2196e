"""Flips bits in a finished store and in exports of it, kind by kind, and notes whether each is named."""

import json
import random
import zipfile
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from infra.chaos.evidence.flips import Flip, by_command, by_expert, flipped, judged, objects_of
from infra.settings import Settings
from sinks.evidence import verify
from sinks.evidence.archive import Archive, NoCaseError
from sinks.evidence.case_name import CaseName
from sinks.evidence.evidence_log import entry_name
from sinks.evidence.export import export
from sinks.evidence.folder_store import FolderStore
from sinks.evidence.object_store import ObjectMissingError, StoreUnavailableError
from sinks.evidence.signing import SigningKey
from sinks.evidence.whole_store import WholeStore

#: Entries of the log that get a flipped bit: each time the whole hour is read again.
ENTRIES: Final = 24
Tell = Callable[[str], None]


@dataclass(slots=True)
class Damage:
    """The flips of one exercise.

    Args:
        settings: of the store and its key.
        key: the key.
        draw: where bits are drawn from.
        folder: for exports.
        tell: called with what goes on.

    Attributes:
        flips: what was flipped, and what came of it.
        problems: exports that do not agree before anything is flipped.
    """

    settings: Settings
    key: SigningKey
    draw: random.Random
    folder: Path
    tell: Tell
    flips: list[Flip] = field(init=False, default_factory=list)
    problems: list[str] = field(init=False, default_factory=list)

    @property
    def _root(self) -> Path:
        return Path(self.settings.evidence_address)

    def every_case(self) -> None:
        """Flip one bit in one object of each case, kinds in turn, and ask the library."""
        store = FolderStore(self._root)
        whole = WholeStore(store, self.key.key_id)
        cases = whole.cases()
        for number, case in enumerate(cases):
            self.tell(f"flipping a bit in case {number + 1} of {len(cases)}")
            objects = self._objects(store, case)
            kind, name, said = objects[number % len(objects)]
            with flipped(self._root / name, self.draw) as (byte, bit):
                named, right = judged(whole.check(case), said)
            self.flips.append(Flip(kind, name, "library", byte, bit, named, right))

    def log_entries(self) -> None:
        """Flip one bit in entries of the log, the first and the last among them, and ask the library."""
        store = FolderStore(self._root)
        archive, public = Archive(store), verify.raw_key(self.key.public_pem)
        names = store.names("log/")
        chosen = sorted({names[0], names[-1], *self.draw.sample(names, min(ENTRIES, len(names)))})
        for number, name in enumerate(chosen):
            self.tell(f"flipping a bit in entry {number + 1} of {len(chosen)} of the log")
            with flipped(self._root / name, self.draw) as (byte, bit):
                lines = archive.check_log(entry_name(name.rpartition("/")[0], 0), public)
            named, right = judged(lines, frozenset({name}))
            self.flips.append(Flip("entry", name, "library", byte, bit, named, right))

    def by_commands(self, most: int | None = None) -> None:
        """Flip one bit in one object of each kind, in the log and in the key, and ask `vigil evidence verify`.

        Args:
            most: so many kinds, drawn; None: all.
        """
        store = FolderStore(self._root)
        of_kind: dict[str, tuple[CaseName, str, frozenset[str]]] = {}
        cases = WholeStore(store, self.key.key_id).cases()
        for case in self.draw.sample(cases, min(len(cases), 12)):
            for kind, name, said in self._objects(store, case):
                of_kind.setdefault(kind, (case, name, said))
        case = cases[self.draw.randrange(len(cases))]
        own = Archive(store).entry_of(case)
        assert own is not None
        others = [name for name in store.names(own.rpartition("/")[0] + "/") if name != own]
        other = others[self.draw.randrange(len(others))]
        of_kind["entry"] = (case, own, frozenset({own}))
        of_kind["another's entry"] = (case, other, frozenset({other}))
        of_kind["key"] = (case, f"keys/{self.key.key_id}.pem", frozenset({verify.PUBLIC_KEY}))
        kinds = sorted(of_kind)
        for kind in kinds if most is None else self.draw.sample(kinds, most):
            case, name, said = of_kind[kind]
            self.tell(f"vigil evidence verify: {kind}")
            with flipped(self._root / name, self.draw) as (byte, bit):
                named, right = by_command(self.settings, case, said)
            self.flips.append(Flip(kind, name, "command", byte, bit, named, right))

    def by_experts(self, cases: Sequence[CaseName]) -> None:
        """Export cases, flip one bit in each file of each export, and ask its own verify.py."""
        for number, case in enumerate(cases):
            plain = number % 2 == 0
            target = self.folder / f"export-{number}.zip"
            try:
                # the command would ask ClickHouse whether an officer confirmed an incident, and here is none
                export(Archive(FolderStore(self._root)), case, target, unblurred="exercise" if plain else None)
            except (NoCaseError, ObjectMissingError, StoreUnavailableError) as error:
                self.problems.append(f"{case} cannot be exported: {error}")
                continue
            unpacked = self.folder / f"export-{number}"
            with zipfile.ZipFile(target) as archive:
                archive.extractall(unpacked)
            named, _ = by_expert(unpacked, self.key.key_id, frozenset())
            if named != [""]:
                self.problems.append(f"the export of {case} does not agree with itself: {named}")
            for path in sorted(p for p in unpacked.rglob("*") if p.is_file()):
                name = path.relative_to(unpacked).as_posix()
                if name in verify.UNSIGNED:
                    continue
                self.tell(f"verify.py of export {number + 1} of {len(cases)}: {name}")
                with flipped(path, self.draw) as (byte, bit):
                    named, right = by_expert(unpacked, self.key.key_id, frozenset({name}))
                self.flips.append(Flip("exported file", name, "export", byte, bit, named, right))

    def _objects(self, store: FolderStore, case: CaseName) -> list[tuple[str, str, frozenset[str]]]:
        data = store.get(case.manifest)
        return objects_of(case, json.loads(data), verify.sha256(data))
