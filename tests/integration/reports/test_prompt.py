"""What a data engineer sees at a SQL prompt: each column of each table and view says what it is."""

import json

import pytest
from click.testing import CliRunner

from infra.cli.migrate import command as migrate
from sinks.clickhouse import dictionary, migration
from tests.integration.reports.conftest import Reports

pytestmark = pytest.mark.integration
SILENT = """
SELECT c.table, c.name FROM system.columns AS c
INNER JOIN system.tables AS t ON t.database = c.database AND t.name = c.table
WHERE c.database = currentDatabase() AND t.engine != 'MaterializedView' AND c.comment = '' ORDER BY c.table, c.name"""


def test_no_column_is_without_a_comment(reports: Reports) -> None:
    """Of views too, which ClickHouse gives none by itself; and they are those of the data dictionary."""
    assert reports.rows(SILENT) == []
    found = dictionary.read(migration.shipped())
    (cases,) = [view for view in found.views if view.name == "cases"]
    said = reports.rows("DESCRIBE TABLE cases")
    assert [(row[0], row[4]) for row in said] == [(c.name, c.meaning) for c in cases.columns(found.tables)]
    assert reports.rows("SELECT comment FROM system.tables WHERE name = 'cases' AND database = currentDatabase()") == [
        (cases.meaning,)
    ]


def test_a_view_that_lost_its_words_has_them_again(reports: Reports) -> None:
    """`vigil migrate` gives them, and says so; a second run finds nothing to do."""
    reports.client.command(
        "CREATE OR REPLACE VIEW cases AS SELECT * EXCEPT (_version) FROM cases_facts FINAL COMMENT 'Without words.'"
    )
    assert len(reports.rows(SILENT)) > 20
    for expected in (["cases"], []):
        done = CliRunner().invoke(migrate, ["--json"], env=reports.environment)
        assert done.exit_code == 0, done.output
        assert json.loads(done.stdout)["described"] == expected
    assert reports.rows(SILENT) == []
