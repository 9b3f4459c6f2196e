"""Every bad input ends as it must beside a good camera, and no stage goes down."""

from pathlib import Path

import pytest
from rich.console import Console

from infra.bad_input.trial import Trial
from infra.settings import Settings
from tests.available import needs_stack

pytestmark = [pytest.mark.integration, needs_stack]


def test_every_bad_input_ends_as_it_must_and_no_stage_goes_down(settings: Settings, tmp_path: Path) -> None:
    """What `vigil bad-input` shows: all passed, all stages up, none restarted."""
    trial = Trial(settings, tmp_path, Console(quiet=True))
    trial.demo.lay_out()
    summary = trial.run()
    assert [one for one in summary.outcomes if not one.passed] == []
    assert (summary.stages_line, summary.ok) == ("stages: all up, 0 restarts", True)
