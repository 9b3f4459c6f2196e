"""The law's terms: when each ends; and the rules of money that go with them."""

from calendar import monthrange
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum
from typing import Any, Final

from schemas.law.calendar import WorkCalendar
from schemas.law.entry import Entry, entries, one_each

FILE: Final = "terms.toml"
UNITS: Final = ("days", "months", "years")


class Term(StrEnum):
    """A term of the law; what it counts from stands beside it."""

    DISCOUNT = "DISCOUNT"  # proper delivery
    DEEMED_CONSIDERED = "DEEMED_CONSIDERED"  # proper delivery
    APPEAL = "APPEAL"  # the last day of DEEMED_CONSIDERED
    PAYMENT = "PAYMENT"  # entry into force
    LIABILITY = "LIABILITY"  # the offence
    EXECUTION = "EXECUTION"  # the decision
    REPEAT = "REPEAT"  # completed execution of the earlier penalty


@dataclass(frozen=True, slots=True)
class TermRule:
    """How long a term is.

    Attributes:
        count: of the unit.
        unit: days, months or years, of the calendar.
        rolls: one that ends on a day off ends on the next working day.
        source: article.
        uncertain: keys of what is uncertain.
    """

    count: int
    unit: str
    rolls: bool
    source: str
    uncertain: tuple[str, ...]

    def plain_end(self, from_day: date) -> date:
        """Return the last day by counting alone: day 1 is the day after `from_day`."""
        if self.unit == "days":
            return from_day + timedelta(days=self.count)
        months = from_day.year * 12 + from_day.month - 1 + self.count * (12 if self.unit == "years" else 1)
        year, month = divmod(months, 12)
        return date(year, month + 1, min(from_day.day, monthrange(year, month + 1)[1]))

    def end(self, from_day: date, calendar: WorkCalendar) -> date:
        """Return the last day of a term, included.

        Raises:
            LawError: it ends before the calendar begins.
        """
        day = self.plain_end(from_day)
        return calendar.next_working(day) if self.rolls else day


@dataclass(frozen=True, slots=True)
class Terms:
    """Terms and rules.

    Attributes:
        rules: by term.
        discount_percent: of the fine, what is let off.
        half_tenge_up: a half tenge of what is left is rounded up.
        repeat_same_day: an offence on the day of the execution is a repeat.
        repeat_parts: further codes whose penalties an offence may repeat, by its code.
        milder_later_law: the version of the day of initiation holds where it is milder.
        execution_ends_when_enforced: the year within which a decision must be executed ends with its handing over for
            enforcement; else it goes on from there.
        uncertain: keys of what is uncertain, by rule.
    """

    rules: Mapping[Term, TermRule]
    discount_percent: int
    half_tenge_up: bool
    repeat_same_day: bool
    repeat_parts: Mapping[str, tuple[str, ...]]
    milder_later_law: bool
    execution_ends_when_enforced: bool
    uncertain: Mapping[str, tuple[str, ...]]

    @classmethod
    def from_toml(cls, data: Mapping[str, Any]) -> "Terms":
        """Read and check the content of terms.toml.

        Raises:
            LawError: a term or a rule is missing, stands twice, or is not as it must be.
        """
        names = [str(term).lower() for term in Term]
        terms = one_each(entries(data, FILE, "term"), lambda entry: entry.choice("term", names), names)
        keys = {
            "discount": ("percent", "half_tenge"),
            "repeat": ("same_day",),
            "repeat_parts": ("also",),
            "competing_versions": ("milder_later_law",),
            "owner_classes": ("without_own_figure",),
            "execution": ("ends_when_enforced",),
        }
        rules = one_each(entries(data, FILE, "rule"), lambda entry: entry.choice("rule", list(keys)), list(keys))
        for name, entry in rules.items():
            entry.only("rule", "source", "mark", "uncertain", *keys[name])
        percent = rules["discount"].whole("percent")
        if percent > 100:
            raise rules["discount"].error(f"percent = {percent}", "at most 100")
        if terms["discount"].choice("unit", UNITS) != "days":
            raise terms["discount"].error(f"unit = {terms['discount'].data['unit']!r}", "days")
        rules["owner_classes"].choice("without_own_figure", ["individual"])
        return cls(
            {Term(name.upper()): _rule(entry) for name, entry in terms.items()},
            percent,
            rules["discount"].choice("half_tenge", ["up", "down"]) == "up",
            rules["repeat"].flag("same_day"),
            rules["repeat_parts"].lists("also"),
            rules["competing_versions"].flag("milder_later_law"),
            rules["execution"].flag("ends_when_enforced"),
            {name: entry.sourced() for name, entry in rules.items()},
        )

    def discounted_kzt(self, amount_kzt: int) -> int:
        """Return what is to be paid within the discount's term, tenge."""
        hundredths = amount_kzt * (100 - self.discount_percent)
        return (hundredths + (50 if self.half_tenge_up else 49)) // 100


def _rule(entry: Entry) -> TermRule:
    entry.only("term", "count", "unit", "rolls", "source", "mark", "uncertain")
    return TermRule(
        entry.whole("count", 1),
        entry.choice("unit", UNITS),
        entry.flag("rolls"),
        entry.text("source"),
        entry.sourced(),
    )
