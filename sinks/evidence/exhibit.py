"""A finding's evidence: files and manifest from the finding and the messages it needs. Pure: same input, same bytes."""

import json
import platform
from collections.abc import Sequence
from dataclasses import asdict, dataclass, field
from enum import Enum
from importlib import metadata
from typing import Any, Final

import av
import av.error
from PIL import Image

from schemas.messages import Incident, Lead
from sinks.evidence import verify
from sinks.evidence.caption import caption_of
from sinks.evidence.case_name import CaseName, case_of
from sinks.evidence.clip import Clip, remux, segments
from sinks.evidence.finding import Finding, at_us_of
from sinks.evidence.lineage import NAME as LINEAGE
from sinks.evidence.lineage import NOWHERE, Lineage
from sinks.evidence.missing import FAR, Missing
from sinks.evidence.moment import Moment, moments
from sinks.evidence.source_group import SourceGroup
from sinks.evidence.still import annotate, blur, crop, decode_at, jpeg, png
from sinks.evidence.window import Window

METHOD: Final = (
    "persons and vehicles that the detector found in the sampled frame nearest to this one, but for the finding's own,"
    " were reduced to 6 cells across and blurred; where no sampled frame is near, all but the finding's own boxes"
)


@dataclass(frozen=True, slots=True)
class EventSource:
    """Where a finding's message lies.

    Attributes:
        topic: as named in the cluster.
        topic_id: its UUID.
        partition, offset: coordinates.
        sha256: of its value.
    """

    topic: str
    topic_id: str
    partition: int
    offset: int
    sha256: str


@dataclass(frozen=True, slots=True)
class Material:
    """All that a finding's evidence is made of.

    Attributes:
        message: the finding.
        source: where its message lies.
        windows: what was looked for.
        groups: what was found, by camera and in the order of capture.
        missing: what was not.
        topic_ids: UUIDs of what sources lie in, by name without prefix.
        lineage: what the finding can be recomputed from; None: a lead, which is held against tables that nobody keeps.
    """

    message: Finding
    source: EventSource
    windows: Sequence[Window]
    groups: Sequence[SourceGroup]
    missing: Sequence[Missing]
    topic_ids: dict[str, str]
    lineage: Lineage | None = None


@dataclass(frozen=True, slots=True)
class EvidenceFile:
    """One file.

    Attributes:
        name: in an export.
        data: its bytes.
        about: what the manifest says of it beside digests.
        private: it shows bystanders as they are.
    """

    name: str
    data: bytes
    about: dict[str, Any]
    private: bool

    @property
    def suffix(self) -> str:
        """The name's ending, with its dot."""
        return "." + self.name.rpartition(".")[2]


@dataclass(frozen=True, slots=True)
class Exhibit:
    """What is put into the store, but for signature and log.

    Attributes:
        case: its name.
        at_us: when the event was, microseconds since the Unix epoch: legal deadlines count from there.
        files: clips, pictures, boxes.
        manifest: canonical JSON.
        missing_s: seconds without pictures.
        problems: pictures and clips that could not be made.
    """

    case: CaseName
    at_us: int
    files: Sequence[EvidenceFile]
    manifest: bytes
    missing_s: float
    problems: int

    @property
    def has_stills(self) -> bool:
        """Whether it shows anything."""
        return any(file.about["kind"] == "still" for file in self.files)


@dataclass(slots=True)
class _Work:
    """What grows while an exhibit is made."""

    material: Material
    files: list[EvidenceFile] = field(default_factory=list)
    missing: list[Missing] = field(default_factory=list)
    problems: list[dict[str, str]] = field(default_factory=list)
    taken: set[tuple[int, int]] = field(default_factory=set)
    clip_of: dict[tuple[str, int, int], str] = field(default_factory=dict)


def software() -> dict[str, str]:
    """Return the versions of what makes the files."""
    libraries = {name: ".".join(map(str, version)) for name, version in sorted(av.library_versions.items())}
    return {
        "vigil": metadata.version("vigil"),
        "python": platform.python_version(),
        "pyav": av.__version__,
        "pillow": metadata.version("pillow"),
        **libraries,
    }


