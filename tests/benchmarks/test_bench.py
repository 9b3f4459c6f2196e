"""The benchmarks themselves: the registry is whole, a failure is told, and the cheap parts measure what they say."""

import importlib
import json
from pathlib import Path

import numpy as np
import pytest
from click.testing import CliRunner

from infra.cli.bench import command
from infra.evaluation.hota import hota
from infra.evaluation.idf1 import idf1
from processors.tracking.core import TrackingCore
from tests.available import needs_stack
from tests.benchmarks import suite
from tests.benchmarks.cases.rates import core_rate
from tests.benchmarks.city import history as city_history
from tests.benchmarks.evidence import cost
from tests.benchmarks.figure import BenchmarkError, Figure, Say, at_least, at_most
from tests.benchmarks.perception.triage import Recall, recall
from tests.benchmarks.sinks import table
from tests.benchmarks.stage import cores
from tests.benchmarks.suite import GROUPS, SETS, Group, Promise, run_groups
from tests.benchmarks.tracking import bytetrack, rates
from tests.benchmarks.tracking.clips import ENVIRONMENT
from tests.benchmarks.tracking.made_up import crossing, square
from tests.benchmarks.tracking.mot import identified, messages, track, without_identities


def half(say: Say) -> list[Figure]:
    """Be a group that measures one of its two figures."""
    say("measuring")
    return [Figure("measured", 2.0, "ratio", at_least(1), "nothing")]


def broken(say: Say) -> list[Figure]:
    """Be a group that cannot measure."""
    del say
    raise BenchmarkError("the peer is missing; install it")


def fake(monkeypatch: pytest.MonkeyPatch, function: object, *owed: str) -> dict[str, Group]:
    """Return a registry of one group of this module, whose `run` is the function."""
    monkeypatch.setitem(globals(), "run", function)
    return {"fake": Group(__name__, {name: Promise(at_least(1), "ratio") for name in owed}, "a fake")}


def test_every_group_can_be_imported_and_no_figure_is_owed_twice() -> None:
    """A name in the registry is a module with `run`, and figures are told apart by their names."""
    for group in GROUPS.values():
        assert callable(importlib.import_module(group.module).run)
    owed = [name for group in GROUPS.values() for name in group.owes]
    assert len(owed) == len(set(owed))
    assert set(SETS["all"]) == set(GROUPS)
    assert sorted([*SETS["chain"], *SETS["sinks"], *SETS["city"]]) == sorted(GROUPS)


def test_a_figure_has_either_a_value_or_a_reason() -> None:
    """Neither a silent gap nor a value beside an error can be written."""
    with pytest.raises(ValueError, match="expected one of them"):
        Figure("x", None, "ratio", None, "y")
    with pytest.raises(ValueError, match="expected one of them"):
        Figure("x", 1.0, "ratio", None, "y", "failed")


@pytest.mark.parametrize(
    ("goal", "value", "met"), [(at_least(8), 8, True), (at_least(8), 7.9, False), (at_most(2), 2.1, False)]
)
def test_a_goal_is_met_at_its_bound(goal: object, value: float, *, met: bool) -> None:
    """The bound itself is good; the wrong side of it is not."""
    assert Figure("x", value, "ratio", goal, "y").met is met  # type: ignore[arg-type]


def test_what_a_group_owes_and_does_not_measure_is_an_error(monkeypatch: pytest.MonkeyPatch) -> None:
    """A figure that a group forgot is in the list, without a value."""
    figures = {
        one.name: one for one in run_groups(["fake"], lambda _: None, fake(monkeypatch, half, "measured", "other"))
    }
    assert figures["measured"].value == 2.0
    assert figures["other"].value is None
    assert figures["other"].error


def test_a_group_that_fails_gives_its_reason_for_each_figure(monkeypatch: pytest.MonkeyPatch) -> None:
    """The sentence reaches the figure, and no value is made up."""
    figures = run_groups(["fake"], lambda _: None, fake(monkeypatch, broken, "one", "two"))
    assert [(one.name, one.value, one.error) for one in figures] == [
        ("one", None, "the peer is missing; install it"),
        ("two", None, "the peer is missing; install it"),
    ]


