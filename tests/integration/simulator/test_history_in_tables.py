"""A history in the real engine: the tables give the writer's totals, the law holds in them, nothing is there twice."""

import json
import re
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner
from clickhouse_connect.driver.client import Client

from infra.cli.city import command
from infra.cli.law import command as law_command
from infra.law_case import Verdict, read_case
from infra.settings import ROOT
from producers.simulator.history.totals import FIGURES
from schemas.law import Law, Tier
from schemas.law.explanation import explain
from tests.contract.test_clickhouse_front import Front

pytestmark = pytest.mark.integration
DATABASE = "history"
ASKED = ("--from", "2024-01-01", "--to", "2024-09-30", "--violations", "20000", "--incidents", "1000")


class Written:
    """A front with a history in it, and what the command said."""

    def __init__(self, front: Front) -> None:
        self.front = front
        self.report: dict[str, Any] = json.loads(self.vigil("--migrate"))
        self.client: Client = front.client(database=DATABASE)

    def vigil(self, *arguments: str, expect: int = 0) -> str:
        """Run the command; return its standard output, or what it said on an error."""
        argv = ["history", *ASKED, "--json", "--database", DATABASE, *arguments]
        done = CliRunner().invoke(command, argv, env={"VIGIL_CLICKHOUSE_URL": self.front.url})
        assert done.exit_code == expect, (done.exit_code, done.output, done.exception)
        return done.stderr if expect else done.stdout

    def number(self, sql: str) -> int:
        """Return the one number that a query gives."""
        return int(self.client.query(sql).result_rows[0][0])


@pytest.fixture(scope="module")
def written(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Written]:
    """A history of 20,000 violations over nine months, written once."""
    front = Front(tmp_path_factory.mktemp("front") / "data").start()
    try:
        yield Written(front)
    finally:
        assert front.stop() == 0


def documented() -> list[str]:
    """Return the SQL of the page."""
    page = (Path(ROOT) / "docs" / "city-history.md").read_text(encoding="utf-8")
    return re.findall(r"```sql\n(.*?)```", page, re.DOTALL)


def test_the_pages_sql_gives_the_writers_totals(written: Written) -> None:
    """Each figure of each article is the same from the tables, to the tenge; and so is the treasury's sum."""
    by_article, collected = documented()
    found = written.client.query(by_article)
    assert found.column_names == ("article", *FIGURES)
    from_tables = {row[0]: dict(zip(FIGURES, row[1:], strict=True)) for row in found.result_rows}
    assert from_tables == written.report["totals"]["by_article"]
    assert written.number(collected) == written.report["totals"]["total"]["collected_kzt"] > 0


def test_every_row_is_there_once(written: Written) -> None:
    """Landing tables and views hold what was made; views of entities one row each."""
    rows = written.report["rows"]
    assert written.report["problems"] == []
    assert rows["violations"] == 20_000
    for topic, count in rows.items():
        table = topic.replace("-", "_")
        assert written.number(f"SELECT uniqExact(_partition, _offset) FROM {table}_messages") == count
        assert written.number(f"SELECT count() FROM {table}") == (1_000 if topic == "incidents" else count)
    assert written.number("SELECT count() FROM cases") == 20_000


