"""What became of every camera-second: topics against each other, and tables against topics."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from schemas.messages import Detections, Frames, Tracks

#: (camera, epoch, sequence): what identifies one camera-second everywhere.
Second = tuple[str, int, int]


def second_of(message: Frames | Detections | Tracks) -> Second:
    """Return the camera-second that a message carries."""
    return message.camera_id, message.epoch_us, message.sequence


@dataclass(frozen=True, slots=True)
class TableCount:
    """A topic beside its table.

    Attributes:
        messages: records in the topic.
        rows: rows in the landing table.
        distinct: distinct (partition, offset) among them.
        facts: rows of the people's view, one an entity or a camera-second.
    """

    messages: int
    rows: int
    distinct: int
    facts: int

    @property
    def equal(self) -> bool:
        """True where the table holds each record of the topic once."""
        return self.messages == self.rows == self.distinct


@dataclass(frozen=True, slots=True)
class Account:
    """The demo's balance, in camera-seconds.

    Attributes:
        produced: distinct camera-seconds in `frames`.
        detected: distinct camera-seconds in `detections`.
        tracked: distinct camera-seconds in `tracks`.
        stored: distinct camera-seconds whose detections and tracks ClickHouse holds.
        dead_lettered: distinct camera-seconds that a stage or the sink refused.
        missing: produced camera-seconds that are neither stored nor dead-lettered.
        duplicated: rows beyond one a camera-second in ClickHouse's views of detections and tracks.
        repeated: records beyond one a camera-second in the topics: harmless, as each stage drops what it has applied.
        lost_at: the missing ones, by the link where they were lost.
    """

    produced: int
    detected: int
    tracked: int
    stored: int
    dead_lettered: int
    missing: int
    duplicated: int
    repeated: int
    lost_at: Mapping[str, Sequence[Second]] = field(default_factory=dict)


def balance(
    produced: Iterable[Second],
    detected: Iterable[Second],
    tracked: Iterable[Second],
    stored_detections: Iterable[Second],
    stored_tracks: Iterable[Second],
    dead_lettered: Iterable[Second],
) -> Account:
    """Balance what each link holds; every argument may repeat camera-seconds.

    Returns:
        the account; `missing` and `duplicated` are 0 where every camera-second is stored exactly once.
    """
    in_topics = [Counter(produced), Counter(detected), Counter(tracked)]
    tables = [Counter(stored_detections), Counter(stored_tracks)]
    dead = set(dead_lettered)
    all_produced, all_detected, all_tracked = (set(counter) for counter in in_topics)
    stored = set(tables[0]) & set(tables[1])
    lost = {
        "perception": sorted(all_produced - all_detected - dead),
        "tracking": sorted((all_produced & all_detected) - all_tracked - dead),
        "clickhouse-sink": sorted((all_produced & all_tracked) - stored - dead),
    }
    return Account(
        produced=len(all_produced),
        detected=len(all_detected),
        tracked=len(all_tracked),
        stored=len(stored),
        dead_lettered=len(dead),
        missing=len(all_produced - stored - dead),
        duplicated=sum(sum(table.values()) - len(table) for table in tables),
        repeated=sum(sum(counter.values()) - len(counter) for counter in in_topics),
        lost_at={link: seconds for link, seconds in lost.items() if seconds},
    )
