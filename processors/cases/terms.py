"""Terms: the law as cases need it, counted from a case's own days; and the deadlines that follow."""

from datetime import date, timedelta
from enum import StrEnum
from functools import lru_cache
from typing import Final

from schemas.law import Law, OwnerClass, Sanction, Term, Tier

#: A day's sanctions are few: article, two days, tier.
MOST_REMEMBERED: Final = 16_384
#: Every zone's offset is a number of these: the day is the same all through one, microseconds.
QUARTER_US: Final = 900_000_000


class DeadlineName(StrEnum):
    """What is waited for; the name of a DEADLINE command."""

    LIABILITY = "LIABILITY"
    ISSUE = "ISSUE"
    EXECUTION = "EXECUTION"
    APPEAL = "APPEAL"
    PAYMENT = "PAYMENT"


class Terms:
    """The law's terms and sanctions by instants. Pure: the same answers for ever.

    Args:
        law: the law.
        issue_after_s: from the confirmation to the sending of the prescription, seconds.
    """

    def __init__(self, law: Law, issue_after_s: int) -> None:
        self.law = law
        self._issue_after_us = issue_after_s * 1_000_000
        self.sanction = lru_cache(MOST_REMEMBERED)(self._sanction)
        self._ends = lru_cache(MOST_REMEMBERED)(self._term_end)
        self._day_of_quarter = lru_cache(MOST_REMEMBERED)(lambda quarter: law.local_day(quarter * QUARTER_US))

    def day(self, at_us: int) -> date:
        """Return the local day of an instant."""
        return self._day_of_quarter(at_us // QUARTER_US)

    def _sanction(
        self,
        article: str,
        initiated_on: date,
        offence_on: date,
        tier: Tier,
        owner_class: OwnerClass = OwnerClass.INDIVIDUAL,
    ) -> Sanction:
        return self.law.sanction(article, initiated_on, offence_on, tier, owner_class)

    def _term_end(self, term: Term, from_day: date) -> date:
        return self.law.term_end(term, from_day)

    def liability_ends(self, offence_at_us: int) -> date:
        """Return the last day on which a penalty can be imposed."""
        return self._ends(Term.LIABILITY, self.day(offence_at_us))

    def discount_ends(self, delivered_us: int) -> date:
        """Return the last day on which the half is enough."""
        return self._ends(Term.DISCOUNT, self.day(delivered_us))

    def appeal_ends(self, delivered_us: int) -> date:
        """Return the last day of an appeal: 10 days after the 15 in which the case is deemed considered."""
        return self._ends(Term.APPEAL, self._ends(Term.DEEMED_CONSIDERED, self.day(delivered_us)))

    def due_us(self, name: DeadlineName, since_us: int, offence_at_us: int) -> int:
        """Return the instant at which a deadline has passed.

        Args:
            name: the deadline.
            since_us: when the step happened that it runs from.
            offence_at_us: when the offence happened.
        """
        if name is DeadlineName.ISSUE:
            return since_us + self._issue_after_us
        if name is DeadlineName.LIABILITY:
            last = self.liability_ends(offence_at_us)
        elif name is DeadlineName.APPEAL:
            last = self.appeal_ends(since_us)
        else:
            last = self._ends(Term[name], self.day(since_us))
        return self.law.day_start_us(last + timedelta(days=1))
