"""Checks an exported case of Vigil. Needs Python's standard library alone (3.8 or later), and no network.

    python verify.py [FOLDER or ZIP] [--key-id HEX]

Without an argument it checks the folder it lies in. It recomputes every digest, the signature and the place in the
log, prints what it found, and ends with 0 (everything agrees), 1 (something differs) or 2 (it could not look).

Formats: SHA-256 (FIPS 180-4), Ed25519 (RFC 8032), Merkle tree as in RFC 6962, section 2.1. JSON is canonical: keys
sorted, no spaces, UTF-8. Vigil itself uses this very file for `vigil evidence verify`.
"""

from __future__ import annotations

import base64
import hashlib
import json
import sys
import zipfile
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

MANIFEST_FORMAT = "vigil-evidence/1"
SIGNATURE_FORMAT = "vigil-evidence-signature/1"
ENTRY_FORMAT = "vigil-log-entry/1"
HEAD_FORMAT = "vigil-tree-head/1"
PROOF_FORMAT = "vigil-log-proof/1"
EXPORT_FORMAT = "vigil-export/1"
MANIFEST, SIGNATURE, PUBLIC_KEY = "manifest.json", "signature.json", "public-key.pem"
EXPORT = "export.json"
ENTRY, HEAD, PROOF = "log/entry.json", "log/head.json", "log/proof.json"
#: In an export, beside what the manifest lists; nothing in them is evidence.
UNSIGNED = frozenset({"README.txt", "verify.py"})
#: Digests of so many bytes each stand in the manifest, so that a damaged place can be named.
FILE_BLOCK_BYTES = 65_536
MANIFEST_BLOCK_BYTES = 512
#: An Ed25519 SubjectPublicKeyInfo (RFC 8410) is these bytes and the 32 bytes of the key.
SPKI_HEAD = bytes.fromhex("302a300506032b6570032100")


class Line(NamedTuple):
    """One line of a report: ok, note or differs; what it is about; a sentence."""

    level: str
    what: str
    text: str


class CannotLookError(Exception):
    """There is nothing to check; the text says why."""


# --- canonical JSON and digests


def canonical(value: Any) -> bytes:
    """Return JSON in its one form: keys sorted, no spaces, UTF-8, one newline at the end.

    Raises:
        ValueError: a number is not finite.
    """
    text = json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=False, allow_nan=False)
    return text.encode() + b"\n"


def sha256(data: bytes) -> str:
    """Return the SHA-256 of bytes in hexadecimal."""
    return hashlib.sha256(data).hexdigest()


def blocks(data: bytes, size: int) -> list[str]:
    """Return the SHA-256 of each run of `size` bytes."""
    return [sha256(data[at : at + size]) for at in range(0, len(data), size)]


def differing_ranges(data: bytes, size: int, expected: Sequence[str], total: int) -> str:
    """Return in words which byte ranges of data have other digests than expected."""
    found = blocks(data, size)
    spans: list[list[int]] = []
    for number in range(max(len(found), len(expected))):
        if number >= len(found) or number >= len(expected) or found[number] != expected[number]:
            if spans and spans[-1][1] == number * size:
                spans[-1][1] = (number + 1) * size
            else:
                spans.append([number * size, (number + 1) * size])
    words = ", ".join(f"{first}-{min(end, max(total, len(data))) - 1}" for first, end in spans[:8])
    if len(spans) > 8:
        words += f" and {len(spans) - 8} more"
    length = "" if len(data) == total else f"; it has {len(data)} bytes where {total} are signed"
    return f"bytes {words or 'none'} differ{length}"


# --- Ed25519 (RFC 8032, section 5.1), for machines without a cryptographic library

