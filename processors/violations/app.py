"""The process that `vigil run violations` starts."""

import logging

from processors.rules.stack_settings import StackSettings, stage_settings
from processors.stage import run_stage
from processors.violations.core import ViolationsCore
from processors.violations.exempt_vehicles import ExemptVehicles
from processors.violations.plate_seal import PlateSeal


def run(settings: StackSettings, seal: PlateSeal | None = None, exempt: ExemptVehicles | None = None) -> None:
    """Run the stage until SIGTERM; the process exits with run_stage's status.

    Args:
        settings: where the stack is.
        seal: seals plates; None: vehicles stay under their tracks.
        exempt: the city's register of emergency vehicles; None: it has given none.
    """
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(levelname)s %(name)s %(message)s")
    core = ViolationsCore(seal=seal, exempt=exempt)
    run_stage(stage_settings(settings, core.name), core)
