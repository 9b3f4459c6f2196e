"""What the relay's and the scheduler's processes share: logs, and an event that SIGTERM sets."""

import logging
import signal
import sys
import threading


def stopped_by_signals() -> threading.Event:
    """Set the process's log up; return an event that SIGTERM and SIGINT set."""
    logging.basicConfig(level=logging.INFO, stream=sys.stderr, format="%(asctime)s %(levelname)s %(name)s %(message)s")
    stop = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: stop.set())
    return stop
