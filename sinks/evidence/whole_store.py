"""Verifies every case of a store at once: each log is read once, however many cases are in it."""

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final
from urllib.parse import unquote

from sinks.evidence import verify
from sinks.evidence.archive import Archive, NoCaseError
from sinks.evidence.case_name import TOPICS, CaseName
from sinks.evidence.evidence_log import LOGS, entries_of, entry_name
from sinks.evidence.object_store import ObjectMissingError, ObjectStore
from sinks.evidence.signing import holds
from sinks.evidence.verify import Line
from sinks.evidence.writer import pointer_to

KEYS: Final = "keys/"
#: Files of a case that belong to the log; a store has the log itself.
_OF_THE_LOG: Final = (verify.ENTRY, verify.HEAD, verify.PROOF)


@dataclass(frozen=True, slots=True)
class StoreReport:
    """What a whole store says of itself.

    Attributes:
        cases: how many were looked at.
        objects: how many objects the store holds.
        entries: entries of all logs.
        lines: what differs, by case, log or key; an empty mapping where all agrees.
        unnamed: objects that no manifest, log or pointer names: a killed attempt's, or a stranger's.
        missing: how many seconds the manifests say are missing.
    """

    cases: int
    objects: int
    entries: int
    lines: Mapping[str, Sequence[Line]]
    unnamed: Sequence[str]
    missing: int

    @property
    def agrees(self) -> bool:
        """Whether nothing differs; an unnamed object is no difference."""
        return not self.lines


@dataclass(slots=True)
class WholeStore:
    """The logs of a store, read once, and its cases held against them.

    Args:
        store: where it all lies.
        trusted: the key id to insist on; None: each case's own.

    Attributes:
        log_lines: what differs in the logs, by hour.
        entries: entries of all logs.
    """

    store: ObjectStore
    trusted: str | None = None
    log_lines: dict[str, Sequence[Line]] = field(init=False, default_factory=dict)
    entries: int = field(init=False, default=0)
    _logged: dict[str, list[tuple[str, str]]] = field(init=False, default_factory=dict)
    _keys: dict[str, bytes] = field(init=False, default_factory=dict)

    def __post_init__(self) -> None:
        """Read keys and logs."""
        for name in self.store.names(KEYS):
            self._read_key(name)
        for instance in self.store.folders(LOGS):
            for hour in self.store.folders(instance):
                self._read_log(hour.rstrip("/"))

    def cases(self) -> list[CaseName]:
        """Return every case that has a manifest."""
        out = []
        for topic in TOPICS:
            for name in self.store.names(f"{topic}/"):
                folder, _, last = name.rpartition("/")
                event, _, revision = folder.rpartition("/")
                if last == "manifest.json" and revision.isdigit():
                    out.append(CaseName(topic, unquote(event.partition("/")[2]), int(revision)))
        return out

    def check(self, case: CaseName) -> list[Line]:
        """Verify one case: its files, its signature, its one entry in the log.

        Raises:
            NoCaseError: it has no manifest.
        """
        archive = Archive(self.store)
        files = archive.load(case, private=True, log=False)
        try:
            lines = verify.check_case(files, self.trusted, holds, complete=True)
        except verify.CannotLookError as error:
            return [Line("differs", str(case), str(error))]
        lines = [line for line in lines if line.what not in _OF_THE_LOG]
        digest = verify.sha256(files[verify.MANIFEST])
        logged = self._logged.get(case.manifest, [])
        of_it = [entry for entry, sha256 in logged if sha256 == digest]
        if len(logged) != 1:
            lines.append(Line("differs", case.manifest, f"it has {len(logged)} entries in the logs, expected one"))
        elif not of_it:
            lines.append(Line("differs", verify.MANIFEST, f"entry {logged[0][0]} is about another manifest than this"))
        try:
            pointer = self.store.get(case.pointer)
        except ObjectMissingError:
            pointer = b""
        if logged and pointer not in {pointer_to(entry) for entry, _ in logged}:
            text = "it is missing or changed: it names the case's entry in the log"
            lines.append(Line("differs", case.pointer, text))
        return lines

    def named_by(self, case: CaseName) -> set[str]:
        """Return the objects that a case consists of.

        Raises:
            ObjectMissingError: it has no manifest.
            ValueError, KeyError, TypeError: its manifest is none any more.
        """
        data = self.store.get(case.manifest)
        objects = {str(file["object"]) for file in json.loads(data)["files"]}
        return {case.manifest, case.pointer, case.signature(verify.sha256(data)), *objects}

    def log_names(self) -> set[str]:
        """Return the objects of keys and logs."""
        return {*self.store.names(KEYS), *self.store.names(LOGS)}

    def _read_key(self, name: str) -> None:
        key_id = name.removeprefix(KEYS).removesuffix(".pem")
        try:
            raw = verify.raw_key(self.store.get(name))
        except ValueError as error:
            self.log_lines[name] = [Line("differs", name, f"it is no public key any more: {error}")]
            return
        if verify.key_id(raw) != key_id:
            text = f"its key id is {verify.key_id(raw)}, not that of its name"
            self.log_lines[name] = [Line("differs", name, text)]
            return
        self._keys[key_id] = raw

    def _read_log(self, log: str) -> None:
        names = entries_of(self.store, log)
        self.entries += len(names)
        key_id = self.trusted
        for name in names:
            try:
                entry = json.loads(self.store.get(name))
                leaf = entry["leaf"]
                key_id = key_id or str(entry["head"]["key_id"])
                if leaf["kind"] == "manifest":
                    self._logged.setdefault(str(leaf["object"]), []).append((name, str(leaf["sha256"])))
            except (ValueError, KeyError, TypeError):
                continue  # check_log names it
        key = self._keys.get(key_id or "")
        if key is None:
            text = f"its key {key_id} is not in the store; '{KEYS}' should hold it"
            self.log_lines[log] = [Line("differs", log, text)]
            return
        lines = Archive(self.store).check_log(entry_name(log, 0), key)
        if not verify.agrees(lines):
            self.log_lines[log] = lines


def check_store(
    store: ObjectStore, trusted: str | None = None, tell: Callable[[int, int], None] = lambda _done, _all: None
) -> StoreReport:
    """Verify every case, every log and every key of a store.

    Args:
        store: where it all lies.
        trusted: the key id to insist on; None: each case's own.
        tell: called with how many cases are done, and of how many.
    """
    whole = WholeStore(store, trusted)
    lines: dict[str, Sequence[Line]] = dict(whole.log_lines)
    named = whole.log_names()
    cases = whole.cases()
    missing = 0
    for number, case in enumerate(cases):
        tell(number, len(cases))
        try:
            found = whole.check(case)
            named |= whole.named_by(case)
        except NoCaseError as error:
            found = [Line("differs", str(case), str(error))]
        except (ValueError, KeyError, TypeError):
            pass  # the manifest is no JSON any more: `found` says so
        missing += sum(line.what == "missing" for line in found)
        differing = [line for line in found if line.level == "differs"]
        if differing:
            lines[str(case)] = differing
    objects = store.names("")
    return StoreReport(len(cases), len(objects), whole.entries, lines, sorted(set(objects) - named), missing)
