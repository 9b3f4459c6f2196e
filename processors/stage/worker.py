"""Runs a stage as a process: event loop, signals, metrics endpoint, exit status."""

import asyncio
import logging
import os
import signal
import sys
from typing import Any, Final

import uvloop
from faust.worker import Worker
from prometheus_client import start_http_server

from processors.stage.app import Parts, StageApp, leave, make_app
from processors.stage.failures import EXIT_CRASH, StageStoppedError
from processors.stage.garbage import collect_garbage
from processors.stage.metrics import StageMetrics
from processors.stage.settings import StageSettings
from processors.stage_core import StageCore

log = logging.getLogger(__name__)

#: Faust, aiokafka and mode build a debug record for each message unless they are told not to.
QUIET: Final = {"faust": logging.WARNING, "aiokafka": logging.WARNING, "mode": logging.WARNING}
#: How often lag is looked at, seconds.
LAG_EVERY_S: Final = 2.0
#: Beyond the batch at hand, Faust's own stop may take so long, seconds.
FAUST_STOP_S: Final = 15.0
#: How often garbage in cycles is looked for, seconds. Less often: what errors and connections leave stays longer.
GARBAGE_EVERY_S: Final = 5.0


class StageWorker(Worker):
    """Faust's worker; SIGTERM lets the batch at hand finish, a crash of any service ends the process."""

    app: StageApp

    def __init__(self, app: StageApp, settings: StageSettings, loop: asyncio.AbstractEventLoop) -> None:
        super().__init__(app, redirect_stdouts=False, quiet=True, override_logging=False, loop=loop)
        self.spinner = None
        self._settings = settings
        self._ending: asyncio.Task[None] | None = None

    def _schedule_shutdown(self, sig: signal.Signals) -> None:
        if self._ending is None:
            log.info("%s: finishing the batch at hand", sig.name)
            self._ending = asyncio.ensure_future(self._end(sig))

    async def _end(self, sig: signal.Signals) -> None:
        asyncio.get_running_loop().call_later(
            self._settings.stop_timeout_s + FAUST_STOP_S, _too_slow, self._settings.stop_timeout_s + FAUST_STOP_S
        )
        if not await self.app.loop_of_batches.stop():
            log.warning("the batch at hand is not finished; it is given up and comes again")
        super()._schedule_shutdown(sig)

    def _crash(self, reason: BaseException) -> None:
        """End the process where Faust would stop its services one by one and perhaps commit on the way."""
        log.critical("a service of the stage crashed: %r; exiting to be restarted", reason, exc_info=reason)
        leave(reason.status if isinstance(reason, StageStoppedError) else EXIT_CRASH)


def _too_slow(seconds: float) -> None:
    log.error("not stopped after %.0f s; exiting as is: what is not acknowledged comes again", seconds)
    leave(os.EX_OK)


def run_stage(settings: StageSettings, core: StageCore[Any, Any], parts: Parts | None = None) -> None:
    """Run a stage until SIGTERM or SIGINT, then exit with status 0.

    Never returns: raises SystemExit with 0 after a graceful stop, 65 where the breaker opened, 78 where topics or Kafka
    are not as they must be, 70 for anything unexpected (start it again).
    """
    for name, level in QUIET.items():
        logging.getLogger(name).setLevel(level)
    asyncio.set_event_loop_policy(uvloop.EventLoopPolicy())  # the consumer's thread makes a loop too
    loop = asyncio.new_event_loop()
    asyncio.set_event_loop(loop)
    try:
        app = make_app(settings, core, parts)
        _serve_metrics(settings, app.metrics)
        for reader in app.references:
            reader.start()
        for reader in app.references:
            reader.wait_until_caught_up(settings.broker_wait_s * 5)
    except StageStoppedError as error:
        log.critical("%s", error)
        sys.exit(error.status)
    worker = StageWorker(app, settings, loop)
    loop.create_task(_watch(app, settings.topic(core.source)))  # noqa: RUF006  lives as long as the loop
    loop.create_task(collect_garbage(GARBAGE_EVERY_S))  # noqa: RUF006  likewise
    try:
        worker.execute_from_commandline()
    finally:
        for reader in app.references:
            reader.stop()
        app.outbox.close()


def _serve_metrics(settings: StageSettings, metrics: StageMetrics) -> None:
    if settings.metrics_port is not None:
        server, _ = start_http_server(settings.metrics_port, settings.metrics_host, registry=metrics.registry)
        log.info("metrics on http://%s:%d/metrics", settings.metrics_host, server.server_port)


async def _watch(app: StageApp, source: str) -> None:
    """Keep the lag up to date while the loop is idle or paused, and end the process where a reader has ended."""
    while True:
        await asyncio.sleep(LAG_EVERY_S)
        for reader in app.references:
            if reader.failure is not None:
                log.critical("a reference reader ended: %r; exiting to be restarted", reader.failure)
                leave(EXIT_CRASH)
        app.consumer.observe_lag(source)
