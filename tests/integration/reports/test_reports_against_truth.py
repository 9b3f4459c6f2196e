"""Each report against the history's own sums, or against the same question asked of the facts in another way."""

import io
import json
import zipfile
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest

from tests.integration.reports.conftest import FROM, INCIDENTS, TO, VIOLATIONS, Reports

pytestmark = pytest.mark.integration
#: Figures of the report and of the history's writer.
SAME = {
    "violations": "violations", "detected_kzt": "detected_kzt", "confirmed": "confirmed", "issued": "imposed",
    "imposed_kzt": "imposed_kzt", "discounted": "discounted", "discounted_kzt": "discounted_kzt", "paid": "paid",
    "paid_kzt": "paid_kzt", "collected_kzt": "collected_kzt",
}  # fmt: skip


def summed(rows: list[dict[str, Any]], figure: str) -> int:
    """Return a figure's sum over lines."""
    return sum(int(row[figure]) for row in rows)


def totals(reports: Reports) -> dict[str, int]:
    """Return the totals of a revenue: the writer's own, of which nothing was given back."""
    found = {name: reports.truth["total"][own] for name, own in SAME.items()}
    return found | {"refunded_kzt": 0, "net_kzt": found["collected_kzt"]}


def test_revenue_by_article_is_the_writers_own(reports: Reports) -> None:
    """Every figure of every article is what the history's writer counted, to the tenge; totals are those of all."""
    found = reports.answer("revenue", "--by", "article")
    truth = reports.truth["by_article"]
    assert {row["group"]: {name: row[name] for name in SAME} for row in found["rows"]} == {
        article: {name: figures[own] for name, own in SAME.items()} for article, figures in truth.items()
    }
    assert found["totals"] == totals(reports)
    assert found["as_of"] <= found["made_at"]


@pytest.mark.parametrize("by", ["day", "district", "owner", "camera"])
def test_revenue_by_anything_is_the_same_money(reports: Reports, by: str) -> None:
    """Lines are those of the facts, and totals are the history's whatever the lines are."""
    column = {
        "day": "toString(toDate(offence_at, 'Asia/Almaty'))",
        "month": "formatDateTime(offence_at, '%Y-%m', 'Asia/Almaty')",
        "camera": "camera_id",
    }.get(by, by)
    found = reports.answer("revenue", "--by", by, *(("--limit", "100000") if by == "camera" else ()))
    facts = reports.rows(
        f"""SELECT {column}, countIf(step = 'DETECTED'), sumIf(amount_kzt, step = 'ISSUED'),
            sumIf(amount_kzt, step IN ('DISCOUNTED', 'PAID')) FROM case_events GROUP BY 1 ORDER BY 1"""
    )
    lines = sorted((row["group"], row["violations"], row["imposed_kzt"], row["collected_kzt"]) for row in found["rows"])
    assert lines == [tuple(row) for row in facts]
    assert found["totals"] == totals(reports)


@pytest.mark.parametrize("by", ["month", "camera"])
def test_by_cash_date_money_counts_on_the_day_it_came(reports: Reports, by: str) -> None:
    """What came in in February is what the treasury reported in February, whenever the offence was."""
    dates = ("--from", "2024-02-01", "--to", "2024-02-29")
    found = reports.answer("revenue", *dates, "--by", by, "--by-cash-date")
    ((kzt,),) = reports.rows(
        """SELECT sum(amount_kzt) FROM payments WHERE kind = 'PAYMENT'
           AND toDate(happened_at, 'Asia/Almaty') BETWEEN '2024-02-01' AND '2024-02-29'"""
    )
    ((issued,),) = reports.rows(
        "SELECT count() FROM case_events WHERE step = 'ISSUED' AND toYYYYMM(happened_at, 'Asia/Almaty') = 202402"
    )
    assert (found["totals"]["collected_kzt"], found["totals"]["issued"]) == (kzt, issued)
    assert found["totals"]["collected_kzt"] != reports.answer("revenue", *dates)["totals"]["collected_kzt"]


