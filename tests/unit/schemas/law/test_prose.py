"""Explanations in words: three languages say the same facts, in their own forms."""

import re
import string
from datetime import date, timedelta
from typing import Final

import pytest

from processors.cases.machine import TIER_REASONS
from schemas.law import Law, LawError, Tier
from schemas.law.explanation import Question, TierReason, explain
from schemas.law.prose import Day, Language, prose, words
from schemas.law.sanction import OwnerClass
from schemas.messages import CaseStep

LAW: Final = Law.load()
ENGLISH: Final = words(Language.ENGLISH)
OTHERS: Final = [Language.RUSSIAN, Language.KAZAKH]


def fields(sentence: str) -> set[str]:
    """Return what a sentence sets in."""
    return {name for _, name, _, _ in string.Formatter().parse(sentence) if name}


@pytest.mark.parametrize("language", OTHERS)
def test_each_language_has_the_same_words(language: Language) -> None:
    """The same sentences with the same things set in, and the same names."""
    other = words(language)
    assert set(other.data) == set(ENGLISH.data)
    for table in ("sentence", "law", "owner", "offence", "doubt", "step", "reason"):
        assert list(other.data[table]) == list(ENGLISH.data[table]), table
    for key, sentence in ENGLISH.data["sentence"].items():
        assert fields(other.data["sentence"][key]) == fields(sentence), key


@pytest.mark.parametrize("language", list(Language))
def test_everything_in_the_data_has_a_word(language: Language) -> None:
    """Each offence, version, owner class and doubt of the packaged data."""
    say = words(language).data
    assert {article.offence for article in LAW.articles.rows} == set(say["offence"])
    assert {str(version.first_day) for version in LAW.schedule.versions} == set(say["law"])
    assert {str(owner) for owner in OwnerClass} == set(say["owner"])
    assert {str(reason) for reason in TierReason} <= set(say["sentence"])
    doubts = {
        row["uncertain"]
        for content in LAW.data.values()
        for table in content.values()
        if isinstance(table, list)
        for row in table
        if "uncertain" in row
    }
    assert doubts == set(say["doubt"])
    assert {str(step) for step in CaseStep} == set(say["step"])
    assert set(TIER_REASONS.values()) == set(say["reason"])


@pytest.mark.parametrize("language", OTHERS)
def test_a_cases_record_is_in_the_language_of_the_text(language: Language) -> None:
    """No step and no reason of the office's own stays in English; what an officer wrote stays as it was written."""
    say = words(language)
    for table in ("step", "reason"):
        for name in ENGLISH.data[table]:
            assert not re.search(r"[A-Za-z]", say.recorded(table, name)), name
    assert say.recorded("reason", "as the courier said") == "as the courier said"


@pytest.mark.parametrize("language", list(Language))
def test_every_article_is_explained_in_full_sentences(language: Language) -> None:
    """Both tiers of each article: sentences that end, nothing left to set in, no ungrouped thousands."""
    for code in LAW.articles.codes():
        day = max(LAW.articles.span(code).first, date(2025, 5, 20))
        if day not in LAW.articles.span(code):
            continue
        for executed in ((), (day - timedelta(days=30),)):
            for text in prose(explain(LAW, Question(day, day, code, executed_on=executed, delivered_on=day)), language):
                assert text.endswith(".")
                assert "{" not in text
                assert "  " not in text
                assert not re.search(r"\d{5}|\b[3-9]\d{3}\b", re.sub(r"\d{4}-\d\d-\d\d", "", text)), text


@pytest.mark.parametrize(
    ("language", "day", "number"),
    [
        (Language.ENGLISH, "4 December 2024", "1,476,800"),
        (Language.RUSSIAN, "4 декабря 2024 года", "1\u00a0476\u00a0800"),
        (Language.KAZAKH, "2024 жылғы 4 желтоқсан", "1\u00a0476\u00a0800"),
    ],
)
def test_days_and_numbers_have_the_languages_form(language: Language, day: str, number: str) -> None:
    """4 December 2024 and 1476800."""
    say = words(language)
    assert f"{Day(date(2024, 12, 4), say.data['form'])}" == day
    assert say.number(1_476_800) == number


