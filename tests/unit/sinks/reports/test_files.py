"""The SQL of the reports is whole: said what it is, asked with known placeholders, over tables that the DDL makes."""

import re
from importlib import resources

import pytest
from click.testing import CliRunner

from infra.cli.report import command
from sinks.clickhouse.dictionary import read
from sinks.clickhouse.migration import shipped
from sinks.reports.builds import HEALTH, SOURCES, WHOLE
from sinks.reports.catalogue import REPORTS, file_of, sql_of
from sinks.reports.refresh import HEALTH_DAYS, MADE, PAIRS, WHOLES
from sinks.reports.refresh import sql_of as build_of

FILES = sorted(e.name for e in resources.files("sinks.reports").iterdir() if e.name.endswith(".sql"))
BUILDS = [*(table for tables in MADE.values() for table in tables), *WHOLES, PAIRS, HEALTH_DAYS]
PLACEHOLDERS = {"from:Date", "to:Date", "by:String", "limit:UInt32"}


@pytest.mark.parametrize("name", FILES)
def test_a_file_says_what_it_is_and_takes_what_the_runner_gives(name: str) -> None:
    """A head of comments for people, and no placeholder that nobody fills."""
    text = sql_of(name)
    assert text.startswith(f"-- {name.removesuffix('.sql').partition('_')[0]}")
    assert set(re.findall(r"\{(\w+:\w+)\}", text)) <= PLACEHOLDERS
    assert "{from:Date}" in text.partition("SELECT")[0], "the head explains the placeholders"


def test_every_report_has_its_file_and_every_file_its_report() -> None:
    """Whatever can be asked leads to a file, and no file is left over."""
    asked = {
        file_of(report, by, cash=cash, tariff=tariff)
        for report in REPORTS.values()
        for by in (report.by or (None,))
        for cash in (False, report.cash)
        for tariff in (False, report.tariff)
    }
    assert asked == set(FILES)


def test_every_table_of_the_ddl_is_made_with_its_columns() -> None:
    """A build names each column of its table, in order, so nothing lands in a neighbour."""
    tables = {name: table for name, table in read(shipped()).tables.items() if name.startswith("report_")}
    assert set(BUILDS) == set(tables) - {"report_builds"}
    for name in BUILDS:
        columns = [column.name for column in tables[name].columns]
        found = [c for c in columns if re.search(rf"(?:\bAS `?{c}`?\b|^\s+`?{c}`?,?$)", build_of(name), re.MULTILINE)]
        assert found == columns, name


@pytest.mark.parametrize("name", REPORTS)
def test_the_sql_is_printed_as_it_is(name: str) -> None:
    """What `vigil report sql` prints is the file."""
    done = CliRunner().invoke(command, ["sql", name])
    assert done.exit_code == 0
    assert done.stdout == sql_of(f"{name}.sql")


def test_the_sql_by_camera_is_another_file() -> None:
    """The options of the report lead to the file that they use."""
    assert CliRunner().invoke(command, ["sql", "revenue", "--by", "camera"]).stdout == sql_of("revenue_by_camera.sql")
    assert CliRunner().invoke(command, ["sql", "revenue", "--tariff"]).stdout == sql_of("revenue_by_price.sql")
    placed = CliRunner().invoke(command, ["sql", "revenue", "--tariff", "--by", "owner"]).stdout
    assert placed == sql_of("revenue_by_place_and_price.sql")
    done = CliRunner().invoke(command, ["sql", "ageing", "--tariff"])
    assert done.exit_code == 1
    assert "no tariff can be laid over the report ageing" in done.stderr
    done = CliRunner().invoke(command, ["sql", "repeat", "--by", "camera"])
    assert done.exit_code == 1
    assert "always the same" in done.stderr


def test_the_list_names_every_report() -> None:
    """For people and for programs."""
    assert all(name in CliRunner().invoke(command, ["list"]).stdout for name in REPORTS)
    assert all(name in CliRunner().invoke(command, ["list", "--json"]).stdout for name in REPORTS)


def test_every_source_that_is_looked_at_is_made_something_of() -> None:
    """A table of facts that is due for ever, or never, would be neither here nor there."""
    assert {*MADE, HEALTH} == set(SOURCES)
    assert {report.source for report in REPORTS.values()} <= {*SOURCES, WHOLE}