@pytest.mark.parametrize(
    "broken",
    [
        # a fine without a confirmed review
        """SELECT count() FROM case_events WHERE step = 'ISSUED'
           AND case_id NOT IN (SELECT case_id FROM reviews WHERE verdict = 'CONFIRMED')""",
        # two fines for one offence
        """SELECT count() FROM (SELECT violation_id FROM case_events WHERE step = 'ISSUED'
           GROUP BY violation_id HAVING count() > 1)""",
        # a review after the step that it led to
        """SELECT count() FROM reviews AS r INNER JOIN case_events AS e ON e.case_id = r.case_id
           WHERE e.step IN ('CONFIRMED', 'REJECTED') AND r.decided_at > e.happened_at""",
        # a payment before delivery, or without
        """SELECT count() FROM payments AS p LEFT JOIN (SELECT case_id, happened_at FROM case_events
           WHERE step = 'DELIVERED') AS d ON d.case_id = p.case_id
           WHERE p.kind = 'PAYMENT' AND (d.case_id = '' OR p.happened_at <= d.happened_at)""",
        # half after the seventh day
        """SELECT count() FROM (SELECT case_id,
           anyIf(toDate(happened_at, 'Asia/Almaty'), step = 'DELIVERED') AS delivered,
           anyIf(toDate(happened_at, 'Asia/Almaty'), step = 'DISCOUNTED') AS paid
           FROM case_events GROUP BY case_id HAVING countIf(step = 'DISCOUNTED') > 0)
           WHERE paid NOT BETWEEN delivered AND delivered + 7""",
        # steps that do not follow one another
        """SELECT count() FROM (SELECT case_id, arraySort(groupArray((revision, happened_at))) AS steps
           FROM case_events GROUP BY case_id)
           WHERE arrayMap(s -> s.1, steps) != range(1, length(steps) + 1)
           OR arraySort(arrayMap(s -> s.2, steps)) != arrayMap(s -> s.2, steps)""",
        # money in the treasury that the case does not know of
        """SELECT count() FROM (SELECT case_id, sum(amount_kzt) AS kzt FROM payments GROUP BY case_id) AS p
           INNER JOIN (SELECT case_id, sumIf(amount_kzt, step IN ('DISCOUNTED', 'PAID')) AS kzt FROM case_events
           GROUP BY case_id) AS c ON c.case_id = p.case_id WHERE p.kzt != c.kzt""",
        # a repeat tier without an executed penalty for the same in the year before
        """SELECT count() FROM (SELECT case_id, vehicle_key, article, offence_at FROM case_events
           WHERE step = 'ISSUED' AND startsWith(reason, 'repeat')) AS r
           WHERE (r.case_id) NOT IN (SELECT n.case_id FROM case_events AS n
           INNER JOIN case_events AS e ON e.vehicle_key = n.vehicle_key AND e.article = n.article
           WHERE n.step = 'ISSUED' AND e.step IN ('DISCOUNTED', 'PAID')
           AND e.happened_at <= n.offence_at AND e.happened_at > n.offence_at - INTERVAL 365 DAY)""",
        # a speed whose tolerance interval does not lie in the band of its article
        """SELECT count() FROM violations WHERE kind = 'speeding' AND NOT (
           measured - confidence_factor * measured_error - limit BETWEEN
           transform(articles[1].code, ['KoAP 592.1', 'KoAP 592.2', 'KoAP 592.3'], [10., 20., 40.], 0.) - 0.006 AND
           transform(articles[1].code, ['KoAP 592.1', 'KoAP 592.2', 'KoAP 592.3'], [20., 40., 300.], 0.))""",
    ],
)
def test_the_law_holds_in_the_tables(written: Written, broken: str) -> None:
    """None of what the law rules out is in them."""
    assert written.number(broken) == 0


def test_cases_are_explained_by_the_law(written: Written) -> None:
    """Of each reason of a price some cases: the law's sum and version are the record's, or the first offence's."""
    cases = written.client.query(
        "SELECT case_id, reason FROM case_events WHERE step = 'ISSUED' ORDER BY cityHash64(case_id) LIMIT 3 BY reason"
        " UNION ALL SELECT case_id, '' FROM cases WHERE step IN ('REJECTED', 'CONFIRMED', 'LAPSED')"
        " ORDER BY cityHash64(case_id) LIMIT 1 BY step"
    ).result_rows
    law = Law.load()
    verdicts: Counter[tuple[Verdict, Tier]] = Counter()
    for case_id, reason in cases:
        case = read_case(written.client, law, case_id)
        found = explain(law, case.question)
        assert found.sanction is not None
        verdict = case.verdict(law, found)
        assert verdict is not Verdict.OTHER, (case, found)
        if reason.startswith("repeat"):
            assert (verdict, found.sanction.tier) == (Verdict.SAME, Tier.REPEAT), case
        elif "was not established" in reason:
            assert (verdict, found.sanction.tier) == (Verdict.FIRST, Tier.REPEAT), case
        verdicts[verdict, found.sanction.tier] += 1
    for kind in ((Verdict.SAME, Tier.FIRST), (Verdict.SAME, Tier.REPEAT), (Verdict.FIRST, Tier.REPEAT)):
        assert verdicts[kind] >= 3, verdicts


