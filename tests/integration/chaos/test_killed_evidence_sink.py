"""The evidence sink, killed twice over forty findings; `make chaos ONLY=evidence` plays a thousand."""

from pathlib import Path

import pytest

from infra.chaos.evidence.exercise import Exercise
from infra.chaos.evidence.plan import plan
from infra.local.control import LocalStack
from sinks.evidence.missing import GONE, LOST
from tests.available import needs_stack

pytestmark = [pytest.mark.integration, pytest.mark.slow, needs_stack]

EVENTS, KILLS, SEED = 40, 2, 3


def test_a_killed_sink_writes_nothing_twice_nothing_half_and_every_flipped_bit_is_named(
    brokers: LocalStack, tmp_path: Path
) -> None:
    """Each finding once, each object whole, what is missing said, each bit named by library, command and export."""
    result = Exercise(brokers.settings, plan(SEED, EVENTS, KILLS), tmp_path, commands=2, exports=1).play()
    assert [(check.name, check.problem) for check in result.checks if not check.passed] == []
    assert len(result.checks) == 6
    assert result.figures.findings == EVENTS
    assert result.figures.sink_starts == KILLS + 1
    said = next(check.found for check in result.checks if check.name == "what is missing is said")
    assert GONE in said
    assert LOST in said
    kinds = {flip.kind for flip in result.flips if flip.how == "library"}
    assert kinds >= {
        "clip",
        "still",
        "still blurred",
        "crop",
        "detections",
        "manifest",
        "signature",
        "pointer",
        "entry",
    }
    assert {flip.how for flip in result.flips} == {"library", "command", "export"}
