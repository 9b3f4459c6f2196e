"""A finding on a shipped clip, with all the messages around it, constructed."""

from collections.abc import Sequence
from functools import cache
from hashlib import sha256

from infra.demo import footage
from producers.frames_writer import frames_of
from schemas.avro import schema_text
from schemas.codec import encode_datum
from schemas.messages import (
    ClockSource,
    DecodeStatus,
    Detections,
    Evidence,
    Frames,
    Incident,
    IncidentPhase,
    Lead,
    LeadKind,
    Owner,
    Severity,
    Violation,
)
from schemas.registry import FixedSchemaIds
from schemas.wire import frame
from sinks.evidence.case_name import case_of
from sinks.evidence.exhibit import EventSource, Material
from sinks.evidence.finding import Finding
from sinks.evidence.missing import holes
from sinks.evidence.seconds_index import CameraSecond
from sinks.evidence.settings import WindowSettings
from sinks.evidence.source_group import SourceGroup
from sinks.evidence.window import windows_of
from tests.integration.producers.clips import expected_groups

CAMERA = "ALA-0001"
EPOCH_US = 1_790_000_000_000_000
TOPIC_IDS = {"frames": "f" * 32, "detections": "d" * 32}
#: The finding's vehicle and somebody who stands by, x1 y1 x2 y2, pixels of a picture of 320 x 240.
SUBJECT = (100.0, 80.0, 160.0, 130.0)
BYSTANDER = (220.0, 60.0, 250.0, 140.0)


@cache
def camera_frames(camera_id: str = CAMERA) -> Sequence[Frames]:
    """The groups of a shipped clip as a camera's frames messages; one second each."""
    from pathlib import Path  # noqa: PLC0415

    groups = expected_groups(Path(str(footage.__file__)).with_name("road.mp4").resolve())
    out = []
    at_us = EPOCH_US
    for group in groups:
        out.append(frames_of(camera_id, EPOCH_US, at_us, ClockSource.FILE, group))
        at_us += group.duration_us
    return out


