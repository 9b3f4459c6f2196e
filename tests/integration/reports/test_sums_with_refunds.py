"""Courts' decisions and refunds in the reports, to the tenge. This file writes; it comes after all others."""

from dataclasses import asdict
from datetime import UTC, datetime
from itertools import pairwise
from pathlib import Path
from typing import Any, Final

import orjson
import pytest

from infra.law_case import EXECUTED, Verdict, read_case
from processors.cases.opening import case_id_of
from schemas.law import OwnerClass
from schemas.law.explanation import explain
from tests.integration.reports.conftest import Reports
from tests.unit.processors.cases.desk import LAW, Desk

pytestmark = pytest.mark.integration
FULL: Final = 36_920
HALF: Final = 18_460
LOWERED: Final = 20_000
#: A refund in two parts, in two months; and the first part of one whose rest has not come.
PARTS: Final = (6_920, 30_000)
FIRST_PART: Final = 5_000
DATES: Final = ("--from", "2024-05-01", "--to", "2024-05-31")
#: Offences of 6 May 2024, delivered on the 13th: what is reported of each then, as (kind, day, tenge, outcome).
CASES: Final[dict[str, list[tuple[str, str, int, str | None]]]] = {
    "paid": [("PAYMENT", "2024-05-25", FULL, None)],
    "cancelled after payment": [
        ("PAYMENT", "2024-05-25", FULL, None),
        ("COURT_DECISION", "2024-06-20", 0, "cancelled"),
        ("REFUND", "2024-06-28", PARTS[0], None),
        ("REFUND", "2024-07-05", PARTS[1], None),
    ],
    "cancelled after the half": [
        ("PAYMENT", "2024-05-15", HALF, None),
        ("COURT_DECISION", "2024-06-20", 0, "cancelled"),
        ("REFUND", "2024-07-03", FIRST_PART, None),
    ],
    "lowered, then paid": [
        ("APPEAL", "2024-05-30", 0, None),
        ("COURT_DECISION", "2024-06-20", LOWERED, "changed"),
        ("PAYMENT", "2024-07-01", LOWERED, None),
    ],
    "paid, then lowered": [
        ("PAYMENT", "2024-05-25", FULL, None),
        ("COURT_DECISION", "2024-06-20", LOWERED, "changed"),
        ("REFUND", "2024-07-05", FULL - LOWERED, None),
    ],
    "money that waited": [
        ("APPEAL", "2024-05-30", 0, None),
        ("PAYMENT", "2024-06-05", FULL, None),
        ("COURT_DECISION", "2024-06-20", 0, "cancelled"),
        ("REFUND", "2024-07-05", FULL, None),
    ],
    "lowered, unpaid": [("APPEAL", "2024-05-30", 0, None), ("COURT_DECISION", "2024-06-20", LOWERED, "changed")],
}


#: Whose vehicles they are; of the others nothing is known.
OWNERS: Final = {"paid": "INDIVIDUAL", "cancelled after payment": "LARGE_BUSINESS", "lowered, unpaid": "LARGE_BUSINESS"}

#: A further offence of the vehicle whose penalty was cancelled: no repeat.
AGAIN: Final = "after the cancelled one"


@pytest.fixture(scope="module")
def decided(reports: Reports) -> Reports:
    """The history with these cases beside it, as the cases stage tells them."""
    desk = Desk()
    for number, (name, told) in enumerate(CASES.items()):
        desk.issued(name, vehicle=f"{number:064x}", owner_class=OWNERS.get(name))
        case_id = case_id_of(name)
        desk.report(case_id, "DELIVERED", "2024-05-13T12:00", reference="sms")
        for kind, day, kzt, outcome in told:
            desk.report(case_id, kind, f"{day}T12:00", kzt, outcome=outcome)
    desk.violate(AGAIN, "2024-07-10T10:00", vehicle=f"{1:064x}", owner_class="LARGE_BUSINESS")
    desk.review(case_id_of(AGAIN), when="2024-07-11T09:00")
    desk.deadline(case_id_of(AGAIN))
    assert desk.refused == []
    rows: list[dict[str, Any]] = []
    for number, event in enumerate(desk.events):
        place = {"_topic_id": "00000000-0000-0000-0000-0000000000cc", "_partition": 9, "_create_time": 1_790_000_000}
        rows.append({**asdict(event), **place, "_offset": number, "_offset_end": number})
    lines = b"\n".join(orjson.dumps(row) for row in rows)
    reports.client.raw_insert("case_events_messages", insert_block=lines, fmt="JSONEachRow")
    return reports


