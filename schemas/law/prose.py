"""An explanation in words: Kazakh, Russian or English, from words/*.toml."""

import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from enum import StrEnum
from functools import cache
from importlib import resources
from math import inf
from typing import Any, Final

from schemas.law.article import Article
from schemas.law.explanation import Explanation, TierReason
from schemas.law.sanction import OwnerClass, Sanction, SanctionKind

_CASES: Final = {"": "months", "loc": "months_loc", "dat": "months_dat"}


class Language(StrEnum):
    """A language of the country's papers, or English."""

    KAZAKH = "kk"
    RUSSIAN = "ru"
    ENGLISH = "en"


@dataclass(frozen=True, slots=True)
class Day:
    """A day that a sentence sets in, by the grammatical case that it asks for: `{day:loc}`.

    Attributes:
        day: which.
        form: the language's forms.
    """

    day: date
    form: Mapping[str, Any]

    def __format__(self, case: str) -> str:
        month = self.form[_CASES[case]][self.day.month - 1]
        return str(self.form["day"]).format(day=self.day.day, month=month, year=self.day.year)


@dataclass(frozen=True, slots=True)
class Words:
    """One language.

    Attributes:
        data: content of its file.
    """

    data: Mapping[str, Mapping[str, Any]]

    def say(self, sentence: str, /, **values: object) -> str:
        """Return a sentence with days, numbers and texts set in."""
        return str(self.data["sentence"][sentence]).format(**{key: self._set_in(one) for key, one in values.items()})

    def number(self, value: int | Decimal) -> str:
        """Return a number with its digits grouped."""
        form = self.data["form"]
        whole, _, rest = f"{value:,}".partition(".")
        return whole.replace(",", form["group"]) + (form["decimal"] + rest if rest else "")

    def counted(self, number: int, unit: str, case: str = "count") -> str:
        """Return a number with its noun: of `days`, `months` or `years`; `within`: as in "within 7 days"."""
        form = self.data["form"]
        return str(form[case][unit][_plural(form["plural"], number)]).format(n=number)

    def article(self, code: str) -> str:
        """Return an article's name: "art. 592, part 2 KoAP"."""
        number, _, part = code.removeprefix("KoAP ").partition(".")
        form = self.data["form"]
        return str(form["article_part" if part else "article"]).format(article=number, part=part)

    def recorded(self, table: str, name: str) -> str:
        """Return what a case's record says in this language: of `step` or `reason`; free text stays as it is."""
        return str(self.data[table].get(name, name))

    def listed(self, items: Sequence[str]) -> str:
        """Return items as the end of a sentence."""
        return "; ".join(items) + "."

    def _set_in(self, value: object) -> object:
        if isinstance(value, date):
            return Day(value, self.data["form"])
        return self.number(value) if isinstance(value, (int, Decimal)) else value


@cache
def words(language: Language) -> Words:
    """Return a language's words."""
    source = resources.files("schemas.law").joinpath("words", f"{language}.toml")
    return Words(tomllib.loads(source.read_text(encoding="utf-8")))


def _plural(rule: str, number: int) -> int:
    """Return which form of a noun stands behind a number, by the plural rules of Unicode CLDR."""
    if rule == "russian":
        if number % 10 == 1 and number % 100 != 11:
            return 0
        return 1 if 2 <= number % 10 <= 4 and not 12 <= number % 100 <= 14 else 2
    return int(rule == "english" and number != 1)


def prose(found: Explanation, language: Language) -> list[str]:
    """Return an explanation as paragraphs: the offence, the sanction, the terms, what is uncertain."""
    say = words(language)
    if found.article is None or found.sanction is None or found.version is None or found.liability_until is None:
        return [_below(found, say)]
    paragraphs = [_offence(found, found.article, say), _sanction(found, found.sanction, say), _terms(found, say)]
    doubts = [str(say.data["doubt"][key]) for key in found.uncertain]
    if doubts:
        paragraphs.append(f"{say.say('uncertain')} {say.listed(doubts)}")
    return [text for text in paragraphs if text]


