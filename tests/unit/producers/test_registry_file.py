"""Registry files: every error names camera, field, found, expected and what to do; good entries go on."""

import json
from copy import deepcopy
from pathlib import Path
from typing import Any

import pytest

from producers.registry_file import Entry, Problem, next_version, parse
from schemas.codec import decode_datum, encode_datum

BASE = Path("/srv/vigil")
GOOD: dict[str, Any] = {
    "camera_id": "ALA-0001",
    "name": "Abay and Dostyk",
    "site_id": "S-1",
    "district": "Almaly",
    "latitude_deg": 43.24,
    "longitude_deg": 76.95,
    "source_uri": "clips/a.mp4",
    "source_start": "2026-05-01T08:00:00+05:00",
    "width_px": 640,
    "height_px": 360,
    "calibration": {
        "version": 1,
        "method": "estimated from objects of known size",
        "homography": [[0.05, 0.001, -10.0], [0.0, -0.08, 60.0], [0.0, 0.004, -0.3]],
        "width_px": 640,
        "height_px": 360,
        "position_error_m": 0.5,
        "scale_error_ratio": 0.1,
    },
    "zones": [
        {
            "zone_id": "road",
            "kind": "roadway",
            "polygon_px": [[0, 350], [100, 120], [500, 120], [640, 350]],
            "limits": {"dwell_s": 20},
        }
    ],
    "analysis": {"active_fps": 5.0, "regions": [{"x_px": 0, "y_px": 0, "width_px": 320, "height_px": 180}]},
    "rules": [{"kind": "crowd", "params": {"max_people": 5}}],
}


def changed(path: str, value: Any) -> dict[str, Any]:
    """The good entry with one thing changed; `value` ... removes it."""
    entry = deepcopy(GOOD)
    at: Any = entry
    *way, last = [int(p) if p.isdigit() else p for p in path.split(".")]
    for step in way:
        at = at[step]
    if value is ...:
        del at[last]
    else:
        at[last] = value
    return entry


def parsed(*entries: Any) -> tuple[list[Entry], list[Problem]]:
    """The outcome of a JSON registry file with these entries."""
    good, problems = parse(json.dumps({"cameras": entries}), BASE, is_json=True)
    return list(good), list(problems)


def test_a_good_entry_is_taken_whole() -> None:
    """Paths are relative to the file, instants become microseconds, polygons and matrices flat."""
    good, problems = parsed(GOOD)
    assert problems == []
    camera = good[0].camera
    assert camera.source_uri == "file:///srv/vigil/clips/a.mp4"
    assert camera.source_start_us == 1_777_604_400_000_000
    assert list(camera.zones[0].polygon_px) == [0, 350, 100, 120, 500, 120, 640, 350]
    assert camera.calibration is not None
    assert len(camera.calibration.homography) == 9
    assert camera.rules[0].params == {"max_people": 5.0}
    assert decode_datum("cameras", encode_datum("cameras", camera)).camera_id == "ALA-0001"


def test_toml_and_json_say_the_same() -> None:
    """The same entry in both languages is the same camera."""
    text = """
[[cameras]]
camera_id = "T"
site_id = "S"
district = "D"
latitude_deg = 43
longitude_deg = 76.5
source_uri = "a.mp4"
source_start = 2026-05-01T08:00:00+05:00
width_px = 640
height_px = 360
"""
    entry = {
        "camera_id": "T",
        "site_id": "S",
        "district": "D",
        "latitude_deg": 43,
        "longitude_deg": 76.5,
        "source_uri": "a.mp4",
        "source_start": "2026-05-01T08:00:00+05:00",
        "width_px": 640,
        "height_px": 360,
    }
    assert parse(text, BASE) == parse(json.dumps({"cameras": [entry]}), BASE, is_json=True)


