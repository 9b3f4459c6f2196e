"""What the tables hold after a run: every row by its identity, without what depends on the moment it was made."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from infra.demo.tables import Tables

#: What identifies a row, as text, in the order of Compared.key.
Key = tuple[str, ...]
#: Column -> value as text.
Row = Mapping[str, str]

#: Where a message lay and when it was made: a second run, or a message sent again, has others.
OF_THE_MOMENT: Final = frozenset(
    {
        "frames_offset", "frames_partition", "frames_created_at", "frames_created_at_ms",
        "detections_offset", "detections_partition", "tracks_offset", "tracks_partition",
    }
)  # fmt: skip
#: Evidence without the offsets of its frames.
EVIDENCE: Final = (
    "arrayMap(e -> tuple(e.role, e.camera_id, e.epoch_us, e.sequence, e.at_us, e.track_ids, e.boxes_xyxy_px), evidence)"
)


@dataclass(frozen=True, slots=True)
class Compared:
    """A table that is compared.

    Attributes:
        view: the people's view.
        key: columns that identify a row of the view.
        message_key: columns that identify a message: further copies of one must say the same.
    """

    view: str
    key: Sequence[str]
    message_key: Sequence[str]


COMPARED: Final[Sequence[Compared]] = (
    Compared("detections", ("camera_id", "epoch_us", "sequence"), ("camera_id", "epoch_us", "sequence")),
    Compared("tracks", ("camera_id", "epoch_us", "sequence"), ("camera_id", "epoch_us", "sequence")),
    Compared("incidents", ("incident_id",), ("incident_id", "revision")),
    Compared("violations", ("violation_id",), ("violation_id",)),
)


@dataclass(frozen=True, slots=True)
class Holding:
    """What one table holds.

    Attributes:
        rows: content by key.
        doubled: keys that the view shows more than once, and how often.
        at_odds: keys of messages whose copies say different things, and how many different ones there are.
    """

    rows: Mapping[Key, Row]
    doubled: Mapping[Key, int]
    at_odds: Mapping[Key, int]


def holdings(tables: Tables) -> dict[str, Holding]:
    """Read every compared table; by view."""
    return {compared.view: _holding(tables, compared) for compared in COMPARED}


def footage_s(tables: Tables) -> float:
    """Return how long the longest camera's footage is, seconds: what the tables of a calm run say."""
    sql = """
        SELECT max(span) FROM (
            SELECT (max(captured_at_us + duration_us) - min(captured_at_us)) / 1e6 AS span
            FROM detections_messages GROUP BY camera_id)"""
    return float(tables.rows(sql)[0][0])


def content_columns(columns: Sequence[str]) -> list[str]:
    """Return the columns that must be the same in every run."""
    return [name for name in columns if not name.startswith("_") and name not in OF_THE_MOMENT]


def _holding(tables: Tables, compared: Compared) -> Holding:
    columns = content_columns(_columns(tables, compared.view))
    sql = f"SELECT {_list(columns)} FROM {compared.view}"  # noqa: S608  names from the table above and the schema
    rows: dict[Key, Row] = {}
    seen: dict[Key, int] = {}
    for values in tables.rows(sql):
        row = {name: _text(value) for name, value in zip(columns, values, strict=True)}
        key = tuple(row[name] for name in compared.key)
        rows.setdefault(key, row)
        seen[key] = seen.get(key, 0) + 1
    doubled = {key: count for key, count in seen.items() if count > 1}
    return Holding(rows, doubled, _at_odds(tables, compared))


def _at_odds(tables: Tables, compared: Compared) -> dict[Key, int]:
    """Return messages whose copies (a stage that was killed sends again what it had not committed) differ."""
    table = f"{compared.view}_messages"
    key = ", ".join(compared.message_key)
    content = _list(content_columns(_columns(tables, table)))
    sql = f"""
        SELECT {key}, uniqExact(toString(tuple({content}))) AS different
        FROM {table} GROUP BY {key} HAVING different > 1"""  # noqa: S608  as above
    return {tuple(_text(value) for value in values[:-1]): int(values[-1]) for values in tables.rows(sql)}


def _columns(tables: Tables, table: str) -> list[str]:
    sql = """
        SELECT name FROM system.columns
        WHERE database = currentDatabase() AND table = {table:String} ORDER BY position"""
    return [str(row[0]) for row in tables.rows(sql, {"table": table})]


def _list(columns: Sequence[str]) -> str:
    return ", ".join(EVIDENCE if name == "evidence" else f"`{name}`" for name in columns)


def _text(value: Any) -> str:
    """Return a value as text: a NaN is equal to a NaN there."""
    if isinstance(value, Mapping):
        return "{" + ", ".join(f"{name}: {_text(value[name])}" for name in sorted(value)) + "}"
    return value if isinstance(value, str) else repr(value)
