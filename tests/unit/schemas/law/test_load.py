"""What does not load: every gap, overlap, missing source and figure that does not go together, said in a sentence."""

import copy
from collections.abc import Callable
from datetime import date, timedelta
from itertools import pairwise
from pathlib import Path
from typing import Any, Final

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from schemas.law import Law, LawError, SanctionKind, Tier

LAW: Final = Law.load()
#: (file, table) whose entries are spans of days.
SPANS: Final = (("mrp", "mrp"), ("schedules", "price"), ("articles", "article"), ("scope", "scope"))
Data = dict[str, dict[str, Any]]


def data() -> Data:
    """Return a copy of the packaged content, to be spoilt."""
    return copy.deepcopy({name: dict(content) for name, content in LAW.data.items()})


def refused(spoilt: Data) -> str:
    """Return the sentence with which data is refused."""
    with pytest.raises(LawError) as caught:
        Law.of(spoilt)
    text = str(caught.value)
    assert text.count("; ") >= 2, f"not file, found, expected and cure: {text}"
    assert ".toml" in text
    return text


def subject(row: dict[str, Any]) -> str:
    """Return whose days a row is about."""
    return str(row.get("article", row.get("code", "")))


@settings(max_examples=120, deadline=None)
@given(st.data())
def test_any_moved_edge_is_refused(drawn: st.DataObject) -> None:
    """Where two spans of one subject meet, an edge moved by some days makes a gap or an overlap, and is refused."""
    seams = [
        (file, table, number)
        for file, table in SPANS
        for number, (one, two) in enumerate(pairwise(LAW.data[file][table]), start=1)
        if subject(one) == subject(two)
    ]
    file, table, number = drawn.draw(st.sampled_from(seams))
    days = timedelta(days=drawn.draw(st.integers(1, 40)) * drawn.draw(st.sampled_from([1, -1])))
    spoilt = data()
    if drawn.draw(st.booleans()):
        spoilt[file][table][number]["from"] += days
    else:
        spoilt[file][table][number - 1]["until"] += days
    text = refused(spoilt)
    assert f"{file}.toml" in text


@settings(max_examples=60, deadline=None)
@given(st.data())
def test_any_missing_row_of_a_price_is_refused(drawn: st.DataObject) -> None:
    """Each article has a price on each day of its validity: none of them can be taken away."""
    spoilt = data()
    gone = drawn.draw(st.integers(0, len(spoilt["schedules"]["price"]) - 1))
    article = spoilt["schedules"]["price"].pop(gone)["article"]
    assert article in refused(spoilt)


@settings(max_examples=60, deadline=None)
@given(st.data())
def test_any_missing_source_or_mark_is_refused(drawn: st.DataObject) -> None:
    """Every figure says where it comes from and how sure it is."""
    spoilt = data()
    file = drawn.draw(st.sampled_from(sorted(spoilt)))
    table = drawn.draw(st.sampled_from(sorted(key for key, value in spoilt[file].items() if isinstance(value, list))))
    row = drawn.draw(st.sampled_from(spoilt[file][table]))
    del row[drawn.draw(st.sampled_from(["source", "mark"]))]
    assert f"{file}.toml, [[{table}]]" in refused(spoilt)


def _twice(spoilt: Data) -> None:
    spoilt["schedules"]["price"].append(dict(spoilt["schedules"]["price"][-1]))


def _open_index(spoilt: Data) -> None:
    del spoilt["mrp"]["mrp"][-1]["until"]


def _word_for_number(spoilt: Data) -> None:
    spoilt["mrp"]["mrp"][0]["kzt"] = "2651"


def _day_in_quotes(spoilt: Data) -> None:
    spoilt["mrp"]["mrp"][0]["from"] = "2020-01-01"


def _misspelt(spoilt: Data) -> None:
    spoilt["terms"]["term"][0]["roll"] = True


def _no_term(spoilt: Data) -> None:
    spoilt["terms"]["term"] = [row for row in spoilt["terms"]["term"] if row["term"] != "appeal"]


def _term_twice(spoilt: Data) -> None:
    spoilt["terms"]["term"].append(dict(spoilt["terms"]["term"][0]))


def _versions_out_of_order(spoilt: Data) -> None:
    spoilt["schedules"]["version"].reverse()


def _no_version(spoilt: Data) -> None:
    del spoilt["schedules"]["version"][1]


def _cheaper_repeat(spoilt: Data) -> None:
    spoilt["schedules"]["price"][1]["repeat"] = {"mrp": 9}


def _two_kinds(spoilt: Data) -> None:
    spoilt["schedules"]["price"][1]["first"] = {"mrp": 9, "suspension_months": 6}


def _unknown_article(spoilt: Data) -> None:
    spoilt["schedules"]["price"][1]["article"] = "KoAP 592.9"


def _unknown_in_scope(spoilt: Data) -> None:
    spoilt["scope"]["scope"][0]["articles"].append("999")


def _bands_gap(spoilt: Data) -> None:
    spoilt["articles"]["article"][0]["below_kmh"] = 19


def _bands_overlap(spoilt: Data) -> None:
    spoilt["articles"]["article"][0]["below_kmh"] = 21


def _no_last_band(spoilt: Data) -> None:
    spoilt["articles"]["article"][2]["below_kmh"] = 60