@pytest.mark.parametrize(
    ("number", "noun"), [(1, "месяц"), (2, "месяца"), (5, "месяцев"), (11, "месяцев"), (21, "месяц"), (112, "месяцев")]
)
def test_russian_nouns_follow_their_number(number: int, noun: str) -> None:
    """1 месяц, 2 месяца, 5 and 11 месяцев, 21 месяц."""
    assert words(Language.RUSSIAN).counted(number, "months") == f"{number} {noun}"


def test_kazakh_days_stand_in_the_case_that_a_sentence_asks_for() -> None:
    """Locative and dative follow the month's vowels."""
    day = Day(date(2025, 7, 1), words(Language.KAZAKH).data["form"])
    assert (f"{day:loc}", f"{day:dat}") == ("2025 жылғы 1 шілдеде", "2025 жылғы 1 шілдеге")


@pytest.mark.parametrize("language", list(Language))
def test_the_figures_stand_in_the_text(language: Language) -> None:
    """A repeat of 24.5 km/h over, initiated in the new year: 30 x 3,932 = 117,960, half of it, part and days."""
    asked = Question(
        date(2024, 12, 31), date(2025, 1, 2), measured_kmh=84.5, limit_kmh=60, executed_on=(date(2024, 5, 10),)
    )
    found = explain(LAW, asked)
    assert found.sanction is not None
    assert (found.sanction.tier, found.sanction.amount_kzt) == (Tier.REPEAT, 117_960)
    assert (found.executed_on, found.repeat_until) == (date(2024, 5, 10), date(2025, 5, 10))
    text = " ".join(prose(found, language))
    say = words(language)
    for number in (3_932, 117_960, 58_980):
        assert say.number(number) in text
    assert say.article("KoAP 592.4") in text
    assert f"{Day(date(2025, 2, 28), say.data['form']):{'dat' if language is Language.KAZAKH else ''}}" in text


def test_below_the_floor_there_is_no_fine() -> None:
    """9.99 km/h over: one sentence, no sanction."""
    found = explain(LAW, Question(date(2024, 6, 15), date(2024, 6, 15), measured_kmh=69.99, limit_kmh=60))
    assert found.sanction is None
    assert "There is no fine." in prose(found, Language.ENGLISH)[0]
    assert (
        "no speeding article"
        in prose(
            explain(LAW, Question(date(2023, 6, 15), date(2023, 6, 15), measured_kmh=90, limit_kmh=60)),
            Language.ENGLISH,
        )[0]
    )


def test_after_the_liability_term_no_penalty_may_be_imposed() -> None:
    """Two months from the offence; the day after, the text says so and names no further days."""
    on = date(2024, 6, 15)
    last = prose(explain(LAW, Question(on, date(2024, 8, 15), "599")), Language.ENGLISH)
    over = prose(explain(LAW, Question(on, date(2024, 8, 16), "599", delivered_on=date(2024, 8, 16))), Language.ENGLISH)
    assert "A penalty may be imposed to the end of 15 August 2024" in last[2]
    assert "no penalty may be imposed" in over[2]
    assert "delivered" not in over[2]


@pytest.mark.parametrize(
    ("question", "says"),
    [
        (Question(date(2024, 6, 15), date(2024, 6, 15)), "neither an article nor a speed"),
        (Question(date(2024, 6, 15), date(2024, 6, 15), "592.1", 84.5, 60), "that excess is KoAP 592.2's"),
        (Question(date(2024, 6, 15), date(2024, 6, 15), "592.1", 65, 60), "no article covers that excess"),
        (
            Question(date(2024, 6, 15), date(2024, 6, 15), "599", delivered_on=date(2024, 6, 14)),
            "expected the initiation first",
        ),
    ],
)
def test_what_does_not_go_together_is_refused(question: Question, says: str) -> None:
    """The sentence says what was found and what to do."""
    with pytest.raises(LawError, match=says):
        explain(LAW, question)


@pytest.mark.parametrize(
    ("excess", "band"),
    [
        (10, "from 10 up to, but not including, 20 km/h"),
        (59.99, "from 40 up to, but not including, 60 km/h"),
        (60, "from 60 km/h on"),
    ],
)
def test_the_band_stands_in_the_text(excess: float, band: str) -> None:
    """Closed bands with both edges, the last one without an upper."""
    on = date(2025, 6, 15)
    assert band in prose(explain(LAW, Question(on, on, measured_kmh=60 + excess, limit_kmh=60)), Language.ENGLISH)[0]
