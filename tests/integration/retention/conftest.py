"""One ClickHouse for the tests of retention; each finds its tables empty."""

from collections.abc import Iterator

import pytest
from click.testing import CliRunner
from clickhouse_connect.driver.client import Client

from infra.cli.migrate import command as migrate
from tests.contract.test_clickhouse_front import Front

DATABASE = "retention"
FILLED = ("violations", "case_events", "case_commands", "reviews", "dead_letters")


@pytest.fixture(scope="module")
def tables(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Client]:
    """Connected to tables as the files of ddl/ make them."""
    front = Front(tmp_path_factory.mktemp("clickhouse") / "data").start()
    try:
        environment = {"VIGIL_CLICKHOUSE_URL": front.url, "VIGIL_CLICKHOUSE_DATABASE": DATABASE}
        made = CliRunner().invoke(migrate, [], env=environment)
        assert made.exit_code == 0, made.output
        yield front.client(database=DATABASE)
    finally:
        assert front.stop() == 0


@pytest.fixture
def client(tables: Client) -> Client:
    """Connected to empty tables that forget nothing until they are told to."""
    tables.command("SYSTEM STOP TTL MERGES")
    for name in (*(f"{one}_{part}" for one in FILLED for part in ("messages", "facts")), "cases_facts"):
        tables.command(f"TRUNCATE TABLE {name}")
    return tables
