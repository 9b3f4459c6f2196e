"""Each process of the chain is killed once while footage plays; the tables hold what they hold without that."""

from pathlib import Path

import pytest

from infra.chaos.exercise import Exercise
from infra.chaos.sinks.servers import KAFKA_SESSION_MS
from infra.chaos.targets import TARGETS
from tests.available import needs_stack
from tests.integration.conftest import settings_on_free_ports
from tests.integration.demo.short_clips import short_registry

pytestmark = [pytest.mark.integration, pytest.mark.slow, needs_stack]


@pytest.mark.timeout(420)
def test_one_kill_of_each_leaves_no_trace_in_the_tables(tmp_path: Path) -> None:
    """Detections, tracks, incidents and violations are the same, each once; the audit is exact; all served again."""
    exercise = Exercise(
        settings_on_free_ports(tmp_path / "stack", kafka_session_ms=KAFKA_SESSION_MS),
        tmp_path / "out",
        short_registry(tmp_path / "registry", ["plaza", "road"], 20.0),
        reference_pace="max",  # ids and content do not depend on the pace
    )
    with exercise.servers():
        reference = exercise.undisturbed()
        assert reference.passed, reference.checks
        assert reference.held["incidents"].rows or reference.held["violations"].rows, "the clips bring no finding"
        run = exercise.disturbed(reference, list(TARGETS.values()), seed=1)
    assert [str(one) for check in run.checks for one in check.differences] == []
    assert [(check.name, check.problem) for check in run.checks if not check.passed] == []
    assert [kill.to_json() for kill in run.kills if not kill.passed] == []
    assert sorted(kill.planned.target.name for kill in run.kills) == sorted(TARGETS)
