"""Five seeded runs of the ClickHouse sink under disturbance; together they bring every kind of it."""

from collections.abc import Iterator

import pytest

from infra.chaos.sinks.exercise import Exercise
from infra.chaos.sinks.plan import Afterwards, DisturbanceKind, plan
from tests.available import needs_stack
from tests.integration.conftest import settings_on_free_ports

pytestmark = [pytest.mark.integration, pytest.mark.slow, needs_stack]

MESSAGES, POISONOUS = 10_000, 10
#: In a row, and none in which a sink leaves for good: that takes the session timeout of 30 s.
SEEDS = range(11, 16)


@pytest.fixture(scope="module")
def exercise(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Exercise]:
    """Servers of their own, for they are killed."""
    folder = tmp_path_factory.mktemp("chaos")
    own = Exercise(settings_on_free_ports(folder / "stack"), folder / "out")
    with own.servers():
        yield own


def test_the_seeds_bring_every_disturbance_and_no_long_wait() -> None:
    """What the runs below are to exercise."""
    disturbances = [one for seed in SEEDS for one in plan(seed, MESSAGES, POISONOUS).disturbances]
    assert {one.kind for one in disturbances} == set(DisturbanceKind)
    assert all(one.afterwards is not Afterwards.LEAVES for one in disturbances)


@pytest.mark.parametrize("seed", SEEDS)
def test_a_disturbed_sink_stores_each_good_message_once_and_dead_letters_each_bad_one(
    exercise: Exercise, seed: int
) -> None:
    """Rows, business keys and dead letters are those that were produced, each once; the audit says so."""
    result = exercise.run(plan(seed, MESSAGES, POISONOUS))
    assert result.problems() == []
    assert all(strike.at_s is not None for strike in result.strikes)
    assert {finding.what.partition(": ")[2] for finding in result.findings} == {"rows", "business keys", "dead letters"}
    assert sum(finding.expected for finding in result.findings if finding.what.endswith("dead letters")) == POISONOUS