def make(material: Material, key_id: str) -> Exhibit:
    """Make a finding's evidence.

    Args:
        material: what it is made of.
        key_id: of the key that will sign it.

    Raises:
        ValueError: the finding's message holds what no JSON can hold, such as a number that is not finite.
    """
    work = _Work(material, missing=list(material.missing))
    clips: list[Clip] = []
    for window in material.windows:
        # a group at the edge of two windows belongs to the first one
        groups = [g for g in material.groups if _touches(g, window) and (g.partition, g.offset) not in work.taken]
        work.taken |= {(g.partition, g.offset) for g in groups}
        clips += _clips(work, groups, len(clips))
    found, lost = moments(material.message.evidence, material.groups)
    work.problems += [
        {"what": f"still {one.role}", "reason": f"group {one.sequence} of camera {one.camera_id} is missing"}
        for one in lost
    ]
    for number, moment in enumerate(found, 1):
        _stills(work, clips, moment, number)
    detections = [asdict(g.detections) for g in material.groups if g.detections is not None]
    about = {"kind": "detections", "shows": "what the detector found in these seconds, as the messages say"}
    work.files.append(EvidenceFile("detections.json", verify.canonical(_plain(detections)), about, True))
    if material.lineage is not None:
        _lineage(work, material.lineage)
    missing_s = sum(one.seconds for one in work.missing if one.reason != FAR)
    message = material.message
    return Exhibit(
        case_of(message), at_us_of(message), work.files, _manifest(work, key_id), missing_s, len(work.problems)
    )


def _lineage(work: _Work, lineage: Lineage) -> None:
    """Add what `vigil replay` starts from."""
    about: dict[str, Any] = {
        "kind": "lineage",
        "start": lineage.start,
        "shows": "checkpoints before the finding, detections since and registry entries, as Kafka held them",
    }
    if lineage.note:
        about["note"] = lineage.note
    if lineage.start == NOWHERE:
        work.problems.append({"what": "lineage", "reason": lineage.note})
    work.files.append(EvidenceFile(LINEAGE, lineage.to_bytes(), about, True))


def _touches(group: SourceGroup, window: Window) -> bool:
    f = group.frames
    # from the keyframe before the window on: groups before it are here for that alone
    return f.camera_id == window.camera_id and f.captured_at_us < window.to_us


def _clips(work: _Work, groups: Sequence[SourceGroup], count: int) -> list[Clip]:
    out: list[Clip] = []
    cut, undecodable = segments(groups)
    work.missing += undecodable
    for segment in cut:
        try:
            clip = remux(segment)
        except ValueError as error:
            work.problems.append({"what": "clip", "reason": str(error)})
            continue
        out.append(clip)
        first, last = segment[0].frames, segment[-1].frames
        name = f"clip-{count + len(out)}.mp4"
        about = {
            "kind": "clip",
            "camera_id": first.camera_id,
            "codec": str(first.codec),
            "epoch_us": first.epoch_us,
            "first_sequence": first.sequence,
            "last_sequence": last.sequence,
            "from_us": first.captured_at_us,
            "to_us": segment[-1].end_us,
            "clock_source": str(first.clock_source),
            "shows": "the camera's own packets, not transcoded",
        }
        work.files.append(EvidenceFile(name, clip.data, about, True))
        for group in segment:
            work.clip_of[group.frames.camera_id, group.frames.epoch_us, group.frames.sequence] = name
    return out


def _stills(work: _Work, clips: Sequence[Clip], moment: Moment, number: int) -> None:
    name = f"still-{number}-{''.join(c if c.isalnum() else '-' for c in moment.role)}"
    clip = next((clip for clip in clips if moment.group in clip.groups), None)
    if clip is None:
        work.problems.append({"what": name, "reason": "the second it is in could not be put into a clip"})
        return
    end = clip.groups.index(moment.group)
    start = max((n for n in range(end + 1) if clip.groups[n].frames.starts_with_keyframe), default=0)
    try:
        picture = decode_at([group.frames for group in clip.groups[start : end + 1]], moment.at_us)
        hidden = blur(picture, moment.others or (), all_but=moment.boxes if moment.others is None else None)
        labels = [track_id.rpartition("/")[2] for track_id in moment.track_ids][: len(moment.boxes)]
        flat = [edge for box in moment.boxes for edge in box]
        caption = caption_of(work.material.message, moment.group.frames.camera_id, moment.role, moment.at_us)
        about: dict[str, Any] = {
            "kind": "still",
            "role": moment.role,
            "camera_id": moment.group.frames.camera_id,
            "at_us": moment.at_us,
            "boxes_xyxy_px": flat,
            "track_ids": list(moment.track_ids),
        }
        _pair(work, name, ".jpg", about, *(jpeg(annotate(p, flat, labels, caption)) for p in (picture, hidden)))
        if moment.role in _cropped(work.material.message) and moment.boxes:
            _vehicle(work, picture, hidden, moment, "vehicle" if moment.role == "peak" else f"vehicle-{number}")
    except (ValueError, av.error.FFmpegError) as error:
        work.problems.append({"what": name, "reason": str(error)})


def _cropped(message: Finding) -> Sequence[str]:
    """Return the roles of seconds whose vehicle is cut out; of a lead also the others that the plate was seen on."""
    if isinstance(message, Incident):
        return ()
    return ("peak", "onset") if isinstance(message, Lead) else ("peak",)


