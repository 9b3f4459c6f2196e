"""Clips, stills and manifest from constructed messages: what they show, and that they repeat byte for byte."""

import io
import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import av
import numpy as np
import pytest
from PIL import Image

from producers.frames_writer import frames_of
from schemas.messages import ClockSource
from sinks.evidence import verify
from sinks.evidence.clip import NO_KEYFRAME, remux, segments
from sinks.evidence.exhibit import Exhibit, make
from sinks.evidence.moment import LEAST_STILLS, moments
from sinks.evidence.source_group import SourceGroup
from sinks.evidence.still import CELLS, blur
from tests.integration.producers.clips import clip, expected_groups
from tests.unit.sinks.evidence.findings import (
    BYSTANDER,
    EPOCH_US,
    SUBJECT,
    camera_frames,
    evidence,
    group_of,
    incident,
    lead,
    material,
    speeding,
    violation,
)


def packets_of(data: bytes) -> list[bytes]:
    """An MP4's packets as start-code streams, so that containers' length fields do not matter."""
    with av.open(io.BytesIO(data), "r") as container:
        return [bytes(packet) for packet in container.demux(video=0) if packet.size]


def manifest_of(exhibit: Exhibit) -> Any:
    """The manifest, parsed."""
    return json.loads(exhibit.manifest)


def of_file(path: Path) -> list[SourceGroup]:
    """A recording's groups."""
    out: list[SourceGroup] = []
    at_us = EPOCH_US
    for number, group in enumerate(expected_groups(path)):
        out.append(group_of(frames_of("c", EPOCH_US, at_us, ClockSource.FILE, group), number))
        at_us += group.duration_us
    return out


@pytest.mark.parametrize(
    ("codec", "suffix"),
    [("libx264", ".mp4"), ("libx264", ".ts"), ("libx265", ".mp4"), ("libx265", ".ts"), ("mjpeg", ".avi")],
)
def test_a_clip_holds_the_cameras_packets_and_decodes_whole(codec: str, suffix: str, tmp_path: Path) -> None:
    """H.264 and HEVC with parameters in the container or in band, and MJPEG; twice the same bytes."""
    groups = of_file(clip(tmp_path / f"a{suffix}", codec, seconds=4, gop=20))
    (segment,), lost = segments(groups)
    made = remux(segment)
    assert not lost
    assert made.data == remux(segment).data
    assert b"Lavf" not in made.data
    with av.open(io.BytesIO(made.data), "r") as container:
        stream = container.streams.video[0]
        assert (stream.width, stream.height) == (320, 240)
        assert sum(1 for _ in container.decode(stream)) == 40
    sent = [packet.data for group in segment for packet in group.frames.packets]
    found = packets_of(made.data)
    assert len(found) == len(sent)
    if suffix != ".ts":  # there the muxer writes lengths in the place of start codes
        assert found == sent


def test_a_clip_ends_where_connection_parameters_or_numbers_break() -> None:
    """A new epoch, other parameters and a lost group each begin a clip; groups without a keyframe before are named."""
    groups = [group_of(f, n) for n, f in enumerate(camera_frames()[:12])]
    moved = [replace(g, frames=replace(g.frames, epoch_us=EPOCH_US + 9)) for g in groups[4:6]]
    other = [replace(g, frames=replace(g.frames, epoch_us=EPOCH_US + 9, extradata=b"x")) for g in groups[6:8]]
    after_gap = groups[9:12]
    cut, lost = segments([*groups[:4], *moved, *other, *after_gap])
    assert [len(segment) for segment in cut] == [4, 2, 2, 3]
    headless = replace(
        groups[9],
        frames=replace(
            groups[9].frames,
            starts_with_keyframe=False,
            packets=[replace(p, is_keyframe=False) for p in groups[9].frames.packets],
        ),
    )
    cut, lost = segments([*groups[:4], headless, *groups[10:12]])
    assert [one.reason for one in lost] == [NO_KEYFRAME]
    assert [len(segment) for segment in cut] == [4, 2]


def test_an_exhibit_repeats_byte_for_byte() -> None:
    """The same messages give the same files and the same manifest."""
    one, two = make(speeding(), "k"), make(speeding(), "k")
    assert one.manifest == two.manifest
    assert [f.data for f in one.files] == [f.data for f in two.files]
    assert json.loads(one.manifest)["problems"] == []


def test_a_violations_exhibit_has_clip_stills_crop_and_boxes() -> None:
    """Three stills at least, each with a blurred twin that names its original; the vehicle's crop; detections."""
    exhibit = make(speeding(), "k")
    manifest = manifest_of(exhibit)
    kinds = [file["kind"] for file in manifest["files"]]
    assert kinds.count("clip") == 1
    assert kinds.count("still") == 2 * LEAST_STILLS
    assert kinds.count("crop") == 2
    assert kinds.count("detections") == 1
    originals = {f["sha256"] for f in manifest["files"] if f["private"]}
    derived = [f for f in manifest["files"] if "derived_from" in f]
    assert len(derived) == LEAST_STILLS + 1
    assert {f["derived_from"] for f in derived} <= originals
    assert not any(f["private"] for f in derived)
    roles = [f["role"] for f in manifest["files"] if f["kind"] == "still" and f["private"]]
    assert {"onset", "peak", "context"} == set(roles)
    assert manifest["event"]["message"]["plate_encrypted"] == {"hex": "0102"}
    assert {source["clip"] for source in manifest["sources"]} == {"clip-1.mp4"}
    assert manifest["missing"] == []


