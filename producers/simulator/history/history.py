"""A whole history: its plan, and the blocks of rows that it is written in."""

import hashlib
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Final
from uuid import UUID, uuid5

import numpy as np
from numpy.typing import NDArray

from producers.simulator.history.case_event_rows import case_event_rows
from producers.simulator.history.cases import cases
from producers.simulator.history.city import City
from producers.simulator.history.columns import Column, Numbers, native
from producers.simulator.history.incident_rows import Incidents, incident_rows
from producers.simulator.history.ledger import LEAF, Ledger, ledger, partition_column
from producers.simulator.history.names import kind_numbers, kinds_of, names
from producers.simulator.history.payment_rows import payment_rows
from producers.simulator.history.plan import Plan, plan
from producers.simulator.history.review_rows import review_rows
from producers.simulator.history.rows import Rows
from producers.simulator.history.settings import HistorySettings
from producers.simulator.history.totals import Totals
from producers.simulator.history.violation_rows import violation_rows

#: Ids of a history's topics are made in this namespace: no topic of Kafka's has one of them.
_NAMESPACE: Final = UUID("6f6bb3c0-2f0e-4b0e-9a5f-0c1f7d6f5a10")
#: Leaves of a block unless told otherwise: 32,768 violations, some 175,000 steps of cases in 38 MB.
BLOCK_LEAVES: Final = 4


@dataclass(frozen=True, slots=True, eq=False)
class TopicBlock:
    """The rows of one topic in one block.

    Attributes:
        topic: name without prefix.
        token: names the block: the same rows always come with it.
        columns: the message's, and its coordinates.
        row: (M,) int64, number of each row's violation or incident in the block.
        first: number of the block's first leaf.
    """

    topic: str
    token: str
    columns: Sequence[Column]
    row: NDArray[np.int64]
    first: int

    def __len__(self) -> int:
        return len(self.row)

    def native(self, topic_id: UUID, create_time_ms: int) -> bytes:
        """Return the block in ClickHouse's Native format.

        Args:
            topic_id: of the topic.
            create_time_ms: Kafka's CreateTime of all rows, milliseconds since the Unix epoch.
        """
        halves = np.array([topic_id.int >> 64, topic_id.int & (1 << 64) - 1], np.uint64)
        common = [
            Numbers("_topic_id", "UUID", np.broadcast_to(halves, (len(self), 2))),
            Numbers("_create_time", "DateTime64(3, 'UTC')", np.full(len(self), create_time_ms, np.int64)),
        ]
        return native([*common, *self.columns], len(self))

    def digests(self) -> Iterator[tuple[int, bytes]]:
        """Give each leaf's number and the SHA-256 of its rows: equal however the rows are cut into blocks."""
        leaves = int(self.row[-1]) // LEAF + 1 if len(self) else 0
        bounds = np.searchsorted(self.row, np.arange(leaves + 1) * LEAF).tolist()
        for number in np.flatnonzero(np.diff(bounds)).tolist():
            digest = hashlib.sha256()
            for column in self.columns:
                digest.update(f"{column.name} {column.type}\n".encode())
                for piece in column.rows(bounds[number], bounds[number + 1]):
                    digest.update(piece)
            yield self.first + number, digest.digest()


@dataclass(frozen=True, slots=True)
class Span:
    """The violations, or the incidents, of one block.

    Attributes:
        incidents: whether it is of incidents.
        begin: number of the first.
        end: number after the last.
    """

    incidents: bool
    begin: int
    end: int


class History:
    """A history, planned.

    Args:
        settings: what it is of.
        done: told how far the planning is, 0 to 1.

    Raises:
        ValueError: there are no prices for its days, or a data file is not as it must be.
    """

    def __init__(self, settings: HistorySettings, done: Callable[[float], None] = lambda _: None) -> None:
        total = settings.violations
        self.city: City = City.of(settings)
        self.plan: Plan = plan(self.city, lambda number: done(0.6 * number / total))
        self.incidents: Incidents = Incidents.plan(self.city)
        self.ledger: Ledger = ledger(
            self.city, self.plan, self.incidents, lambda number: done(0.6 + 0.4 * number / total)
        )

    @property
    def topic_ids(self) -> Mapping[str, UUID]:
        """Ids of the topics that the rows seem to come from; those of no other history."""
        return {topic: uuid5(_NAMESPACE, f"{topic} of {self.city.settings.name}") for topic in self.ledger.bases}

    def spans(self, leaves: int = BLOCK_LEAVES) -> Sequence[Span]:
        """Return the blocks that the history is written in."""
        size = leaves * LEAF
        return [
            Span(incidents, begin, min(begin + size, total))
            for incidents, total in ((False, len(self.plan)), (True, len(self.incidents)))
            for begin in range(0, total, size)
        ]

    def block(self, span: Span) -> tuple[Sequence[TopicBlock], Totals]:
        """Return the rows of one span, and what its cases come to."""
        totals, city = Totals.empty(self.city), self.city
        every = np.arange(span.end - span.begin, dtype=np.int64)
        if span.incidents:
            keys = self.incidents.names(city.draws, span.begin, span.end, every)
            rows = incident_rows(city, self.incidents, span.begin, span.end)
            partition = partition_column(keys, city.settings.partitions, rows.row)
            return [self._placed("incidents", span, rows, partition)], totals
        found = cases(city, self.plan, span.begin, span.end)
        totals.add(found)
        called = names(city.draws, found.numbers, found.vehicle, found.life.unread)
        partitions = city.settings.partitions
        by_violation = called.violations(kinds_of(city), kind_numbers(city)[found.offence], every)
        made = {
            "violations": (by_violation, violation_rows(city, found, called)),
            "case-events": (called.cases(every), case_event_rows(city, found, called)),
            "reviews": (called.cases(every), review_rows(city, found, called)),
            "payments": (called.cases(every), payment_rows(city, found, called)),
        }
        return [
            self._placed(topic, span, rows, partition_column(keys, partitions, rows.row))
            for topic, (keys, rows) in made.items()
        ], totals

    def totals(self) -> Totals:
        """Return what all cases come to, without making a row."""
        out = Totals.empty(self.city)
        for begin in range(0, len(self.plan), LEAF):
            out.add(cases(self.city, self.plan, begin, min(begin + LEAF, len(self.plan))))
        return out

    def _placed(self, topic: str, span: Span, rows: Rows, partition: NDArray[np.int64]) -> TopicBlock:
        offsets = self.ledger.offsets(topic, span.begin, partition)
        columns = [
            *rows.columns,
            Numbers("_partition", "Int32", partition.astype(np.int32)),
            Numbers("_offset", "Int64", offsets),
            Numbers("_offset_end", "Int64", offsets),
        ]
        token = f"{self.topic_ids[topic]}:{span.begin}-{span.end - 1}"
        return TopicBlock(topic, token, columns, rows.row, span.begin // LEAF)


def combined(leaves: Mapping[tuple[str, int], bytes]) -> str:
    """Return the SHA-256 of a whole history, hexadecimal, from its leaves' digests by topic and number."""
    digest = hashlib.sha256()
    for (topic, number), one in sorted(leaves.items()):
        digest.update(f"{topic} {number} ".encode() + one)
    return digest.hexdigest()
