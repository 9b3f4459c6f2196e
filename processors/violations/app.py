"""The process that `vigil run violations` starts."""

import logging
from collections.abc import Callable
from dataclasses import replace

from processors.rules.stack_settings import StackSettings, stage_settings
from processors.stage import Parts, run_stage
from processors.stage.metrics import StageMetrics
from processors.violations.core import ViolationsCore
from processors.violations.exempt_vehicles import ExemptVehicles
from processors.violations.keys_watch import watch_keys
from processors.violations.metrics import CountedViolations, ViolationMetrics
from processors.violations.plate_seal import PlateSeal


def run(
    settings: StackSettings,
    seal: PlateSeal | None = None,
    exempt: ExemptVehicles | None = None,
    metrics_port: int | None = None,
    keys_left: Callable[[], float] | None = None,
) -> None:
    """Run the stage until SIGTERM; the process exits with run_stage's status.

    Args:
        settings: where the stack is.
        seal: seals plates; None: vehicles stay under their tracks.
        exempt: the city's register of emergency vehicles; None: it has given none.
        metrics_port: port of the metrics, on 127.0.0.1; None: no endpoint.
        keys_left: says for how many days there are keys to seal plates with; None: there is no key store.
    """
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(levelname)s %(name)s %(message)s")
    core = ViolationsCore(seal=seal, exempt=exempt)
    metrics = StageMetrics(core.name)
    watch_keys(metrics, keys_left)
    counted = CountedViolations(core, ViolationMetrics(metrics.registry))
    where = replace(stage_settings(settings, core.name), metrics_port=metrics_port)
    run_stage(where, counted, Parts(metrics=metrics))
