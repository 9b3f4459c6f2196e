"""Holds what ClickHouse holds against what was produced, coordinate by coordinate. Knows nothing of the sink's code."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from typing import Any, Final

import numpy as np
from clickhouse_connect.driver.client import Client

from infra.chaos.sinks.ledger import ENTRY, Entries, Ledger
from infra.chaos.sinks.shapes import SHAPES

#: Coordinates that a finding names; it counts them all.
MOST_NAMED: Final = 200

#: A row or dead letter: (partition, offset).
Coordinates = tuple[int, int]


@dataclass(frozen=True, slots=True)
class Finding:
    """One comparison of what must be there with what is.

    Attributes:
        what: what was compared.
        expected: entries that must be there.
        found: entries that are.
        counts: how many are missing, unexpected, doubled, changed.
        named: their coordinates by the same words, the first of each.
    """

    what: str
    expected: int
    found: int
    counts: Mapping[str, int]
    named: Mapping[str, Sequence[Coordinates]] = field(default_factory=dict)

    @property
    def passed(self) -> bool:
        """True where each is there once with its content, and nothing else."""
        return not any(self.counts.values())

    def __str__(self) -> str:
        """Return one line."""
        bad = ", ".join(
            f"{count} {word} ({_places(self.named[word], count)})" for word, count in self.counts.items() if count
        )
        return f"{self.what}: {self.found} of {self.expected}{f'; {bad}' if bad else ''}"

    def to_json(self) -> dict[str, Any]:
        """Return the finding for programs."""
        return {**asdict(self), "passed": self.passed}


def _places(named: Sequence[Coordinates], count: int) -> str:
    shown = " ".join(f"{partition}:{offset}" for partition, offset in named[:8])
    return f"{shown} ..." if count > 8 else shown


def compare(what: str, expected: Entries, found: Entries) -> Finding:
    """Return where two sets of entries differ. Pure.

    Args:
        what: what is compared.
        expected: each coordinate once.
        found: as they come; a coordinate more than once is doubled.
    """
    wanted = np.sort(expected, order=["partition", "offset"])
    wanted_places, there = _places_of(wanted), _places_of(found)
    places, times = np.unique(there, return_counts=True)
    known = np.isin(there, wanted_places)
    # of rows with one coordinate every copy is looked at
    differs = found["crc"][known] != wanted["crc"][np.searchsorted(wanted_places, there[known])]
    missing = wanted_places[~np.isin(wanted_places, places)]
    unexpected = places[~np.isin(places, wanted_places)]
    doubled = places[times > 1]
    changed = np.unique(there[known][differs])
    sets = {"missing": missing, "unexpected": unexpected, "doubled": doubled, "changed": changed}
    return Finding(
        what,
        len(expected),
        len(found),
        {word: len(values) for word, values in sets.items()},
        {word: [_coordinates(int(value)) for value in values[:MOST_NAMED]] for word, values in sets.items()},
    )


def _places_of(rows: Entries) -> Any:
    """Return each coordinate as one number: 10 bits of the partition, 52 of the offset."""
    return rows["partition"].astype(np.int64) << 52 | rows["offset"]


def _coordinates(place: int) -> Coordinates:
    return place >> 52, place & (1 << 52) - 1


def verdict(client: Client, topic_prefix: str, ledgers: Mapping[str, Ledger]) -> list[Finding]:
    """Read the tables and compare.

    Args:
        client: straight to ClickHouse, to the run's database.
        topic_prefix: of the run's topics.
        ledgers: what was produced, by topic without prefix.

    Raises:
        clickhouse_connect.driver.exceptions.Error: ClickHouse does not answer.
    """
    findings = []
    for topic, ledger in ledgers.items():
        shape = SHAPES[topic]
        landing = f"SELECT _partition, _offset, CRC32({shape.landing_sql}) FROM {shape.table}_messages"  # noqa: S608
        view = f"SELECT _partition, _offset, CRC32({shape.view_sql}) FROM {shape.table}"  # noqa: S608
        dead = "SELECT `partition`, `offset`, CRC32(ifNull(`value`, '')) FROM dead_letters WHERE topic = {topic:String}"
        findings += [
            compare(f"{topic}: rows", ledger.good(), _read(client, landing)),
            compare(f"{topic}: business keys", ledger.firsts(), _read(client, view)),
            compare(f"{topic}: dead letters", ledger.bad(), _read(client, dead, {"topic": topic_prefix + topic})),
        ]
    return findings


def _read(client: Client, sql: str, parameters: Mapping[str, str] | None = None) -> Entries:
    data = client.raw_query(sql, parameters=dict(parameters or {}), fmt="RowBinary")
    return np.frombuffer(data, dtype=ENTRY)
