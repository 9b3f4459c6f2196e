"""What the relay's and the scheduler's processes share: logs, an event that SIGTERM sets, metrics, exit statuses."""

import logging
import signal
import sys
import threading
from collections.abc import Callable

from confluent_kafka import KafkaException
from prometheus_client import CollectorRegistry, start_http_server

from processors.stage import EXIT_CRASH, StageStoppedError

log = logging.getLogger(__name__)


def stopped_by_signals() -> threading.Event:
    """Set the process's log up; return an event that SIGTERM and SIGINT set."""
    logging.basicConfig(level=logging.INFO, stream=sys.stderr, format="%(asctime)s %(levelname)s %(name)s %(message)s")
    stop = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: stop.set())
    return stop


def serve_metrics(registry: CollectorRegistry, port: int | None) -> None:
    """Serve metrics on 127.0.0.1; None: no endpoint."""
    if port is not None:
        start_http_server(port, addr="127.0.0.1", registry=registry)


def exit_status(work: Callable[[], None]) -> int:
    """Do a process's work; return its exit status: 0 stopped, 70 start it again, else the stage error's own."""
    try:
        work()
    except StageStoppedError as error:
        log.critical("%s", error)
        return error.status
    except KafkaException as error:
        log.critical("Kafka: %s; exiting to be restarted", error.args[0])
        return EXIT_CRASH
    return 0
