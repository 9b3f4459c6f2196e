"""The exercise's plan and its judgement of what a verification says."""

import random
from pathlib import Path

import pytest
from click.testing import CliRunner

from infra.chaos.evidence.flips import flipped, judged, lines_of
from infra.chaos.evidence.plan import FIRST, LAST, SECONDS, plan
from infra.chaos.evidence.sink import imprints
from infra.cli.chaos_evidence import command
from sinks.evidence import verify
from sinks.evidence.verify import Line


def test_a_seed_draws_the_same_plan_and_another_seed_another() -> None:
    """What failed can be played again."""
    assert plan(5, 200, 9) == plan(5, 200, 9)
    assert plan(5, 200, 9) != plan(6, 200, 9)


def test_a_plan_names_no_second_that_its_windows_cannot_have() -> None:
    """Findings lie within the film, never in a camera's hole; revisions are contiguous; kills in order."""
    drawn = plan(1, 1_000, 20)
    assert len(drawn.events) == 1_000
    assert len(drawn.kills) == 20
    assert [kill.after for kill in drawn.kills] == sorted(kill.after for kill in drawn.kills)
    revisions: dict[int, list[int]] = {}
    for event in drawn.events:
        assert FIRST <= event.onset < event.peak <= LAST + 1 < SECONDS
        assert drawn.cameras[event.camera].hole not in {event.onset, event.peak}
        if event.revision is not None:
            revisions.setdefault(event.incident, []).append(event.revision)
    assert all(found == list(range(1, len(found) + 1)) for found in revisions.values())
    assert any(camera.hole is not None for camera in drawn.cameras)


def test_a_flipped_bit_is_one_bit_and_is_put_back(tmp_path: Path) -> None:
    """The same file, byte for byte, afterwards; exactly one bit differs meanwhile."""
    path = tmp_path / "x"
    path.write_bytes(bytes(range(256)))
    with flipped(path, random.Random(1)) as (byte, bit):
        bent = path.read_bytes()
        assert [n for n in range(256) if bent[n] != n] == [byte]
        assert bent[byte] ^ byte == 1 << bit
    assert path.read_bytes() == bytes(range(256))


def test_only_the_right_name_alone_counts() -> None:
    """Nothing named, or another beside it, is a failed check; a printed report reads back as its lines."""
    right, wrong = Line("differs", "clip-1.mp4", "bytes"), Line("differs", "manifest.json", "x")
    clip = frozenset({"clip-1.mp4"})
    assert judged([right, Line("ok", "manifest.json", "x")], clip) == (["clip-1.mp4"], True)
    assert judged([], clip) == ([], False)
    assert judged([right, wrong], clip)[1] is False
    assert judged([right], clip | {"clip-2.mp4"})[1] is False
    lines = [right, Line("note", "missing", "a: b"), Line("ok", "y", "z")]
    assert lines_of(verify.report(lines)) == lines


@pytest.mark.parametrize("how", ["replaced", "written again", "gone"])
def test_an_object_that_is_written_again_shows(tmp_path: Path, how: str) -> None:
    """Also with the same bytes."""
    path = tmp_path / "a" / "x"
    path.parent.mkdir()
    path.write_bytes(b"same")
    before = imprints(tmp_path)
    if how == "replaced":
        (tmp_path / "new").write_bytes(b"same")
        (tmp_path / "new").rename(path)
    elif how == "written again":
        path.write_bytes(b"same")
    else:
        path.unlink()
    assert imprints(tmp_path).get("a/x") != before["a/x"]


def test_the_command_says_what_it_takes() -> None:
    """Examples in its help, and a refusal of what cannot be, before anything is started."""
    assert "Examples:" in CliRunner().invoke(command, ["--help"]).output
    assert CliRunner().invoke(command, ["--events", "1"]).exit_code == 2