def _vehicle(work: _Work, picture: Image.Image, hidden: Image.Image, moment: Moment, name: str) -> None:
    """Add the vehicle's crop; messages name the vehicle that a plate was read on, not the plate's own box."""
    pixels, blurred = (crop(p, moment.boxes[0]) for p in (picture, hidden))
    if pixels is None or blurred is None:
        work.problems.append({"what": name, "reason": "its box lies outside the picture"})
        return
    about: dict[str, Any] = {
        "kind": "crop",
        "role": moment.role,
        "camera_id": moment.group.frames.camera_id,
        "at_us": moment.at_us,
        "boxes_xyxy_px": list(moment.boxes[0]),
        "shows": "the vehicle's box, pixel by pixel; messages carry no box of the plate itself",
    }
    _pair(work, name, ".png", about, png(pixels), png(blurred))


def _pair(work: _Work, name: str, suffix: str, about: dict[str, Any], original: bytes, blurred: bytes) -> None:
    work.files.append(EvidenceFile(name + suffix, original, about, True))
    derived = {**about, "derived_from": verify.sha256(original), "method": METHOD}
    work.files.append(EvidenceFile(f"{name}-blurred{suffix}", blurred, derived, False))


def _manifest(work: _Work, key_id: str) -> bytes:
    material = work.material
    message, case = material.message, case_of(material.message)
    return verify.canonical({
        "format": verify.MANIFEST_FORMAT,
        "case": {"topic": case.topic, "event_id": case.event_id, "revision": case.revision},
        "key_id": key_id,
        "event": {"source": asdict(material.source), "message": _plain(asdict(message))},
        "versions": {
            "model": message.model_version,
            # a lead measures nothing, so no calibration has part in it
            "calibration": None if isinstance(message, Lead) else message.calibration_version,
            "registry": message.registry_version,
            "rule": message.rule_version,
            "stages": {one.stage: one.version for one in material.lineage.stages} if material.lineage else None,
            "tariff": None,  # no message carries one yet: articles stand in the event itself
            "software": software(),
        },
        "windows": [
            {"camera_id": w.camera_id, "from_us": w.from_us, "to_us": w.to_us, "named": len(w.named)}
            for w in material.windows
        ],
        "topics": dict(material.topic_ids),
        "sources": [_source(work, group) for group in material.groups],
        "missing": [one.to_json() for one in work.missing],
        "problems": work.problems,
        "files": [_entry(case, file) for file in work.files],
    })  # fmt: skip


def _source(work: _Work, group: SourceGroup) -> dict[str, Any]:
    f = group.frames
    return {
        "camera_id": f.camera_id,
        "epoch_us": f.epoch_us,
        "sequence": f.sequence,
        "captured_at_us": f.captured_at_us,
        "duration_us": f.duration_us,
        "clock_source": str(f.clock_source),
        "partition": group.partition,
        "offset": group.offset,
        "sha256": group.sha256,
        "bytes": group.size,
        "clip": work.clip_of.get((f.camera_id, f.epoch_us, f.sequence)),
        "detections": {
            "partition": group.detections_partition,
            "offset": group.detections_offset,
            "sha256": group.detections_sha256,
            "readable": group.detections is not None,
        },
    }


def _entry(case: CaseName, file: EvidenceFile) -> dict[str, Any]:
    digest = verify.sha256(file.data)
    return {
        **_plain(file.about),
        "name": file.name,
        "object": case.file(digest, file.suffix),
        "bytes": len(file.data),
        "sha256": digest,
        "block_bytes": verify.FILE_BLOCK_BYTES,
        "blocks_sha256": verify.blocks(file.data, verify.FILE_BLOCK_BYTES),
        "private": file.private,
    }


def _plain(value: Any) -> Any:
    """Return what JSON can hold: bytes as hexadecimal, enumerations as their text."""
    if isinstance(value, bytes):
        return {"hex": value.hex()}
    if isinstance(value, Enum):
        return str(value)
    if isinstance(value, dict):
        return {str(key): _plain(one) for key, one in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(one) for one in value]
    return value


def signed(manifest: bytes, key_id: str) -> dict[str, Any]:
    """Return the statement that is signed for a manifest."""
    value = json.loads(manifest)
    return {
        "key_id": key_id,
        "manifest_sha256": verify.sha256(manifest),
        "manifest_bytes": len(manifest),
        "block_bytes": verify.MANIFEST_BLOCK_BYTES,
        "blocks_sha256": verify.blocks(manifest, verify.MANIFEST_BLOCK_BYTES),
        "fields_sha256": {name: verify.sha256(verify.canonical(one)) for name, one in value.items()},
    }
