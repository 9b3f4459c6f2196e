"""Reads cases back from the store: as an export holds them, and the log around them."""

import contextlib
import json
from collections.abc import Mapping, Sequence
from typing import Any
from urllib.parse import unquote

from sinks.evidence import verify
from sinks.evidence.case_name import TOPICS, CaseName
from sinks.evidence.evidence_log import entries_of, entry_name
from sinks.evidence.merkle import append, consistency_path, inclusion_path
from sinks.evidence.object_store import ObjectMissingError, ObjectStore
from sinks.evidence.signing import holds
from sinks.evidence.verify import Line
from sinks.evidence.writer import pointer_to


class NoCaseError(LookupError):
    """There is no evidence of that name."""


class Archive:
    """The cases of a store.

    Args:
        store: where they are.
    """

    def __init__(self, store: ObjectStore) -> None:
        self._store = store

    def revisions(self, text: str) -> list[CaseName]:
        """Return the cases that a text names, by revision.

        Args:
            text: an event's id, with its topic and a slash before it or not, with @ and a revision behind it or not.

        Raises:
            NoCaseError: there is none.
        """
        wanted, _, number = text.partition("@")
        topic, slash, event_id = wanted.partition("/")
        topics, event_id = ((topic,), event_id) if slash and topic in TOPICS else (TOPICS, wanted)
        out = []
        for one in topics:
            for folder in self._store.folders(CaseName(one, event_id, 1).event):
                last = folder.rstrip("/").rpartition("/")[2]
                if last.isdigit() and number in {"", str(int(last))}:
                    out.append(CaseName(one, unquote(event_id), int(last)))
        if not out:
            raise NoCaseError(
                f"no evidence of {text!r} is in the store; expected an incident's, a violation's or a lead's id, such"
                " as violations/speeding-0123456789abcdef0123 or stopped_vehicle-0123456789abcdef0123@2"
            )
        return sorted(out, key=lambda case: (case.topic, case.revision))

    def manifest(self, case: CaseName) -> Any:
        """Return a manifest, parsed.

        Raises:
            NoCaseError: the case is not finished.
        """
        try:
            return json.loads(self._store.get(case.manifest))
        except ObjectMissingError as error:
            raise NoCaseError(f"{case} has no manifest yet: the sink has not finished it") from error

    def load(self, case: CaseName, *, private: bool, log: bool = True) -> dict[str, bytes]:
        """Return a case's files as an export holds them; what is not there is left out.

        Args:
            case: its name.
            private: also what shows bystanders.
            log: also entry, head and proof, for which the whole hour of the log is read.

        Raises:
            NoCaseError: the case has no manifest.
        """
        try:
            manifest = self._store.get(case.manifest)
        except ObjectMissingError as error:
            raise NoCaseError(f"{case} has no manifest yet: the sink has not finished it") from error
        out = {verify.MANIFEST: manifest}
        signature = self._signature(case, manifest)
        if signature is not None:
            out[verify.SIGNATURE] = signature
        if log:
            out |= self._log_files(case)
        for key_id in _key_ids(out):  # one of the two documents that name it may be damaged
            with contextlib.suppress(ObjectMissingError, ValueError):
                out.setdefault(verify.PUBLIC_KEY, self._store.get(f"keys/{key_id}.pem"))
        try:
            files = json.loads(manifest)["files"]
        except (ValueError, KeyError, TypeError):
            files = []
        for entry in files:
            # what a damaged manifest names wrongly is not there; the manifest itself is told to differ
            with contextlib.suppress(ObjectMissingError, ValueError, KeyError, TypeError):
                if private or not entry["private"]:
                    out[entry["name"]] = self._store.get(entry["object"])
        return out

    def check_log(self, entry: str, key: bytes) -> list[Line]:
        """Check every entry of the hour that an entry is in, and the hours before and after it.

        Args:
            entry: an entry's object.
            key: the public key's 32 bytes.
        """
        log = entry.rpartition("/")[0]
        out: list[Line] = []
        peaks: tuple[bytes, ...] = ()
        last: Any = None
        names = entries_of(self._store, log)
        for index, name in enumerate(names):
            if name != entry_name(log, index):
                return [Line("differs", log, f"entry {index} is missing")]
            found, lines = verify.check_entry(name, self._store.get(name), key, holds)
            if found is None:
                return lines
            peaks = append(peaks, index, verify.leaf_hash(verify.canonical(found["leaf"])))
            if [peak.hex() for peak in peaks] != found["peaks"] or found["index"] != index or found["log"] != log:
                return [Line("differs", f"{name} (entry {index} of log {log})", "it does not continue those before it")]
            if index == 0:
                out += self._check_before(name, found["leaf"], key)
            last = found
        out += self._check_after(log, last, key)
        return out or [Line("ok", log, f"{len(names)} entries, each with its signed tree head")]

    def _check_before(self, name: str, leaf: Mapping[str, Any], key: bytes) -> list[Line]:
        if leaf["kind"] != "previous-hour":
            return []
        names = entries_of(self._store, leaf["log"])
        head: Mapping[str, Any] = {"size": 0, "root_sha256": ""}
        if names:
            found, lines = verify.check_entry(names[-1], self._store.get(names[-1]), key, holds)
            if found is None:
                return lines
            head = found["head"]
        if (head["size"], head["root_sha256"]) == (leaf["size"], leaf["root_sha256"]):
            return []
        text = f"it follows {leaf['log']} of {leaf['size']} entries; there are {head['size']}, or another root"
        return [Line("differs", name, text)]

    def _check_after(self, log: str, last: Any, key: bytes) -> list[Line]:
        folder = log.rpartition("/")[0] + "/"
        later = [hour.rstrip("/") for hour in self._store.folders(folder) if hour.rstrip("/") > log]
        if not later or last is None:
            return []
        first = entry_name(later[0], 0)
        try:
            found, lines = verify.check_entry(first, self._store.get(first), key, holds)
        except ObjectMissingError:
            return [Line("differs", first, "it is missing: the hour that follows has no first entry")]
        if found is None:
            return lines
        leaf = found["leaf"]
        if (leaf.get("log"), leaf.get("size"), leaf.get("root_sha256")) == (
            log,
            last["head"]["size"],
            last["head"]["root_sha256"],
        ):
            return []
        return [Line("differs", log, f"{later[0]} follows another end of it: entries were cut off or changed")]

    def entry_of(self, case: CaseName) -> str | None:
        """Return the object of a case's entry in the log, or None where there is none yet."""
        try:
            data = self._store.get(case.pointer)
            entry = str(json.loads(data)["entry"])
        except (ObjectMissingError, ValueError, KeyError, TypeError):
            return None
        return entry if data == pointer_to(entry) else None

    def _signature(self, case: CaseName, manifest: bytes) -> bytes | None:
        right = case.signature(verify.sha256(manifest))
        names = [name for name in self._store.names(case.folder) if "/signature-" in name]
        # a manifest that was changed still has the signature of what it was
        for name in sorted(names, key=lambda name: name != right):
            return self._store.get(name)
        return None

    def _log_files(self, case: CaseName) -> dict[str, bytes]:
        entry = self.entry_of(case)
        if entry is None:
            return {}
        try:
            data = self._store.get(entry)
            own = json.loads(data)
            log, index = entry.rpartition("/")[0], own["index"]
            names = entries_of(self._store, log)
            entries = [json.loads(self._store.get(name)) for name in names]
            leaves = [verify.leaf_hash(verify.canonical(one["leaf"])) for one in entries]
            last = entries[-1]
            head = {"format": verify.HEAD_FORMAT, "head": last["head"], "signature": last["signature"]}
            proof = {
                "format": verify.PROOF_FORMAT,
                "index": index,
                "size": len(leaves),
                "inclusion": [step.hex() for step in inclusion_path(leaves, index)],
                "first_size": own["head"]["size"],
                "consistency": [step.hex() for step in consistency_path(leaves, index + 1)],
            }
        except (ObjectMissingError, ValueError, KeyError, TypeError, IndexError):
            return {}
        return {verify.ENTRY: data, verify.HEAD: verify.canonical(head), verify.PROOF: verify.canonical(proof)}


