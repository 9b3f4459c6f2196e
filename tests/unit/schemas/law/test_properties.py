"""What holds for every question to the law."""

from datetime import date, timedelta
from typing import Final

from hypothesis import assume, given, settings
from hypothesis import strategies as st

from schemas.law import Law, OwnerClass, SanctionKind, Term, Tier
from schemas.law.spans import DAY

LAW: Final = Law.load()
OFFENCES: Final = st.dates(date(2024, 1, 1), date(2026, 12, 31))
CODES: Final = st.sampled_from(LAW.articles.codes())
CLASSES: Final = st.sampled_from(list(OwnerClass))
EXAMPLES: Final = settings(max_examples=150, deadline=None)


def in_force(code: str, day: date) -> bool:
    """Tell whether an article is law on a day."""
    return day in LAW.articles.span(code)


@EXAMPLES
@given(CODES, OFFENCES, st.integers(0, 61), CLASSES)
def test_a_repeat_is_never_cheaper(code: str, offence_on: date, wait: int, owner: OwnerClass) -> None:
    """Fine against fine the repeat costs at least the first; a judge's repeat stands above any fine."""
    initiated_on = offence_on + timedelta(days=wait)
    assume(in_force(code, offence_on) and initiated_on in LAW.mrp.span)
    first = LAW.sanction(code, initiated_on, offence_on, Tier.FIRST, owner)
    repeat = LAW.sanction(code, initiated_on, offence_on, Tier.REPEAT, owner)
    if SanctionKind.COURT not in (first.kind, repeat.kind):
        assert repeat.amount_kzt >= first.amount_kzt
    else:
        assert repeat.kind is SanctionKind.COURT


@EXAMPLES
@given(CODES, OFFENCES, st.integers(0, 61), st.sampled_from(list(Tier)), CLASSES)
def test_money_is_mrp_times_index_and_a_judges_sanction_has_none(
    code: str, offence_on: date, wait: int, tier: Tier, owner: OwnerClass
) -> None:
    """The fine is a whole number of MRP of the day of initiation; half is at least half, by less than a tenge more."""
    initiated_on = offence_on + timedelta(days=wait)
    assume(in_force(code, offence_on) and initiated_on in LAW.mrp.span)
    found = LAW.sanction(code, initiated_on, offence_on, tier, owner)
    assert found.amount_kzt == found.mrp_count * LAW.mrp_kzt(initiated_on)
    assert (found.amount_kzt > 0) == (found.kind is SanctionKind.FINE) == found.discountable
    assert 0 <= 2 * found.discount_kzt - found.amount_kzt <= 1
    assert date.fromisoformat(found.tariff_version) <= offence_on


@EXAMPLES
@given(st.sampled_from(list(Term)), OFFENCES, OFFENCES)
def test_a_term_ends_after_it_begins_and_a_later_begin_ends_no_earlier(term: Term, one: date, two: date) -> None:
    """No term ends before its event, and the order of two events is that of their ends."""
    one, two = sorted((one, two))
    assert one < LAW.term_end(term, one) <= LAW.term_end(term, two)


@EXAMPLES
@given(st.sampled_from(list(Term)), OFFENCES)
def test_a_rolled_end_is_the_next_working_day(term: Term, begin: date) -> None:
    """A term that rolls ends on a working day, and no working day lies between its plain end and that."""
    rule = LAW.terms.rules[term]
    plain, end = rule.plain_end(begin), LAW.term_end(term, begin)
    if not rule.rolls:
        assert end == plain
    else:
        assert LAW.calendar.works(end)
        assert not any(LAW.calendar.works(plain + timedelta(days=n)) for n in range((end - plain).days))


@EXAMPLES
@given(OFFENCES)
def test_deadlines_are_in_order(delivered_on: date) -> None:
    """Discount, consideration, appeal, force, payment: each no earlier than the one before it."""
    found = LAW.deadlines(delivered_on)
    days = [found.discount_until, found.appeal_until, found.in_force_on, found.payment_until]
    assert days == sorted(days)
    assert delivered_on < found.considered_on < found.appeal_until < found.in_force_on


@EXAMPLES
@given(st.dates(date(2023, 1, 1), date(2027, 12, 31)))
def test_days_and_instants_agree(day: date) -> None:
    """A day's first instant belongs to it, and the microsecond before to the day before."""
    begin_us = LAW.day_start_us(day)
    assert LAW.local_day(begin_us) == day
    assert LAW.local_day(begin_us - 1) == day - DAY


@EXAMPLES
@given(st.floats(0, 300), OFFENCES)
def test_every_excess_from_the_floor_on_has_one_article(excess_kmh: float, day: date) -> None:
    """Bands leave no gap and do not overlap, on any day."""
    covering = [row for row in LAW.articles.rows if day in row.span and row.covers(excess_kmh)]
    assert len(covering) == (excess_kmh >= 10)


@EXAMPLES
@given(CODES, OFFENCES, st.lists(OFFENCES, max_size=4))
def test_the_tier_needs_one_executed_penalty_of_the_year_before(code: str, on: date, executed: list[date]) -> None:
    """Order and number of penalties play no part, and those after the offence none either."""
    assume(in_force(code, on))
    found = LAW.repeat_tier(code, on, executed)
    assert found == LAW.repeat_tier(code, on, [*reversed(executed), on, on + DAY])
    if found is Tier.REPEAT:
        assert any(day < on <= LAW.term_end(Term.REPEAT, day) for day in executed)