@pytest.mark.parametrize("cash", [(), ("--by-cash-date",)])
@pytest.mark.parametrize("dates", [(FROM, TO), ("2024-01-10", "2024-02-15"), ("2024-01-10", "2024-01-20")])
def test_by_camera_is_the_same_money_as_by_day(reports: Reports, dates: tuple[str, str], cash: tuple[str, ...]) -> None:
    """Whole months, days at the edges and days within one month come from other tables, and sum up to the same."""
    asked = ("--from", dates[0], "--to", dates[1], *cash)
    by_day = reports.answer("revenue", *asked)
    by_camera = reports.answer("revenue", *asked, "--by", "camera", "--limit", "100000")
    assert by_camera["totals"] == by_day["totals"]
    for figure in by_day["totals"]:
        assert summed(by_camera["rows"], figure) == by_day["totals"][figure]
    day = "happened_at" if cash else "offence_at"
    facts = reports.rows(
        f"""SELECT camera_id, sum(amount_kzt) FROM case_events WHERE step IN ('DISCOUNTED', 'PAID')
            AND toDate({day}, 'Asia/Almaty') BETWEEN {{from:Date}} AND {{to:Date}} GROUP BY 1 ORDER BY 1""",
        **{"from": dates[0], "to": dates[1]},
    )
    assert sorted((row["group"], row["collected_kzt"]) for row in by_camera["rows"] if row["collected_kzt"]) == facts


def test_a_limit_cuts_lines_and_not_totals(reports: Reports) -> None:
    """Of thousands of cameras the best are shown, and the rest is named."""
    found = reports.answer("revenue", "--by", "camera", "--limit", "3")
    assert len(found["rows"]) == 3
    assert found["totals"]["collected_kzt"] == reports.truth["total"]["collected_kzt"]
    assert "--limit shows more" in found["notes"][0]


def test_the_waterfall_accounts_for_each_tenge(reports: Reports) -> None:
    """Between two levels, losses by reason add up to the difference, in cases and money; the end is the revenue's."""
    found = reports.answer("waterfall")
    rows, truth = found["rows"], reports.truth["total"]
    levels = {row["name"]: row for row in rows if row["part"] == "level"}
    names = ["found", "detected", "confirmed", "issued", "delivered", "collected", "net"]
    assert list(levels) == names
    for name, after in pairwise(names):
        losses = [row for row in rows if row["part"] == "loss" and row["after"] == name]
        for figure in ("cases", "kzt"):
            assert levels[name][figure] - levels[after][figure] == summed(losses, figure), (name, figure)
    assert [levels[name]["cases"] for name in names] == [
        truth["violations"], truth["violations"], truth["confirmed"], truth["imposed"], truth["delivered"],
        truth["discounted"] + truth["paid"], truth["discounted"] + truth["paid"],
    ]  # fmt: skip
    assert levels["issued"]["kzt"] == truth["imposed_kzt"]
    assert found["totals"]["collected_kzt"] == found["totals"]["net_kzt"] == truth["collected_kzt"]
    by_name = {row["name"]: row["kzt"] for row in rows if row["after"] in {"issued", "delivered"}}
    assert by_name["cancelled"] == truth["cancelled_kzt"]
    # what the law gives away is the half that was not asked for
    assert (
        by_name["discount of the law"]
        == reports.rows(
            """SELECT sum(imposed - half) FROM (SELECT sumIf(amount_kzt, step = 'ISSUED') AS imposed,
           sumIf(amount_kzt, step = 'DISCOUNTED') AS half FROM case_events GROUP BY case_id HAVING half > 0)"""
        )[0][0]
    )
    reasons = {row["reason"]: row["cases"] for row in rows if row["name"] == "rejected"}
    assert reasons == dict(reports.rows("SELECT reason, count() FROM case_events WHERE step = 'REJECTED' GROUP BY 1"))


