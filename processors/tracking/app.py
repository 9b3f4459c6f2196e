"""The process that `vigil run tracking` starts."""

import logging
from time import perf_counter

from processors.rules.stack_settings import StackSettings, stage_settings
from processors.stage import run_stage
from processors.tracking.core import TrackingCore

log = logging.getLogger(__name__)


def run(settings: StackSettings) -> None:
    """Run the stage until SIGTERM; the process exits with run_stage's status."""
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(levelname)s %(name)s %(message)s")
    core = TrackingCore()
    began = perf_counter()
    core.warm_up()
    log.info("machine code ready after %.1f s", perf_counter() - began)
    run_stage(stage_settings(settings, core.name), core)
