"""The process that `vigil run cases` starts."""

import logging
import time
from dataclasses import replace

from processors.cases.core import SOURCE, CasesCore
from processors.cases.law_watch import watch_law
from processors.rules.stack_settings import StackSettings, stage_settings
from processors.stage import Parts, run_stage
from processors.stage.metrics import StageMetrics
from schemas.codec import MessageCodec
from schemas.law import Law
from schemas.messages import Camera
from schemas.registry import RegistrySchemaIds


class NoCameras:
    """A registry without cameras: a case needs none."""

    def latest(self, camera_id: str) -> Camera | None:
        """Return None."""
        del camera_id
        return None

    def version(self, camera_id: str, version: int) -> Camera | None:
        """Return None."""
        del camera_id, version
        return None


class PlainCodec(MessageCodec):
    """A codec without machine code, which takes seconds to load and is for detections and tracks: no case has any."""

    def warm_up(self) -> None:
        """Load nothing."""


def run(settings: StackSettings, metrics_port: int | None = None) -> None:
    """Run the stage until SIGTERM; the process exits with run_stage's status.

    Args:
        settings: where the stack is.
        metrics_port: port of the metrics, on 127.0.0.1; None: no endpoint.
    """
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(levelname)s %(name)s %(message)s")
    # a log has no event-time interval to write checkpoints by: it replays from case-commands, which is kept for years
    where = replace(stage_settings(settings, CasesCore.name), checkpoint_interval_s=None, metrics_port=metrics_port)
    codec = PlainCodec(RegistrySchemaIds.connect(where.schema_registry_url, where.topic_prefix))
    metrics, law = StageMetrics(CasesCore.name), Law.load()
    parts = Parts(codec=codec, registry=NoCameras(), outputs=["case-events", SOURCE], metrics=metrics)
    watch_law(metrics, law, lambda: law.local_day(time.time_ns() // 1_000))
    run_stage(where, CasesCore(codec.decode, law), parts)
