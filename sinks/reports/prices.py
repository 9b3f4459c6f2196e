"""What a prescription asks for under a law: the fine, what a court leaves of it, its half within the term."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Final

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
    """Prices under a law."""

    def __init__(self, law: Law) -> None:
        self._law = law

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
        owner = OwnerClass(kind.owner_class) if kind.owner_class else OwnerClass.INDIVIDUAL
        sanction = self._law.sanction(kind.article, kind.initiated_on, kind.offence_on, _TIERS[kind.tier], owner)
        return sanction.amount_kzt, sanction.discountable


class Repricing:
    """What prescriptions asked for and would ask for under another law, each kind of days computed once.

    A year of cases has tens of thousands of pairs of days, and a handful of kinds of them: what a law says of a day is
    the schedule's version and the index.

    Args:
        own: the law that was in force.
        other: the law to hold against it.
    """

    def __init__(self, own: Law, other: Law) -> None:
        self._own, self._prices, self._other = Prices(own), Prices(other), other
        self._days: dict[str, int] = {}
        self._kinds: dict[tuple[date, int], int] = {}
        self._known: dict[tuple[str, int, str, int, int, int, int], tuple[Asked, Asked]] = {}

    def of(
        self, article: str, tier: int, owner_class: str, offence_day: str, issued_day: str, was: tuple[int, int]
    ) -> tuple[Asked, Asked]:
        """Return what was asked, and what would be.

        Args:
            article: as of `Kind`, like the next two.
            tier: 1 or 2.
            owner_class: may be empty.
            offence_day: YYYY-MM-DD.
            issued_day: YYYY-MM-DD.
            was: the fine, and what a court left of it or 0, tenge.

        Raises:
            LawError: as `Prices.of`.
        """
        key = (article, tier, owner_class, self._kind(offence_day), self._kind(issued_day), *was)
        found = self._known.get(key)
        if found is None:
            kind = Kind(article, tier, owner_class, date.fromisoformat(offence_day), date.fromisoformat(issued_day))
            found = self._known[key] = self._own.as_imposed(*was), self._prices.of(kind, *was)
        return found

    def spans(self, first: date) -> Sequence[date]:
        """Return the first days of the spans within which no price changes.

        Args:
            first: where the first span begins, whatever begins before.

        Returns:
            Days, ascending, `first` the first of them.
        """
        schedule, mrp = self._other.schedule, self._other.mrp
        begins = {version.first_day for version in schedule.versions} | {span.first for span, _ in mrp.rows}
        # behind the last day that has an index no price can be made: never in a span with days that have one
        begins.add(mrp.span.last + timedelta(days=1))
        return [first, *sorted(day for day in begins if day > first)]

    def _kind(self, day: str) -> int:
        kind = self._days.get(day)
        if kind is None:
            on = date.fromisoformat(day)
            said = self._other.schedule.version(on).first_day, self._other.mrp_kzt(on)
            kind = self._days[day] = self._kinds.setdefault(said, len(self._kinds))
        return kind
