"""Which figures differ between two days of one law, or between two laws."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from schemas.law.entry import LawError
from schemas.law.law import Law
from schemas.law.sanction import OwnerClass, SanctionKind, Tier
from schemas.law.spans import DAY, OPEN, Span


@dataclass(frozen=True, slots=True)
class Figure:
    """One figure of the law on a day.

    Attributes:
        words: "10 MRP", "warning", "a court's, 6 months", "7 days", "yes".
        kzt: the same in tenge; None: it is no money.
    """

    words: str
    kzt: int | None = None


@dataclass(frozen=True, slots=True)
class Difference:
    """A figure that differs.

    Attributes:
        span: days for which it differs; None: two days are compared.
        subject: whose it is: an article with tier and class, "MRP", a term, a rule, a camera's scope.
        before: the figure of the one side; None: it has none.
        after: that of the other.
    """

    span: Span | None
    subject: str
    before: Figure | None
    after: Figure | None


def between_days(law: Law, one: date, two: date) -> list[Difference]:
    """Return what differs for offences of two days whose cases are initiated on the same days.

    Raises:
        LawError: a day for which the law has no MRP or no schedule.
    """
    return list(_differ(_figures(law, one), _figures(law, two), None))


def between_laws(one: Law, two: Law) -> list[Difference]:
    """Return what differs between two laws, for each span of days on which neither changes."""
    out: list[Difference] = []
    begins = sorted(_changes(one) | _changes(two))
    last = max(one.mrp.span.last, two.mrp.span.last)
    for begin, end in zip(begins, [*(day - DAY for day in begins[1:]), last], strict=True):
        out += _differ(_known(one, begin), _known(two, begin), Span(begin, end))
    return _joined(out)


def _changes(law: Law) -> set[date]:
    """Return the days on which figures may change, from the first schedule on."""
    first, last = law.schedule.versions[0].first_day, law.mrp.span.last
    found = {version.first_day for version in law.schedule.versions}
    found |= {span.first for span, _ in law.mrp.rows} | {span.first for span, _ in law.scope.rows}
    found |= {row.span.first for row in law.articles.rows}
    found |= {row.span.last + DAY for row in law.articles.rows if row.span.last != OPEN}
    return {day for day in found if first <= day <= last}


def _known(law: Law, day: date) -> Mapping[str, Figure]:
    try:
        return _figures(law, day)
    except LawError:
        return {}


def _figures(law: Law, day: date) -> Mapping[str, Figure]:
    """Return every figure of a day by its subject."""
    law.schedule.version(day)
    out = {"MRP": Figure("1 MRP", law.mrp_kzt(day))}
    for code in law.articles.codes():
        if day not in law.articles.span(code):
            continue
        price = law.schedule.price(code, day)
        tiers = (Tier.FIRST,) if price.repeat is None else (Tier.FIRST, Tier.REPEAT)
        asked = [(tier, OwnerClass.INDIVIDUAL) for tier in tiers] + [(Tier.FIRST, own) for own, _ in price.classes]
        for tier, owner in asked:
            name = f"{code} {tier.lower()}"
            name += "" if owner is OwnerClass.INDIVIDUAL else f", {owner.lower().replace('_', ' ')}"
            out[name] = _sanction(law, code, day, tier, owner)
        out[f"{code} by camera"] = Figure("yes" if law.in_camera_scope(code, day) else "no")
    for term, rule in law.terms.rules.items():
        rolls = ", to a working day" if rule.rolls else ""
        out[f"term {term.lower()}"] = Figure(f"{rule.count} {rule.unit}{rolls}")
    out["discount"] = Figure(f"{law.terms.discount_percent} %")
    return out


def _sanction(law: Law, code: str, day: date, tier: Tier, owner: OwnerClass) -> Figure:
    found = law.sanction(code, day, day, tier, owner)
    if found.kind is SanctionKind.WARNING:
        return Figure("warning")
    if found.kind is SanctionKind.COURT:
        instead = f" or {found.court_fine_mrp} MRP" if found.court_fine_mrp else ""
        return Figure(f"a court's: {found.suspension_months} months{instead}")
    words = f"{found.mrp_count:,} MRP"
    if found.warning_allowed:
        words = f"warning or {words}"
    return Figure(f"at least {words}" if found.highest_mrp is None else words, found.amount_kzt)


def _differ(one: Mapping[str, Figure], two: Mapping[str, Figure], span: Span | None) -> Iterator[Difference]:
    for subject in dict.fromkeys([*one, *two]):
        before, after = one.get(subject), two.get(subject)
        if before != after:
            yield Difference(span, subject, before, after)


def _joined(found: Sequence[Difference]) -> list[Difference]:
    """Return differences with those of neighbouring spans as one where they are the same."""
    out: list[Difference] = []
    for one in found:
        for number, old in enumerate(out):
            same = (old.subject, old.before, old.after) == (one.subject, one.before, one.after)
            if same and old.span and one.span and old.span.last + DAY == one.span.first:
                out[number] = Difference(Span(old.span.first, one.span.last), one.subject, one.before, one.after)
                break
        else:
            out.append(one)
    return out
