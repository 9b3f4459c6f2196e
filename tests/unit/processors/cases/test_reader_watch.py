"""The relay ends where its reader of vehicle tables has ended: classes would be those of that moment for ever."""

import threading
from dataclasses import dataclass

import pytest

from processors.cases.process import exit_status
from processors.cases.relay.reader_watch import ReaderWatch


@dataclass
class Reader:
    """A reader that has ended, or has not."""

    failure: Exception | None = None


def test_a_reader_that_ended_ends_the_process_with_70() -> None:
    """What the relay stops by is set, and the status says: start it again."""
    reader, stop = Reader(), threading.Event()

    def work() -> None:
        with ReaderWatch(reader, stop, every_s=0.01):
            reader.failure = OSError("gone")
            assert stop.wait(10)

    assert exit_status(work) == 70


def test_a_reader_that_goes_on_ends_nothing() -> None:
    """The relay stops by its signal alone, with 0; an error of its own stays its own."""
    stop = threading.Event()

    def work() -> None:
        with ReaderWatch(Reader(), stop, every_s=0.01):
            assert not stop.wait(0.1)

    assert exit_status(work) == 0
    with pytest.raises(KeyError, match="mine"), ReaderWatch(Reader(OSError("gone")), stop):
        raise KeyError("mine")
