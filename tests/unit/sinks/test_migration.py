"""The DDL: numbered, complete, commented, and never changed once applied."""

import json
import re

import pytest

from schemas.avro import schema_text
from sinks.clickhouse.app import topics
from sinks.clickhouse.landing import table_of
from sinks.clickhouse.migration import Migration, MigrationError, pending, shipped

STATEMENTS = [statement for migration in shipped() for statement in migration.statements()]


def table(name: str) -> str:
    """Return the statement that makes a table or view."""
    return next(s for s in STATEMENTS if re.match(rf"CREATE (TABLE|VIEW) IF NOT EXISTS {name}\b", s))


def columns(name: str) -> list[str]:
    """Return the columns of a table, in order: those that it was made with, then those that later files added."""
    body = table(name).partition("\n(\n")[2].partition("\n)\n")[0]
    made = [line.split()[0].strip("`") for line in body.splitlines() if not line.startswith("    CONSTRAINT")]
    return made + re.findall(rf"ALTER TABLE {name}\s+ADD COLUMN IF NOT EXISTS `?(\w+)", "\n".join(STATEMENTS))


@pytest.mark.parametrize("topic", topics())
def test_a_landing_table_has_the_messages_fields(topic: str) -> None:
    """Coordinates, each field of the .avsc under its name, the offset again, the insert time; later fields behind."""
    fields = [field["name"] for field in json.loads(schema_text(topic))["fields"]]
    found = columns(f"{table_of(topic)}_messages")
    later = found[found.index("_inserted_at") + 1 :]
    first = [name for name in fields if name not in later]
    before = ["_topic_id", "_partition", "_offset", "_create_time"]
    assert found == [*before, *first, "_offset_end", "_inserted_at", *later]
    assert set(later) <= set(fields)


@pytest.mark.parametrize("topic", topics())
def test_a_topic_has_landing_facts_and_view(topic: str) -> None:
    """Both tables can tell a repeated block, the landing table a damaged message; the view resolves versions."""
    name = table_of(topic)
    landing, facts, view = table(f"{name}_messages"), table(f"{name}_facts"), table(name)
    assert "CHECK _offset = _offset_end" in landing
    assert "non_replicated_deduplication_window = 10000" in landing
    assert "non_replicated_deduplication_window = 10000" in facts
    assert "ReplacingMergeTree(_version)" in facts
    assert f"FROM {name}_facts FINAL" in view


def test_every_table_and_column_has_a_comment() -> None:
    """docs/data-dictionary.md is made of them."""
    for statement in STATEMENTS:
        silent = r"ALTER TABLE \w+ (DROP CONSTRAINT|ADD CONSTRAINT|MODIFY (QUERY|SETTING|TTL))\s|INSERT INTO report_"
        if re.match(silent, statement):
            continue
        assert re.search(r"\sCOMMENT (COLUMN \w+ )?'.{10,}'$", statement), statement[:80]
        if statement.startswith("CREATE TABLE"):
            body = statement.partition("\n(\n")[2].partition("\n)\n")[0]
            for line in body.splitlines():
                assert line.startswith("    CONSTRAINT") or re.search(r" COMMENT '.{5,}',?$", line), line


def test_statements_are_split_outside_of_texts() -> None:
    """A semicolon or two dashes within quotes end nothing."""
    text = "-- note; with a semicolon\nCREATE a COMMENT 'x; -- y''z\\'';\n\n-- end\nCREATE `b;c` -- tail\n;"
    assert Migration(1, "0001_a.sql", text).statements() == ["CREATE a COMMENT 'x; -- y''z\\''", "CREATE `b;c`"]


def test_pending_files_follow_the_applied_ones() -> None:
    """Only what the database lacks is applied, in order."""
    files = [Migration(n, f"000{n}_x.sql", f"SELECT {n}") for n in (1, 2, 3)]
    assert pending({}, files) == files
    assert pending({1: files[0].sha256, 2: files[1].sha256}, files) == files[2:]


def test_a_changed_file_is_refused() -> None:
    """An applied file never changes; the sentence names it."""
    files = [Migration(1, "0001_x.sql", "SELECT 1")]
    with pytest.raises(MigrationError, match=r"0001_x.sql was changed"):
        pending({1: "other"}, files)


def test_a_newer_database_is_refused() -> None:
    """An older Vigil leaves a newer database alone."""
    with pytest.raises(MigrationError, match="older than the database"):
        pending({2: "x"}, [])
