"""The process that `vigil run incidents` starts."""

import logging

from processors.incidents.core import IncidentsCore
from processors.rules.stack_settings import StackSettings, stage_settings
from processors.stage import run_stage


def run(settings: StackSettings) -> None:
    """Run the stage until SIGTERM; the process exits with run_stage's status."""
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(levelname)s %(name)s %(message)s")
    core = IncidentsCore()
    run_stage(stage_settings(settings, core.name), core)
