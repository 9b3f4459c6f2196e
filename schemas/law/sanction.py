"""What the law asks for an offence: tiers, kinds of sanctions, classes of owners."""

from dataclasses import dataclass
from enum import StrEnum


class Tier(StrEnum):
    """Which offence of its kind it is, within the year of an executed penalty (KoAP art. 61)."""

    FIRST = "FIRST"
    REPEAT = "REPEAT"


class SanctionKind(StrEnum):
    """What may be imposed, and by whom: a court's sanction is proposed, never fined (KoAP art. 802.4, 46)."""

    WARNING = "WARNING"
    FINE = "FINE"
    COURT = "COURT"


class OwnerClass(StrEnum):
    """Who is liable, where an article's figures differ."""

    INDIVIDUAL = "INDIVIDUAL"
    SMALL_BUSINESS = "SMALL_BUSINESS"
    MEDIUM_BUSINESS = "MEDIUM_BUSINESS"
    LARGE_BUSINESS = "LARGE_BUSINESS"


@dataclass(frozen=True, slots=True)
class Sanction:
    """The sanction for one offence.

    Attributes:
        article: code, such as "KoAP 592.2".
        part: the part that names this sanction: a repeat's may be another ("KoAP 592.4").
        tier: the tier that was priced; FIRST where the article has no repeat tier.
        kind: warning, fine or a court's.
        mrp_count: the fine in MRP; of a range its lowest fine; 0 where nobody may be fined.
        mrp_kzt: MRP of the day on which the case is initiated, tenge.
        amount_kzt: the fine; 0 for a warning and for a court's sanction.
        discountable: half is enough within the discount's term (KoAP art. 811, 810).
        discount_kzt: what is then to be paid; 0 where there is no discount.
        tariff_version: schedule version of the day of the offence, named by its first day.
        lowest_mrp: least that may be imposed; 0 where the officer may warn instead.
        highest_mrp: most that may be imposed; None: the text names no upper bound.
        suspension_months: a court may suspend the licence for so long; 0: it may not.
        aggravated_months: the same with damage; 0: no such sanction.
        court_fine_mrp: what a court may impose instead of the suspension, in MRP; 0: nothing.
        uncertain: keys of what is uncertain about it (words/*.toml), sorted.
    """

    article: str
    part: str
    tier: Tier
    kind: SanctionKind
    mrp_count: int
    mrp_kzt: int
    amount_kzt: int
    discountable: bool
    discount_kzt: int
    tariff_version: str
    lowest_mrp: int
    highest_mrp: int | None
    suspension_months: int = 0
    aggravated_months: int = 0
    court_fine_mrp: int = 0
    uncertain: tuple[str, ...] = ()

    @property
    def warning_allowed(self) -> bool:
        """Tell whether the officer may warn instead of fining."""
        return self.kind is SanctionKind.FINE and self.lowest_mrp == 0