@pytest.mark.parametrize("day", ["2024-02-20", "2025-12-31"])
def test_ageing_is_what_was_unpaid_on_that_day(reports: Reports, day: str) -> None:
    """By age, by stage, by article and by month of issue, it is what the steps to that day leave open."""
    ((cases, kzt),) = reports.rows(
        """SELECT count(), sum(fine) FROM (
               SELECT case_id, anyIf(amount_kzt, step = 'ISSUED') AS fine,
                   countIf(step IN ('DISCOUNTED', 'PAID', 'CANCELLED', 'LAPSED')) AS closed
               FROM case_events WHERE toDate(happened_at, 'Asia/Almaty') <= {day:Date} GROUP BY case_id
               HAVING countIf(step = 'ISSUED') = 1 AND closed = 0)""",
        day=day,
    )
    answers = {
        by: reports.answer("ageing", "--from", FROM, "--to", day, "--by", by)
        for by in ("age", "stage", "article", "month")
    }
    for found in answers.values():
        assert (found["totals"]["cases"], found["totals"]["kzt"]) == (cases, kzt)
        assert (summed(found["rows"], "cases"), summed(found["rows"], "kzt")) == (cases, kzt)
    assert cases > 0
    stages = {row["group"]: row["cases"] for row in answers["stage"]["rows"]}
    facts = reports.rows(
        """SELECT last, count() FROM (SELECT argMax(step, revision) AS last FROM case_events
           WHERE toDate(happened_at, 'Asia/Almaty') <= {day:Date} GROUP BY case_id)
           WHERE last IN ('ISSUED', 'DELIVERED', 'APPEALED', 'IN_FORCE', 'ENFORCED') GROUP BY last""",
        day=day,
    )
    names = {
        "ISSUED": "awaits delivery",
        "DELIVERED": "term runs",
        "APPEALED": "appealed",
        "IN_FORCE": "in force unpaid",
        "ENFORCED": "with bailiffs",
    }
    assert stages == {names[step]: count for step, count in facts}


@pytest.mark.parametrize("dates", [("2024-01-10", "2024-02-15"), ("2024-02-01", "2024-02-29")])
def test_repeaters_of_a_part_are_those_of_its_days(reports: Reports, dates: tuple[str, str]) -> None:
    """Vehicles with all offences in the period come from sums, the others day by day; together they are the facts'."""
    found = reports.answer("repeat", "--from", dates[0], "--to", dates[1])
    facts = reports.rows(
        """SELECT multiIf(n = 1, '1', n = 2, '2', n < 5, '3-4', n < 10, '5-9', '10 or more'),
                  count(), sum(n), sum(imposed), sum(collected), sum(repeats)
           FROM (SELECT countIf(step = 'ISSUED') AS n, sumIf(amount_kzt, step = 'ISSUED') AS imposed,
                     sumIf(amount_kzt, step IN ('DISCOUNTED', 'PAID')) AS collected,
                     countIf(step = 'ISSUED' AND startsWith(reason, 'repeat')) AS repeats
                 FROM case_events WHERE length(vehicle_key) = 64
                 AND toDate(offence_at, 'Asia/Almaty') BETWEEN {from:Date} AND {to:Date}
                 GROUP BY vehicle_key HAVING n > 0)
           GROUP BY 1 ORDER BY min(n)""",
        **{"from": dates[0], "to": dates[1]},
    )
    figures = ("group", "vehicles", "issued", "imposed_kzt", "collected_kzt", "priced_as_repeat")
    assert [tuple(row[figure] for figure in figures) for row in found["rows"]] == facts
    assert found["totals"]["vehicles"] == sum(row[1] for row in facts) > 0


