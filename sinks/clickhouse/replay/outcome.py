"""What a replay did, and whether the range is exact now."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass, field
from enum import StrEnum
from typing import Any


class Way(StrEnum):
    """How a range is refilled."""

    FILL = "fill"
    REBUILD = "rebuild"


@dataclass(slots=True)
class SpanOutcome:
    """One partition's part of a replay; filled while it goes on.

    Attributes:
        partition: number.
        first: first offset.
        last: last offset.
        records: records that Kafka has there.
        inserted: of those, rows that the replay inserted, into the landing or the side table.
        refused: of those, messages that are dead letters.
        missing: of those, messages that have no row at the end and are no dead letters.
        duplicated: rows beyond one an offset at the end.
    """

    partition: int
    first: int
    last: int
    records: int = 0
    inserted: int = 0
    refused: int = 0
    missing: int = 0
    duplicated: int = 0


@dataclass(slots=True)
class ReplayOutcome:
    """A whole replay.

    Attributes:
        topic: with prefix.
        replay: its id.
        way: how the range was refilled.
        reason: why in that way.
        days: days that were exchanged, as YYYYMMDD; none where rows were filled in.
        spans: by partition.
    """

    topic: str
    replay: str
    way: Way
    reason: str
    days: Sequence[int] = ()
    spans: list[SpanOutcome] = field(default_factory=list)

    @property
    def exact(self) -> bool:
        """True where every record of the range has one row or is a dead letter."""
        return not any(span.missing or span.duplicated for span in self.spans)

    def to_json(self) -> dict[str, Any]:
        """Return it for programs."""
        return {
            "topic": self.topic,
            "replay": self.replay,
            "way": self.way.value,
            "reason": self.reason,
            "exact": self.exact,
            "days": list(self.days),
            "partitions": [asdict(span) for span in self.spans],
        }
