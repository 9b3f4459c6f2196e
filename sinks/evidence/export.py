"""Writes a case as one ZIP that checks itself: blurred for outside, or whole for a reason that is recorded."""

import json
import zipfile
from collections.abc import Callable, Mapping, Sequence
from importlib import resources
from pathlib import Path
from typing import Any, Final

from sinks.evidence import verify
from sinks.evidence.archive import Archive, NoCaseError
from sinks.evidence.blurred_clip import METHOD, Bystanders, blurred, samples_of, subjects_of
from sinks.evidence.case_name import CaseName
from sinks.evidence.exhibit import software

#: The earliest time a ZIP can name: an export of the same case has the same bytes.
ZIP_TIME: Final = (1980, 1, 1, 0, 0, 0)
README: Final = """Evidence of the finding {case}

manifest.json     what was seen, where it comes from, and the SHA-256 of every file
signature.json    signed statement about the manifest (Ed25519)
public-key.pem    the key; its id is {key_id}
log/              the manifest's entry in the hourly log, the log's signed head, and the proof that it is in it
export.json       what this export leaves out or adds, and why
verify.py         checks all of it:   python verify.py
{shown}

The original clip holds the camera's own packets; nothing was transcoded. Pictures named "blurred" are derived from
originals whose SHA-256 stands beside them in the manifest; a clip named so is derived as export.json says. Compare the
key's id with the one that the city publishes:
   python verify.py --key-id {key_id}
"""
BLURRED: Final = (
    "\nBystanders are blurred: the original clip and pictures, detections and lineage are withheld. Their SHA-256\n"
    "stand in the manifest, so that they can be compared when a court asks for them."
)
PLAIN: Final = (
    "\nNothing is withheld, for this reason: {reason}\n"
    "Bystanders can be recognised. Handle it as the law on personal data demands."
)
NEEDED: Final = (verify.SIGNATURE, verify.PUBLIC_KEY, verify.ENTRY, verify.PROOF)


def export(
    archive: Archive,
    case: CaseName,
    target: Path,
    *,
    unblurred: str | None = None,
    tell: Callable[[str], None] = lambda _: None,
) -> Sequence[str]:
    """Write a case as one ZIP; return the names of its files.

    Args:
        archive: where the case is.
        case: its name.
        target: the file to write.
        unblurred: why bystanders are to be seen; None: they are not.
        tell: called with what goes on: a blurred clip takes seconds.

    Raises:
        NoCaseError: the case is not finished, not yet in the log, or damaged.
        FileExistsError: the target is there.
    """
    if target.exists():
        raise FileExistsError(target)
    files = archive.load(case, private=True)
    lost = [name for name in NEEDED if name not in files]
    if lost:
        raise NoCaseError(f"{case} lacks {', '.join(lost)}; 'vigil evidence verify {case.event_id}' says more")
    try:
        manifest = json.loads(files[verify.MANIFEST])
        private = {entry["name"] for entry in manifest["files"] if entry["private"]}
    except (ValueError, KeyError, TypeError) as error:
        text = f"{case}: its manifest cannot be read; 'vigil evidence verify {case.event_id}' says more"
        raise NoCaseError(text) from error
    derived: list[dict[str, Any]] = []
    problems: list[dict[str, str]] = []
    added: dict[str, bytes] = {}
    if unblurred is None:
        derived, problems, added = _blurred_clips(manifest, files, tell)
        files = {name: data for name, data in files.items() if name not in private}
    statement = {
        "case": str(case),
        "blurred": unblurred is None,
        "reason": unblurred,
        "derived": derived,
        "problems": problems,
    }
    files |= added
    files[verify.EXPORT] = verify.export_document(statement)
    key_id = verify.key_id(verify.raw_key(files[verify.PUBLIC_KEY]))
    shown = BLURRED if unblurred is None else PLAIN.format(reason=unblurred)
    files["README.txt"] = README.format(case=case, key_id=key_id, shown=shown).encode()
    files["verify.py"] = (resources.files("sinks.evidence") / "verify.py").read_bytes()
    with target.open("xb") as file, zipfile.ZipFile(file, "w", zipfile.ZIP_STORED) as archive_file:
        for name, data in sorted(files.items()):
            info = zipfile.ZipInfo(name, ZIP_TIME)
            info.external_attr = 0o644 << 16
            archive_file.writestr(info, data)
    return sorted(files)


def _blurred_clips(
    manifest: Mapping[str, Any], files: Mapping[str, bytes], tell: Callable[[str], None]
) -> tuple[list[dict[str, Any]], list[dict[str, str]], dict[str, bytes]]:
    """Return what export.json says of each blurred clip, what could not be made, and the clips."""
    derived: list[dict[str, Any]] = []
    problems: list[dict[str, str]] = []
    added: dict[str, bytes] = {}
    for entry in manifest["files"]:
        if entry["kind"] != "clip":
            continue
        original = files.get(entry["name"])
        if original is None or verify.sha256(original) != entry["sha256"] or "detections.json" not in files:
            problems.append({"what": entry["name"], "reason": "clip or detections are missing or not as signed"})
            continue
        tell(f"blurring {entry['name']}")
        samples = samples_of(json.loads(files["detections.json"]), entry["camera_id"])
        subjects = subjects_of(manifest["event"]["message"]["evidence"], entry["camera_id"])
        try:
            data = blurred(original, entry["from_us"], Bystanders(samples, subjects))
        except ValueError as error:
            problems.append({"what": entry["name"], "reason": str(error)})
            continue
        name = entry["name"].replace(".mp4", "-blurred.mp4")
        added[name] = data
        derived.append({
            "name": name,
            "bytes": len(data),
            "sha256": verify.sha256(data),
            "block_bytes": verify.FILE_BLOCK_BYTES,
            "blocks_sha256": verify.blocks(data, verify.FILE_BLOCK_BYTES),
            "derived_from": entry["sha256"],
            "method": METHOD,
            "software": software(),
        })  # fmt: skip
    return derived, problems, added
