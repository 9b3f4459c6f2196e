"""Released schemas stay as they were, and every schema reads all messages that were ever written."""

import io
import json
import shutil
from pathlib import Path
from typing import Any

import pytest
from fastavro import parse_schema, schemaless_writer

from schemas.avro import schema_text, without_logical_types
from schemas.compatibility import breaks_any
from schemas.history import CHECKSUMS, FOLDER, HistoryError, Release, alterations, next_releases, released, write
from schemas.messages import MESSAGES
from schemas.release import pending, release


@pytest.fixture
def history(tmp_path: Path) -> Path:
    """A copy of the shipped history."""
    return Path(shutil.copytree(FOLDER, tmp_path / "history"))


def changed(topic: str, change: Any) -> dict[str, str]:
    """Return all schemas, one of them changed."""
    schema = json.loads(schema_text(topic))
    change(schema)
    return {t: schema_text(t) for t in MESSAGES} | {topic: json.dumps(schema)}


def every_release() -> dict[str, Any]:
    """Return the shipped history of each topic."""
    return {t: released(t) for t in MESSAGES}


def test_no_released_schema_was_altered() -> None:
    """Each released file has the bytes that it was released with; none is missing and none was slipped in."""
    assert alterations() == ()


@pytest.mark.parametrize("topic", MESSAGES)
def test_each_schema_reads_all_its_released_versions(topic: str) -> None:
    """BACKWARD_TRANSITIVE, which a registry would ask for, holds before anything reaches one."""
    assert breaks_any(schema_text(topic), released(topic)) == ()


def test_every_schema_is_released() -> None:
    """A schema that changed was released with it: 'vigil topics release' does that."""
    assert [f"{r.subject} version {r.version}" for r in pending()] == []
    assert all(released(topic) for topic in MESSAGES)


def test_a_release_of_words_alone_changes_no_byte() -> None:
    """What is written with a version that only says more is read with the one before, and the other way round."""
    first, second = (json.loads(text) for text in released("signal-phases"))
    said = [field["doc"] for field in second["fields"] if field["name"] == "signal"]
    assert "moon-white light that flashes while it is open is sent as GREEN" in said[0]
    message = {
        "junction_id": "X-1", "group_id": "RAIL", "signal": "GREEN", "heartbeat": False,
        "changed_at_us": 1_790_000_000_000_000, "observed_at_us": 1_790_000_001_000_000,
    }  # fmt: skip
    written = []
    for schema in (first, second):
        out = io.BytesIO()
        schemaless_writer(out, parse_schema(without_logical_types(schema)), message)
        written.append(out.getvalue())
    assert written[0] == written[1]
    assert breaks_any(json.dumps(first), [json.dumps(second)]) == ()


def test_a_breaking_change_is_refused() -> None:
    """A new field without default is refused, and the message names file, version, field and what to do."""
    schemas = changed("incidents", lambda s: s["fields"].append({"name": "mood", "type": "string", "doc": "x"}))
    with pytest.raises(HistoryError) as caught:
        next_releases(schemas, every_release())
    text = str(caught.value)
    assert "schemas/incidents.avsc against version 1: mood: is new and has no default" in text
    assert "nothing was released" in text
    assert "add fields with defaults" in text


@pytest.mark.parametrize(
    ("what", "change"),
    [
        ("captured_at_us: long was written, string reads", lambda s: s["fields"][3].update(type="string")),
        ("seq: is new", lambda s: s["fields"][2].update(name="seq")),
        ("record kz.vigil.Detections is now called kz.vigil.Boxes", lambda s: s.update(name="Boxes")),
    ],
)
def test_other_breaking_changes_are_refused(what: str, change: Any) -> None:
    """A field of another type, a renamed field and a renamed record are refused."""
    with pytest.raises(HistoryError, match=what):
        next_releases(changed("detections", change), every_release())


def test_a_compatible_change_becomes_the_next_version(history: Path) -> None:
    """A field with a default is released as the next number, with its checksum, and the earlier files stay."""
    added = {"name": "mood", "type": ["null", "string"], "default": None, "doc": "x"}
    schemas = changed("incidents", lambda s: s["fields"].append(added))
    number = len(released("incidents")) + 1
    releases = next_releases(schemas, every_release())
    assert [(r.subject, r.version) for r in releases] == [("incidents-value", number)]
    write(releases, history)
    assert alterations(history) == ()
    assert json.loads(released("incidents", history)[-1])["fields"][-1] == added
    assert next_releases(schemas, {**every_release(), "incidents": released("incidents", history)}) == ()


def test_a_first_release_holds_every_schema(tmp_path: Path) -> None:
    """An empty history gets version 1 of each; a second release writes nothing."""
    assert {(r.subject, r.version) for r in release(tmp_path)} == {(f"{t}-value", 1) for t in MESSAGES}
    assert release(tmp_path) == ()


def test_tampering_is_seen(history: Path) -> None:
    """An altered, a deleted and an added file are each named, and nothing is released over them."""
    (history / "frames-value" / "1.avsc").write_text("{}")
    (history / "tracks-value" / "1.avsc").unlink()
    (history / "tracks-value" / "9.avsc").write_text("{}")
    found = " | ".join(alterations(history))
    assert "frames-value/1.avsc was altered after its release" in found
    assert "tracks-value/1.avsc is gone" in found
    assert "tracks-value/9.avsc has no checksum" in found
    with pytest.raises(HistoryError, match="was altered"):
        release(history)


def test_a_gap_in_the_numbers_is_seen(history: Path) -> None:
    """Versions run from 1 without a gap, as a registry counts them."""
    write([Release("frames-value", 99, "{}")], history)
    assert any("must run from 1 without a gap" in a for a in alterations(history))


def test_a_released_file_is_never_overwritten(history: Path) -> None:
    """Writing a version that exists raises, and leaves file and checksums as they were."""
    before = (history / CHECKSUMS).read_text()
    with pytest.raises(FileExistsError):
        write([Release("frames-value", 1, "{}")], history)
    assert (history / CHECKSUMS).read_text() == before
    assert alterations(history) == ()