def test_the_command_writes_the_list_and_fails_where_a_figure_is_missing(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """bench.json holds the agreed fields; the exit status tells whether all was measured."""
    keys = {"name", "value", "unit", "goal", "compared_with"}
    monkeypatch.setattr(suite, "GROUPS", {**GROUPS, **fake(monkeypatch, half, "measured")})
    monkeypatch.setattr(suite, "run_groups", lambda names, say: run_groups(names, say, suite.GROUPS))
    done = CliRunner().invoke(command, ["--only", "fake", "--json", "--out", str(tmp_path)])
    assert done.exit_code == 0, done.output
    (row,) = json.loads((tmp_path / "bench.json").read_text())
    assert set(row) == keys
    assert row["value"] == 2.0
    assert json.loads(done.stdout) == [row]
    monkeypatch.setattr(suite, "GROUPS", fake(monkeypatch, broken, "one"))
    done = CliRunner().invoke(command, ["--only", "fake", "--out", str(tmp_path)])
    assert done.exit_code == 1
    (row,) = json.loads((tmp_path / "bench.json").read_text())
    assert row["value"] is None
    assert "install it" in row["error"]
    assert "not measured" in done.stdout
    assert "the peer is missing; install it" in done.stdout


def test_help_tells_every_group_and_what_each_set_holds() -> None:
    """A line for each name that --only takes; a set's line names its groups, and no others."""
    lines = CliRunner().invoke(command, ["--help"]).output.splitlines()
    told = {parts[0]: parts[1] for line in lines if len(parts := line.strip().split("  ", 1)) == 2}
    assert set(GROUPS) | set(SETS) <= set(told)
    for name, groups in SETS.items():
        if name != "all":
            assert set(told[name].replace(",", "").split()) - {"and"} == set(groups)


def test_the_command_names_the_groups_there_are() -> None:
    """A misspelt group is an error that helps."""
    done = CliRunner().invoke(command, ["--only", "trackre"])
    assert done.exit_code == 1
    assert "tracker" in done.output


def test_a_track_is_found_only_where_both_looked() -> None:
    """What the policy's side never saw, saw elsewhere, or saw for less than a second is not found or does not count."""
    box, away = (0.0, 0.0, 10.0, 10.0), (50.0, 50.0, 60.0, 60.0)
    long = dict.fromkeys(range(0, 2000001, 100000), box)
    short = dict.fromkeys(range(0, 900001, 100000), box)
    looked = frozenset(range(0, 2_000_001, 500_000))
    assert recall({"a": long}, {"x": {500_000: box}}, looked) == Recall(1, 1, 0)
    assert recall({"a": long}, {"x": dict.fromkeys(looked, box)}, looked) == Recall(1, 1, 1)
    assert recall({"a": long}, {"x": {500_000: away}}, looked) == Recall(1, 0, 0)
    assert recall({"a": long}, {"x": {500_000: box}}, frozenset()) == Recall(1, 0, 0)
    assert recall({"a": short}, {"x": {500_000: box}}, looked) == Recall(0, 0, 0)


def test_hota_falls_when_identities_are_swapped() -> None:
    """Perfect tracks score 1; the same boxes with two identities exchanged half way score less."""
    a, b = [0.0, 0.0, 10.0, 10.0], [100.0, 0.0, 110.0, 10.0]
    ids = np.array([1, 2])
    truth = {frame: (ids, np.array([a, b])) for frame in range(1, 21)}
    swapped = {frame: (ids if frame <= 10 else ids[::-1], boxes) for frame, (_, boxes) in truth.items()}
    assert hota(truth, truth).hota == pytest.approx(1.0)
    assert hota(truth, swapped).hota < 0.9
    mine = identified(track(TrackingCore(), messages("cam-1", without_identities(truth))))
    assert hota(truth, mine).hota > 0.9


def test_idf1_is_the_share_that_the_best_mapping_gets_right() -> None:
    """All for perfect tracks under other numbers; after an exchange in the seventh of ten frames, six of ten."""
    boxes = np.array([[0.0, 0.0, 10.0, 10.0], [100.0, 0.0, 110.0, 10.0]])
    ids = np.array([1, 2])
    truth = dict.fromkeys(range(1, 11), (ids, boxes))
    assert idf1(truth, dict.fromkeys(truth, (ids + 7, boxes))) == pytest.approx(1.0)
    assert idf1(truth, {frame: (ids if frame < 7 else ids[::-1], boxes) for frame in truth}) == pytest.approx(0.6)
    assert idf1(truth, {}) == 0.0


def test_made_up_scenes_are_the_same_each_time() -> None:
    """A seed is a scene; its boxes are in the picture, every frame has an entry, and another seed is another scene."""
    for scene in (square, crossing):
        first, again, other = scene(5, length_s=4.0), scene(5, length_s=4.0), scene(6, length_s=4.0)
        assert list(first.boxes) == list(range(1, 101))
        every = np.concatenate(list(first.boxes.values()))
        assert len(every) > 100
        assert every[:, :4].min() >= 0
        assert np.array_equal(every, np.concatenate(list(again.boxes.values())))
        assert not np.array_equal(every, np.concatenate(list(other.boxes.values())))


needs_peers = pytest.mark.skipif(
    not (ENVIRONMENT / "bin/python").exists(),
    reason="the peers' environment is missing: run 'python3 -m infra.setup --bench'",
)


@needs_peers
def test_the_table_of_rates_has_a_row_for_each_clip_and_rate() -> None:
    """Both sides score at 5 and 2.5 frames a second, and the means are of these rows."""
    lines: list[str] = []
    clips = {"square": square(5, length_s=4.0), "crossing": crossing(5, length_s=4.0)}
    deltas = rates.table(lines.append, clips, steps=(5, 10))
    assert list(deltas) == [5.0, 2.5]
    assert [line.split()[:2] for line in lines[1:]] == [
        [rate, name] for rate in ("5", "2.5") for name in ("square", "crossing", "mean")
    ]
    assert all(0 < float(line.split()[2]) <= 100 for line in lines[1:])


@needs_peers
def test_the_tracker_group_runs() -> None:
    """The cheapest group measures all it owes, with the real peer."""
    lines: list[str] = []
    figures = {one.name: one for one in bytetrack.run(lines.append, copies=1, rounds=1)}
    assert set(figures) == set(GROUPS["tracker"].owes)
    assert all(one.value is not None for one in figures.values())
    assert lines


@needs_stack
@pytest.mark.integration
@pytest.mark.slow
def test_the_clickhouse_group_fills_three_equal_tables() -> None:
    """Every row of a topic reaches the table on each of the three ways; the run fails where tables differ."""
    figures = {one.name: one for one in table.run(lambda _: None, 5_000, ["case-events"])}
    assert set(figures) >= set(GROUPS["clickhouse"].owes)
    assert all(one.value is not None and one.value > 0 for one in figures.values())


@needs_stack
@pytest.mark.integration
@pytest.mark.slow
def test_the_stages_group_runs_a_whole_stage() -> None:
    """A real stage on a Kafka of its own takes the load to its end, and its figure is of what it applied."""
    (figure,) = cores.run(lambda _: None, ["violations"], cameras=100, measured=2_400, warm_up=600)
    assert figure.name in GROUPS["stages"].owes
    assert figure.value is not None
    assert figure.value > 0


def test_the_city_group_runs(monkeypatch: pytest.MonkeyPatch) -> None:
    """The figures are there, of the rows made and of what the command says; its own test writes into tables."""
    said = {"rows": {"violations": 600}, "rows_per_second": 50, "seconds": {"planning": 2.0, "rows": 10.0}}
    monkeypatch.setattr(city_history, "_written", lambda _: said)
    figures = {one.name: one for one in city_history.measure(lambda _: None, 9_000, 9_000, rounds=1)}
    assert set(figures) >= set(GROUPS["city-history"].owes)
    assert all(one.value is not None and one.value > 0 for one in figures.values())
    assert figures["history_rows_per_minute"].value == 3_000


@needs_stack
@pytest.mark.integration
@pytest.mark.slow
def test_the_evidence_group_runs() -> None:
    """The sink on a Kafka of its own stores a few findings, each is checked, and the figures are there."""
    lines: list[str] = []
    figures = {one.name: one for one in cost.measure(lines.append, 2, 8)}
    assert set(GROUPS["evidence"].owes) <= set(figures)
    assert lines


def test_the_load_of_the_cases_benchmark_is_one_that_the_core_takes() -> None:
    """Every command of every round makes its step: a core that refuses one of them gives no rate."""
    assert core_rate(5) > 0