def test_revenue_is_net_of_what_was_given_back(decided: Reports) -> None:
    """Collected is what closed cases, refunded what was given back of it; money that waited is in neither."""
    totals = decided.answer("revenue", *DATES)["totals"]
    collected_kzt, refunded_kzt = 3 * FULL + HALF + LOWERED, FULL + FIRST_PART + (FULL - LOWERED)
    assert (totals["issued"], totals["imposed_kzt"]) == (len(CASES), len(CASES) * FULL)
    assert (totals["discounted"], totals["paid"]) == (1, 4)
    assert (totals["collected_kzt"], totals["refunded_kzt"]) == (collected_kzt, refunded_kzt)
    assert totals["net_kzt"] == collected_kzt - refunded_kzt
    for by in ("article", "camera"):
        assert decided.answer("revenue", *DATES, "--by", by)["totals"] == totals


def test_revenue_by_whose_vehicle_it_is(decided: Reports) -> None:
    """By the class that the city's tables had when the violation came; the rest stands under its own name."""
    for cash in ((), ("--by-cash-date",)):
        dates = ("--from", "2024-05-01", "--to", "2024-07-31")
        rows = decided.answer("revenue", *dates, "--by", "owner_class", *cash)["rows"]
        found = {row["group"]: (row["paid"], row["paid_kzt"], row["refunded_kzt"]) for row in rows}
        assert found["INDIVIDUAL"] == (1, FULL, 0)
        assert found["LARGE_BUSINESS"] == (1, FULL, FULL)
        assert set(found) == {"INDIVIDUAL", "LARGE_BUSINESS", "(unknown)"}


@pytest.mark.parametrize("by", ["day", "camera"])
def test_by_cash_date_a_refund_counts_on_its_own_day(decided: Reports, by: str) -> None:
    """July has one payment and the refunds: its net is below zero, and all months together are the offences' net."""
    july = decided.answer("revenue", "--from", "2024-07-01", "--to", "2024-07-31", "--by", by, "--by-cash-date")[
        "totals"
    ]
    ((others_kzt,),) = decided.rows(
        """SELECT sum(amount_kzt) FROM case_events WHERE step IN ('DISCOUNTED', 'PAID')
           AND toYYYYMM(happened_at, 'Asia/Almaty') = 202407 AND _partition != 9"""
    )
    assert july["collected_kzt"] == others_kzt + LOWERED
    assert july["refunded_kzt"] == PARTS[1] + FIRST_PART + (FULL - LOWERED)
    assert july["net_kzt"] == july["collected_kzt"] - july["refunded_kzt"]


def test_each_part_of_a_refund_counts_on_its_own_day(decided: Reports) -> None:
    """A part that came before the last one is not booked with it, nor does a first part wait for the rest."""
    dates = ("--from", "2024-06-20", "--to", "2024-07-31")
    rows = decided.answer("revenue", *dates, "--by", "day", "--by-cash-date")["rows"]
    assert {row["group"]: row["refunded_kzt"] for row in rows if row["refunded_kzt"]} == {
        "2024-06-28": PARTS[0], "2024-07-03": FIRST_PART, "2024-07-05": PARTS[1] + FULL - LOWERED,
    }  # fmt: skip
    for day, kzt in (("2024-06-28", PARTS[0]), ("2024-07-03", FIRST_PART)):
        cameras = decided.answer("revenue", "--from", day, "--to", day, "--by", "camera", "--by-cash-date")
        assert cameras["totals"]["refunded_kzt"] == kzt
    told = decided.rows(
        """SELECT countIf(refund_due_kzt > 0), sum(arraySum(refund_parts_kzt) - refunded_kzt)
           FROM report_cases WHERE notEmpty(refund_days)"""
    )
    assert told == [(1, 0)]


