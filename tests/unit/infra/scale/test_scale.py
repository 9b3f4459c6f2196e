"""The scale report: the largest share that holds, and figures that say where they come from."""

import json
from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import CliRunner

from infra.cli.city import command
from infra.scale.figures import HERE, bench_values, core_rows, topic_rows
from infra.scale.largest import NEAR_RATIO, Trial, best_of, largest_held
from infra.scale.stage_sample import StageSample


def machine(limit: int, asked: list[int]) -> Callable[[int], Trial]:
    """Return a machine that keeps in step up to a number of cameras, and notes what it is asked."""

    def attempt(cameras: int) -> Trial:
        asked.append(cameras)
        return Trial(cameras, 10, 10.0 if cameras <= limit else 20.0, 5.0, {})

    return attempt


@pytest.mark.parametrize("limit", [1, 7, 900, 12_345, 45_199])
@pytest.mark.parametrize("first", [1, 100, 4_000])
def test_the_search_closes_in_on_the_largest_that_holds(limit: int, first: int) -> None:
    """What it names holds, what is NEAR_RATIO larger does not, and few runs are needed."""
    asked: list[int] = []
    best = best_of(largest_held(machine(limit, asked), first, 45_200))
    assert best is not None
    assert best.cameras <= limit < max(best.cameras * NEAR_RATIO, best.cameras + 2)
    assert len(asked) == len(set(asked)) <= 22


def test_a_machine_that_holds_all_is_asked_for_no_more() -> None:
    """The city's size is the largest try; one that holds not even a camera says so."""
    asked: list[int] = []
    best = best_of(largest_held(machine(10**9, asked), 4_000, 45_200))
    assert best is not None
    assert (best.cameras, max(asked)) == (45_200, 45_200)
    assert best_of(largest_held(machine(0, asked), 8, 100)) is None


def test_figures_are_multiplied_up_and_say_whence_they_come() -> None:
    """Ten times the cameras take ten times the cores and bytes; what was not measured is None with a reason."""
    trial = Trial(100, 10, 10.0, 2.0, {"detections": [1_000, 360_000], "cameras": [100, 5]})
    sample = StageSample(200, {"tracking": 0.4}, {"tracks": [200, 50_000]})
    rows = {row.part: row for row in core_rows(1_000, trial, sample, {"sink_cpu_per_million_rows_detections": 10.0})}
    assert rows["test city: detections and truth"].cores == pytest.approx(2.0)
    assert rows["tracking, core alone"].cores == pytest.approx(2.0)
    assert rows["sink of tracks"].cores == pytest.approx(0.01)
    assert rows["tracking, whole stage"].cores is None
    assert "make bench ONLY=stages" in rows["tracking, whole stage"].source
    topics = {row.topic: row for row in topic_rows(1_000, trial, sample)}
    assert topics.keys() == {"frames", "detections", "tracks"}
    assert (topics["detections"].messages_per_s, topics["detections"].bytes_per_s) == (1_000.0, 360_000.0)
    assert (topics["tracks"].bytes_per_s, topics["tracks"].source) == (250_000.0, HERE)


def test_another_file_than_bench_json_is_refused() -> None:
    """The sentence says what is expected; figures without a value are left out."""
    assert bench_values([{"name": "a", "value": 1}, {"name": "b", "value": None}]) == {"a": 1.0}
    with pytest.raises(ValueError, match="expected what `vigil bench` writes"):
        bench_values({"a": 1})


def test_a_brief_run_reports_a_share(tmp_path: Path) -> None:
    """The command runs a small city, and each row of its report names its source."""
    bench = tmp_path / "bench.json"
    bench.write_text(json.dumps([{"name": "stage_tracking_camera_seconds_per_core_second", "value": 5_000.0}]))
    small = ("--cameras", "8", "--first", "8", "--seconds", "3", "--processes", "1", "--gap-s", "30")
    done = CliRunner().invoke(command, ["scale", *small, "--bench", str(bench), "--json"])
    assert done.exit_code == 0, done.output
    said = json.loads(done.stdout)
    assert said["tries"][0]["cameras"] == 8
    cores = {row["part"]: row for row in said["cores"]}
    assert cores["tracking, whole stage"]["cores"] == pytest.approx(8 / 5_000.0, abs=0.001)
    assert all(row["source"] for row in said["cores"] + said["topics"])
    assert {row["topic"] for row in said["topics"]} >= {"frames", "detections", "truth-tracks", "tracks"}
