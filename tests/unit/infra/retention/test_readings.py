"""Readings of plates in clear: every topic and table that can hold one forgets it long before a key is destroyed."""

import json
import re
from pathlib import Path
from typing import Any, Final

from infra.retention.retention_rules import RetentionRules
from schemas.topics import SEGMENTS_PER_RETENTION, catalogue
from sinks.clickhouse import migration

SCHEMAS: Final = Path(__file__).parents[4] / "schemas"
#: Records of schemas that hold a plate's text.
CLEAR: Final = frozenset({"PlateCandidate"})
#: Topics that no production cluster has: what a test city knows to be true.
MADE_UP: Final = frozenset({"truth", "truth-tracks"})
MOST_DAYS: Final = 33


def _records(schema: Any) -> set[str]:
    """Return the names of all records in a schema."""
    if isinstance(schema, list):
        return set().union(*map(_records, schema))
    if not isinstance(schema, dict):
        return {schema} if isinstance(schema, str) else set()
    inner = [field["type"] for field in schema.get("fields", ())]
    inner += [schema[part] for part in ("items", "values") if part in schema]
    if isinstance(schema.get("type"), dict | list):
        inner.append(schema["type"])
    own = {schema["name"]} if "name" in schema else set()
    return own.union(*map(_records, inner))


def _topics_in_clear() -> set[str]:
    found = {
        path.stem for path in SCHEMAS.glob("*.avsc") if CLEAR & _records(json.loads(path.read_text(encoding="utf-8")))
    }
    # a checkpoint is the state of a stage; tracking's holds the votes of vehicles in view
    return (found | {"checkpoints"}) - MADE_UP


def test_topics_with_readings_are_known() -> None:
    """A new schema with plates in clear is noticed here, and in docs/keys.md."""
    assert _topics_in_clear() == {"detections", "tracks", "passages", "checkpoints"}


def test_topics_and_tables_forget_readings_before_the_first_key_is_destroyed() -> None:
    """By retention in Kafka, by TTL in both tables of ClickHouse."""
    topics = catalogue().topics
    statements = [statement for file in migration.shipped() for statement in file.statements()]
    for name in _topics_in_clear():
        assert 0 < topics[name].retention_hours <= MOST_DAYS * 24
        table = f"CREATE TABLE IF NOT EXISTS {name.replace('-', '_')}_"
        ttl = [re.search(r"TTL .*INTERVAL (\d+) DAY", text) for text in statements if text.startswith(table)]
        days = [int(found[1]) for found in ttl if found is not None]
        assert len(days) == len(ttl)
        assert len(days) == (0 if name == "passages" else 2)  # passages has no table
        assert all(day <= MOST_DAYS for day in days)
    assert min(rule.keep_days for rule in RetentionRules.load()._rules) > 10 * MOST_DAYS


def test_dead_letters_forget_readings_as_soon() -> None:
    """A refused message is a copy of one: topic and both tables keep it no longer, whatever other topics' ones have."""
    topics = catalogue().topics
    part = 1 + 1 / SEGMENTS_PER_RETENTION  # a record outlives its retention by at most a segment
    oldest_hours = max(topics[name].retention_hours for name in _topics_in_clear()) * part
    assert oldest_hours + topics["dead-letters"].retention_hours * part <= MOST_DAYS * 24
    statements = [statement for file in migration.shipped() for statement in file.statements()]
    for table in ("dead_letters_messages", "dead_letters_facts"):
        changed = [text for text in statements if text.startswith(f"ALTER TABLE {table} MODIFY TTL")]
        found = re.search(r"INTERVAL (\d+) DAY DELETE WHERE match\(topic, '\(([\w|-]+)\)\$'\)", changed[-1])
        assert found is not None
        assert int(found[1]) <= MOST_DAYS
        assert set(found[2].split("|")) == _topics_in_clear()
