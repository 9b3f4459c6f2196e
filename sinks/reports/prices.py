"""What a prescription asks for under a law: the fine, what a court leaves of it, its half within the term."""

from dataclasses import dataclass
from datetime import date
from typing import Any, Final

from schemas.law.law import Law
from schemas.law.sanction import OwnerClass, Tier

_TIERS: Final = {1: Tier.FIRST, 2: Tier.REPEAT}


@dataclass(frozen=True, slots=True)
class Kind:
    """What decides on a prescription's price.

    Attributes:
        article: applied last.
        tier: 1 first offence, 2 repeat.
        owner_class: whose vehicle it is; empty: not known, so an individual's figures hold.
        offence_on: day of the offence.
        initiated_on: day on which the prescription was sent.
    """

    article: str
    tier: int
    owner_class: str
    offence_on: date
    initiated_on: date


@dataclass(frozen=True, slots=True)
class Asked:
    """What one prescription asks for, tenge.

    Attributes:
        imposed_kzt: the fine of the prescription.
        full_kzt: what pays it off: the fine, or what a court left of it.
        half_kzt: what pays it off within the discount's term.
    """

    imposed_kzt: int
    full_kzt: int
    half_kzt: int


class Prices:
    """Prices under a law, each computed once.

    The law's answer depends on the schedule's versions on the two days and on the index of the day of initiation, so
    a year of pairs of days has a handful of answers.
    """

    def __init__(self, law: Law) -> None:
        self._law = law
        self._days: dict[date, tuple[date, int]] = {}
        self._known: dict[tuple[Any, ...], tuple[int, bool]] = {}

    def of(self, kind: Kind, was_kzt: int, lowered_to_kzt: int) -> Asked:
        """Return what a prescription asks for.

        Args:
            kind: what decides on its price.
            was_kzt: the fine that was imposed, tenge.
            lowered_to_kzt: what a court left of that before it was paid; 0: no court lowered it. Of another fine it
                leaves the same share, to the nearest tenge.

        Raises:
            LawError: the law knows no such offence on that day, or no index.
        """
        imposed_kzt, discountable = self._fine(kind)
        full_kzt = imposed_kzt
        if lowered_to_kzt:
            full_kzt = (2 * imposed_kzt * lowered_to_kzt + was_kzt) // (2 * was_kzt)
        return Asked(imposed_kzt, full_kzt, self._law.terms.discounted_kzt(full_kzt) if discountable else full_kzt)

    def as_imposed(self, was_kzt: int, lowered_to_kzt: int) -> Asked:
        """Return what a prescription of a fine asked for, by this law's discount."""
        full_kzt = lowered_to_kzt or was_kzt
        return Asked(was_kzt, full_kzt, self._law.terms.discounted_kzt(full_kzt))

    def _fine(self, kind: Kind) -> tuple[int, bool]:
        """Return a fine, tenge, and whether there is a discount."""
        offence, initiated = self._day(kind.offence_on), self._day(kind.initiated_on)
        key = (kind.article, kind.tier, kind.owner_class, offence[0], *initiated)
        if key not in self._known:
            owner = OwnerClass(kind.owner_class) if kind.owner_class else OwnerClass.INDIVIDUAL
            sanction = self._law.sanction(kind.article, kind.initiated_on, kind.offence_on, _TIERS[kind.tier], owner)
            self._known[key] = sanction.amount_kzt, sanction.discountable
        return self._known[key]

    def _day(self, day: date) -> tuple[date, int]:
        if day not in self._days:
            self._days[day] = self._law.schedule.version(day).first_day, self._law.mrp_kzt(day)
        return self._days[day]