@pytest.mark.parametrize(
    ("path", "value", "field", "found"),
    [
        ("camera_id", ..., "camera_id", "missing"),
        ("camera_id", "a b", "camera_id", "a b"),
        ("site_id", "", "site_id", '""'),
        ("latitude_deg", 91, "latitude_deg", "91"),
        ("latitude_deg", "43", "latitude_deg", '"43"'),
        ("latitude_deg", True, "latitude_deg", "true"),
        ("owner", "city", "owner", '"city"'),
        ("source_start", ..., "source_start", "missing"),
        ("source_start", "2026-05-01T08:00:00", "source_start", "2026-05-01T08:00:00"),
        ("source_uri", "ftp://h/x", "source_uri", "ftp"),
        ("source_uri", "rtsp://h/x", "source_start", "given for a live source"),
        ("width_px", 0, "width_px", "0"),
        ("height_px", 360.5, "height_px", "360.5"),
        ("speed_limit", 60, "speed_limit", "an unknown field"),
        ("zones.0.kind", "road", "zones[0].kind", '"road"'),
        ("zones.0.limits", {"dwell_s": "20"}, "zones[0].limits", "20"),
        ("zones.0.polygon_px", [[0, 0], [1, 1]], "zones[0].polygon_px", "4 numbers"),
        ("zones.0.polygon_px", [[0, 350], [641, 120], [500, 120]], "zones[0].polygon_px", "(641, 120)"),
        ("zones.0.polygon_px", [[0, 350], [500, 120], [100, 120], [640, 350]], "zones[0].polygon_px", "cross"),
        ("zones.0.polygon_px", [[0, 350], [10, 350], [20, 350]], "zones[0].polygon_px", ""),
        ("zones.0.polygon_px", [[0, 350], [100, 20], [500, 120]], "zones[0].polygon_px", "horizon"),
        ("calibration.homography", [1, 0, 0, 2, 0, 0, 0, 0, 1], "calibration.homography", "degenerate"),
        ("calibration.homography", [0] * 9, "calibration.homography", "zeros"),
        ("calibration.homography", [1, 0, 0, 0, 1, 0], "calibration.homography", "6 numbers"),
        ("calibration.method", ..., "calibration.method", "missing"),
        ("analysis.regions.0.width_px", 641, "analysis.regions[0]", "641"),
        ("analysis.active_fps", 0, "analysis.active_fps", "0"),
        ("rules.0.params", {"max_people": None}, "rules[0].params", "null"),
    ],
)
def test_a_bad_entry_is_refused_with_its_reason_and_the_others_are_taken(
    path: str, value: Any, field: str, found: str
) -> None:
    """The problem names field and finding; the good entry beside it is taken."""
    good, problems = parsed(changed(path, value), {**GOOD, "camera_id": "ALA-0002"})
    assert [e.camera.camera_id for e in good] == ["ALA-0002"]
    assert len(problems) == 1
    problem = problems[0]
    assert problem.fatal
    assert problem.field.startswith(field)
    assert found in problem.found
    assert problem.expected
    assert problem.advice


def test_an_unknown_rule_is_a_warning() -> None:
    """A registry may be ahead of the software: the entry is taken."""
    good, problems = parsed(changed("rules.0.kind", "parking"))
    assert len(good) == 1
    assert [(p.fatal, p.field) for p in problems] == [(False, "rules[0].kind")]
    assert str(problems[0]).startswith("warning")


def test_an_id_used_twice_is_refused_for_both() -> None:
    """Which of the two is meant cannot be known."""
    good, problems = parsed(GOOD, {**GOOD, "camera_id": "B"}, GOOD, GOOD)
    assert [e.camera.camera_id for e in good] == ["B"]
    assert {p.camera for p in problems} == {"ALA-0001"}


@pytest.mark.parametrize(
    "text", ["", "[", "cameras = 1", "[[camera]]", "cameras = [1]", 'cameras = [{camera_id = "rtsp://u:s3ntinel@h/x"}]']
)
def test_a_file_that_is_no_registry_is_a_problem_not_an_exception(text: str) -> None:
    """Rubbish gives no entry and at least one fatal problem."""
    good, problems = parse(text, BASE)
    assert not good
    assert any(p.fatal for p in problems)


def test_credentials_are_split_off_and_appear_in_no_problem() -> None:
    """A live source with credentials: the entry holds none, also when the entry is refused."""
    live = {**changed("source_start", ...), "source_uri": "rtsp://admin:s3ntinel@10.0.0.1/x?token=s3ntinel"}
    good, problems = parsed(live)
    assert problems == []
    assert "s3ntinel" not in repr(good)
    assert good[0].credentials is not None
    assert good[0].credentials.password == "s3ntinel"
    for path, value in (("width_px", 0), ("nonsense", "rtsp://a:s3ntinel@h/"), ("source_uri", "rtsp://a:s3ntinel@:x/")):
        _, problems = parsed({**live, path: value})
        assert problems
        assert "s3ntinel" not in " ".join(map(str, problems))


def test_a_version_follows_only_a_change() -> None:
    """The same entry again is no new version, also after its numbers went through the registry's 32-bit floats."""
    camera = parsed(GOOD)[0][0].camera
    first = next_version(camera, None, 1_000)
    assert first is not None
    assert (first.version, first.updated_at_us) == (1, 1_000)
    stored = decode_datum("cameras", encode_datum("cameras", first))
    assert next_version(camera, stored, 2_000) is None
    other = parsed(changed("speed_limit_kmh", 60) if "speed_limit_kmh" in GOOD else {**GOOD, "speed_limit_kmh": 60})
    second = next_version(other[0][0].camera, stored, 3_000)
    assert second is not None
    assert (second.version, second.updated_at_us) == (2, 3_000)
