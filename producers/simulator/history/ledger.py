"""Where the rows would stand in Kafka: each topic's partitions are filled without a gap, in the order of the cases.

Offsets of a row depend on all rows before it, not on how the rows are cut into blocks.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from producers.simulator.history.city import City
from producers.simulator.history.fate import REPORTED, TAKES
from producers.simulator.history.incident_rows import Incidents
from producers.simulator.history.names import ids, kind_numbers, kinds_of
from producers.simulator.history.plan import Plan
from producers.simulator.history.review_rows import looks
from producers.simulator.history.texts import Packed, packed, partitions_of

#: Topics that a history fills, in the order of the digest.
TOPICS: Final = ("violations", "case-events", "reviews", "payments", "incidents")
#: Violations, or incidents, of one leaf: offsets and digest are kept leaf by leaf. A block is of whole leaves.
LEAF: Final = 8_192


@dataclass(frozen=True, slots=True, eq=False)
class Ledger:
    """Bases of offsets.

    Attributes:
        bases: by topic, (leaves, partitions) int64, the first offset of each leaf in each partition; the last row holds
            what each partition has in the end.
    """

    bases: dict[str, NDArray[np.int64]]

    def rows(self, topic: str) -> int:
        """Return how many rows a topic has."""
        return int(self.bases[topic][-1].sum())

    def offsets(self, topic: str, begin: int, partition: NDArray[np.int64]) -> NDArray[np.int64]:
        """Return (M,) the offsets of a block's rows.

        Args:
            topic: name.
            begin: number of the block's first violation or incident: a leaf's first.
            partition: (M,) of each row.
        """
        out = np.empty(len(partition), np.int64)
        for number, base in enumerate(self.bases[topic][begin // LEAF].tolist()):
            mine = np.flatnonzero(partition == number)
            out[mine] = base + np.arange(len(mine))
        return out


def ledger(city: City, plan: Plan, incidents: Incidents, done: Callable[[int], None] = lambda _: None) -> Ledger:
    """Return where all rows of a history stand.

    Args:
        city: its city.
        plan: its violations.
        incidents: its incidents.
        done: told how many violations are counted.
    """
    partitions = city.settings.partitions
    counted: dict[str, list[NDArray[np.int64]]] = {topic: [] for topic in TOPICS}
    kinds, kind_of = kinds_of(city), kind_numbers(city)
    for begin in range(0, len(plan), LEAF):
        part = slice(begin, min(begin + LEAF, len(plan)))
        numbers = np.arange(part.start, part.stop, dtype=np.int64)
        fate, digits = plan.fate[part].astype(np.int64), ids(city.draws, numbers)
        every = np.arange(len(numbers), dtype=np.int64)
        by_case = partitions_of(packed(["case-"], np.zeros(len(every), np.int64), digits, every), partitions)
        by_violation = partitions_of(
            packed([f"{kind}-" for kind in kinds], kind_of[plan.offence[part]], digits, every), partitions
        )
        counted["violations"].append(_sum(by_violation, np.ones(len(every), np.int64), partitions))
        for topic, counts in (
            ("case-events", np.count_nonzero(TAKES, axis=1)[fate]),
            ("reviews", np.count_nonzero(looks(numbers, fate, city.draws, city.behaviour), axis=1)),
            ("payments", np.count_nonzero(REPORTED, axis=1)[fate]),
        ):
            counted[topic].append(_sum(by_case, counts, partitions))
        done(part.stop)
    for begin in range(0, len(incidents), LEAF):
        end = min(begin + LEAF, len(incidents))
        keys = incidents.names(city.draws, begin, end, np.arange(end - begin, dtype=np.int64))
        counts = np.count_nonzero(incidents.steps(begin, end), axis=1)
        counted["incidents"].append(_sum(partitions_of(keys, partitions), counts, partitions))
    return Ledger({topic: _bases(leaves, partitions) for topic, leaves in counted.items()})


def _sum(partition: NDArray[np.int64], counts: NDArray[np.int64], partitions: int) -> NDArray[np.int64]:
    return np.array([int(counts[partition == number].sum()) for number in range(partitions)], np.int64)


def _bases(leaves: Sequence[NDArray[np.int64]], partitions: int) -> NDArray[np.int64]:
    return np.cumsum(np.stack([np.zeros(partitions, np.int64), *leaves]), axis=0)


def partition_column(keys: Packed, partitions: int, row: NDArray[np.int64]) -> NDArray[np.int64]:
    """Return (M,) the partitions of rows by their keys; `row` is the number of each row's key."""
    found: NDArray[np.int64] = partitions_of(keys, partitions)[row]
    return found
