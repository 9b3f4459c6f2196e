"""Why an offence costs what it costs: the facts of an answer, before they are put into words."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import date
from enum import StrEnum
from typing import Any

from schemas.law.article import Article
from schemas.law.deadlines import Deadlines
from schemas.law.entry import LawError
from schemas.law.law import Law, full_code
from schemas.law.sanction import OwnerClass, Sanction, Tier
from schemas.law.schedule import Version
from schemas.law.terms import Term


class TierReason(StrEnum):
    """Why a tier holds."""

    NO_TIER = "no_tier"
    NONE_EXECUTED = "none_executed"
    OUTSIDE = "outside"
    WITHIN = "within"


@dataclass(frozen=True, slots=True)
class Question:
    """An offence to explain.

    Attributes:
        offence_on: its local day.
        initiated_on: local day on which the case is initiated.
        article: code; None: that of the measured speed.
        measured_kmh: the lower end of the tolerance interval; None: no speed.
        limit_kmh: what is allowed.
        executed_on: days on which earlier penalties for the same article were executed.
        owner_class: who is liable.
        delivered_on: day of proper delivery; None: not delivered.
    """

    offence_on: date
    initiated_on: date
    article: str | None = None
    measured_kmh: float | None = None
    limit_kmh: float | None = None
    executed_on: tuple[date, ...] = ()
    owner_class: OwnerClass = OwnerClass.INDIVIDUAL
    delivered_on: date | None = None

    @property
    def excess_kmh(self) -> float | None:
        """Excess over the limit, to 0.01 km/h; None: no speed was measured."""
        if self.measured_kmh is None or self.limit_kmh is None:
            return None
        return round(self.measured_kmh - self.limit_kmh, 2)


@dataclass(frozen=True, slots=True)
class Explanation:
    """The facts.

    Attributes:
        question: what was asked.
        article: what applies; None: the excess stays below the statute's floor, and the rest is empty.
        floor_kmh: the excess from which the law fines on that day; None: there is no such law.
        version: schedule version of the day of the offence.
        reason: why the tier holds.
        executed_on: the penalty that makes it a repeat; None: it is none.
        repeat_until: last day of that year.
        sanction: what the law asks.
        in_scope: a camera may find it on that day.
        liability_until: last day on which a penalty may be imposed.
        deadlines: what follows from delivery; None: not delivered, or nothing to pay.
        discount_percent: what the discount lets off.
        discount_days: its term.
        liability: count and unit of the liability term.
        uncertain: keys of what is uncertain about this answer, sorted.
    """

    question: Question
    article: Article | None
    floor_kmh: int | None = None
    version: Version | None = None
    reason: TierReason | None = None
    executed_on: date | None = None
    repeat_until: date | None = None
    sanction: Sanction | None = None
    in_scope: bool = False
    liability_until: date | None = None
    deadlines: Deadlines | None = None
    discount_percent: int = 0
    discount_days: int = 0
    liability: tuple[int, str] = (0, "days")
    uncertain: tuple[str, ...] = ()

    def to_json(self) -> Mapping[str, Any]:
        """Return the facts for programs; days as ISO texts."""
        sanction = None if self.sanction is None else asdict(self.sanction)
        return {
            "offence_on": str(self.question.offence_on),
            "initiated_on": str(self.question.initiated_on),
            "excess_kmh": self.question.excess_kmh,
            "article": self.article.code if self.article else None,
            "law": self.version.law if self.version else None,
            "tier_reason": self.reason,
            "executed_on": _text(self.executed_on),
            "repeat_until": _text(self.repeat_until),
            "sanction": sanction,
            "in_camera_scope": self.in_scope,
            "liability_until": _text(self.liability_until),
            "deadlines": None
            if self.deadlines is None
            else {name: str(day) for name, day in asdict(self.deadlines).items()},
            "uncertain": list(self.uncertain),
        }


def explain(law: Law, question: Question) -> Explanation:
    """Return why an offence costs what it costs.

    Args:
        law: the law.
        question: the offence.

    Raises:
        LawError: the law does not answer, or the article is not that of the measured excess.
    """
    article = _article(law, question)
    floor_kmh = law.articles.floor_kmh(question.offence_on)
    if article is None:
        return Explanation(question, None, floor_kmh)
    price = law.schedule.price(article.code, question.offence_on)
    tier = law.repeat_tier(article.code, question.offence_on, question.executed_on)
    within = [d for d in question.executed_on if law.repeat_tier(article.code, question.offence_on, [d]) is Tier.REPEAT]
    if price.repeat is None:
        reason = TierReason.NO_TIER
    elif tier is Tier.REPEAT:
        reason = TierReason.WITHIN
    else:
        reason = TierReason.OUTSIDE if question.executed_on else TierReason.NONE_EXECUTED
    executed_on = max(within, default=None)
    sanction = law.sanction(article.code, question.initiated_on, question.offence_on, tier, question.owner_class)
    deadlines = law.deadlines(question.delivered_on) if question.delivered_on and sanction.amount_kzt else None
    if question.delivered_on and question.delivered_on < question.initiated_on:
        raise LawError(
            f"found a delivery on {question.delivered_on} of a case initiated on {question.initiated_on}; "
            "expected the initiation first; correct the days"
        )
    return Explanation(
        question,
        article,
        floor_kmh,
        law.schedule.version(question.offence_on),
        reason,
        executed_on,
        law.term_end(Term.REPEAT, executed_on) if executed_on else None,
        sanction,
        law.in_camera_scope(article.code, question.offence_on),
        law.term_end(Term.LIABILITY, question.offence_on),
        deadlines,
        law.terms.discount_percent,
        law.terms.rules[Term.DISCOUNT].count,
        (law.terms.rules[Term.LIABILITY].count, law.terms.rules[Term.LIABILITY].unit),
        _uncertain(law, question, sanction, deadlines),
    )


def _article(law: Law, question: Question) -> Article | None:
    excess = question.excess_kmh
    found = law.speeding(excess, question.offence_on) if excess is not None else None
    if question.article is None:
        if excess is None:
            raise LawError(
                "found neither an article nor a speed; expected one of them; name the article, or speed and limit"
            )
        return found
    named = law.article(question.article, question.offence_on)
    if excess is not None and not named.covers(excess):
        belongs = f"that excess is {found.code}'s" if found else "no article covers that excess"
        raise LawError(
            f"found an excess of {excess:g} km/h for {full_code(question.article)} on {question.offence_on}; "
            f"{belongs}; correct the article or the speed"
        )
    return named


def _uncertain(law: Law, question: Question, sanction: Sanction, deadlines: Deadlines | None) -> tuple[str, ...]:
    """Return the keys of what is uncertain and touches this answer."""
    found = set(sanction.uncertain)
    rules = law.terms.uncertain
    found |= set(law.schedule.version(question.offence_on).uncertain)
    if question.initiated_on in law.articles.span(sanction.article):
        price = law.schedule.price(sanction.article, question.offence_on)
        if price != law.schedule.price(sanction.article, question.initiated_on):
            found |= set(rules["competing_versions"])
    if question.offence_on in question.executed_on:
        found |= set(rules["repeat"])
    if question.executed_on and _other_parts(law, sanction.article, question.offence_on):
        found |= set(rules["repeat_parts"])
    if sanction.amount_kzt * law.terms.discount_percent % 100 and sanction.discountable:
        found |= set(rules["discount"])
    if deadlines is not None:
        for term in (Term.DISCOUNT, Term.DEEMED_CONSIDERED, Term.APPEAL, Term.PAYMENT):
            found |= set(law.terms.rules[term].uncertain)
    return tuple(sorted(found))


def _other_parts(law: Law, code: str, day: date) -> bool:
    """Return whether an article's repeat has a price of its own, and other parts of the article might count for it."""
    number = law.articles.of(code, day).number
    others = any(row.number == number and row.code != code for row in law.articles.rows)
    return others and law.schedule.price(code, day).repeat is not None


def _text(day: date | None) -> str | None:
    return None if day is None else str(day)
