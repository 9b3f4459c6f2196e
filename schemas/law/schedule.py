"""What each article costs, by the day of the offence, in MRP."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any, Final

from schemas.law.article import Articles
from schemas.law.entry import Entry, LawError, entries
from schemas.law.sanction import OwnerClass, SanctionKind, Tier
from schemas.law.spans import DAY, OPEN, Span, check_contiguous

FILE: Final = "schedules.toml"
BUSINESSES: Final = tuple(str(one).lower() for one in OwnerClass if one is not OwnerClass.INDIVIDUAL)
_PENALTY_KEYS: Final = frozenset(
    {"mrp", "or_warning", "at_least", "warning", "suspension_months", "aggravated_months", "or_mrp"}
)


@dataclass(frozen=True, slots=True)
class Penalty:
    """What one tier costs.

    Attributes:
        kind: warning, fine or a court's sanction.
        mrp: the fine, or its lowest; 0 where nobody may be fined.
        lowest_mrp: least that may be imposed.
        highest_mrp: most; None: no upper bound.
        suspension_months: what a court may order.
        aggravated_months: the same with damage.
        court_fine_mrp: what a court may impose instead.
    """

    kind: SanctionKind
    mrp: int = 0
    lowest_mrp: int = 0
    highest_mrp: int | None = 0
    suspension_months: int = 0
    aggravated_months: int = 0
    court_fine_mrp: int = 0


@dataclass(frozen=True, slots=True)
class Price:
    """An article's sanctions on some days.

    Attributes:
        article: code.
        span: days of the offence.
        first: first tier.
        repeat: repeat tier; None: there is none.
        classes: fines of owner classes with figures of their own, in MRP.
        uncertain: keys of what is uncertain.
    """

    article: str
    span: Span
    first: Penalty
    repeat: Penalty | None
    classes: tuple[tuple[OwnerClass, int], ...]
    uncertain: tuple[str, ...]

    def penalty(self, tier: Tier, owner_class: OwnerClass) -> tuple[Tier, Penalty, bool]:
        """Return the tier that is priced, its sanction, and whether the figure is the class' own."""
        own = dict(self.classes).get(owner_class)
        if own is not None:
            return Tier.FIRST, Penalty(SanctionKind.FINE, own, own, own), True
        if tier is Tier.REPEAT and self.repeat is not None:
            return Tier.REPEAT, self.repeat, owner_class is OwnerClass.INDIVIDUAL
        return Tier.FIRST, self.first, owner_class is OwnerClass.INDIVIDUAL


@dataclass(frozen=True, slots=True)
class Version:
    """A version of the schedule, named by its first day.

    Attributes:
        first_day: from when.
        law: which act made it.
        uncertain: keys of what is uncertain.
    """

    first_day: date
    law: str
    uncertain: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Schedule:
    """All prices and versions.

    Attributes:
        versions: ascending.
        prices: those of one article side by side in the order of days.
    """

    versions: tuple[Version, ...]
    prices: tuple[Price, ...]

    @classmethod
    def from_toml(cls, data: Mapping[str, Any], articles: Articles) -> "Schedule":
        """Read and check the content of schedules.toml.

        Raises:
            LawError: versions out of order, an unknown article, a day of an article without a price or with two, or a
                figure that changes on no version's day.
        """
        versions = _versions(entries(data, FILE, "version"))
        found = entries(data, FILE, "price")
        prices = tuple(_price(entry, articles) for entry in found)
        days = {version.first_day for version in versions}
        for code in articles.codes():
            own = [entry for entry in found if entry.data["article"] == code]
            law = articles.span(code)
            if not own:
                raise LawError(f"{FILE}: found no [[price]] for {code}; expected one from {law.first} on; add it")
            check_contiguous(own, f"price of {code}")
            first, last = Span.of(own[0]), Span.of(own[-1])
            if (first.first, last.last) != (law.first, law.last):
                raise own[0].error(
                    f"prices from {first.first} until {_end(last)}",
                    f"prices from {law.first} until {_end(law)}, as long as articles.toml has {code}",
                    "add the missing days, or correct articles.toml",
                )
            for entry in own:
                if entry.day("from") not in days:
                    raise entry.error(
                        f"a price from {entry.day('from')}",
                        f"a version's first day: {', '.join(map(str, sorted(days)))}",
                        "add the version with its law, or correct the day",
                    )
        return cls(versions, prices)

    def version(self, day: date) -> Version:
        """Return the version in force on a day.

        Raises:
            LawError: the day lies before the first.
        """
        for version in reversed(self.versions):
            if version.first_day <= day:
                return version
        raise LawError(
            f"{FILE}: found no version of the schedule for {day}; the first is of {self.versions[0].first_day}; "
            "add the older version with its source, or correct the day"
        )

    def price(self, code: str, day: date) -> Price:
        """Return an article's price on a day of its validity; loading has shown that there is one.

        Raises:
            LawError: there is none.
        """
        for price in self.prices:
            if price.article == code and day in price.span:
                return price
        raise LawError(f"{FILE}: found no price of {code} on {day}; expected one; add it")


