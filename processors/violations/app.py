"""The process that `vigil run violations` starts."""

import logging

from processors.rules.stack_settings import StackSettings, stage_settings
from processors.stage import run_stage
from processors.violations.core import ViolationsCore


def run(settings: StackSettings) -> None:
    """Run the stage until SIGTERM; the process exits with run_stage's status."""
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(levelname)s %(name)s %(message)s")
    core = ViolationsCore()
    run_stage(stage_settings(settings, core.name), core)