def _last_band_ends(spoilt: Data) -> None:
    for file, table, key in (("articles", "article", "code"), ("schedules", "price", "article")):
        row = next(row for row in spoilt[file][table] if row[key] == "KoAP 592.3-1")
        row["until"] = date(2025, 12, 31)


def _doubt_without_words(spoilt: Data) -> None:
    spoilt["mrp"]["mrp"][0]["mark"] = "S?"


def _no_such_day(spoilt: Data) -> None:
    spoilt["calendar"]["yearly"][0] |= {"month": 2, "day": 30}


def _outside_the_calendar(spoilt: Data) -> None:
    spoilt["calendar"]["single"][0]["on"] = date(2023, 5, 4)


def _parts(spoilt: Data, also: object) -> None:
    next(rule for rule in spoilt["terms"]["rule"] if rule["rule"] == "repeat_parts")["also"] = also


def _part_unknown(spoilt: Data) -> None:
    _parts(spoilt, {"KoAP 592.2": ["KoAP 592.33"]})


def _part_itself(spoilt: Data) -> None:
    _parts(spoilt, {"KoAP 592.2": ["KoAP 592.2"]})


def _part_no_list(spoilt: Data) -> None:
    _parts(spoilt, {"KoAP 592.2": "KoAP 592.3"})


def _clock_out_of_order(spoilt: Data) -> None:
    spoilt["calendar"]["utc_offset"].reverse()


@pytest.mark.parametrize(
    ("spoil", "says"),
    [
        (_twice, "one price of KoAP 344 for each day"),
        (_open_index, "the last day for which the index is law"),
        (_word_for_number, "mrp.toml, [[mrp]] 1 (from 2020-01-01): found kzt = '2651'; expected a whole number"),
        (_day_in_quotes, "without quotes"),
        (_misspelt, "the key 'roll'"),
        (_no_term, "no [[term]] for appeal"),
        (_term_twice, "discount a second time"),
        (_versions_out_of_order, "versions in the order of days"),
        (_no_version, "a version's first day"),
        (_cheaper_repeat, "a repeat at least as dear"),
        (_two_kinds, "the key 'mrp'"),
        (_unknown_article, "'KoAP 592.9'"),
        (_unknown_in_scope, "'999' among its articles"),
        (_bands_gap, "from 19 km/h"),
        (_bands_overlap, "from 21 km/h"),
        (_no_last_band, "a last band without below_kmh"),
        (_last_band_ends, "no band above 60 km/h on 2026-01-01"),
        (_doubt_without_words, "without `uncertain`"),
        (_no_such_day, "a day that each year has"),
        (_outside_the_calendar, "a day of the calendar"),
        (_clock_out_of_order, "offsets in the order of their days"),
        (_part_unknown, "rule repeat_parts: found 'KoAP 592.33'; expected codes of articles.toml"),
        (_part_itself, "found 'KoAP 592.2 beside itself'"),
        (_part_no_list, "lists of texts by name"),
    ],
    ids=lambda value: value.__name__.strip("_") if callable(value) else "",
)
def test_what_does_not_go_together_is_refused(spoil: Callable[[Data], None], says: str) -> None:
    """The sentence names file, entry, what was found, what is expected, and what to do."""
    spoilt = data()
    spoil(spoilt)
    assert says in refused(spoilt)


def test_a_folder_without_a_file_is_named(tmp_path: Path) -> None:
    """The error says which file is missing where."""
    with pytest.raises(LawError, match=r"mrp\.toml cannot be read"):
        Law.load(tmp_path)


def test_a_file_that_is_no_toml_is_named(tmp_path: Path) -> None:
    """The error names the file and the line."""
    (tmp_path / "mrp.toml").write_text("[[mrp]\n", encoding="utf-8")
    with pytest.raises(LawError, match=r"mrp\.toml is no TOML file: .*line 1"):
        Law.load(tmp_path)


def test_which_parts_count_for_a_repeat_is_data() -> None:
    """The same code alone as shipped; with an entry its codes too, of that article alone."""
    assert LAW.repeat_codes("592.2") == ("KoAP 592.2",)
    switched = data()
    _parts(switched, {"KoAP 592.2": ["KoAP 592.3"]})
    law = Law.of(switched)
    assert law.repeat_codes("592.2") == ("KoAP 592.2", "KoAP 592.3")
    assert law.repeat_codes("592.3") == ("KoAP 592.3",)


def test_a_milder_later_law_holds_where_the_data_says_so() -> None:
    """602.1 of 2024-12-03: a fine of 3 MRP; initiated a day later it is a warning, if the switch is on."""
    on = date(2024, 12, 3)
    switched = data()
    next(rule for rule in switched["terms"]["rule"] if rule["rule"] == "competing_versions")["milder_later_law"] = True
    assert LAW.sanction("602.1", on + timedelta(days=1), on, Tier.FIRST).kind is SanctionKind.FINE
    law = Law.of(switched)
    assert law.sanction("602.1", on + timedelta(days=1), on, Tier.FIRST).kind is SanctionKind.WARNING
    assert law.sanction("602.1", on, on, Tier.FIRST).kind is SanctionKind.FINE
    assert law.sanction("598", date(2024, 12, 5), on, Tier.FIRST).mrp_count == 7, "the dearer later figure never holds"
