"""Which earlier parts count for a repeat is the law's data: in a vehicle's log and under other quarters' keys."""

from pathlib import Path

import pytest

from schemas.law import Law
from tests.unit.processors.cases.desk import LAW, Desk
from tests.unit.processors.cases.quarter_desk import QuarterDesk, store_of

FIRST, REPEAT = "first offence", "repeat within a year of an executed penalty, art. 61"


def parts_law(also: dict[str, list[str]]) -> Law:
    """Return the law that ships with other parts that count for a repeat."""
    rules = [{**rule, "also": also} if rule["rule"] == "repeat_parts" else rule for rule in LAW.data["terms"]["rule"]]
    return Law.of({**LAW.data, "terms": {**LAW.data["terms"], "rule": rules}})


def paid(desk: Desk, case_id: str) -> None:
    """Confirm a case of February 2024, and let its fine be sent, delivered and paid."""
    desk.review(case_id, when="2024-02-28T09:00")
    desk.deadline(case_id)
    desk.report(case_id, "DELIVERED", "2024-03-04T10:00")
    desk.report(case_id, "PAYMENT", "2024-03-05T10:00", 1_000_000)


@pytest.mark.parametrize(
    ("also", "tier"),
    [({}, FIRST), ({"KoAP 592.2": ["KoAP 592.3"]}, REPEAT), ({"KoAP 592.3": ["KoAP 592.2"]}, FIRST)],
)
def test_a_penalty_under_another_part_counts_where_the_law_says_so(
    tmp_path: Path, also: dict[str, list[str]], tier: str
) -> None:
    """592.3 was paid, then 592.2 was done: with one vehicle key, and with a key a quarter, the tier is the same."""
    law = parts_law(also)
    one = Desk(law)
    paid(one, one.violate("old", "2024-02-26T10:00", article="KoAP 592.3"))
    new = one.violate("new", "2024-02-27T10:00", site="S-2")  # before the payment: no repeat
    assert one.case(new).article == "KoAP 592.2"
    later = one.violate("later", "2024-05-06T10:00")
    apart = QuarterDesk(store_of(tmp_path / "keys"), tmp_path, law)
    paid(apart, apart.find("old", "2024-02-26T10:00", "123ABC02", article="KoAP 592.3"))
    assert apart.find("later", "2024-05-06T10:00", "123ABC02") == later
    for desk in (one, apart):
        desk.review(later)
        desk.deadline(later)
        assert (desk.events[-1].step.value, desk.events[-1].reason) == ("ISSUED", tier)
