"""`vigil city build` and `vigil city run` as a person and a program use them."""

import json
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from infra.cli.city import command
from infra.topics.cluster import Cluster
from infra.topics.connection import KafkaAwayError
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