def test_repeaters_are_counted_and_not_named(reports: Reports) -> None:
    """Shares are those of the facts; no key and no hash of one is in the output."""
    found = reports.answer("repeat")
    facts = reports.rows(
        """SELECT least(n, 3), count(), sum(n), sum(kzt)
           FROM (SELECT count() AS n, sum(amount_kzt) AS kzt FROM case_events WHERE step = 'ISSUED'
           AND length(vehicle_key) = 64 GROUP BY vehicle_key) GROUP BY 1 ORDER BY 1"""
    )
    lines = [(row["vehicles"], row["issued"], row["imposed_kzt"]) for row in found["rows"]]
    assert lines[:2] == [row[1:] for row in facts][:2]
    assert found["totals"]["vehicles"] == sum(row[1] for row in facts)
    assert found["totals"]["priced_as_repeat"] == reports.truth["total"]["repeats"]
    assert sum(row["vehicles_ratio"] for row in found["rows"]) == pytest.approx(1, abs=1e-3)
    ((key,),) = reports.rows("SELECT any(vehicle_key) FROM case_events")
    columns = reports.rows("SELECT name FROM system.columns WHERE database = 'history' AND table = 'report_repeaters'")
    assert key not in json.dumps(found)
    assert not [name for (name,) in columns if "key" in name or "vehicle" in name or "case" in name]


@pytest.mark.parametrize("by", ["kind", "hour", "day"])
def test_incidents_are_those_of_the_facts(reports: Reports, by: str) -> None:
    """Counts and delays by anything are those of the view, and the two decisions of officers give the false alarms."""
    found = reports.answer("incidents", "--by", by)
    column = {"hour": "leftPad(toString(toHour(opened_at, 'Asia/Almaty')), 2, '0')",
              "day": "toString(toDate(opened_at, 'Asia/Almaty'))"}.get(by, by)  # fmt: skip
    facts = reports.rows(
        f"""SELECT {column}, count(), quantileExact(0.5)(dateDiff('millisecond', started_at, opened_at) / 1000)
            FROM incidents GROUP BY 1 ORDER BY 1"""
    )
    assert [(row["group"], row["incidents"], row["delay_p50_s"]) for row in found["rows"]] == facts
    assert found["totals"]["incidents"] == INCIDENTS
    assert [found["totals"][name] for name in ("reviewed", "rejected", "false_alarms")] == [2, 1, 1]
    assert found["totals"]["false_alarm_ratio"] == 0.5
    assert found["notes"] == []


def test_what_is_not_known_of_incidents_is_said(reports: Reports) -> None:
    """Without a review there is no share of false alarms, and the report says so instead of a zero."""
    found = reports.answer("incidents", "--from", "2024-02-20", "--to", TO)
    assert found["totals"]["false_alarm_ratio"] is None
    assert "not known" in found["notes"][0]


@pytest.mark.parametrize(
    "dates",
    [
        (FROM, TO),
        ("2024-01-10", "2024-02-15"),
        ("2024-02-01", "2024-02-29"),
        ("2024-01-31", "2024-02-29"),
        ("2024-02-01", "2024-02-20"),
    ],
)
def test_cameras_yield_what_their_cases_yield(reports: Reports, dates: tuple[str, str]) -> None:
    """Whole months and single days at the edges together are the facts'; uptime is of what was reported."""
    found = reports.answer("cameras", "--from", dates[0], "--to", dates[1], "--limit", "100000")
    facts = reports.rows(
        """SELECT camera_id, countIf(step = 'DETECTED'), sumIf(amount_kzt, step IN ('DISCOUNTED', 'PAID'))
           FROM case_events WHERE toDate(offence_at, 'Asia/Almaty') BETWEEN {from:Date} AND {to:Date}
           GROUP BY 1 ORDER BY 1""",
        **{"from": dates[0], "to": dates[1]},
    )
    lines = {row["group"]: row for row in found["rows"]}
    assert [(row[0], lines[row[0]]["violations"], lines[row[0]]["collected_kzt"]) for row in facts] == facts
    assert len(lines) == len({row[0] for row in facts} | {"ALA-0", "ALA-1"})
    # five reports of ten seconds each; the second camera was down in one and without picture for 4 s of another
    assert (lines["ALA-0"]["uptime_ratio"], lines["ALA-0"]["gaps"]) == (1, 0)
    assert (lines["ALA-1"]["uptime_ratio"], lines["ALA-1"]["gaps"], lines["ALA-1"]["gap_s"]) == (0.72, 1, 4)
    assert lines["ALA-1"]["reconnects"] == 1


