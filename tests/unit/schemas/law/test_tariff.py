"""Another tariff over the law: what it says holds on its days, and everything else stays."""

from datetime import date
from pathlib import Path
from typing import Final

import pytest

from schemas.law import Law, LawError, SanctionKind, Tier

LAW: Final = Law.load()
OTHER: Final = """
[tariff]
name = "dearer"
note = "what if"

[[mrp]]
from = 2024-07-01
until = 2024-12-31
kzt = 4_000

[[price]]
article = "KoAP 601"
from = 2024-06-01
until = 2024-06-30
first = { mrp = 5 }
repeat = { mrp = 12 }

[[price]]
article = "592.1"
first = { mrp = 6 }

[discount]
percent = 30
"""


def laid(tmp_path: Path, text: str) -> Law:
    """Return the law with a tariff over it."""
    path = tmp_path / "other.toml"
    path.write_text(text, encoding="utf-8")
    return LAW.with_tariff(path)


@pytest.mark.parametrize(
    ("article", "day", "amount_kzt", "discount_kzt", "version"),
    [
        ("601", "2024-05-31", 3 * 3_692, 7_753, "2024-01-01"),
        ("601", "2024-06-01", 5 * 3_692, 12_922, "2024-06-01"),
        ("601", "2024-06-30", 5 * 3_692, 12_922, "2024-06-01"),
        ("601", "2024-07-01", 3 * 4_000, 8_400, "2024-07-01"),
        ("601", "2025-01-01", 3 * 3_932, 8_257, "2024-12-04"),
        ("592.1", "2024-02-01", 6 * 3_692, 15_506, "2024-01-01"),
        ("592.1", "2026-11-01", 6 * 4_325, 18_165, "2026-03-12"),
        ("599", "2024-08-01", 10 * 4_000, 28_000, "2024-07-01"),
    ],
)
def test_its_figures_hold_on_its_days(
    tmp_path: Path, article: str, day: str, amount_kzt: int, discount_kzt: int, version: str
) -> None:
    """Before, on and after the days of an entry; versions carry the tariff's name; 70 % are left after its discount."""
    on = date.fromisoformat(day)
    found = laid(tmp_path, OTHER).sanction(article, on, on, Tier.FIRST)
    assert (found.amount_kzt, found.discount_kzt) == (amount_kzt, discount_kzt)
    assert found.tariff_version == f"dearer+{version}"


def test_the_law_itself_stays(tmp_path: Path) -> None:
    """Laying a tariff over the law changes a copy."""
    laid(tmp_path, OTHER)
    on = date(2024, 7, 1)
    assert LAW.sanction("601", on, on, Tier.FIRST).amount_kzt == 11_076
    assert Law.load().schedule == LAW.schedule


def test_a_judges_article_stays_a_judges(tmp_path: Path) -> None:
    """What a tariff does not name is the law's, also where there is no price."""
    on = date(2024, 7, 1)
    assert laid(tmp_path, OTHER).sanction("596.3", on, on, Tier.FIRST).kind is SanctionKind.COURT


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("[[mrp]]\nfrom = 2024-01-01\nuntil = 2024-12-31\nkzt = 1", r"found no \[tariff\]"),
        ('[tariff]\nname = "x"', "found no figure in it"),
        ('[tariff]\nname = "x"\n[[prices]]\nmrp = 1', r"found \[prices\]"),
        ('[tariff]\nname = "x"\n[[price]]\narticle = "592.9"\nfirst = { mrp = 1 }', "found article = 'KoAP 592.9'"),
        (
            '[tariff]\nname = "x"\n[[price]]\narticle = "592.3-1"\nfrom = 2024-01-01\nfirst = { mrp = 1 }',
            "days on which",
        ),
        (
            '[tariff]\nname = "x"\n[[price]]\narticle = "599"\nfirst = { mrp = 20 }\nrepeat = { mrp = 1 }',
            "at least as dear",
        ),
        ('[tariff]\nname = "x"\n[[mrp]]\nfrom = 2024-01-01\nuntil = 2024-12-31\nkzt = 0', "at least 1"),
        ('[tariff]\nname = "x"\n[[mrp]]\nfrom = 2028-01-01\nuntil = 2028-12-31\nkzt = 9', "close the gap"),
        ('[tariff]\nname = "x"\n[discount]\npercent = 101', "at most 100"),
        ('[tariff]\nname = "x"\n[discount]\nshare = 10', "the key 'share'"),
        ('discount = 10\n[tariff]\nname = "x"', "a table"),
    ],
)
def test_a_wrong_tariff_is_refused(tmp_path: Path, text: str, says: str) -> None:
    """The sentence names the tariff's file and what is wrong in it."""
    with pytest.raises(LawError, match=says) as caught:
        laid(tmp_path, text)
    assert "other.toml" in str(caught.value)
