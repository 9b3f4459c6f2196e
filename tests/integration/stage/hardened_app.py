"""The counting core on the hardened harness, as a process: python -m tests.integration.stage.hardened_app JOB."""

import logging
import sys
from collections.abc import Sequence
from pathlib import Path

from processors.stage import Flow, Parts, StageSettings, run_stage
from processors.stage_core import KeyBatch, KeyResult, Registry, ServiceUnavailableError
from schemas.messages import Frames
from tests.integration.stage.job import Job
from tests.unit.processors.stage.counting_core import Count, CountingCore
from tests.unit.processors.stage.harness import NoRegistry, codec


class CoreWithService(CountingCore):
    """The counting core, whose service is away while a file is there.

    Args:
        away: that file; None: never away.
    """

    def __init__(self, away: Path | None) -> None:
        super().__init__()
        self._away = away

    async def advance(self, batch: Sequence[KeyBatch[Frames, Count]], registry: Registry) -> Sequence[KeyResult[Count]]:
        """See StageCore."""
        if self._away is not None and self._away.exists():
            raise ServiceUnavailableError("the file says so")
        return await super().advance(batch, registry)


def main() -> None:
    """Run the stage that the job describes."""
    job = Job.from_argument(sys.argv[1])
    logging.basicConfig(level=logging.INFO)
    settings = StageSettings(
        bootstrap_servers=job.bootstrap,
        schema_registry_url="",
        topic_prefix=job.prefix,
        datadir=Path(job.datadir),
        instance_id=job.instance,
        flow=Flow(job.batch_messages, 400, 200, 1_048_576, 100),
        commit_interval_s=job.commit_interval_s,
        checkpoint_interval_s=None,
        breaker_window_messages=100,
        breaker_share_ratio=job.breaker_share_ratio,
        retry_most_s=0.5,
    )
    core = CoreWithService(Path(job.away_file) if job.away_file else None)
    core.takes_s = job.takes_s
    run_stage(settings, core, Parts(codec=codec(), registry=NoRegistry(), outputs=("payments",)))


if __name__ == "__main__":
    main()