@pytest.mark.parametrize("by", ["day", "month", "officer", "reason"])
def test_reviews_are_those_of_the_officers(reports: Reports, by: str) -> None:
    """Load, time and agreement are what the decisions say; agreement is that of the first two officers of a case."""
    found = reports.answer("reviews", "--from", "2023-12-31", "--to", "2024-12-31", "--by", by)
    column = {"day": "toString(toDate(decided_at, 'Asia/Almaty'))", "officer": "officer_id",
              "month": "formatDateTime(decided_at, '%Y-%m', 'Asia/Almaty')",
              "reason": "if(reason_code = '', '(none)', reason_code)"}.get(by, by)  # fmt: skip
    facts = reports.rows(
        f"""SELECT {column}, count(), countIf(verdict = 'REJECTED'),
            quantileTiming(0.5)(dateDiff('second', looked_at, decided_at)) FROM reviews GROUP BY 1 ORDER BY 1"""
    )
    lines = [
        (row["group"], row["reviews"], row["rejected"], row["look_p50_s"]) for row in found["rows"] if row["reviews"]
    ]
    assert lines == facts
    ((pairs, agreed),) = reports.rows(
        """SELECT count(), countIf(verdicts[1].2 = verdicts[2].2) FROM (
               SELECT arraySort(groupArray((decided_at, verdict))) AS verdicts FROM reviews GROUP BY case_id
               HAVING length(verdicts) > 1)"""
    )
    assert found["totals"]["second_reviews"] == pairs > 0
    assert found["totals"]["agreement_ratio"] == pytest.approx(agreed / pairs, abs=1e-4)


def test_the_same_tariff_gives_the_same_money_and_a_double_one_twice_as_much(reports: Reports, tmp_path: Path) -> None:
    """What another tariff would have brought starts from what this one did, to the tenge."""
    path = tmp_path / "other.toml"
    head = '[tariff]\nname = "other"\n[[mrp]]\nfrom = 2024-01-01\nuntil = 2024-12-31\nkzt = '
    for factor in (1, 2):
        path.write_text(f"{head}{3_692 * factor}\n", encoding="utf-8")
        found = reports.answer("revenue", "--by", "article", "--tariff", str(path))
        totals, truth = found["totals"], reports.truth["total"]
        assert (totals["imposed_kzt"], totals["collected_kzt"]) == (truth["imposed_kzt"], truth["collected_kzt"])
        assert totals["other_imposed_kzt"] == factor * truth["imposed_kzt"]
        assert totals["other_collected_kzt"] == totals["collected_kzt"] + totals["difference_kzt"]
        if factor == 1:
            assert totals["difference_kzt"] == 0
    path.write_text(
        '[tariff]\nname = "dear"\n[[price]]\narticle = "KoAP 601"\nfirst = { mrp = 6 }\nrepeat = { mrp = 10 }\n',
        encoding="utf-8",
    )
    lines = reports.answer("revenue", "--by", "article", "--tariff", str(path))["rows"]
    file = (tmp_path / "t.parquet").resolve()
    asked = ("revenue", "--from", FROM, "--to", TO, "--by", "article", "--tariff", str(path))
    reports.vigil(*asked, "--format", "parquet", "--out", str(file))
    assert reports.rows(f"SELECT * FROM file('{file}', 'Parquet')") == [tuple(row.values()) for row in lines]
    rows = {row["group"]: row for row in lines}
    assert rows["KoAP 592.1"]["difference_kzt"] == 0
    assert rows["KoAP 601"]["other_imposed_kzt"] > 1.9 * rows["KoAP 601"]["imposed_kzt"]
    said = reports.vigil("revenue", "--by-cash-date", "--tariff", str(path), expect=1)
    assert "by date of offence" in said


