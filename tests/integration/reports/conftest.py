"""A small history of the test city in the real engine, and `vigil report` over it."""

import json
from collections.abc import Iterator
from typing import Any

import pytest
from click.testing import CliRunner
from clickhouse_connect.driver.client import Client

from infra.cli.city import command as city
from infra.cli.report import command as report
from tests.contract.test_clickhouse_front import Front

DATABASE = "history"
FROM, TO = "2024-01-01", "2024-02-29"
VIOLATIONS, INCIDENTS = 5_000, 300
#: Two cameras' reports of ten seconds: one streams all the time, one has a gap and a report of being down.
HEALTH = """
INSERT INTO camera_health_messages (_topic_id, _partition, _offset, _create_time, camera_id, at_us, window_us, status,
    fps, bitrate_bps, keyframes, gaps, gap_us, reconnects, messages_sent, delivery_failures, _offset_end)
SELECT
    toUUID('00000000-0000-0000-0000-00000000000a'), 0, number, now64(3, 'UTC'), concat('ALA-', toString(number % 2)),
    toUnixTimestamp64Micro(toDateTime64('2024-02-01 06:00:00', 6, 'UTC')) + intDiv(number, 2) * 10000000, 10000000,
    if(number = 7, 'DOWN', 'STREAMING'), 25, 4000000, 5, number = 5, if(number = 5, 4000000, 0), intDiv(number, 7), 10,
    0, number
FROM numbers(10)"""
#: An officer calls one incident a false alarm and another one real.
VERDICTS = """
INSERT INTO reviews_messages (_topic_id, _partition, _offset, _create_time, review_id, case_id, verdict, reason_code,
    remark, officer_id, looked_at_us, decided_at_us, subject, _offset_end)
SELECT
    toUUID('00000000-0000-0000-0000-00000000000b'), 0, rowNumberInAllBlocks() AS place, now64(3, 'UTC'),
    concat('i', incident_id), incident_id, if(place = 0, 'REJECTED', 'CONFIRMED'), if(place = 0, 'not_there', ''), '',
    'officer-1',
    toUnixTimestamp64Micro(opened_at), toUnixTimestamp64Micro(opened_at) + 20000000, 'INCIDENT', place
FROM (SELECT incident_id, opened_at FROM incidents WHERE kind = 'crowd' ORDER BY opened_at LIMIT 2)"""


class Reports:
    """A front with a history in it."""

    def __init__(self, front: Front) -> None:
        self.front = front
        asked = ("--from", FROM, "--to", TO, "--violations", str(VIOLATIONS), "--incidents", str(INCIDENTS))
        argv = ["history", *asked, "--json", "--database", DATABASE, "--migrate", "--processes", "1"]
        done = CliRunner().invoke(city, argv, env=self.environment)
        assert done.exit_code == 0, done.output
        #: What the writer of the history says it comes to.
        self.truth: dict[str, Any] = json.loads(done.stdout)["totals"]
        self.client: Client = front.client(database=DATABASE)
        self.client.command(HEALTH)
        self.client.command(VERDICTS)

    @property
    def environment(self) -> dict[str, str]:
        """Settings of the commands."""
        return {"VIGIL_CLICKHOUSE_URL": self.front.url, "VIGIL_CLICKHOUSE_DATABASE": DATABASE}

    def vigil(self, *arguments: str, expect: int = 0) -> str:
        """Run `vigil report`; return its standard output, or what it said on an error."""
        done = CliRunner().invoke(report, list(arguments), env=self.environment)
        assert done.exit_code == expect, (done.exit_code, done.output, done.exception)
        return done.stderr if expect else done.stdout

    def answer(self, name: str, *arguments: str) -> dict[str, Any]:
        """Return a report over the whole history as JSON."""
        dates = () if "--from" in arguments else ("--from", FROM, "--to", TO)
        found: dict[str, Any] = json.loads(self.vigil(name, *dates, "--format", "json", *arguments))
        return found

    def rows(self, sql: str, **parameters: Any) -> list[tuple[Any, ...]]:
        """Return the rows of a query."""
        return [tuple(row) for row in self.client.query(sql, parameters=parameters).result_rows]


@pytest.fixture(scope="package")
def reports(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Reports]:
    """A history of two months, written once; the tests only read it, but for those of the last file."""
    front = Front(tmp_path_factory.mktemp("front") / "data").start()
    try:
        yield Reports(front)
    finally:
        assert front.stop() == 0
