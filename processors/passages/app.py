"""The process that `vigil run passages` starts."""

import logging
from dataclasses import replace

from processors.passages.core import PassagesCore
from processors.rules.stack_settings import StackSettings, stage_settings
from processors.stage import Parts, run_stage
from processors.stage.metrics import StageMetrics


def run(settings: StackSettings, metrics_port: int | None = None) -> None:
    """Run the stage until SIGTERM; the process exits with run_stage's status.

    Args:
        settings: where the stack is.
        metrics_port: port of the metrics, on 127.0.0.1; None: no endpoint.
    """
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(levelname)s %(name)s %(message)s")
    core = PassagesCore()
    where = replace(stage_settings(settings, core.name), metrics_port=metrics_port)
    run_stage(where, core, Parts(metrics=StageMetrics(core.name)))
