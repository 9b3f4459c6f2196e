"""The law: what an offence costs, when its terms end, and what a camera may find; data in, answers out."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from importlib import resources
from pathlib import Path
from typing import Any, Final

from schemas.law.article import Article, Articles
from schemas.law.calendar import LocalClock, WorkCalendar
from schemas.law.deadlines import Deadlines
from schemas.law.entry import LawEndsError, LawError, read_toml
from schemas.law.mrp import MrpTable
from schemas.law.sanction import OwnerClass, Sanction, SanctionKind, Tier
from schemas.law.schedule import Schedule
from schemas.law.scope import CameraScope
from schemas.law.spans import DAY
from schemas.law.terms import Term, Terms

#: The data files of a folder.
FILES: Final = ("mrp", "articles", "schedules", "terms", "calendar", "scope")
_ORDER: Final = (SanctionKind.WARNING, SanctionKind.FINE, SanctionKind.COURT)


@dataclass(frozen=True, slots=True, eq=False)
class Law:
    """The law of one folder of data.

    Attributes:
        mrp: the monthly index.
        articles: what is an offence, since when.
        schedule: what it costs.
        terms: terms and rules of money.
        calendar: working days.
        clock: local time.
        scope: what cameras may find.
        data: the files' content, by name, of which the rest was made.
        tariff: name of the tariff laid over the data; empty: none.
    """

    mrp: MrpTable
    articles: Articles
    schedule: Schedule
    terms: Terms
    calendar: WorkCalendar
    clock: LocalClock
    scope: CameraScope
    data: Mapping[str, Mapping[str, Any]]
    tariff: str = ""

    @classmethod
    def load(cls, folder: Path | None = None) -> "Law":
        """Read and check the law.

        Args:
            folder: with mrp.toml, articles.toml, schedules.toml, terms.toml, calendar.toml, scope.toml; None: the
                packaged data.

        Raises:
            LawError: a sentence with file, entry, what was found, what is expected, and what to do.
        """
        with resources.as_file(resources.files("schemas.law").joinpath("data")) as packaged:
            where = packaged if folder is None else folder
            return cls.of({name: read_toml(where / f"{name}.toml", f"{name}.toml") for name in FILES})

    @classmethod
    def of(cls, data: Mapping[str, Mapping[str, Any]], tariff: str = "") -> "Law":
        """Check the content of the files.

        Args:
            data: content by file name, without ".toml".
            tariff: name of the tariff that is laid over them.

        Raises:
            LawError: as `load`.
        """
        articles = Articles.from_toml(data["articles"])
        terms = Terms.from_toml(data["terms"])
        _check_parts(terms.repeat_parts, articles)
        return cls(
            MrpTable.from_toml(data["mrp"]),
            articles,
            Schedule.from_toml(data["schedules"], articles),
            terms,
            WorkCalendar.from_toml(data["calendar"]),
            LocalClock.from_toml(data["calendar"]),
            CameraScope.from_toml(data["scope"], articles),
            data,
            tariff,
        )

    def article(self, code: str, offence_on: date) -> Article:
        """Return an article as it was on a day; "592.1" and "KoAP 592.1" are the same.

        Raises:
            LawError: the code is unknown, or not law on that day.
        """
        return self.articles.of(full_code(code), offence_on)

    def speeding(self, excess_kmh: float, offence_on: date) -> Article | None:
        """Return the article for an excess over the limit, km/h; None: below the floor, or no law that day."""
        return self.articles.of_excess(excess_kmh, offence_on)

    def mrp_kzt(self, day: date) -> int:
        """Return the monthly index of a day, tenge.

        Raises:
            LawError: it is not known.
        """
        return self.mrp.kzt(day)

    @property
    def last_days(self) -> Mapping[str, date]:
        """The last day of each table that ends.

        After that of mrp nothing can be priced; after that of calendar the rules of the year go on, without the days
        that a government moves.
        """
        return {"mrp": self.mrp.span.last, "calendar": self.calendar.span.last}

    def sanction(
        self,
        article: str,
        initiated_on: date,
        offence_on: date,
        tier: Tier,
        owner_class: OwnerClass = OwnerClass.INDIVIDUAL,
    ) -> Sanction:
        """Return what the law asks: the article's version of the offence's day, the MRP of the day of initiation.

        Args:
            article: code, "KoAP 592.1" or "592.1".
            initiated_on: local day on which the case is initiated; for cameras, the prescription sent (802.4).
            offence_on: local day of the offence.
            tier: `repeat_tier` tells it. Of an article without a repeat tier the first is priced.
            owner_class: who is liable.

        Raises:
            LawError: the article is unknown or not law on that day, a day without MRP, or an initiation before the
                offence.
        """
        if initiated_on < offence_on:
            raise LawError(
                f"found a case initiated on {initiated_on} for an offence on {offence_on}; expected the offence first; "
                "correct the days"
            )
        code = full_code(article)
        own = self._sanction(code, initiated_on, offence_on, tier, owner_class)
        if not self.terms.milder_later_law or initiated_on not in self.articles.span(code):
            return own
        later = self._sanction(code, initiated_on, initiated_on, tier, owner_class)
        return later if _severity(later) < _severity(own) else own

    def _sanction(
        self, code: str, initiated_on: date, version_on: date, tier: Tier, owner_class: OwnerClass
    ) -> Sanction:
        text = self.articles.of(code, version_on)
        price = self.schedule.price(code, version_on)
        version = self.schedule.version(version_on)
        mrp_kzt = self.mrp.kzt(initiated_on)
        priced, penalty, own_figure = price.penalty(tier, owner_class)
        discountable = penalty.kind is SanctionKind.FINE and self.terms.discount_percent > 0
        amount_kzt = penalty.mrp * mrp_kzt
        unsure = {*text.uncertain, *price.uncertain}
        if not own_figure:
            unsure |= set(self.terms.uncertain["owner_classes"])
        return Sanction(
            code,
            text.repeat_part if priced is Tier.REPEAT else code,
            priced,
            penalty.kind,
            penalty.mrp,
            mrp_kzt,
            amount_kzt,
            discountable,
            self.terms.discounted_kzt(amount_kzt) if discountable else 0,
            f"{self.tariff}+{version.first_day}" if self.tariff else str(version.first_day),
            penalty.lowest_mrp,
            penalty.highest_mrp,
            penalty.suspension_months,
            penalty.aggravated_months,
            penalty.court_fine_mrp,
            tuple(sorted(unsure)),
        )

    def is_a_courts(self, article: str, day: date) -> bool:
        """Say whether only a court may sanction an article on a day; of a day beyond the data nobody knows.

        Raises:
            LawError: the article is unknown or not law on that day.
        """
        try:
            return self.sanction(article, day, day, Tier.FIRST).kind is SanctionKind.COURT
        except LawEndsError:
            return False

    def local_day(self, at_us: int) -> date:
        """Return the local date of an instant, microseconds since the Unix epoch."""
        return self.clock.day(at_us)

    def day_start_us(self, day: date) -> int:
        """Return the first instant of a local day, microseconds since the Unix epoch."""
        return self.clock.start_us(day)

    def term_end(self, term: Term, from_day: date) -> date:
        """Return the last day of a term, included.

        Args:
            term: which.
            from_day: day of the event that it counts from (see `Term`); day 1 is the day after it.

        Raises:
            LawError: the calendar does not reach back so far.
        """
        return self.terms.rules[term].end(from_day, self.calendar)

    def deadlines(self, delivered_on: date) -> Deadlines:
        """Return the days that follow from proper delivery, where nobody appeals.

        Raises:
            LawError: the calendar does not reach back so far.
        """
        considered = self.term_end(Term.DEEMED_CONSIDERED, delivered_on)
        appeal = self.term_end(Term.APPEAL, considered)
        in_force = appeal + DAY
        return Deadlines(
            discount_until=self.term_end(Term.DISCOUNT, delivered_on),
            considered_on=considered,
            appeal_until=appeal,
            in_force_on=in_force,
            payment_until=self.term_end(Term.PAYMENT, in_force),
        )

    def in_camera_scope(self, article: str, offence_on: date) -> bool:
        """Tell whether a camera may find an offence by that article on that day."""
        return self.scope.holds(full_code(article), offence_on)

    def repeat_codes(self, article: str) -> tuple[str, ...]:
        """Return the codes whose executed penalties an offence may repeat: its own, and what terms.toml adds to it."""
        code = full_code(article)
        return (code, *self.terms.repeat_parts.get(code, ()))

    def repeat_tier(self, article: str, offence_on: date, executed_on: Sequence[date]) -> Tier:
        """Return the tier of an offence (art. 61).

        Args:
            article: code of the new offence.
            offence_on: its local day.
            executed_on: days on which earlier penalties of the same owner were fully executed, for an article of
                `repeat_codes`.

        Raises:
            LawError: the article is unknown or not law on that day.
        """
        code = full_code(article)
        self.articles.of(code, offence_on)
        if self.schedule.price(code, offence_on).repeat is None:
            return Tier.FIRST
        earliest = 0 if self.terms.repeat_same_day else 1
        counts = (
            (offence_on - day).days >= earliest and offence_on <= self.term_end(Term.REPEAT, day) for day in executed_on
        )
        return Tier.REPEAT if any(counts) else Tier.FIRST

    def with_tariff(self, path: Path) -> "Law":
        """Return this law with another tariff laid over it (docs/law.md has the file's form).

        Raises:
            LawError: the file is not as it must be, or the law with it.
        """
        from schemas.law.tariff import overlaid  # noqa: PLC0415  it needs this class

        return overlaid(self, path)


def full_code(article: str) -> str:
    """Return a code with the act's name before it: "592.1" as "KoAP 592.1"."""
    text = article.strip()
    return text if text.startswith("KoAP ") else f"KoAP {text}"


def _check_parts(parts: Mapping[str, tuple[str, ...]], articles: Articles) -> None:
    """Refuse codes of the rule repeat_parts that no article has, and a code that is said to repeat itself.

    Raises:
        LawError: one stands there.
    """
    known = {row.code for row in articles.rows}
    for code, further in parts.items():
        wrong = next((one for one in (code, *further) if one not in known), None)
        if wrong is not None or code in further:
            raise LawError(
                f"terms.toml, rule repeat_parts: found {wrong or f'{code} beside itself'!r}; expected codes of"
                " articles.toml, each other than its own; correct the entry"
            )


def _severity(sanction: Sanction) -> tuple[int, int, int]:
    return _ORDER.index(sanction.kind), sanction.amount_kzt, sanction.suspension_months