def _end(span: Span) -> str:
    return "further notice" if span.last == OPEN else str(span.last)


def _versions(found: list[Entry]) -> tuple[Version, ...]:
    out: list[Version] = []
    for entry in found:
        entry.only("from", "law", "source", "mark", "uncertain")
        version = Version(entry.day("from"), entry.text("law"), entry.sourced())
        if out and version.first_day < out[-1].first_day + DAY:
            raise entry.error(f"from {version.first_day} behind {out[-1].first_day}", "versions in the order of days")
        out.append(version)
    return tuple(out)


def _price(entry: Entry, articles: Articles) -> Price:
    entry.only("article", "from", "until", "first", "repeat", "classes", "source", "mark", "uncertain")
    uncertain = entry.sourced()
    article = entry.choice("article", articles.codes())
    first = _penalty(entry, "first")
    repeat = _penalty(entry, "repeat") if "repeat" in entry.data else None
    if repeat is not None and repeat.kind is SanctionKind.FINE and repeat.mrp < first.mrp:
        raise entry.error(f"a repeat of {repeat.mrp} MRP below the first's {first.mrp}", "a repeat at least as dear")
    return Price(article, Span.of(entry), first, repeat, _classes(entry), uncertain)


def _classes(entry: Entry) -> tuple[tuple[OwnerClass, int], ...]:
    table = entry.data.get("classes", {})
    if not isinstance(table, dict) or not set(table) <= set(BUSINESSES):
        raise entry.error(f"classes = {table!r}", f"figures of {', '.join(BUSINESSES)}")
    own = Entry(entry.file, f"{entry.table}.classes", entry.number, table)
    return tuple((OwnerClass(name.upper()), own.whole(name, 1)) for name in table)


def _penalty(entry: Entry, key: str) -> Penalty:
    """Return a tier's sanction.

    Raises:
        LawError: figures that do not go together.
    """
    table = entry.data.get(key)
    if not isinstance(table, dict) or not set(table) <= _PENALTY_KEYS:
        raise entry.error(
            f"{key} = {table!r}", f"a table such as {{ mrp = 10 }}, of {', '.join(sorted(_PENALTY_KEYS))}"
        )
    own = Entry(entry.file, f"{entry.table}.{key} of {entry.data.get('article')}", entry.number, table)
    if "suspension_months" in table:
        own.only("suspension_months", "aggravated_months", "or_mrp")
        return Penalty(
            SanctionKind.COURT,
            suspension_months=own.whole("suspension_months", 1),
            aggravated_months=own.whole("aggravated_months", 0, 0),
            court_fine_mrp=own.whole("or_mrp", 0, 0),
        )
    if "warning" in table:
        own.only("warning")
        if not own.flag("warning"):
            raise own.error("warning = false", "warning = true, or a fine")
        return Penalty(SanctionKind.WARNING)
    own.only("mrp", "or_warning", "at_least")
    mrp = own.whole("mrp", 1)
    warning, open_end = own.flag("or_warning", default=False), own.flag("at_least", default=False)
    return Penalty(SanctionKind.FINE, mrp, 0 if warning else mrp, None if open_end else mrp)