_P = 2**255 - 19
_L = 2**252 + 27742317777372353535851937790883648493
_D = -121665 * pow(121666, _P - 2, _P) % _P
_SQRT_M1 = pow(2, (_P - 1) // 4, _P)


def _x_of(y: int, sign: int) -> int | None:
    if y >= _P:
        return None
    x2 = (y * y - 1) * pow(_D * y * y + 1, _P - 2, _P) % _P
    if x2 == 0:
        return None if sign else 0
    x = pow(x2, (_P + 3) // 8, _P)
    if (x * x - x2) % _P:
        x = x * _SQRT_M1 % _P
    if (x * x - x2) % _P:
        return None
    return _P - x if x & 1 != sign else x


def _point(data: bytes) -> tuple[int, int, int, int] | None:
    number = int.from_bytes(data, "little")
    y = number & ((1 << 255) - 1)
    x = _x_of(y, number >> 255)
    return None if x is None else (x, y, 1, x * y % _P)


def _sum(p: tuple[int, int, int, int], q: tuple[int, int, int, int]) -> tuple[int, int, int, int]:
    a, b = (p[1] - p[0]) * (q[1] - q[0]) % _P, (p[1] + p[0]) * (q[1] + q[0]) % _P
    c, d = 2 * p[3] * q[3] * _D % _P, 2 * p[2] * q[2] % _P
    e, f, g, h = b - a, d - c, d + c, b + a
    return e * f % _P, g * h % _P, f * g % _P, e * h % _P


def _times(number: int, p: tuple[int, int, int, int]) -> tuple[int, int, int, int]:
    out = (0, 1, 1, 0)
    while number:
        if number & 1:
            out = _sum(out, p)
        p = _sum(p, p)
        number >>= 1
    return out


_BASE_Y = 4 * pow(5, _P - 2, _P) % _P
_BASE_X = _x_of(_BASE_Y, 0) or 0
_BASE = (_BASE_X, _BASE_Y, 1, _BASE_X * _BASE_Y % _P)


def ed25519_holds(public_key: bytes, signature: bytes, data: bytes) -> bool:
    """Return whether an Ed25519 signature (64 bytes) over data is of this public key (32 bytes)."""
    if len(public_key) != 32 or len(signature) != 64:
        return False
    key, r = _point(public_key), _point(signature[:32])
    s = int.from_bytes(signature[32:], "little")
    if key is None or r is None or s >= _L:
        return False
    h = int.from_bytes(hashlib.sha512(signature[:32] + public_key + data).digest(), "little") % _L
    left, right = _times(s, _BASE), _sum(r, _times(h, key))
    return (left[0] * right[2] - right[0] * left[2]) % _P == 0 and (left[1] * right[2] - right[1] * left[2]) % _P == 0


def raw_key(pem: bytes) -> bytes:
    """Return the 32 bytes of an Ed25519 public key in PEM.

    Raises:
        ValueError: it is no such key.
    """
    lines = pem.decode("ascii").splitlines()
    data = base64.b64decode(lines[1] if len(lines) == 3 else "", validate=True)
    raw = data[len(SPKI_HEAD) :]
    if len(raw) != 32 or pem != key_pem(raw):
        raise ValueError("no Ed25519 public key in PEM")
    return raw


def key_pem(raw: bytes) -> bytes:
    """Return the PEM of an Ed25519 public key's 32 bytes."""
    text = base64.b64encode(SPKI_HEAD + raw).decode()
    return f"-----BEGIN PUBLIC KEY-----\n{text}\n-----END PUBLIC KEY-----\n".encode()


def unhex(text: str) -> bytes:
    """Return the bytes of hexadecimal in its one form, lower case without spaces.

    Raises:
        ValueError: it is in another form.
    """
    out = bytes.fromhex(text)
    if out.hex() != text:
        raise ValueError(f"{text[:16]}... is no lower-case hexadecimal")
    return out


def key_id(raw: bytes) -> str:
    """Return a public key's identifier: the SHA-256 of its 32 bytes, in hexadecimal."""
    return sha256(raw)


def signed_bytes(form: str, statement: Any) -> bytes:
    """Return what a signature of a form covers: the form's name, a newline, the canonical statement."""
    return form.encode() + b"\n" + canonical(statement)


# --- Merkle tree (RFC 6962, 2.1)


def leaf_hash(data: bytes) -> bytes:
    """Return the hash of a leaf."""
    return hashlib.sha256(b"\x00" + data).digest()


def node_hash(left: bytes, right: bytes) -> bytes:
    """Return the hash of an inner node."""
    return hashlib.sha256(b"\x01" + left + right).digest()


def root_of_peaks(peaks: Sequence[bytes]) -> bytes:
    """Return the root over the full subtrees of a tree, the largest first."""
    if not peaks:
        return hashlib.sha256(b"").digest()
    out = peaks[-1]
    for peak in reversed(peaks[:-1]):
        out = node_hash(peak, out)
    return out


def inclusion_holds(leaf: bytes, index: int, size: int, path: Sequence[bytes], root: bytes) -> bool:
    """Return whether an audit path leads from a leaf's hash to a root (RFC 9162, 2.1.3.2)."""
    if not 0 <= index < size:
        return False
    fn, sn, r = index, size - 1, leaf
    for p in path:
        if sn == 0:
            return False
        if fn & 1 or fn == sn:
            r = node_hash(p, r)
            while not fn & 1 and fn:
                fn, sn = fn >> 1, sn >> 1
        else:
            r = node_hash(r, p)
        fn, sn = fn >> 1, sn >> 1
    return sn == 0 and r == root


def consistency_holds(first: int, second: int, path: Sequence[bytes], first_root: bytes, second_root: bytes) -> bool:
    """Return whether the tree of `first` leaves is a beginning of that of `second` (RFC 9162, 2.1.4.2)."""
    if first == second:
        return not path and first_root == second_root
    if not 0 < first < second or not path:
        return False
    steps = list(path)
    if first & (first - 1) == 0:
        steps.insert(0, first_root)
    fn, sn = first - 1, second - 1
    while fn & 1:
        fn, sn = fn >> 1, sn >> 1
    fr = sr = steps[0]
    for c in steps[1:]:
        if sn == 0:
            return False
        if fn & 1 or fn == sn:
            fr, sr = node_hash(c, fr), node_hash(c, sr)
            while not fn & 1 and fn:
                fn, sn = fn >> 1, sn >> 1
        else:
            sr = node_hash(sr, c)
        fn, sn = fn >> 1, sn >> 1
    return sn == 0 and fr == first_root and sr == second_root


# --- the check of one case


def _document(name: str, data: bytes, form: str) -> tuple[Any, Line | None]:
    """Return a canonical JSON document, or the line that says why it is none."""
    try:
        value = json.loads(data)
    except ValueError as error:
        return None, Line("differs", name, f"it is no JSON any more: {error}")
    try:
        if canonical(value) != data:
            return None, Line("differs", name, "it is not in the form in which it was written (canonical JSON)")
        if value["format"] != form:
            return None, Line("differs", name, f"field format is {value['format']!r}, expected {form!r}")
    except (KeyError, TypeError, ValueError):
        return None, Line("differs", name, f"field format is missing, expected {form!r}")
    return value, None


def _field_at(manifest: bytes, first: int, end: int) -> str:
    """Return which top-level field of a canonical object lies at bytes first to end, told by depth of brackets."""
    depth, quoted, escaped, start, name, names = 0, False, False, 0, "", []
    for at, byte in enumerate(manifest):
        if quoted:
            if escaped:
                escaped = False
            elif byte == 0x5C:
                escaped = True
            elif byte == 0x22:
                quoted = False
                if depth == 1 and manifest[at + 1 : at + 2] == b":":
                    name = manifest[start + 1 : at].decode("utf-8", "replace")
        elif byte == 0x22:
            quoted, start = True, at
        elif byte in b"{[":
            depth += 1
        elif byte in b"}]":
            depth -= 1
        if first <= at < end and name and name not in names:
            names.append(name)
    return " or ".join(names)


def check_signature(
    manifest: bytes, signature: bytes, key: bytes, holds: Callable[[bytes, bytes, bytes], bool]
) -> list[Line]:
    """Check a manifest against its signed statement; names the bytes and fields that differ."""
    document, wrong = _document(SIGNATURE, signature, SIGNATURE_FORMAT)
    if wrong is not None:
        return [wrong]
    try:
        statement, value = document["statement"], unhex(document["signature"])
        if statement["key_id"] != key_id(key):
            return [Line("differs", SIGNATURE, f"it names key {statement['key_id']}, the public key is {key_id(key)}")]
        if not holds(key, value, signed_bytes(SIGNATURE_FORMAT, statement)):
            return [Line("differs", SIGNATURE, "the signature does not hold: statement or signature were changed")]
        if sha256(manifest) == statement["manifest_sha256"]:
            return [Line("ok", MANIFEST, f"signed with key {statement['key_id']}")]
        size = statement["block_bytes"]
        where = differing_ranges(manifest, size, statement["blocks_sha256"], statement["manifest_bytes"])
        return [Line("differs", MANIFEST, f"{where}; {_fields(manifest, statement)}")]
    except (KeyError, TypeError, ValueError) as error:
        return [Line("differs", SIGNATURE, f"it lacks what a signature has: {error!r}")]


def _fields(manifest: bytes, statement: Mapping[str, Any]) -> str:
    expected = statement["fields_sha256"]
    try:
        found = {name: sha256(canonical(value)) for name, value in json.loads(manifest).items()}
    except (ValueError, AttributeError):
        size, digests = statement["block_bytes"], statement["blocks_sha256"]
        here = blocks(manifest, size)
        bad = next((n for n, d in enumerate(digests) if n >= len(here) or here[n] != d), 0)
        near = _field_at(manifest, bad * size, (bad + 1) * size)
        return f"it is no JSON any more, from field {near or '(none)'} on"
    names = sorted(name for name in {*found, *expected} if found.get(name) != expected.get(name))
    return f"field {', '.join(names)}" if names else "its fields are as signed, its form is not"


def check_files(manifest: Mapping[str, Any], files: Mapping[str, bytes], withheld: frozenset[str]) -> list[Line]:
    """Check every file that a manifest lists; names the bytes that differ."""
    out = []
    for entry in manifest["files"]:
        name, data = entry["name"], files.get(entry["name"])
        if data is None:
            if name in withheld:
                text = f"withheld: the original shows bystanders; its SHA-256 is {entry['sha256']}"
                out.append(Line("note", name, text))
            else:
                out.append(Line("differs", name, "it is missing; the manifest lists it"))
        elif sha256(data) == entry["sha256"]:
            derived = f", derived from {entry['derived_from']}" if entry.get("derived_from") else ""
            out.append(Line("ok", name, f"{len(data)} bytes as signed{derived}"))
        else:
            where = differing_ranges(data, entry["block_bytes"], entry["blocks_sha256"], entry["bytes"])
            out.append(Line("differs", name, where))
    return out


def check_entry(
    name: str, data: bytes, key: bytes, holds: Callable[[bytes, bytes, bytes], bool]
) -> tuple[Any, list[Line]]:
    """Check one entry of the log in itself: its signed tree head, and that its peaks make that head's root."""
    entry, wrong = _document(name, data, ENTRY_FORMAT)
    if wrong is not None:
        return None, [wrong]
    try:
        head, index = entry["head"], entry["index"]
        where = f"{name} (entry {index} of log {entry['log']})"
        if head["key_id"] != key_id(key):
            return None, [Line("differs", where, f"its head names key {head['key_id']}, not {key_id(key)}")]
        if not holds(key, unhex(entry["signature"]), signed_bytes(HEAD_FORMAT, head)):
            return None, [Line("differs", where, "the signature of its tree head does not hold")]
        if (head["format"], head["log"], head["size"]) != (HEAD_FORMAT, entry["log"], index + 1):
            return None, [Line("differs", where, "its number or its log is not that of its signed tree head")]
        peaks = [unhex(peak) for peak in entry["peaks"]]
        if root_of_peaks(peaks).hex() != head["root_sha256"]:
            return None, [Line("differs", where, "its subtrees do not make the root of its signed tree head")]
        entry["leaf"]["kind"]
    except (KeyError, TypeError, ValueError) as error:
        return None, [Line("differs", name, f"it lacks what an entry of the log has: {error!r}")]
    return entry, []


def check_log(  # noqa: PLR0911  each way in which a log can disagree has its own sentence
    manifest: bytes, files: Mapping[str, bytes], key: bytes, holds: Callable[[bytes, bytes, bytes], bool]
) -> list[Line]:
    """Check that the log holds a manifest: entry, tree head, inclusion, and consistency of the two heads."""
    lost = [Line("differs", name, "it is missing") for name in (ENTRY, HEAD, PROOF) if name not in files]
    if lost:
        return lost
    entry, lines = check_entry(ENTRY, files[ENTRY], key, holds)
    if entry is None:
        return lines
    head, wrong = _tree_head(files[HEAD], entry, key, holds)
    if wrong is not None:
        return [wrong]
    proof, wrong = _document(PROOF, files[PROOF], PROOF_FORMAT)
    if wrong is not None:
        return [wrong]
    own, index = entry["head"], entry["index"]
    try:
        if (proof["index"], proof["size"], proof["first_size"]) != (index, head["size"], own["size"]):
            return [Line("differs", PROOF, "it is about another entry or another tree head")]
        path = [unhex(step) for step in proof["inclusion"]]
        root, leaf = bytes.fromhex(head["root_sha256"]), leaf_hash(canonical(entry["leaf"]))
        if not inclusion_holds(leaf, index, head["size"], path, root):
            text = f"entry {index} of log {entry['log']} is not in the signed tree: leaf or proof were changed"
            return [Line("differs", f"{ENTRY} or {PROOF}", text)]
        if entry["leaf"].get("sha256") != sha256(manifest):
            text = f"entry {index} of log {entry['log']} is about another manifest than this one"
            return [Line("differs", MANIFEST, text)]
        steps = [unhex(step) for step in proof["consistency"]]
        if not consistency_holds(own["size"], head["size"], steps, bytes.fromhex(own["root_sha256"]), root):
            return [Line("differs", PROOF, f"the log of size {head['size']} does not continue that of {own['size']}")]
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        return [Line("differs", PROOF, f"it lacks what a proof has: {error!r}")]
    return [Line("ok", ENTRY, f"entry {index} of log {entry['log']}, in the signed tree of {head['size']}")]


def _tree_head(
    data: bytes, entry: Any, key: bytes, holds: Callable[[bytes, bytes, bytes], bool]
) -> tuple[Any, Line | None]:
    """Return the head of the log to which a proof leads, or the line that says why it is none."""
    document, wrong = _document(HEAD, data, HEAD_FORMAT)
    if wrong is not None:
        return None, wrong
    try:
        head = document["head"]
        if not holds(key, unhex(document["signature"]), signed_bytes(HEAD_FORMAT, head)):
            return None, Line("differs", HEAD, "the signature of the tree head does not hold")
        if head["log"] != entry["log"] or head["key_id"] != key_id(key):
            return None, Line("differs", HEAD, f"it is of log {head['log']}, the entry of {entry['log']}")
    except (KeyError, TypeError, ValueError) as error:
        return None, Line("differs", HEAD, f"it lacks what a tree head has: {error!r}")
    return head, None


def check_case(
    files: Mapping[str, bytes],
    trusted: str | None = None,
    holds: Callable[[bytes, bytes, bytes], bool] = ed25519_holds,
    *,
    complete: bool = False,
) -> list[Line]:
    """Check one case.

    Args:
        files: what an export holds, by name.
        trusted: the key id to insist on; None: the key that came with the case, which proves no origin by itself.
        holds: checks an Ed25519 signature.
        complete: nothing may be withheld, as in the store.

    Raises:
        CannotLookError: the case lacks manifest, signature or public key.
    """
    for name in (MANIFEST, SIGNATURE, PUBLIC_KEY):
        if name not in files:
            raise CannotLookError(f"{name} is missing; an exported case has {MANIFEST}, {SIGNATURE} and {PUBLIC_KEY}")
    manifest = files[MANIFEST]
    try:
        key = raw_key(files[PUBLIC_KEY])
    except ValueError as error:
        return [Line("differs", PUBLIC_KEY, f"it is no public key any more: {error}")]
    out = []
    if trusted is None:
        out.append(Line("note", PUBLIC_KEY, f"key id {key_id(key)}: compare it with the one that the city publishes"))
    elif trusted != key_id(key):
        return [Line("differs", PUBLIC_KEY, f"its key id is {key_id(key)}, the trusted one is {trusted}")]
    out += check_signature(manifest, files[SIGNATURE], key, holds)
    out += check_log(manifest, files, key, holds)
    parsed, wrong = _document(MANIFEST, manifest, MANIFEST_FORMAT)
    if wrong is not None:
        return [*out, wrong] if not any(line.level == "differs" and line.what == MANIFEST for line in out) else out
    try:
        withheld = frozenset(entry["name"] for entry in parsed["files"] if entry["private"] and not complete)
        if _files_as_signed(parsed, files[SIGNATURE], out):
            out += check_files(parsed, files, withheld)
        else:
            text = "not compared: the manifest's list of them is not the one that was signed"
            out.append(Line("note", "files", text))
        known = {entry["name"] for entry in parsed["files"]} | {MANIFEST, SIGNATURE, PUBLIC_KEY, ENTRY, HEAD, PROOF}
        if EXPORT in files:
            lines, added = check_export(parsed, files)
            out += lines
            known |= {EXPORT, *added}
        out += [Line("note", name, "no part of the evidence") for name in sorted(set(files) - known - UNSIGNED)]
        out += [Line("note", "missing", _missing(one)) for one in parsed["missing"]]
    except (KeyError, TypeError) as error:
        out.append(Line("differs", MANIFEST, f"it lacks what a manifest has: {error!r}"))
    return out


def export_document(statement: Any) -> bytes:
    """Return export.json: what an export leaves out or adds, and a digest of it; nobody signs it."""
    return canonical({"format": EXPORT_FORMAT, "statement": statement, "sha256": sha256(canonical(statement))})


def check_export(manifest: Mapping[str, Any], files: Mapping[str, bytes]) -> tuple[list[Line], frozenset[str]]:
    """Check what an export added: digests, and that each added file is derived from one that is signed.

    Returns:
        the lines, and the names of the files that were added.
    """
    document, wrong = _document(EXPORT, files[EXPORT], EXPORT_FORMAT)
    if wrong is not None:
        return [wrong], frozenset()
    try:
        statement = document["statement"]
        if sha256(canonical(statement)) != document["sha256"]:
            return [Line("differs", EXPORT, "it is not as it was written: its digest does not hold")], frozenset()
        if statement["reason"] is None:
            out = [Line("ok", EXPORT, "bystanders are blurred")]
        else:
            out = [Line("note", EXPORT, f"bystanders are seen; the reason given: {statement['reason']}")]
        signed = {entry["sha256"]: entry["name"] for entry in manifest["files"]}
        for entry in statement["derived"]:
            name, data = entry["name"], files.get(entry["name"])
            if data is None:
                out.append(Line("differs", name, f"it is missing; {EXPORT} lists it"))
            elif sha256(data) != entry["sha256"]:
                where = differing_ranges(data, entry["block_bytes"], entry["blocks_sha256"], entry["bytes"])
                out.append(Line("differs", name, where))
            elif entry["derived_from"] not in signed:
                out.append(Line("differs", name, f"it is derived from {entry['derived_from']}, which is not signed"))
            else:
                original = signed[entry["derived_from"]]
                text = f"{len(data)} bytes, derived from {original} ({entry['derived_from']}) at the export; not signed"
                out.append(Line("ok", name, text))
        out += [Line("note", one["what"], f"no blurred one: {one['reason']}") for one in statement["problems"]]
        return out, frozenset(entry["name"] for entry in statement["derived"])
    except (KeyError, TypeError) as error:
        return [Line("differs", EXPORT, f"it lacks what an export has: {error!r}")], frozenset()


def _files_as_signed(manifest: Mapping[str, Any], signature: bytes, found: Sequence[Line]) -> bool:
    """Return whether a manifest's list of files is worth holding files against: it agrees, or its list does."""
    if not any(line.level == "differs" and line.what == MANIFEST for line in found):
        return True
    try:
        expected = json.loads(signature)["statement"]["fields_sha256"]["files"]
    except (KeyError, TypeError, ValueError):
        return False
    return bool(sha256(canonical(manifest["files"])) == expected)


def _missing(one: Mapping[str, Any]) -> str:
    if "sequence" in one:
        return f"camera {one['camera_id']}, group {one['sequence']} of connection {one['epoch_us']}: {one['reason']}"
    return f"camera {one['camera_id']}, {(one['to_us'] - one['from_us']) / 1e6:.2f} s: {one['reason']}"


def agrees(lines: Sequence[Line]) -> bool:
    """Return whether a report has nothing that differs."""
    return not any(line.level == "differs" for line in lines)


def report(lines: Sequence[Line]) -> str:
    """Return a report as text."""
    out = [f"{line.level.upper():8}{line.what}: {line.text}" for line in lines]
    bad = sum(line.level == "differs" for line in lines)
    out.append(
        "Everything agrees." if not bad else f"{bad} thing(s) differ: this is not the evidence as it was signed."
    )
    return "\n".join(out)


# --- the command


def read_case(path: Path) -> dict[str, bytes]:
    """Return the files of a folder or a ZIP by name.

    Raises:
        CannotLookError: there is no such thing, or it cannot be read.
    """
    try:
        if path.is_dir():
            return {p.relative_to(path).as_posix(): p.read_bytes() for p in sorted(path.rglob("*")) if p.is_file()}
        with zipfile.ZipFile(path) as archive:
            # read past the archive's own checksums: a damaged file should be named by its digest
            return {info.filename: _member(archive, info) for info in archive.infolist() if not info.is_dir()}
    except (OSError, zipfile.BadZipFile, ValueError, NotImplementedError) as error:
        raise CannotLookError(f"{path} is neither a folder nor a readable ZIP: {error}") from error


def _member(archive: zipfile.ZipFile, info: zipfile.ZipInfo) -> bytes:
    with archive.open(info) as file:
        file._expected_crc = None  # type: ignore[attr-defined]  # noqa: SLF001
        return file.read()


def main(arguments: Sequence[str]) -> int:
    """Check what the command line names; print the report; return the exit status."""
    rest, trusted = list(arguments), None
    if "-h" in rest or "--help" in rest:
        sys.stdout.write((__doc__ or "") + "\n")
        return 0
    if "--key-id" in rest:
        at = rest.index("--key-id")
        if at + 1 >= len(rest):
            sys.stderr.write("--key-id wants the key's id in hexadecimal\n")
            return 2
        trusted = rest[at + 1].lower()
        del rest[at : at + 2]
    if len(rest) > 1:
        sys.stderr.write(f"one folder or ZIP at a time; got {', '.join(rest)}\n")
        return 2
    try:
        lines = check_case(read_case(Path(rest[0]) if rest else Path(__file__).resolve().parent), trusted)
    except CannotLookError as error:
        sys.stderr.write(f"cannot verify: {error}\n")
        return 2
    sys.stdout.write(report(lines) + "\n")
    return 0 if agrees(lines) else 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
