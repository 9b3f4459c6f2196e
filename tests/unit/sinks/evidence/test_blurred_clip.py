"""A clip for outside: bystanders cannot be recognised in any frame, the finding's own can, and it says so."""

import io
import json
import zipfile
from pathlib import Path
from typing import Any

import av
import numpy as np
import pytest
from numpy.typing import NDArray

from sinks.evidence import signing, verify
from sinks.evidence.blurred_clip import Bystanders, Sample, blurred
from tests.integration.producers.clips import clip as noisy
from tests.unit.sinks.evidence.findings import BYSTANDER, SUBJECT
from tests.unit.sinks.evidence.test_export import Kept

CAR, PERSON, SIGN = 2, 0, 11
SECOND_US = 1_000_000


def pictures(clip: bytes) -> list[NDArray[Any]]:
    """Each frame, [height, width, 3], uint8."""
    with av.open(io.BytesIO(clip), "r") as source:
        return [frame.to_ndarray(format="rgb24") for frame in source.decode(video=0)]


def detail(picture: NDArray[Any], box: tuple[float, float, float, float]) -> float:
    """Mean difference of neighbouring pixels in a box: what is left to recognise."""
    x1, y1, x2, y2 = (int(edge) for edge in box)
    region = picture[y1:y2, x1:x2].astype(np.float64)
    return float(np.abs(np.diff(region, axis=1)).mean() + np.abs(np.diff(region, axis=0)).mean())


def test_bystanders_lose_their_detail_and_the_subject_keeps_it(tmp_path: Path) -> None:
    """In every frame of a clip full of detail, also between two samples; as many frames as before, of the same size."""
    original = noisy(tmp_path / "noise.mp4", seconds=2, noise=True).read_bytes()
    samples = [Sample(n * SECOND_US // 2, [SUBJECT, BYSTANDER], [CAR, PERSON]) for n in range(4)]
    made = blurred(original, 0, Bystanders(samples, {SECOND_US: [SUBJECT]}))
    before, after = pictures(original), pictures(made)
    assert len(after) == len(before) == 20
    assert after[0].shape == before[0].shape
    for old, new in zip(before, after, strict=True):
        assert detail(new, BYSTANDER) < 0.2 * detail(old, BYSTANDER)
        assert detail(new, SUBJECT) > 0.5 * detail(old, SUBJECT)
    assert made == blurred(original, 0, Bystanders(samples, {SECOND_US: [SUBJECT]}))


def test_between_two_samples_the_whole_way_is_covered() -> None:
    """A person who moves is hidden anywhere between the two boxes; a sign is nobody; the subject is left alone."""
    person = [(10.0, 10.0, 30.0, 60.0), (40.0, 10.0, 60.0, 60.0)]
    own = [(200.0, 50.0, 300.0, 120.0), (230.0, 50.0, 330.0, 120.0)]
    samples = [
        Sample(n * SECOND_US // 2, [person[n], own[n], (400.0, 10.0, 420.0, 30.0)], [PERSON, CAR, SIGN]) for n in (0, 1)
    ]
    there = Bystanders(samples, {0: [own[0]]})
    boxes, all_but = there.at(SECOND_US // 4)
    assert all_but is None
    assert (10.0, 10.0, 60.0, 60.0) in boxes
    assert not any(box in own for box in boxes)
    assert there.at(0) == ([person[0]], None)


def test_where_no_sample_is_near_all_but_the_own_is_hidden() -> None:
    """Nobody knows who stands where: that must not show anyone."""
    own = (200.0, 50.0, 300.0, 120.0)
    there = Bystanders([Sample(0, [own], [CAR])], {0: [own]})
    assert there.at(5 * SECOND_US) == ([], [own])
    assert Bystanders([], {}).at(0) == ([], [])


def test_what_cannot_be_decoded_is_an_error() -> None:
    """An export then has no clip, and says why."""
    with pytest.raises(ValueError, match="cannot be decoded"):
        blurred(b"no video", 0, Bystanders([], {}))


def test_an_export_says_what_was_derived_from_what(tmp_path: Path) -> None:
    """A blurred clip with its original's digest and the tools' versions; the original's signed chain still holds."""
    kept = Kept(tmp_path)
    target = tmp_path / "case.zip"
    kept.vigil("export", kept.exhibit.case.event_id, "--to", str(target))
    with zipfile.ZipFile(target) as archive:
        files = {name: archive.read(name) for name in archive.namelist()}
    statement = json.loads(files["export.json"])["statement"]
    (derived,) = statement["derived"]
    original = next(file for file in kept.exhibit.files if file.name == "clip-1.mp4")
    assert derived["derived_from"] == verify.sha256(original.data)
    assert derived["sha256"] == verify.sha256(files["clip-1-blurred.mp4"])
    assert {"pyav", "vigil"} <= set(derived["software"])
    assert (statement["blurred"], statement["reason"]) == (True, None)
    assert not any(name in files for name in ("clip-1.mp4", "detections.json", "lineage.json"))
    lines = verify.check_case(files, kept.key.key_id, signing.holds)
    assert verify.agrees(lines), verify.report(lines)
    for name in ("export.json", "clip-1-blurred.mp4"):
        for at in (40, len(files[name]) // 2, len(files[name]) - 5):
            bent = files[name][:at] + bytes([files[name][at] ^ 1]) + files[name][at + 1 :]
            differing = verify.check_case({**files, name: bent}, kept.key.key_id, signing.holds)
            assert {line.what for line in differing if line.level == "differs"} == {name}
    whole = tmp_path / "whole.zip"
    kept.vigil("export", kept.exhibit.case.event_id, "--to", str(whole), "--unblurred", " ", expect=2)
    kept.vigil("export", kept.exhibit.case.event_id, "--to", str(whole), "--unblurred", "court order 17")
    report = kept.vigil("verify", str(whole))
    assert "bystanders are seen; the reason given: court order 17" in report
