"""A case of the tables as a question to the law, and its record beside the answer."""

from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from types import SimpleNamespace
from typing import Any, Final, cast

import pytest
from clickhouse_connect.driver.client import Client

from infra.law_case import CaseNotFoundError, LawCase, Verdict, read_case
from schemas.law import Law, Tier
from schemas.law.explanation import explain

LAW: Final = Law.load()
Row = tuple[Any, ...]


def us(year: int, month: int, day: int, hour: int = 12) -> int:
    """Return a UTC instant, microseconds since the Unix epoch."""
    return int(datetime(year, month, day, hour, tzinfo=UTC).timestamp()) * 1_000_000


#: 31 December 2024, 23:30 in Almaty: still 2024 by UTC+5.
OFFENCE_US: Final = us(2024, 12, 31, 18)


def step(name: str, at_us: int, kzt: int, reason: str = "", article: str | None = "KoAP 592.2") -> Row:
    """Return a row of case_events as the query gives it."""
    return name, article, "2024-12-04", kzt, OFFENCE_US, at_us, reason, "v1", "w1", None


@dataclass
class Tables:
    """Answers of the three queries, in their order, and what was asked."""

    events: list[Row]
    executed: list[Row] = field(default_factory=list)
    measured: list[Row] = field(default_factory=list)
    asked: list[dict[str, Any]] = field(default_factory=list)

    def query(self, sql: str, parameters: dict[str, Any]) -> SimpleNamespace:
        """Return a query's rows."""
        self.asked.append(parameters)
        rows = self.measured if "measured_error" in sql else self.executed if "vehicle:" in sql else self.events
        return SimpleNamespace(result_rows=rows)

    def read(self) -> LawCase:
        """Read the case."""
        return read_case(cast("Client", self), LAW, "c1")


ISSUED: Final = [
    step("DETECTED", OFFENCE_US, 36_920),
    step("CONFIRMED", us(2025, 1, 1), 36_920),
    step("ISSUED", us(2025, 1, 2), 39_320, "first offence"),
    step("DELIVERED", us(2025, 1, 3), 39_320),
]


def test_an_issued_case_is_asked_by_the_days_of_its_steps() -> None:
    """Offence, issue and delivery as Almaty's days; the lower end of the speed's interval; the MRP of the issue."""
    tables = Tables(ISSUED, measured=[(86.5, 0.5, 2.0, 60.0, "km/h")])
    case = tables.read()
    asked = case.question
    assert (asked.offence_on, asked.initiated_on, asked.delivered_on) == (
        date(2024, 12, 31),
        date(2025, 1, 2),
        date(2025, 1, 3),
    )
    assert (asked.measured_kmh, asked.limit_kmh, asked.excess_kmh) == (85.5, 60.0, 25.5)
    assert (case.issued, case.recorded_kzt, case.reason, case.last_step) == (True, 39_320, "first offence", "DELIVERED")
    assert case.verdict(LAW, explain(LAW, asked)) is Verdict.SAME
    assert tables.asked[1] == {
        "vehicle": "v1",
        "articles": ["KoAP 592.2"],
        "case": "c1",
        "offence_us": OFFENCE_US,
        "priced_us": us(2025, 1, 2),
    }


def test_an_earlier_executed_penalty_makes_it_a_repeat_that_the_office_may_not_have_priced() -> None:
    """The law allows 30 MRP; the record's 10 are a first offence's."""
    case = Tables(ISSUED, executed=[(us(2024, 5, 10),)]).read()
    found = explain(LAW, case.question)
    assert found.sanction is not None
    assert (found.sanction.tier, found.sanction.amount_kzt) == (Tier.REPEAT, 117_960)
    assert case.verdict(LAW, found) is Verdict.FIRST


def test_before_the_issue_the_offences_day_prices_it() -> None:
    """DETECTED and CONFIRMED carry the index of the offence's day."""
    case = Tables(ISSUED[:2]).read()
    assert (case.issued, case.question.initiated_on, case.recorded_kzt) == (False, date(2024, 12, 31), 36_920)
    assert case.verdict(LAW, explain(LAW, case.question)) is Verdict.SAME


@pytest.mark.parametrize("change", [{"kzt": 39_321}, {"kzt": 117_960}, {"version": "2024-01-01"}])
def test_another_sum_or_version_differs(change: dict[str, Any]) -> None:
    """A tenge, a repeat's price without an executed penalty, or another version."""
    row = list(step("ISSUED", us(2025, 1, 2), change.get("kzt", 39_320)))
    row[2] = change.get("version", row[2])
    case = Tables([*ISSUED[:2], tuple(row)]).read()
    assert case.verdict(LAW, explain(LAW, case.question)) is Verdict.OTHER


def test_a_repeat_of_a_penalty_of_another_quarter_is_said_to_be_one() -> None:
    """The relay looked under every live key; this case's own key finds no earlier penalty."""
    reason = "repeat within a year of an executed penalty, art. 61"
    issued = step("ISSUED", us(2025, 1, 2), 117_960, reason)
    case = Tables([*ISSUED[:2], issued]).read()
    assert case.verdict(LAW, explain(LAW, case.question)) is Verdict.REPEAT
    known = Tables([*ISSUED[:2], issued], executed=[(us(2024, 5, 10),)]).read()
    assert known.verdict(LAW, explain(LAW, known.question)) is Verdict.SAME


def test_a_case_that_is_not_there_or_has_no_article_is_said() -> None:
    """Both are errors with what to do."""
    with pytest.raises(CaseNotFoundError, match="case 'c1': found none"):
        Tables([]).read()
    with pytest.raises(CaseNotFoundError, match="no article in its steps"):
        Tables([step("DETECTED", OFFENCE_US, 0, article=None)]).read()


def test_what_is_no_speed_is_not_held_against_a_band() -> None:
    """A distance past a stop line is not km/h."""
    case = Tables(ISSUED, measured=[(1.5, 0.1, 2.0, 0.0, "m")]).read()
    assert case.question.measured_kmh is None


def test_a_fine_that_a_court_lowered_is_told_beside_the_issued_one() -> None:
    """The prescription is held against the law; what the case is about since is the court's last figure."""
    lowered = [step("APPEALED", us(2025, 1, 20), 39_320), step("CHANGED", us(2025, 2, 3), 20_000, "fine lowered")]
    case = Tables([*ISSUED, *lowered, step("IN_FORCE", us(2025, 2, 3), 20_000)]).read()
    assert (case.recorded_kzt, case.lowered_kzt, case.lowered_on) == (39_320, 20_000, date(2025, 2, 3))
    assert case.verdict(LAW, explain(LAW, case.question)) is Verdict.SAME
    assert Tables(ISSUED).read().lowered_kzt is None
