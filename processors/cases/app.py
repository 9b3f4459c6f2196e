"""The process that `vigil run cases` starts."""

import logging
import time
from dataclasses import replace

from processors.cases.core import SOURCE, CasesCore
from processors.cases.law_watch import watch_law
from processors.cases.office_rules import office_rules
from processors.rules.stack_settings import StackSettings, stage_settings
from processors.stage import Parts, run_stage
from processors.stage.metrics import StageMetrics
from schemas.codec import MessageCodec
from schemas.law import Law
from schemas.messages import Camera
from schemas.registry import RegistrySchemaIds

log = logging.getLogger(__name__)


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


def run(settings: StackSettings, metrics_port: int | None = None, sample_key: bytes = b"") -> None:
    """Run the stage until SIGTERM; the process exits with run_stage's status.

    Args:
        settings: where the stack is.
        metrics_port: port of the metrics, on 127.0.0.1; None: no endpoint.
        sample_key: secret by which cases for two officers are chosen; empty: none.
    """
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(levelname)s %(name)s %(message)s")
    # a log has no event-time interval to write checkpoints by: it replays from case-commands, which is kept for years
    where = replace(stage_settings(settings, CasesCore.name), checkpoint_interval_s=None, metrics_port=metrics_port)
    codec = PlainCodec(RegistrySchemaIds.connect(where.schema_registry_url, where.topic_prefix))
    metrics, law = StageMetrics(CasesCore.name), Law.load()
    parts = Parts(codec=codec, registry=NoCameras(), outputs=["case-events", SOURCE], metrics=metrics)
    watch_law(metrics, law, lambda: law.local_day(time.time_ns() // 1_000))
    if not sample_key:
        log.warning("VIGIL_SECOND_REVIEW_KEY names no file: which cases need two officers can be reckoned by anybody")
    run_stage(where, CasesCore(codec.decode, law, replace(office_rules(), sample_key=sample_key)), parts)