def detections_of(frames: Frames, offset: int, created_at_ms: int = 0, partition: int = 0) -> Detections:
    """Two sampled frames, each with the vehicle and the bystander."""
    at = [frames.captured_at_us, frames.captured_at_us + frames.duration_us // 2]
    boxes = (SUBJECT, BYSTANDER) * 2
    return Detections(
        camera_id=frames.camera_id,
        epoch_us=frames.epoch_us,
        sequence=frames.sequence,
        captured_at_us=frames.captured_at_us,
        duration_us=frames.duration_us,
        clock_source=frames.clock_source,
        frames_partition=partition,
        frames_offset=offset,
        frames_created_at_ms=created_at_ms or frames.captured_at_us // 1000,
        registry_version=3,
        model_name="detector",
        model_version="detector/1 abc",
        width_px=frames.width_px,
        height_px=frames.height_px,
        decode_status=next(iter(DecodeStatus)),
        packets=len(frames.packets),
        frames_decoded=2,
        sample_at_us=at,
        sample_packet=[0, len(frames.packets) // 2],
        box_sample=[0, 0, 1, 1],
        box_x1_px=[b[0] for b in boxes],
        box_y1_px=[b[1] for b in boxes],
        box_x2_px=[b[2] for b in boxes],
        box_y2_px=[b[3] for b in boxes],
        box_score=[0.9, 0.8, 0.9, 0.8],
        box_class=[2, 0, 2, 0],
        plates=[],
        scene=None,
        signals_known=False,
        signals=[],
    )


def framed(topic: str, message: object) -> bytes:
    """Return a message as it lies in Kafka."""
    return frame(FixedSchemaIds().add(schema_text(topic)), encode_datum(topic, message))


def group_of(frames: Frames, offset: int) -> SourceGroup:
    """Return a frames message with its origin."""
    detections = detections_of(frames, offset)
    value, seen = framed("frames", frames), framed("detections", detections)
    digest, seen_digest = sha256(value).hexdigest(), sha256(seen).hexdigest()
    return SourceGroup(frames, 0, offset, digest, len(value), detections, 0, offset, seen_digest)


def second_of(group: SourceGroup) -> CameraSecond:
    """Return what the index holds of a group."""
    f = group.frames
    return CameraSecond(
        f.camera_id, f.epoch_us, f.sequence, f.captured_at_us, f.duration_us, 0, group.offset, 0, 0, group.offset, b""
    )  # fmt: skip


def evidence(role: str, frames: Frames, offset: int, partition: int = 0) -> Evidence:
    """Name the middle of a second."""
    at_us = frames.captured_at_us + frames.duration_us // 2
    track = f"{frames.camera_id}/{frames.epoch_us}/0.0.1"
    return Evidence(
        role, frames.camera_id, frames.epoch_us, frames.sequence, partition, offset, at_us, [track], list(SUBJECT)
    )  # fmt: skip


def violation(named: Sequence[Evidence], number: int = 1, created_at_ms: int = EPOCH_US // 1000) -> Violation:
    """A vehicle that was too fast."""
    return Violation(
        violation_id=f"speeding-{number:020x}",
        kind="speeding",
        camera_id=named[0].camera_id,
        site_id="S-1",
        district="Almaly",
        owner=Owner.PUBLIC,
        epoch_us=named[0].epoch_us,
        zone_id=None,
        track_id=named[0].track_ids[0],
        vehicle_class=2,
        occurred_at_us=named[-1].at_us,
        started_at_us=named[0].at_us,
        measured=83.2,
        measured_error=1.4,
        limit=60.0,
        unit="km/h",
        confidence_factor=2.0,
        measures={},
        articles=[],
        exculpations=[],
        vehicle_key=named[0].track_ids[0],
        key_period=None,
        plate_encrypted=b"\x01\x02",
        summary="83 km/h where 60 are allowed",
        evidence=named,
        registry_version=3,
        calibration_version=2,
        model_version="detector/1 abc",
        rule_version="speeding/1",
        frames_created_at_ms=created_at_ms,
        tracks_partition=0,
        tracks_offset=0,
    )


def incident(named: Sequence[Evidence], revision: int = 1, created_at_ms: int = EPOCH_US // 1000) -> Incident:
    """A vehicle that stands."""
    return Incident(
        incident_id="stopped_vehicle-00000000000000000001",
        revision=revision,
        phase=IncidentPhase.OPEN,
        kind="stopped_vehicle",
        severity=next(iter(Severity)),
        camera_id=named[0].camera_id,
        site_id="S-1",
        district="Almaly",
        owner=Owner.PUBLIC,
        epoch_us=named[0].epoch_us,
        zone_id=None,
        track_ids=list(named[0].track_ids),
        started_at_us=named[0].at_us,
        opened_at_us=named[0].at_us,
        updated_at_us=named[-1].at_us,
        closed_at_us=None,
        close_reason=None,
        peak=12.0,
        measures={},
        limits={},
        summary="A vehicle has stood for 12 s",
        evidence=named,
        registry_version=3,
        calibration_version=2,
        model_version="detector/1 abc",
        rule_version="stopped_vehicle/1",
        frames_created_at_ms=created_at_ms,
        tracks_partition=0,
        tracks_offset=0,
    )


def lead(named: Sequence[Evidence], number: int = 1, created_at_ms: int = EPOCH_US // 1000) -> Lead:
    """A wanted vehicle that was seen."""
    return Lead(
        lead_id=f"lead-{number:020x}",
        kind=LeadKind.WANTED,
        vehicle_key="a1" * 32,
        key_period="2026-q4",
        plate_encrypted=b"\x01\x02",
        camera_id=named[0].camera_id,
        site_id="S-1",
        district="Almaly",
        owner=Owner.PUBLIC,
        epoch_us=named[0].epoch_us,
        track_id=named[0].track_ids[0],
        vehicle_class=2,
        seen_at_us=named[0].at_us,
        article=None,
        amount_kzt=None,
        owner_class="INDIVIDUAL",
        known_at_us=EPOCH_US,
        make="Lada",
        colour="red",
        measures={},
        summary="seen on 2026-09-21; wanted since 2026-03-20",
        evidence=named,
        registry_version=3,
        model_version="detector/1 abc",
        rule_version="leads/1",
        frames_created_at_ms=created_at_ms,
        sightings_partition=0,
        sightings_offset=0,
    )


def material(message: Finding, groups: Sequence[SourceGroup]) -> Material:
    """Return what the sink would gather for a finding from groups of one camera."""
    settings = WindowSettings()
    windows = windows_of(message.evidence, settings)
    missing, kept = [], []
    for window in windows:
        inside = [g for g in groups if g.frames.captured_at_us < window.to_us and g.end_us > window.from_us]
        missing += holes(window, [second_of(g) for g in inside])
        kept += [g for g in inside if g not in kept]
    source = EventSource(f"vigil.{case_of(message).topic}", "e" * 32, 0, 7, "0" * 64)
    return Material(message, source, windows, kept, missing, TOPIC_IDS)


@cache
def speeding() -> Material:
    """A violation at the clip's 21st and 23rd second."""
    groups = [group_of(f, 100 + n) for n, f in enumerate(camera_frames()[:40])]
    named = [evidence("onset", groups[20].frames, 120), evidence("peak", groups[22].frames, 122)]
    return material(violation(named), groups)
