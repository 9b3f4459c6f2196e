"""The same counting as an ordinary Faust app, to show what the harness is for.

python -m tests.integration.stage.stock_app JOB
"""

import sys
from pathlib import Path
from typing import Any

import faust
from faust.worker import Worker

from tests.integration.stage.job import Job
from tests.unit.processors.stage.counting_core import COUNT, POISON_SEQUENCE
from tests.unit.processors.stage.harness import codec


def make_stock_app(job: Job) -> Any:
    """Return the app; Faust's own defaults but for what keeps it from touching files and ports of others."""
    app = faust.App(
        job.group,
        broker=f"kafka://{job.bootstrap}",
        datadir=job.datadir,
        autodiscover=False,
        web_enabled=False,
        topic_disable_leader=True,
        broker_commit_interval=job.commit_interval_s,
        consumer_group_instance_id=job.instance,
    )
    raw: dict[str, Any] = {"key_type": bytes, "value_type": bytes, "key_serializer": "raw", "value_serializer": "raw"}
    table = app.Table("state", key_type=bytes, value_type=bytes, partitions=4)
    wire = codec()

    @app.agent(app.topic(f"{job.prefix}frames", **raw))
    async def count(stream: Any) -> None:
        async for event in stream.events():
            message = wire.decode("frames", event.value)
            if message.sequence == POISON_SEQUENCE:
                raise KeyError("this message cannot be borne")
            packed = table.get(event.key)
            _, messages, total = (1, 0, 0) if packed is None else COUNT.unpack(packed)
            table[event.key] = COUNT.pack(1, messages + 1, total + message.sequence)

    return app


def main() -> None:
    """Run the app that the job describes."""
    job = Job.from_argument(sys.argv[1])
    Path(job.datadir).mkdir(parents=True, exist_ok=True)  # stock Faust fails to start without it
    app = make_stock_app(job)
    Worker(app, loglevel="INFO", redirect_stdouts=False, quiet=True).execute_from_commandline()


if __name__ == "__main__":
    main()
