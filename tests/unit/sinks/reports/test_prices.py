"""What prescriptions ask for under a law, worked by hand."""

from datetime import date, timedelta
from itertools import pairwise

import pytest

from schemas.law.law import Law
from sinks.reports.prices import Asked, Kind, Prices, Repricing

LAW = Law.load()
DAY = date(2024, 5, 7)


@pytest.mark.parametrize(
    ("article", "tier", "owner", "lowered_to_kzt", "asked"),
    [
        ("KoAP 592.2", 1, "", 0, Asked(36_920, 36_920, 18_460)),
        ("KoAP 592.2", 2, "", 0, Asked(110_760, 110_760, 55_380)),
        # a court left 18,461 of 36,920: of the same fine the same, its half rounded up
        ("KoAP 592.2", 1, "", 18_461, Asked(36_920, 18_461, 9_231)),
        # the share of three times the fine is three times as much
        ("KoAP 592.2", 2, "", 18_461, Asked(110_760, 55_383, 27_692)),
        # 160 MRP of a small business, 10 of who is in no table
        ("KoAP 230.2", 1, "SMALL_BUSINESS", 0, Asked(590_720, 590_720, 295_360)),
        ("KoAP 230.2", 1, "", 0, Asked(36_920, 36_920, 18_460)),
    ],
)
def test_a_prescription_asks_for(article: str, tier: int, owner: str, lowered_to_kzt: int, asked: Asked) -> None:
    """The figure of its tier and class, the share that a court left, and half of that."""
    assert Prices(LAW).of(Kind(article, tier, owner, DAY, DAY), 36_920, lowered_to_kzt) == asked


def test_what_was_imposed_needs_no_article() -> None:
    """A fine as it was imposed asks for itself, or for what a court left of it."""
    assert Prices(LAW).as_imposed(36_920, 0) == Asked(36_920, 36_920, 18_460)
    assert Prices(LAW).as_imposed(36_920, 18_461) == Asked(36_920, 18_461, 9_231)


def test_days_of_one_kind_are_priced_alike_and_others_apart() -> None:
    """A day on each side of the change of articles of 2024-12-04, and a year of another index, have own prices."""
    repricing, other = Repricing(LAW, LAW), Prices(LAW)
    days = [date(2024, 1, 1), date(2024, 12, 3), date(2024, 12, 4), date(2025, 1, 1), date(2025, 1, 2)]
    for offence in days:
        for issued in days:
            if issued < offence:
                continue
            found = repricing.of("KoAP 592.3", 1, "", str(offence), str(issued), (36_920, 0))
            assert found == (
                Prices(LAW).as_imposed(36_920, 0),
                other.of(Kind("KoAP 592.3", 1, "", offence, issued), 36_920, 0),
            )


def test_no_price_changes_within_a_span() -> None:
    """Each span but the first begins where the law's index or schedule does, and days in it are of one kind."""
    repricing = Repricing(LAW, LAW)
    first = date(2024, 6, 15)
    days = repricing.spans(first)
    assert days[0] == first
    assert list(days) == sorted(set(days))
    assert {date(2024, 12, 4), date(2025, 1, 1)} < set(days)
    for begins, ends in pairwise(days):
        last = ends - timedelta(days=1)
        assert repricing.of("KoAP 592.2", 1, "", str(begins), str(begins), (36_920, 0)) == repricing.of(
            "KoAP 592.2", 1, "", str(last), str(last), (36_920, 0)
        )