def test_a_case_is_explained_on_the_command_line(written: Written, tmp_path: Path) -> None:
    """Text in each language and JSON; a record that was tampered with ends with 2, an unknown case with 1."""
    officers = tmp_path / "officers.toml"
    officers.write_text('[officer.o1]\nroles = ["reviewer"]\n', encoding="utf-8")
    env = {
        "VIGIL_CLICKHOUSE_URL": written.front.url,
        "VIGIL_CLICKHOUSE_DATABASE": DATABASE,
        "VIGIL_REVIEW_OFFICERS": str(officers),
    }
    looks = ("--officer", "o1", "--why", "the owner asks")
    case_id = written.client.query("SELECT min(case_id) FROM cases WHERE step = 'DISCOUNTED'").result_rows[0][0]
    runner = CliRunner()
    for language, word in (("en", "The case records"), ("ru", "В деле указаны"), ("kk", "Істе")):  # noqa: RUF001
        done = runner.invoke(law_command, ["explain", case_id, *looks, "--language", language], env=env)
        assert done.exit_code == 0, done.output
        assert word in done.stdout
    said = json.loads(runner.invoke(law_command, ["explain", case_id, *looks, "--json"], env=env).stdout)
    assert (said["case"], said["verdict"], said["last_step"]) == (case_id, "same", "DISCOUNTED")
    assert said["recorded_kzt"] == said["sanction"]["amount_kzt"] > 0
    missing = runner.invoke(law_command, ["explain", "nowhere", *looks], env=env)
    assert missing.exit_code == 1
    assert "case 'nowhere': found none" in missing.stderr
    written.client.command(
        "INSERT INTO case_events_facts SELECT * REPLACE ('tampered' AS case_id, amount_kzt + 1 AS amount_kzt)"
        f" FROM (SELECT * FROM case_events_facts WHERE case_id = '{case_id}')"
    )
    other = runner.invoke(law_command, ["explain", "tampered", *looks], env=env)
    assert other.exit_code == 2
    assert "it differs from the law's" in " ".join(other.stdout.split())
    written.client.command(
        "ALTER TABLE case_events_facts DELETE WHERE case_id = 'tampered' SETTINGS mutations_sync = 2"
    )


def test_a_second_run_changes_nothing_and_another_origin_is_refused(written: Written) -> None:
    """The same history again stays once; another seed is refused by name, and written with --add beside the first."""
    before = written.client.query("SELECT count(), sum(cityHash64(*)) FROM case_events_messages").result_rows
    assert json.loads(written.vigil("--processes", "1"))["problems"] == []
    assert written.client.query("SELECT count(), sum(cityHash64(*)) FROM case_events_messages").result_rows == before
    said = written.vigil("--seed", "2", "--violations", "50", expect=1)
    assert "holds rows of another origin: 20,000 of violations" in said
    assert "--add" in said
    report = json.loads(written.vigil("--seed", "2", "--violations", "50", "--incidents", "0", "--add"))
    assert report["rows"]["violations"] == 50
    assert written.number("SELECT count() FROM cases") == 20_050


def test_tables_that_are_missing_are_named(written: Written) -> None:
    """A database without tables is an error that says what to do."""
    said = written.vigil("--database", "nowhere", expect=1)
    assert "database nowhere lacks" in said
    assert "--migrate" in said
