"""A database of an earlier version of the reports: it is told so, and months whose facts have gone keep their sums.

Each test has a database of its own beside the history: a copy of its reports' tables as the first form left them.
"""

import json
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from click.testing import CliRunner
from clickhouse_connect.driver.client import Client

from infra.cli.report import command as report
from sinks.clickhouse.migration import apply, shipped
from sinks.reports import builds
from sinks.reports.builds import CASES, Builds
from sinks.reports.refresh import refresh
from tests.integration.reports.conftest import DATABASE, VIOLATIONS, Reports

pytestmark = pytest.mark.integration
OLDER = "older"
#: The last file of the DDL before smaller sums.
BEFORE = 27
DATES = ("--from", "2024-01-01", "--to", "2024-02-29")
#: Reports that read tables of 0028, so that they would say nothing but zero.
ASKED = (("revenue", "--by", "article"), ("waterfall",), ("ageing",), ("repeat",), ("reviews", "--by", "day"),
    ("cameras", "--limit", "100000"))  # fmt: skip


class Older:
    """A database that was refreshed by the version before, then migrated."""

    def __init__(self, reports: Reports) -> None:
        refresh(reports.client)
        self._front = reports.front
        self.environment = reports.environment | {"VIGIL_CLICKHOUSE_DATABASE": OLDER}
        reports.client.command(f"CREATE DATABASE {OLDER}")
        self.client: Client = reports.front.client(database=OLDER)
        files = shipped()
        apply(self.client, files[:BEFORE], lambda _: None)
        here = "database = currentDatabase()"
        reported = self.rows(f"SELECT name FROM system.tables WHERE {here} AND name LIKE 'report_%'")
        # by their names: a later file may have added columns
        for name in (*(name for (name,) in reported), CASES, "reviews_facts", "incidents_facts"):
            found = self.rows(f"SELECT name FROM system.columns WHERE {here} AND table = '{name}' ORDER BY position")
            columns = ", ".join(f"`{column}`" for (column,) in found)
            self.client.command(f"INSERT INTO {name} ({columns}) SELECT {columns} FROM {DATABASE}.{name}")
        self.noted("")
        self.migrated = files[BEFORE:]
        apply(self.client, self.migrated, lambda _: None)

    def rows(self, sql: str) -> list[tuple[Any, ...]]:
        """Return the rows of a query."""
        return [tuple(row) for row in self.client.query(sql).result_rows]

    def noted(self, form: str) -> None:
        """Note every month that has facts as made from them, in a form."""
        self.client.command("TRUNCATE TABLE report_builds")
        self.client.command(
            "INSERT INTO report_builds SELECT table, toUInt32(partition_id), concat(toString(max(max_block_number)),"
            f" if(table IN ('{CASES}', 'reviews_facts'), '{form}', '')), now64(3), now64(3) FROM system.parts"
            " WHERE active AND database = currentDatabase() AND table LIKE '%_facts' GROUP BY table, partition_id"
        )

    def vigil(self, *arguments: str, expect: int = 0) -> str:
        """Run `vigil report`; return its standard output, or what it said on an error."""
        done = CliRunner().invoke(report, [*arguments, *DATES, "--format", "json"], env=self.environment)
        assert done.exit_code == expect, (done.exit_code, done.output, done.exception)
        return done.stderr if expect else done.stdout


@pytest.fixture
def older(reports: Reports) -> Iterator[Older]:
    """One, and none afterwards."""
    try:
        yield Older(reports)
    finally:
        reports.client.command(f"DROP DATABASE IF EXISTS {OLDER} SYNC")


def answers(source: Older | Reports) -> list[Any]:
    """Return rows and totals of ASKED from what is there."""
    found = []
    for asked in ASKED:
        if isinstance(source, Reports):
            one = source.answer(asked[0], *asked[1:], *DATES, "--no-refresh")
        else:
            one = json.loads(source.vigil(*asked, "--no-refresh"))
        found.append((one["rows"], one["totals"]))
    return found


def test_tables_of_an_earlier_form_are_said_to_be_so(older: Older, reports: Reports) -> None:
    """Between the migration and the end of the first refresh no report answers; then each says what it said before."""
    # the migration has summed what there is of cameras, and once however often the file runs
    sums = "SELECT * FROM report_camera_sums ORDER BY camera_id, district, owner"
    made = reports.rows(sums)
    # other files of tests add cases to the history
    ((cases,),) = reports.rows("SELECT count() FROM cases")
    assert sum(row[4][-1] for row in made) == cases >= VIOLATIONS
    assert older.rows(sums) == made
    apply(older.client, older.migrated, lambda _: None)
    assert older.rows(sums) == made
    for asked in ASKED:
        assert "by an earlier version of the reports" in older.vigil(*asked, "--no-refresh", expect=1)
    # a refresh that broke off after one of the two months
    refreshed = Builds.read(older.client).due()[0]
    older.client.command(
        "INSERT INTO report_builds SELECT * REPLACE (concat(state, ' form 2') AS state, now64(3) + 60 AS built_at)"
        f" FROM report_builds FINAL WHERE source = '{CASES}' AND source_month = {refreshed.month}"
    )
    assert "vigil report refresh" in older.vigil("revenue", "--no-refresh", expect=1)
    refresh(older.client)
    assert answers(older) == answers(reports)
    assert Builds.read(older.client).due() == []


def test_months_whose_facts_have_gone_or_begin_to_go_keep_their_sums(
    older: Older, reports: Reports, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The migration has put them into the new tables, once however often it runs; by camera they are left out."""
    for table in (CASES, "reviews_facts"):
        older.client.command(f"ALTER TABLE {table} DROP PARTITION 202401")
    older.client.command(
        f"ALTER TABLE {CASES} DELETE WHERE toYYYYMM(offence_at) = 202402 AND cityHash64(case_id) % 2 = 0",
        settings={"mutations_sync": 2},
    )
    older.noted("")
    older.client.command(f"INSERT INTO report_builds VALUES ('{CASES}', 202401, '1', now64(3), now64(3))")
    apply(older.client, older.migrated, lambda _: None)
    # February's first day is beyond the term, March's is not
    ((days,),) = older.rows("SELECT toUInt32(today() - toDate('2024-02-20'))")
    monkeypatch.setattr(builds, "TERM", timedelta(days=days))
    look = Builds.read(older.client)
    assert (CASES, 202402) in look.kept
    refresh(older.client)
    assert Builds.read(older.client).due() == []
    expected = answers(reports)
    assert answers(older) == expected
    by_camera = json.loads(older.vigil("revenue", "--by", "camera", "--no-refresh"))["totals"]
    # none of the months of these days was made anew, and zero for half of a camera's figures would be wrong
    assert by_camera.get("violations", 0) == 0 < expected[0][1]["violations"]
    refresh(older.client, everything=True)
    assert answers(older)[0] != expected[0], "the facts that are left make less"
