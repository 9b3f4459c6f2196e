"""Puts a finding's evidence into the store, in an order that a kill at any moment cannot spoil."""

import time
from collections.abc import Callable

from sinks.evidence import verify
from sinks.evidence.case_name import CaseName
from sinks.evidence.evidence_log import EvidenceLog
from sinks.evidence.exhibit import Exhibit, signed
from sinks.evidence.lock import LockSettings
from sinks.evidence.object_store import ObjectMissingError, ObjectStore
from sinks.evidence.signing import SigningKey

POINTER_FORMAT = "vigil-log-pointer/1"


def pointer_to(entry: str) -> bytes:
    """Return the object that names a case's entry in the log."""
    return verify.canonical({"format": POINTER_FORMAT, "entry": entry})


class EvidenceWriter:
    """Writes exhibits; every step may be repeated.

    1. files, by their digests;
    2. the signature of the manifest, by the manifest's digest;
    3. the manifest: from here on the evidence is there, and another attempt takes it as it is;
    4. the log's entry;
    5. the pointer to it. Only then may the message be committed.

    Args:
        store: where to.
        key: signs.
        log: takes the manifests.
        now_us: the time, microseconds since the Unix epoch.
        lock: how long objects are locked.
    """

    def __init__(
        self,
        store: ObjectStore,
        key: SigningKey,
        log: EvidenceLog,
        now_us: Callable[[], int] = lambda: time.time_ns() // 1000,
        lock: LockSettings | None = None,
    ) -> None:
        self._lock = lock or LockSettings()
        self._store = store
        self._key = key
        self._log = log
        self._now_us = now_us
        self._in_doubt: set[str] = set()

    def publish_key(self) -> None:
        """Put the public key beside what it signs."""
        until_us = self._log_until_us()
        self._store.put(f"keys/{self._key.key_id}.pem", self._key.public_pem, until_us)

    def finished(self, case: CaseName) -> bool:
        """Finish what an earlier process began, if its manifest is there, and return whether it is."""
        try:
            manifest = self._store.get(case.manifest)
        except ObjectMissingError:
            return False
        self._to_log(case, verify.sha256(manifest), self._log_until_us(), in_doubt=True)
        return True

    def write(self, exhibit: Exhibit) -> int:
        """Write an exhibit; return how many bytes were new.

        Raises:
            ObjectDiffersError: another manifest of this finding is there.
            StoreUnavailableError, StoreRefusedError: see ObjectStore; call again.
        """
        case = exhibit.case
        new_bytes = 0
        until_us = self._lock.until_us(case.topic, exhibit.at_us, self._now_us()) if self._lock.days else None
        for file in exhibit.files:
            if self._store.put(case.file(verify.sha256(file.data), file.suffix), file.data, until_us):
                new_bytes += len(file.data)
        digest = verify.sha256(exhibit.manifest)
        statement = signed(exhibit.manifest, self._key.key_id)
        signature = {
            "format": verify.SIGNATURE_FORMAT,
            "statement": statement,
            "signature": self._key.sign(verify.SIGNATURE_FORMAT, statement),
        }
        self._store.put(case.signature(digest), verify.canonical(signature), until_us)
        new = self._store.put(case.manifest, exhibit.manifest, until_us)
        self._to_log(case, digest, until_us, in_doubt=not new)
        return new_bytes + (len(exhibit.manifest) if new else 0)

    def _log_until_us(self) -> int | None:
        return self._lock.log_until_us(self._now_us()) if self._lock.days else None

    def _to_log(self, case: CaseName, digest: str, until_us: int | None, *, in_doubt: bool) -> None:
        entry: str | None = None
        if in_doubt or case.manifest in self._in_doubt:
            try:
                self._store.get(case.pointer)
            except ObjectMissingError:
                entry = self._log.find(case.manifest, digest)
            else:
                self._in_doubt.discard(case.manifest)
                return
        self._in_doubt.add(case.manifest)
        if entry is None:
            entry = self._log.append(case.manifest, digest, self._now_us())
        self._store.put(case.pointer, pointer_to(entry), until_us)
        self._in_doubt.discard(case.manifest)