def _key_ids(files: Mapping[str, bytes]) -> list[str]:
    out = []
    for name, path in ((verify.MANIFEST, ("key_id",)), (verify.SIGNATURE, ("statement", "key_id"))):
        with contextlib.suppress(ValueError, KeyError, TypeError):
            value = json.loads(files[name])
            for step in path:
                value = value[step]
            out.append(str(value))
    return out


def check_stored(archive: Archive, case: CaseName, trusted: str | None) -> list[Line]:
    """Verify a case in the store, with the whole hour of its log.

    What differs is named where it lies: entry, head and proof of an export are worked out of the store's entries, so a
    damaged pointer or entry is told as such and not as what follows from it.

    Args:
        archive: the store's.
        case: its name.
        trusted: the key id to insist on, or None.

    Raises:
        NoCaseError: the case has no manifest.
        CannotLookError: it lacks more.
    """
    files = archive.load(case, private=True)
    found = verify.check_case(files, trusted, holds, complete=True)
    if any(line.level == "differs" and line.what == verify.PUBLIC_KEY for line in found):
        return found
    entry = archive.entry_of(case)
    if entry is None:
        text = "it is missing or changed: it names the case's entry in the log"
        return [*_but_for_the_log(found), Line("differs", case.pointer, text)]
    log: list[Line] = []
    with contextlib.suppress(ValueError, KeyError):  # a key that is none is among what was found
        log = archive.check_log(entry, verify.raw_key(files[verify.PUBLIC_KEY]))
    if not verify.agrees(log):
        found = _but_for_the_log(found)
    elif verify.ENTRY not in files:
        text = f"the proof for entry {entry} cannot be made from what is there"
        found = [*_but_for_the_log(found), Line("differs", case.pointer, text)]
    return found + log


def _but_for_the_log(lines: Sequence[Line]) -> list[Line]:
    return [line for line in lines if not line.what.startswith((verify.ENTRY, verify.HEAD, verify.PROOF))]
