"""The process that `vigil run passages` starts."""

import logging

from processors.passages.core import PassagesCore
from processors.rules.stack_settings import StackSettings, stage_settings
from processors.stage import run_stage


def run(settings: StackSettings) -> None:
    """Run the stage until SIGTERM; the process exits with run_stage's status."""
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(levelname)s %(name)s %(message)s")
    core = PassagesCore()
    run_stage(stage_settings(settings, core.name), core)
