"""What arrives twice changes no sum, and what is new is in the next answer. These tests write; they come last."""

from typing import Any

import pytest

from sinks.reports.builds import SOURCES, UNOPENED, WHOLE, Builds
from sinks.reports.refresh import refresh
from tests.integration.reports.conftest import Reports

pytestmark = pytest.mark.integration
#: All columns of the landing table that a message fills.
AGAIN = """
INSERT INTO case_events_messages
SELECT * EXCEPT (_inserted_at) REPLACE ({offset} AS _offset, {offset} AS _offset_end, {amount} AS amount_kzt,
    {article} AS article), now64(3, 'UTC') AS _inserted_at
FROM case_events_messages
WHERE toDate(fromUnixTimestamp64Micro(happened_at_us), 'Asia/Almaty') = '2024-01-20'
ORDER BY _partition, _offset"""
ASKED = (("revenue", "--by", "article"), ("waterfall",), ("ageing", "--to", "2024-02-29"), ("repeat",))


def everything(reports: Reports) -> list[Any]:
    """Return rows and totals of the reports about money."""
    found = [reports.answer(name, "--from", "2024-01-01", "--to", "2024-02-29", *rest) if "--to" not in rest
             else reports.answer(name, "--from", "2024-01-01", *rest) for name, *rest in ASKED]  # fmt: skip
    return [(one["rows"], one["totals"]) for one in found]


@pytest.mark.parametrize(
    ("what", "offset", "amount", "article"),
    [
        ("a stage replays a day: its steps again, behind all others", "_offset + 1000000000", "amount_kzt", "article"),
        ("a changed version of the stage: with other prices", "_offset + 2000000000", "amount_kzt * 3", "'KoAP 600'"),
        ("the sink inserts what it inserted before", "_offset", "amount_kzt", "article"),
    ],
)  # fmt: skip
def test_a_replayed_day_changes_no_sum(reports: Reports, what: str, offset: str, amount: str, article: str) -> None:
    """The copies make their months due, the tables are made anew, and every line is as it was, to the tenge."""
    before = everything(reports)
    ((rows,),) = reports.rows("SELECT count() FROM case_events_messages")
    reports.client.command(
        AGAIN.format(offset=offset, amount=amount, article=article), settings={"insert_deduplicate": 0}
    )
    ((more,),) = reports.rows("SELECT count() FROM case_events_messages")
    assert more > rows + 100, what
    works = Builds.read(reports.client).due()
    assert {work.source for work in works} == {"case_events_facts", "report_repeaters"}
    assert everything(reports) == before
    assert Builds.read(reports.client).due() == []


def test_a_refresh_that_repeats_or_begins_anew_changes_nothing(reports: Reports) -> None:
    """Made twice, or all from the beginning, the tables say the same; nothing is left beside them."""
    before = everything(reports)
    assert refresh(reports.client) == []
    works = refresh(reports.client, everything=True)
    assert {work.source for work in works} >= {"case_events_facts", "reviews_facts", "incidents_facts"}
    assert everything(reports) == before
    assert reports.rows("SELECT name FROM system.tables WHERE database = 'history' AND name LIKE '%_next_%'") == []


def test_a_payment_that_comes_late_is_in_the_next_answer(reports: Reports) -> None:
    """One more step raises collected by its amount and nothing else, and lowers what is unpaid."""
    before = reports.answer("revenue")["totals"]
    unpaid = reports.answer("ageing", "--from", "2024-01-01", "--to", "2026-01-01")["totals"]
    ((case, kzt),) = reports.rows(
        """SELECT case_id, anyIf(amount_kzt, step = 'ISSUED') FROM case_events
           WHERE offence_at < '2024-02-20' GROUP BY case_id
           HAVING argMax(step, revision) = 'ENFORCED' ORDER BY case_id LIMIT 1"""
    )
    reports.client.command(
        """INSERT INTO case_events_messages SELECT * EXCEPT (_inserted_at) REPLACE (
               _offset + 3000000000 AS _offset, _offset + 3000000000 AS _offset_end, revision + 1 AS revision,
               'PAID' AS step, happened_at_us + 86400000000 AS happened_at_us), now64(3, 'UTC') AS _inserted_at
           FROM (SELECT * FROM case_events_messages WHERE case_id = {case:String} AND step = 'ENFORCED' LIMIT 1)""",
        parameters={"case": case},
    )
    stale = reports.answer("revenue", "--no-refresh")["totals"]
    after = reports.answer("revenue")["totals"]
    assert stale == before
    assert after == before | {
        "paid": before["paid"] + 1,
        "paid_kzt": before["paid_kzt"] + kzt,
        "collected_kzt": before["collected_kzt"] + kzt,
        "net_kzt": before["net_kzt"] + kzt,
    }
    left = reports.answer("ageing", "--from", "2024-01-01", "--to", "2026-01-01")["totals"]
    assert (unpaid["cases"] - left["cases"], unpaid["kzt"] - left["kzt"]) == (1, kzt)


def test_a_report_may_only_read(reports: Reports) -> None:
    """With the reports' settings the engine refuses to write, and the connection serves writers afterwards."""
    with pytest.raises(Exception, match="readonly"):
        reports.client.command("TRUNCATE TABLE report_cases", settings={"readonly": 2})
    with pytest.raises(Exception, match="readonly"):
        reports.client.command("DROP TABLE report_builds", settings={"readonly": 1})
    assert reports.rows("SELECT count() > 0 FROM report_cases") == [(1,)]
    reports.client.command("CREATE TABLE scratch (n UInt8) ENGINE = Memory")
    reports.client.command("DROP TABLE scratch")


def test_what_cannot_be_answered_says_what_to_do(reports: Reports) -> None:
    """Wrong questions and missing tables are sentences with a way out."""
    assert "earlier day first" in reports.vigil("revenue", "--from", "2024-03-01", "--to", "2024-02-01", expect=1)
    assert "vigil migrate" in reports.vigil("revenue", "--database", "default", expect=1)
    assert "vigil migrate" in reports.vigil("waterfall", "--database", "nowhere", expect=1)
    said = reports.vigil("profit", expect=2)
    assert "no report 'profit'" in said
    assert "waterfall" in said


def test_one_look_says_what_is_due_and_how_fresh_the_rest_is(reports: Reports) -> None:
    """After a refresh nothing is due, and each source is as fresh as its newest month."""
    refresh(reports.client)
    builds = Builds.read(reports.client)
    facts = reports.rows("SELECT source, max(rows_through), max(built_at) FROM report_builds FINAL GROUP BY source")
    assert {source: (fresh.as_of, fresh.made_at) for source, fresh in builds.fresh.items()} == {
        source: (through, built) for source, through, built in facts
    }
    filled = {*SOURCES, WHOLE} - {UNOPENED}  # the history opens a case for each violation
    assert set(builds.fresh) == filled
    assert builds.due() == []
    assert {work.source for work in builds.due(everything=True)} == filled
