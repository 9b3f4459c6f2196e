"""The data dictionary is what the DDL says, whole, and a table or column without a COMMENT does not pass."""

import re
from collections.abc import Sequence
from pathlib import Path

import pytest
from click.testing import CliRunner

from infra.cli.dictionary import PAGE, command, shipped_page
from schemas.access import access
from sinks.clickhouse.app import topics
from sinks.clickhouse.dictionary import DictionaryError, page, read
from sinks.clickhouse.landing import table_of
from sinks.clickhouse.migration import Migration, shipped

TABLE = """
CREATE TABLE IF NOT EXISTS sizes_facts
(
    `at` DateTime64(3, 'UTC') DEFAULT now64(3, 'UTC') COMMENT 'When; a crane\\'s clock.',
    size Tuple(a Int32, b Array(String)) COMMENT 'Left | right.',
    side String COMMENT 'Which one.',
    _version UInt64 COMMENT 'Highest wins.',
    CONSTRAINT side_is_known CHECK side IS NULL OR side IN ('LEFT', 'RIGHT')
)
ENGINE = ReplacingMergeTree(_version)
ORDER BY (side, `at`)
TTL toDateTime(`at`) + INTERVAL 7 DAY
COMMENT 'One size.';
"""
VIEW = """
CREATE VIEW IF NOT EXISTS sizes AS
SELECT * EXCEPT (_version)
FROM sizes_facts FINAL
COMMENT 'Sizes for people.';
"""


def ddl(*statements: str) -> Sequence[Migration]:
    """Return one file of these statements."""
    return [Migration(1, "0001_sizes.sql", "".join(statements))]


def section(text: str, title: str) -> str:
    """Return what stands under a heading of the page."""
    return text.partition(f"\n### {title}\n")[2].partition("\n#")[0]


def test_the_shipped_page_is_what_the_ddl_says() -> None:
    """Whoever changes a COMMENT writes the page again."""
    assert PAGE.read_text(encoding="utf-8") == shipped_page(), "run 'vigil dictionary'"


def test_every_table_view_and_column_of_the_ddl_is_read() -> None:
    """Nothing that the DDL makes is left out, and each thing has a meaning."""
    found = read(shipped())
    text = "\n".join(file.text for file in shipped())
    assert list(found.tables) == re.findall(r"^CREATE TABLE IF NOT EXISTS (\w+)", text, re.MULTILINE)
    assert [view.name for view in found.views] == re.findall(r"^CREATE VIEW IF NOT EXISTS (\w+)", text, re.MULTILINE)
    assert len(found.feeds) == len(re.findall(r"^CREATE MATERIALIZED VIEW", text, re.MULTILINE))
    named = re.findall(r"^    (?:`\w+`|(?!CONSTRAINT)\w+) [A-Z]\w*[( ].*COMMENT '", text, re.MULTILINE)
    named += re.findall(r"^ALTER TABLE \w+ ADD COLUMN IF NOT EXISTS", text, re.MULTILINE)
    assert sum(len(table.columns) for table in found.tables.values()) == len(named)
    assert all(column.meaning.strip() for table in found.tables.values() for column in table.columns)
    assert all(table.meaning.strip() for table in found.tables.values())
    assert all(view.meaning.strip() for view in found.views)


def test_a_later_file_says_a_column_and_its_values_anew() -> None:
    """COMMENT COLUMN and a constraint in another's place are on the page; an unknown column is refused."""
    later = """
ALTER TABLE sizes_facts DROP CONSTRAINT IF EXISTS side_is_known;
ALTER TABLE sizes_facts ADD CONSTRAINT IF NOT EXISTS side_is_known CHECK side IN ('LEFT', 'RIGHT', 'TOP');
ALTER TABLE sizes_facts COMMENT COLUMN size 'How big; a crane\\'s.';
"""
    table = read(ddl(TABLE, later)).tables["sizes_facts"]
    assert table.values["side"] == ["LEFT", "RIGHT", "TOP"]
    assert next(column.meaning for column in table.columns if column.name == "size") == "How big; a crane's."
    with pytest.raises(DictionaryError, match="has no column colour"):
        read(ddl(TABLE, "ALTER TABLE sizes_facts COMMENT COLUMN colour 'Red.';"))


@pytest.mark.parametrize("topic", topics())
def test_a_topic_with_a_table_has_a_section(topic: str) -> None:
    """A person finds each topic's view with every column it shows."""
    found = read(shipped())
    name = table_of(topic)
    view = next(view for view in found.views if view.name == name)
    shown = [column.name for column in found.tables[view.table].columns if column.name not in view.hidden]
    assert re.findall(r"^\| `(\w+)` \|", section(page(found), name), re.MULTILINE) == shown


def test_a_view_that_nothing_fills_is_said_to_be_empty() -> None:
    """Whoever reads the page does not wait for rows of a topic that schemas/access.toml names as unwritten."""
    text = shipped_page()
    empty = {table_of(topic) for topic in access().unwritten}
    views = re.findall(r"^### (\w+)$", text, re.MULTILINE)
    assert {name for name in views if "Empty: nothing" in section(text, name)} == empty
    assert len(re.findall(r"^\| \[\w+\].* Empty yet\. ", text, re.MULTILINE)) == len(empty)