def _below(found: Explanation, say: Words) -> str:
    asked = found.question
    return say.say(
        "no_law" if found.floor_kmh is None else "below_floor",
        offence_on=asked.offence_on,
        measured=_plain(asked.measured_kmh),
        limit=_plain(asked.limit_kmh),
        excess=_plain(asked.excess_kmh),
        floor=found.floor_kmh,
    )


def _offence(found: Explanation, article: Article, say: Words) -> str:
    asked = found.question
    offence = str(say.data["offence"][article.offence])
    out = [say.say("named", offence_on=asked.offence_on, article=say.article(article.code), offence=offence)]
    if asked.excess_kmh is not None:
        if article.below_kmh == inf:
            band = say.say("band_open", at_least=article.at_least_kmh)
        else:
            band = say.say("band", at_least=article.at_least_kmh, below=_plain(article.below_kmh))
        out.append(
            say.say(
                "measured",
                measured=_plain(asked.measured_kmh),
                limit=_plain(asked.limit_kmh),
                excess=_plain(asked.excess_kmh),
                band=band,
            )
        )
    if found.version is not None:
        version = str(found.version.first_day)
        law = say.data["law"].get(version, found.version.law)
        out.append(say.say("version", law=law, version=found.sanction.tariff_version if found.sanction else version))
    if not found.in_scope:
        out.append(say.say("scope"))
    return " ".join(out)


def _sanction(found: Explanation, sanction: Sanction, say: Words) -> str:
    reason = found.reason or TierReason.NO_TIER
    out = [say.say(str(reason), executed_on=found.executed_on or date.min, repeat_until=found.repeat_until or date.min)]
    if sanction.part != sanction.article:
        out.append(say.say("repeat_part", part=say.article(sanction.part)))
    if found.question.owner_class is not OwnerClass.INDIVIDUAL:
        out.append(say.say("owner", owner=str(say.data["owner"][found.question.owner_class])))
    if sanction.kind is SanctionKind.WARNING:
        out.append(say.say("warning"))
    elif sanction.kind is SanctionKind.COURT:
        out.append(say.say("court", months=say.counted(sanction.suspension_months, "months")))
        if sanction.aggravated_months:
            out.append(say.say("aggravated", months=say.counted(sanction.aggravated_months, "months")))
        if sanction.court_fine_mrp:
            out.append(say.say("court_fine", count=sanction.court_fine_mrp))
    else:
        out += _money(found, sanction, say)
    return " ".join(out)


def _money(found: Explanation, sanction: Sanction, say: Words) -> list[str]:
    kind = "warning_or_fine" if sanction.warning_allowed else "at_least" if sanction.highest_mrp is None else "fine"
    figures = {"count": sanction.mrp_count, "mrp": sanction.mrp_kzt, "amount": sanction.amount_kzt}
    out = [
        say.say(kind, count=sanction.mrp_count),
        say.say(
            "arithmetic_at_least" if kind == "at_least" else "arithmetic",
            initiated_on=found.question.initiated_on,
            **figures,
        ),
    ]
    if sanction.discountable:
        term = say.counted(found.discount_days, "days", "within")
        out.append(say.say("discount", term=term, discount=sanction.discount_kzt, percent=found.discount_percent))
    else:
        out.append(say.say("no_discount"))
    return out


def _terms(found: Explanation, say: Words) -> str:
    until = found.liability_until or date.min
    over = found.question.initiated_on > until
    out = [
        say.say("liability_over" if over else "liability", liability_until=until, term=say.counted(*found.liability))
    ]
    if found.question.delivered_on is not None and not over:
        out.append(say.say("delivered", delivered_on=found.question.delivered_on))
        if found.deadlines is not None:
            days = found.deadlines
            out.append(
                say.say(
                    "deadlines",
                    discount_until=days.discount_until,
                    considered_on=days.considered_on,
                    appeal_until=days.appeal_until,
                    in_force_on=days.in_force_on,
                    payment_until=days.payment_until,
                )
            )
    return " ".join(out)


def _plain(value: float | None) -> Decimal:
    """Return a speed without a needless end: 84, 84.5, 84.25."""
    shown = Decimal(str(round(value or 0.0, 2))).normalize()
    return shown.quantize(Decimal(1)) if shown == shown.to_integral_value() else shown
