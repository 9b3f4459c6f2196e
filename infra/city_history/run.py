"""One run: the blocks of a history made by one or several processes, each of which inserts its own."""

import time
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor, as_completed
from dataclasses import dataclass, field
from multiprocessing import get_context
from typing import Any

import numpy as np
from clickhouse_connect.driver.client import Client
from numpy.typing import NDArray

from infra.city_history.destination import Destination, insert
from infra.city_history.heap import keep_pages
from producers.simulator.history.history import History, Span, combined
from producers.simulator.history.totals import Totals
from sinks.clickhouse.clickhouse_client import ClickHouseError


class BlockError(RuntimeError):
    """ClickHouse refused a block in one of the processes.

    Attributes:
        code: ClickHouse's; None where there was no answer.
        text: its words.
    """

    def __init__(self, code: int | None, text: str) -> None:
        super().__init__(code, text)  # both, so that it travels between processes
        self.code = code
        self.text = text


@dataclass(frozen=True, slots=True)
class Order:
    """What is done with each block.

    Attributes:
        destination: where the rows go; None: nowhere.
        created_ms: their CreateTime.
        digest: whether leaves are digested.
    """

    destination: Destination | None
    created_ms: int
    digest: bool


@dataclass(frozen=True, slots=True, eq=False)
class Done:
    """What one block came to.

    Attributes:
        rows: by topic.
        sums: of its cases (Totals.sums).
        leaves: digests by topic and number.
        made_s: time to make the rows.
        inserted_s: time of the inserts.
    """

    rows: dict[str, int]
    sums: NDArray[np.int64]
    leaves: dict[tuple[str, int], bytes]
    made_s: float
    inserted_s: float


@dataclass(slots=True)
class Outcome:
    """What a run came to.

    Attributes:
        totals: of all cases.
        rows: by topic, 0 to begin with.
        leaves: digests by topic and number.
        made_s: time to make all rows, over all processes.
        inserted_s: time of all inserts, over all processes.
        elapsed_s: time of the run.
    """

    totals: Totals
    rows: dict[str, int]
    leaves: dict[tuple[str, int], bytes] = field(default_factory=dict)
    made_s: float = 0.0
    inserted_s: float = 0.0
    elapsed_s: float = 0.0

    def add(self, done: Done) -> None:
        """Count one block in."""
        for topic, rows in done.rows.items():
            self.rows[topic] += rows
        self.totals.sums[...] += done.sums
        self.leaves |= done.leaves
        self.made_s += done.made_s
        self.inserted_s += done.inserted_s

    @property
    def digest(self) -> str:
        """SHA-256 of all rows, hexadecimal."""
        return combined(self.leaves)


class _Process:
    """What a process that makes blocks holds."""

    history: History
    order: Order
    client: Client | None = None


def run(history: History, order: Order, processes: int) -> Iterator[Done]:
    """Make all blocks, and give what each came to, as they are done.

    Args:
        history: planned; its processes share it.
        order: what is done with each block.
        processes: at least 1; 1 is this one.

    Raises:
        BlockError: ClickHouse refused a block.
    """
    _Process.history, _Process.order, _Process.client = history, order, None
    spans = history.spans()
    if processes == 1:
        yield from map(_work, spans)
        return
    # a forked process shares the plan; nothing here has threads before that
    with ProcessPoolExecutor(processes, get_context("fork"), keep_pages) as pool:
        waiting = [pool.submit(_work, span) for span in spans]
        try:
            for one in as_completed(waiting):
                yield one.result()
        finally:
            pool.shutdown(wait=False, cancel_futures=True)


def _work(span: Span) -> Done:
    order, began = _Process.order, time.monotonic()
    blocks, totals = _Process.history.block(span)
    leaves = {(block.topic, number): one for block in blocks for number, one in block.digests()} if order.digest else {}
    made_s, inserted_s = time.monotonic() - began, 0.0
    if order.destination is not None:
        topic_ids: Any = _Process.history.topic_ids
        try:
            if _Process.client is None:
                _Process.client = order.destination.client()
            for block in blocks:
                began = time.monotonic()
                insert(_Process.client, block, topic_ids[block.topic], order.created_ms)
                inserted_s += time.monotonic() - began
        except ClickHouseError as error:
            raise BlockError(error.code, str(error)) from error
    return Done({block.topic: len(block) for block in blocks}, totals.sums, leaves, made_s, inserted_s)
