"""The process that `vigil run sections` starts."""

import logging

from processors.rules.stack_settings import StackSettings, stage_settings
from processors.sections.core import SectionsCore
from processors.stage import run_stage


def run(settings: StackSettings) -> None:
    """Run the stage until SIGTERM; the process exits with run_stage's status."""
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(levelname)s %(name)s %(message)s")
    core = SectionsCore()
    run_stage(stage_settings(settings, core.name), core)
