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
from tests.integration.reports.conftest import DATABASE, Reports

pytestmark = pytest.mark.integration
OLDER = "older"
#: The last file of the DDL before smaller sums.
BEFORE = 27
DATES = ("--from", "2024-01-01", "--to", "2024-02-29")
#: Reports that read tables of 0028, so that they would say nothing but zero.
ASKED = (("revenue", "--by", "article"), ("waterfall",), ("ageing",), ("repeat",), ("reviews", "--by", "day"))


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
        for (name,) in self.rows(f"SELECT name FROM system.tables WHERE {here} AND name LIKE 'report_%'"):
            found = self.rows(f"SELECT name FROM system.columns WHERE {here} AND table = '{name}' ORDER BY position")
            columns = ", ".join(f"`{column}`" for (column,) in found)
            self.client.command(f"INSERT INTO {name} ({columns}) SELECT {columns} FROM {DATABASE}.{name}")
        for name in (CASES, "reviews_facts", "incidents_facts"):
            self.client.command(f"INSERT INTO {name} SELECT * FROM {DATABASE}.{name}")
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


def test_months_whose_facts_have_gone_keep_their_sums(older: Older, reports: Reports) -> None:
    """The migration has put them into the new tables, once however often it runs; by camera they are left out."""
    for table in (CASES, "reviews_facts"):
        older.client.command(f"ALTER TABLE {table} DROP PARTITION 202401")
    apply(older.client, older.migrated, lambda _: None)
    repeat = older.rows("SELECT * FROM report_repeat_sums ORDER BY ALL")
    assert repeat == reports.rows("SELECT * FROM report_repeat_sums ORDER BY ALL")
    refresh(older.client)
    expected = answers(reports)
    assert answers(older) == expected
    # the history's first hours of January in Almaty are December's in UTC, so February's lines are of two partitions
    by_camera = json.loads(older.vigil("revenue", "--by", "camera", "--no-refresh"))["totals"]
    ((collected_kzt, detected_kzt),) = reports.rows(
        "SELECT sum(discounted_kzt + paid_kzt), sum(detected_kzt) FROM report_cameras_monthly"
        " WHERE source_month != 202401 AND month BETWEEN '2024-01-01' AND '2024-02-01'"
    )
    assert (by_camera["collected_kzt"], by_camera["detected_kzt"]) == (collected_kzt, detected_kzt)
    assert 0 < collected_kzt < expected[0][1]["collected_kzt"]


def test_a_month_that_may_lack_facts_by_their_term_is_not_made_anew(
    older: Older, reports: Reports, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Another form alone does not make it due: its sums stay as they were, though half of its facts have gone."""
    older.client.command(
        f"ALTER TABLE {CASES} DELETE WHERE toYYYYMM(offence_at) = 202401 AND cityHash64(case_id) % 2 = 0",
        settings={"mutations_sync": 2},
    )
    older.noted("")
    ((day,),) = older.rows("SELECT toUInt32(today() - toDate('2024-01-20'))")
    monkeypatch.setattr(builds, "TERM", timedelta(days=day))
    look = Builds.read(older.client)
    assert (CASES, 202401) in look.kept
    assert (CASES, 202402) not in look.kept
    refresh(older.client)
    assert Builds.read(older.client).due() == []
    expected = answers(reports)
    assert answers(older) == expected
    refresh(older.client, everything=True)
    assert answers(older)[0] != expected[0]
