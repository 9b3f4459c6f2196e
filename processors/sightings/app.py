"""The process that `vigil run sightings` starts."""

import logging
from dataclasses import replace

from processors.rules.stack_settings import StackSettings, stage_settings
from processors.sightings.core import PlateSeal, SightingsCore
from processors.stage import run_stage


def run(settings: StackSettings, seal: PlateSeal, metrics_port: int | None = None) -> None:
    """Run the stage until SIGTERM; the process exits with run_stage's status.

    Args:
        settings: where the stack is.
        seal: seals plates; without one there is nothing that this stage may write.
        metrics_port: port of the metrics, on 127.0.0.1; None: no endpoint.
    """
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(levelname)s %(name)s %(message)s")
    core = SightingsCore(seal)
    run_stage(replace(stage_settings(settings, core.name), metrics_port=metrics_port), core)