@pytest.mark.parametrize("by", ["camera", "district", "owner"])
def test_another_tariff_by_place_is_the_same_money(reports: Reports, tmp_path: Path, by: str) -> None:
    """Totals are those by day, whatever the law's other days are; lines start from what the same lines brought."""
    path = tmp_path / "other.toml"
    path.write_text(
        '[tariff]\nname = "other"\n[[mrp]]\nfrom = 2024-01-20\nuntil = 2024-02-10\nkzt = 5_000\n'
        '[[price]]\narticle = "KoAP 601"\nfirst = { mrp = 6 }\nrepeat = { mrp = 10 }\nfrom = 2024-02-05\n',
        encoding="utf-8",
    )
    found = reports.answer("revenue", "--by", by, "--tariff", str(path), "--limit", "100000")
    by_day = reports.answer("revenue", "--by", "day", "--tariff", str(path))
    assert found["totals"] == by_day["totals"]
    assert found["totals"]["difference_kzt"] > 0
    assert len(found["notes"]) == len(by_day["notes"])
    own = reports.answer("revenue", "--by", by, "--limit", "100000")["rows"]
    names = ("group", "issued", "imposed_kzt", "collected_kzt")
    assert [tuple(row[name] for name in names) for row in found["rows"]] == [
        tuple(row[name] for name in names) for row in own if row["issued"]
    ]
    for figure in found["totals"]:
        assert summed(found["rows"], figure) == found["totals"][figure]


def test_another_tariff_by_camera_says_what_it_leaves_out(reports: Reports, tmp_path: Path) -> None:
    """Beyond the limit in a sentence; so are prescriptions whose cases have gone, which the totals lack."""
    path = tmp_path / "other.toml"
    path.write_text('[tariff]\nname = "half"\n[discount]\npercent = 50\n', encoding="utf-8")
    asked = ("--by", "camera", "--tariff", str(path), "--limit", "3")
    found = reports.answer("revenue", *asked)
    assert len(found["rows"]) == 3
    assert any("--limit shows more" in note for note in found["notes"])
    reports.client.command(
        "INSERT INTO report_prices SELECT * REPLACE (202312 AS source_month)"
        " FROM (SELECT * FROM report_prices WHERE source_month = 202401 LIMIT 1)"
    )
    try:
        less = reports.answer("revenue", *asked, "--no-refresh")
    finally:
        reports.client.command("ALTER TABLE report_prices DROP PARTITION 202312")
    assert less["totals"] == found["totals"]
    assert any("left out: the cases of their months have gone" in note for note in less["notes"])


def test_every_format_holds_the_same_lines(reports: Reports, tmp_path: Path) -> None:
    """CSV, workbook, Parquet and page carry what JSON carries."""
    rows = reports.answer("revenue", "--by", "district")["rows"]
    asked = ("revenue", "--from", FROM, "--to", TO, "--by", "district", "--format")
    csv = reports.vigil(*asked, "csv").splitlines()
    assert csv[0] == ",".join(rows[0])
    assert csv[1:] == [",".join(str(value) for value in row.values()) for row in rows]
    for form in ("xlsx", "html", "parquet", "table"):
        reports.vigil(*asked, form, "--out", str(tmp_path / f"r.{form}"))
    with zipfile.ZipFile(io.BytesIO((tmp_path / "r.xlsx").read_bytes())) as book:
        sheet = book.read("xl/worksheets/sheet1.xml").decode()
    assert all(f"<v>{row['collected_kzt']}</v>" in sheet for row in rows)
    assert f"<v>{reports.truth['total']['collected_kzt']}</v>" in sheet
    page = (tmp_path / "r.html").read_text(encoding="utf-8")
    assert all(f"{row['collected_kzt']:,}" in page for row in rows)
    assert f"{reports.truth['total']['collected_kzt']:,}" in (tmp_path / "r.table").read_text(encoding="utf-8")
    data = (tmp_path / "r.parquet").read_bytes()
    assert data[:4] == data[-4:] == b"PAR1"
    path = (tmp_path / "r.parquet").resolve()
    found = reports.rows(f"SELECT `group`, collected_kzt FROM file('{path}', 'Parquet') ORDER BY 1")
    assert found == [(row["group"], row["collected_kzt"]) for row in rows]


def test_the_violations_there_are(reports: Reports) -> None:
    """The history has as many cases as were asked for: nothing above compares two empty sides."""
    assert reports.truth["total"]["violations"] == VIOLATIONS