def test_the_waterfall_goes_on_to_what_stays(decided: Reports) -> None:
    """Losses add up to the differences of levels; the end is the revenue's net, with what is still owed under it."""
    found = decided.answer("waterfall", *DATES)
    rows = found["rows"]
    levels = {row["name"]: row for row in rows if row["part"] == "level"}
    for name, after in pairwise(levels):
        losses = [row for row in rows if row["part"] == "loss" and row["after"] == name]
        for figure in ("cases", "kzt"):
            assert levels[name][figure] - levels[after][figure] == sum(row[figure] for row in losses), (name, figure)
    assert levels["net"]["kzt"] == decided.answer("revenue", *DATES)["totals"]["net_kzt"]
    lines = {row["name"]: (row["cases"], row["kzt"]) for row in rows}
    assert lines["lowered by a court"] == (0, 2 * (FULL - LOWERED))
    assert lines["cancelled"] == (1, FULL)
    assert lines["discount of the law"] == (0, FULL - HALF)
    assert lines["given back: cancelled"] == (1, FULL + FIRST_PART)
    assert lines["given back: lowered"] == (0, FULL - LOWERED)
    assert lines["to be given back"] == (0, HALF - FIRST_PART)
    assert found["totals"]["to_be_given_back_kzt"] == HALF - FIRST_PART
    assert not [key for key in found["totals"] if " " in key]
    assert levels["net"]["cases"] == 4


def tariff_of(reports: Reports, folder: Path, text: str, *asked: str) -> dict[str, Any]:
    """Return May under a tariff."""
    path = folder / "other.toml"
    path.write_text(f'[tariff]\nname = "other"\n{text}\n', encoding="utf-8")
    return reports.answer("revenue", *DATES, "--tariff", str(path), *asked)


@pytest.mark.parametrize(("mrp_kzt", "full_kzt", "half_kzt", "lowered_kzt"), [
    (3_692, FULL, HALF, LOWERED), (7_384, 2 * FULL, 2 * HALF, 2 * LOWERED),
    # 20,000 of 36,920 is 0.5417; of 40,010 it is 21,673.9
    (4_001, 40_010, 20_005, 21_674),
])  # fmt: skip
def test_another_index_raises_a_lowered_fine_in_proportion(
    decided: Reports, tmp_path: Path, mrp_kzt: int, full_kzt: int, half_kzt: int, lowered_kzt: int
) -> None:
    """Who paid what a court had left pays the same share of another fine; under the law's own index nothing differs."""
    text = f"[[mrp]]\nfrom = 2024-01-01\nuntil = 2024-12-31\nkzt = {mrp_kzt}"
    totals = tariff_of(decided, tmp_path, text)["totals"]
    revenue = decided.answer("revenue", *DATES)["totals"]
    assert (totals["imposed_kzt"], totals["collected_kzt"]) == (revenue["imposed_kzt"], revenue["collected_kzt"])
    assert totals["other_imposed_kzt"] == len(CASES) * full_kzt
    assert totals["other_discounted_kzt"] == half_kzt
    assert totals["other_paid_kzt"] == 3 * full_kzt + lowered_kzt
    assert totals["difference_kzt"] == totals["other_collected_kzt"] - revenue["collected_kzt"]
    assert (totals["difference_kzt"] == 0) == (mrp_kzt == 3_692)


