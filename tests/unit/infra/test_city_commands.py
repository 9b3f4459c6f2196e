"""`vigil city build` and `vigil city run` as a person and a program use them."""

import json
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from infra.cli.city import command
from infra.topics.cluster import Cluster
from infra.topics.connection import KafkaAwayError
from producers.registry_file import parse
from producers.simulator.traffic.available import missing_sumo

SMALL = ("--seed", "101", "--cameras", "6", "--seconds", "8")


def vigil(*arguments: str) -> Result:
    """Run `vigil city`."""
    return CliRunner().invoke(command, arguments)


def test_build_writes_both_files(tmp_path: Path) -> None:
    """The files are there and the summary counts what is in them."""
    done = vigil("build", "--seed", "101", "--cameras", "12", "--out", str(tmp_path / "new"), "--json")
    assert done.exit_code == 0, done.output
    said = json.loads(done.stdout)
    assert said["cameras"] == len(json.loads(Path(said["registry"]).read_text())["cameras"]) == 12
    assert len(json.loads(Path(said["city"]).read_text())["sites"]) == said["sites_public"] + said["sites_private"]


def test_a_digest_is_the_same_with_one_process_and_two() -> None:
    """One line on standard output, equal for any number of processes; another seed gives another."""
    run = ("run", *SMALL, "--digest", "--traffic", "conveyor")
    one, two = vigil(*run), vigil(*run, "--processes", "2")
    assert one.exit_code == two.exit_code == 0, (one.output, two.output)
    assert len(one.stdout.strip()) == 64
    assert one.stdout == two.stdout
    other = vigil("run", "--seed", "102", *SMALL[2:], "--digest", "--traffic", "conveyor")
    assert other.stdout != one.stdout


@pytest.mark.skipif(missing_sumo() is not None, reason=str(missing_sumo()))
def test_sumo_gives_the_same_digest_twice() -> None:
    """SUMO's traffic is the same in every run, and another than the conveyor's."""
    run = ("run", *SMALL, "--digest")
    first, again = vigil(*run, "--traffic", "sumo"), vigil(*run, "--traffic", "sumo")
    assert first.exit_code == again.exit_code == 0, (first.output, again.output)
    assert first.stdout == again.stdout
    assert first.stdout != vigil(*run, "--traffic", "conveyor").stdout


def test_counts_as_json() -> None:
    """Programs get messages and bytes of each topic, and the rates."""
    done = vigil("run", *SMALL, "--count", "--traffic", "conveyor", "--json")
    assert done.exit_code == 0, done.output
    said = json.loads(done.stdout)
    assert said["camera_seconds"] == 48
    assert said["topics"]["detections"]["messages"] == said["topics"]["truth-tracks"]["messages"] == 48
    assert said["topics"]["cameras"]["messages"] == 6
    assert said["digest"] is None


@pytest.mark.parametrize(
    ("wrong", "says"),
    [
        (("--speed", "fast"), "--speed is 'fast'; expected a number above 0, or max"),
        (("--speed", "-1"), "expected a number above 0"),
        (("--start", "yesterday"), "expected an instant with its zone"),
        (("--start", "2026-05-04T07:00:00"), "expected an instant with its zone"),
        (("--count",), "give one of the two"),
    ],
)
def test_wrong_options_are_named(wrong: tuple[str, ...], says: str) -> None:
    """Each mistake gets a sentence with what was found and what is expected."""
    done = vigil("run", *SMALL, "--digest", *wrong)
    assert done.exit_code == 2
    assert says in done.output


def test_no_kafka_is_said_before_anything_is_made(monkeypatch: pytest.MonkeyPatch) -> None:
    """Without a stack the command ends at once and names the way that needs none."""

    def away(_cluster: Cluster) -> list[int]:
        raise KafkaAwayError("127.0.0.1:9", "refused")

    monkeypatch.setattr(Cluster, "broker_ids", away)
    done = vigil("run", *SMALL)
    assert done.exit_code == 1
    assert "--digest, which needs no stack" in done.output


def test_an_unknown_camera_cannot_be_filmed(tmp_path: Path) -> None:
    """The error names the camera, those that there are, and what to do; nothing is written."""
    done = vigil("film", "--cameras", "6", "--only", "K-00099", "--out", str(tmp_path / "new"))
    assert done.exit_code == 2
    assert "K-00099" in done.output
    assert "K-00005" in done.output
    assert not (tmp_path / "new").exists()


def test_a_film_can_be_imported_as_cameras(tmp_path: Path) -> None:
    """A second of film is written and scored; the registry that names it is one that the import takes."""
    out = tmp_path / "film"
    done = vigil("film", *SMALL[:4], "--seconds", "1", "--only", "K-00000", "--out", str(out), "--json", "--score")
    assert done.exit_code == 0, done.output
    said = json.loads(done.stdout)
    (one,) = said["films"]
    assert one["frames"] == 25
    assert (out / one["file"]).stat().st_size == one["bytes"]
    entries, problems = parse((out / "registry.json").read_text(), out, is_json=True)
    assert not problems
    assert [entry.camera.source_uri for entry in entries] == [(out / "K-00000.mp4").as_uri()]
    truth = [json.loads(line) for line in (out / "truth-tracks.jsonl").read_text().splitlines()]
    assert truth[0]["captured_at_us"] == entries[0].camera.source_start_us
    # few are before a door in one second: the score counts no more than there is
    assert sum(each["true_boxes"] for each in said["score"]["classes"]) <= sum(len(each["box_class"]) for each in truth)


def test_sprites_need_the_fire_clip(tmp_path: Path) -> None:
    """Without the clip that is not part of the repository, a sentence names it and the option."""
    done = vigil("sprites", "--footage", str(tmp_path), "--out", str(tmp_path / "out"))
    assert done.exit_code == 1
    assert "fire_house.mp4 is not at hand; name its folder with --footage" in done.output
    assert not (tmp_path / "out").exists()