def test_a_leads_exhibit_shows_the_vehicle_and_claims_no_measurement() -> None:
    """Clip, stills, crop of the vehicle; no calibration had part in it, nothing recomputes it, its plate is sealed."""
    groups = [group_of(f, 100 + n) for n, f in enumerate(camera_frames()[:40])]
    message = lead([evidence("peak", groups[20].frames, 120), evidence("onset", groups[22].frames, 122)])
    exhibit = make(material(message, groups), "k")
    manifest = manifest_of(exhibit)
    assert (exhibit.case.folder, exhibit.at_us) == (f"leads/{message.lead_id}/0001/", message.seen_at_us)
    assert {file["kind"] for file in manifest["files"]} == {"clip", "still", "crop", "detections"}
    crops = [file["name"] for file in manifest["files"] if file["kind"] == "crop" and file["private"]]
    assert crops == ["vehicle.png", "vehicle-3.png"]
    assert (manifest["versions"]["calibration"], manifest["versions"]["rule"]) == (None, "leads/1")
    assert manifest["event"]["message"]["plate_encrypted"] == {"hex": "0102"}
    assert manifest["problems"] == []


def test_a_missing_second_is_in_the_manifest_and_splits_the_clip() -> None:
    """A group gone from the middle: named with its reason, two clips, and the named second's still said to be lost."""
    groups = [group_of(f, 100 + n) for n, f in enumerate(camera_frames()[:40])]
    named = [evidence("onset", groups[20].frames, 120), evidence("peak", groups[22].frames, 122)]
    exhibit = make(material(violation(named), [g for g in groups if g.offset != 120]), "k")
    manifest = manifest_of(exhibit)
    assert [m["sequence"] for m in manifest["missing"]] == [20]
    assert exhibit.missing_s == pytest.approx(1.0, abs=0.1)
    assert [f["name"] for f in manifest["files"] if f["kind"] == "clip"] == ["clip-1.mp4", "clip-2.mp4"]
    assert [p["what"] for p in manifest["problems"]] == ["still onset"]
    assert sum(f["kind"] == "still" and f["private"] for f in manifest["files"]) == LEAST_STILLS


def test_nothing_left_gives_an_exhibit_that_says_so() -> None:
    """All frames gone: no clip, no still, and a manifest all the same."""
    named = [evidence("onset", camera_frames()[20], 120)]
    manifest = manifest_of(make(material(violation(named), []), "k"))
    assert [f["kind"] for f in manifest["files"]] == ["detections"]
    assert manifest["missing"]
    assert manifest["problems"] == [{"what": "still onset", "reason": "group 20 of camera ALA-0001 is missing"}]


def test_revisions_of_an_incident_share_what_is_the_same() -> None:
    """Two revisions far apart share the clip around the onset: one object, named by its content."""
    groups = [group_of(f, 100 + n) for n, f in enumerate(camera_frames()[:56])]
    onset = evidence("onset", groups[8].frames, 108)
    one = make(material(incident([onset, evidence("latest", groups[40].frames, 140)]), groups), "k")
    two = make(material(incident([onset, evidence("latest", groups[48].frames, 148)], 2), groups), "k")
    names = [{one.case.file(verify.sha256(f.data), f.suffix) for f in e.files} for e in (one, two)]
    first = [f["object"] for f in manifest_of(one)["files"] if f["name"] == "clip-1.mp4"]
    assert first[0] in names[1]
    assert one.case.manifest != two.case.manifest


def test_a_number_that_is_not_finite_is_refused() -> None:
    """No JSON can hold it; the caller dead-letters the message."""
    broken = replace(speeding(), message=replace(speeding().message, measures={"x": float("nan")}))
    with pytest.raises(ValueError, match="JSON"):
        make(broken, "k")


def test_bystanders_are_those_that_are_not_the_findings_own() -> None:
    """The vehicle's box is not among them, the person's is; without detections nobody knows."""
    found, lost = moments(speeding().message.evidence, speeding().groups)
    assert not lost
    assert [list(m.others or ()) for m in found] == [[BYSTANDER]] * 3
    blind = [replace(g, detections=None) for g in speeding().groups]
    assert {m.others for m in moments(speeding().message.evidence, blind)[0]} == {None}


def test_blurred_regions_lose_their_detail_and_others_keep_it() -> None:
    """A fine pattern is flat within the box, untouched outside; without boxes all but the subject is flat."""
    checks = (np.indices((240, 320)).sum(0) % 2 * 255).astype(np.uint8)
    picture = Image.fromarray(np.stack([checks] * 3, -1))
    seen = np.asarray(blur(picture, [BYSTANDER]))
    x1, y1, x2, y2 = map(int, BYSTANDER)
    assert int(np.ptp(seen[y1:y2, x1:x2])) < 40
    assert np.array_equal(seen[:, : x1 - 10], np.asarray(picture)[:, : x1 - 10])
    blind = np.asarray(blur(picture, [], all_but=[SUBJECT]))
    a1, b1, a2, b2 = map(int, SUBJECT)
    assert np.array_equal(blind[b1:b2, a1:a2], np.asarray(picture)[b1:b2, a1:a2])
    assert int(np.ptp(blind[:, :50])) < 40
    assert CELLS <= 8