def test_another_tariff_prices_by_whose_vehicle_it_is(decided: Reports, tmp_path: Path) -> None:
    """A business pays the figure of its class, who is in no table an individual's; the rest is as it was."""
    text = '[[price]]\narticle = "KoAP 592.2"\nfirst = { mrp = 5 }\nrepeat = { mrp = 20 }'
    text += "\nclasses = { large_business = 40 }"
    found = tariff_of(decided, tmp_path, text, "--by", "owner_class")
    rows = {row["group"]: (row["other_imposed_kzt"], row["other_collected_kzt"]) for row in found["rows"]}
    assert rows["INDIVIDUAL"] == (HALF, HALF)
    # 40 MRP each: one was paid and given back later, one was lowered and never paid
    assert rows["LARGE_BUSINESS"] == (2 * 4 * FULL, 4 * FULL)
    # of four fines of 5 MRP one was paid by half, one as a court left it, one in full
    assert rows["(unknown)"] == (4 * HALF, HALF // 2 + LOWERED // 2 + HALF)


@pytest.mark.parametrize(("day", "cases", "kzt"), [("2024-06-10", 3, 3 * FULL), ("2024-06-25", 2, 2 * LOWERED)])
def test_ageing_holds_a_lowered_fine_by_its_new_sum(decided: Reports, day: str, cases: int, kzt: int) -> None:
    """Before the decisions three appeals are unpaid at the old fines, after them two at the new; nothing paid is."""
    totals = decided.answer("ageing", "--from", "2024-05-07", "--to", day)["totals"]
    others = decided.rows(
        """SELECT count(), sum(fine) FROM (
               SELECT anyIf(amount_kzt, step = 'ISSUED') AS fine FROM case_events WHERE _partition != 9
               AND toDate(happened_at, 'Asia/Almaty') <= {day:Date} GROUP BY case_id
               HAVING minIf(toDate(happened_at, 'Asia/Almaty'), step = 'ISSUED') >= '2024-05-07'
               AND countIf(step IN ('DISCOUNTED', 'PAID', 'CANCELLED', 'LAPSED')) = 0)""",
        day=day,
    )[0]
    assert (totals["cases"], totals["kzt"]) == (others[0] + cases, (others[1] or 0) + kzt)


def test_the_law_explains_a_case_as_the_stage_priced_it(decided: Reports) -> None:
    """With the owner's class, and without the penalty that a court had cancelled by then: the same tenge."""
    found = read_case(decided.client, LAW, case_id_of(AGAIN))
    assert (found.recorded_kzt, found.question.owner_class) == (FULL, OwnerClass.LARGE_BUSINESS)
    assert found.question.executed_on == ()
    assert found.verdict(LAW, explain(LAW, found.question)) is Verdict.SAME
    lowered = read_case(decided.client, LAW, case_id_of("lowered, then paid"))
    assert (lowered.recorded_kzt, lowered.lowered_kzt) == (FULL, LOWERED)


def test_a_warning_in_force_is_an_executed_penalty(decided: Reports) -> None:
    """As the stage counts it: its step is about 0 KZT; a fine in force that nobody paid is none."""
    rows = ", ".join(
        f"('{case}', 'v', 'KoAP 602.1', '{step}', {kzt}, toDateTime64('2024-05-0{day} 00:00:00', 6, 'UTC'))"
        for day, (case, step, kzt) in enumerate(
            [("warned", "IN_FORCE", 0), ("unpaid", "IN_FORCE", FULL), ("paid", "PAID", FULL), ("void", "IN_FORCE", 0),
             ("void", "CANCELLED", 0)], 1,
        )
    )  # fmt: skip
    names = "c1 AS case_id, c2 AS vehicle_key, c3 AS article, c4 AS step, c5 AS amount_kzt, c6 AS happened_at"
    sql = f"WITH case_events AS (SELECT {names} FROM values({rows})) {EXECUTED}"
    june = int(datetime(2024, 6, 1, tzinfo=UTC).timestamp()) * 1_000_000
    asked = {"vehicle": "v", "articles": ["KoAP 602.1"], "case": "new", "offence_us": june, "priced_us": june}
    found = [datetime.fromtimestamp(us / 1e6, UTC).day for (us,) in decided.rows(sql, **asked)]
    assert found == [1, 3]