def test_a_section_says_type_meaning_and_values() -> None:
    """Escapes of SQL are gone, those of Markdown are there, defaults are not part of the type."""
    text = section(page(read(ddl(TABLE, VIEW))), "sizes")
    assert "Sizes for people." in text
    assert "kept 7 days from `at`" in text
    assert "| `at` | `DateTime64(3, 'UTC')` | When; a crane's clock. |" in text
    assert "| `size` | `Tuple(a Int32, b Array(String))` | Left \\| right. |" in text
    assert "| `side` | `String` | Which one. One of LEFT, RIGHT. |" in text
    assert "_version" not in text


@pytest.mark.parametrize(
    ("without", "named"),
    [
        (" COMMENT 'Which one.'", "side String"),
        (" COMMENT 'When; a crane\\'s clock.'", "`at` DateTime64"),
        ("\nCOMMENT 'One size.'", "table sizes_facts"),
    ],
)
def test_a_missing_comment_is_refused_by_name(without: str, named: str) -> None:
    """A table or column that nobody explains does not reach the page."""
    assert without in TABLE
    with pytest.raises(DictionaryError, match=re.escape(named)) as refused:
        read(ddl(TABLE.replace(without, ""), VIEW))
    assert "has no COMMENT" in str(refused.value)


@pytest.mark.parametrize(
    ("statement", "named"),
    [
        ("ALTER TABLE sizes_facts ADD COLUMN more String COMMENT 'More.';", "cannot read 'ALTER TABLE"),
        (VIEW.replace("\nCOMMENT 'Sizes for people.'", ""), "cannot read 'CREATE VIEW"),
        (VIEW.replace("sizes_facts", "others_facts"), "others_facts, which no file"),
        (TABLE.replace("TTL toDateTime(`at`) + INTERVAL 7 DAY", "TTL `at`"), "expected TTL"),
        (TABLE.replace("ORDER BY (side, `at`)\n", ""), "no ORDER BY"),
    ],
)
def test_what_cannot_be_said_is_refused(statement: str, named: str) -> None:
    """A statement of another form is an error, not a gap in the page."""
    assert statement not in {TABLE, VIEW}
    with pytest.raises(DictionaryError, match=named):
        read(ddl(TABLE, statement))


def test_another_term_of_some_topics_is_said() -> None:
    """With the columns that both count from; a setting of the engine shows nowhere."""
    setting = "ALTER TABLE sizes_facts MODIFY SETTING ttl_only_drop_parts = 0;\n"
    terms = """ALTER TABLE sizes_facts MODIFY TTL
    toDateTime(seen_at) + INTERVAL 9 DAY,
    toDateTime(intDiv(at_ms, 1000)) + INTERVAL 3 DAY DELETE WHERE match(topic, '(a|b-c)$');
"""
    table = read(ddl(TABLE, setting, terms, VIEW)).tables["sizes_facts"]
    assert table.kept == "9 days from `seen_at`; of topics a, b-c 3 days from `at_ms`"


def test_check_tells_a_changed_page(tmp_path: Path) -> None:
    """0 for the page that was written, 1 with a sentence for a changed or missing one, and neither is written over."""
    path = tmp_path / "page.md"
    runner = CliRunner()
    missing = runner.invoke(command, ["--check", "--out", str(path)])
    assert (missing.exit_code, path.exists()) == (1, False)
    assert str(path) in missing.output
    assert runner.invoke(command, ["--out", str(path)]).exit_code == 0
    assert runner.invoke(command, ["--check", "--out", str(path)]).exit_code == 0
    changed = path.read_text(encoding="utf-8") + "\n"
    path.write_text(changed, encoding="utf-8")
    differs = runner.invoke(command, ["--check", "--out", str(path)])
    assert differs.exit_code == 1
    assert differs.output.startswith("Error: ")
    assert "vigil dictionary" in differs.output
    assert path.read_text(encoding="utf-8") == changed


def test_the_entity_diagram_joins_every_view_that_names_another() -> None:
    """Each view is an entity with its key, and each `*_id` of a view there is becomes a line between the two."""
    dictionary = read(shipped())
    drawn = page(dictionary).partition("```mermaid\n")[2].partition("```")[0]
    names = {view.name for view in dictionary.views}
    assert set(re.findall(r"^    (\w+) \{$", drawn, re.MULTILINE)) == names
    lines = set(re.findall(r"^    (\w+) \|\|--o\{ (\w+) : (\w+)$", drawn, re.MULTILINE))
    assert {("cases", "case_events", "case_id"), ("violations", "cases", "violation_id")} <= lines
    assert {("cases", "payments", "case_id"), ("cases", "reviews", "case_id")} <= lines
    assert {one for line in lines for one in line[:2]} <= names
    assert "String case_id PK" in drawn.partition("    cases {")[2].partition("}")[0]
    for view in dictionary.views:
        columns = {column.name for column in dictionary.tables[view.table].columns}
        for column, target in (("camera_id", "cameras"), ("incident_id", "incidents"), ("case_id", "cases")):
            if column in columns and view.name != target:
                assert (target, view.name, column) in lines
