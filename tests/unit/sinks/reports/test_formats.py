"""Files of a report: no cell is a formula, no text is markup, nothing comes from elsewhere."""

import csv
import io
import re
import zipfile
from datetime import date, datetime

import pytest

from sinks.reports.answer import Answer, Question, ReportError
from sinks.reports.catalogue import REPORTS
from sinks.reports.delimited import csv_of, safe
from sinks.reports.figures import shown
from sinks.reports.page import html_of
from sinks.reports.picture import svg_of
from sinks.reports.workbook import xlsx_of

EVIL = ['=HYPERLINK("http://x")', "+1", "-1", "@SUM(A1)", "\tx", "\rx"]
MARKUP = '<script>alert("x")</script> & co'
AT = datetime(2024, 3, 1)  # noqa: DTZ001  the client gives times without a zone


def answer(*names: str) -> Answer:
    """Return a revenue with such lines."""
    return Answer(
        Question(REPORTS["revenue"], date(2024, 1, 1), date(2024, 1, 31), "district"),
        ["group", "violations", "paid_ratio", "collected_kzt"],
        [(name, 3, None if not number else 0.5, -1_234_567) for number, name in enumerate(names)],
        {"violations": 3 * len(names), "collected_kzt": -1_234_567 * len(names)},
        frozenset({"group"}),
        AT,
        AT,
        ["A note."],
    )


def test_a_text_that_a_spreadsheet_would_run_is_quoted_and_a_number_is_not() -> None:
    """Each dangerous beginning gets an apostrophe in CSV; negative money stays a number."""
    rows = list(csv.reader(io.StringIO(csv_of(answer(*EVIL)).decode(), newline="")))
    assert [row[0] for row in rows[1:]] == [f"'{text}" for text in EVIL]
    assert {row[3] for row in rows[1:]} == {"-1234567"}
    assert safe(-5) == -5
    assert safe(None) == ""


def test_csv_is_that_of_the_rfc() -> None:
    """Lines end with CR LF; commas, quotes and line ends inside a text are quoted."""
    text = 'Almaly, "north"\nof the river'
    data = csv_of(answer(text))
    assert data.startswith(b"group,violations,paid_ratio,collected_kzt\r\n")
    assert data.endswith(b"\r\n")
    assert next(iter(list(csv.reader(io.StringIO(data.decode(), newline="")))[1:]))[0] == text


def test_a_workbook_holds_texts_as_texts_and_money_as_numbers() -> None:
    """No formula and no link is in the file, and it is the same file each time."""
    data = xlsx_of(answer(*EVIL[:4], "http://x"))
    with zipfile.ZipFile(io.BytesIO(data)) as book:
        sheet, texts = book.read("xl/worksheets/sheet1.xml").decode(), book.read("xl/sharedStrings.xml").decode()
        assert not [name for name in book.namelist() if "externalLink" in name]
    assert "<f>" not in sheet
    assert "hyperlink" not in sheet
    assert "<v>-1234567</v>" in sheet
    assert "@SUM(A1)" in texts
    assert data == xlsx_of(answer(*EVIL[:4], "http://x"))


def test_a_page_escapes_every_text_and_fetches_nothing() -> None:
    """Markup in a name is text in table and chart; there is no script, no address, and a policy that says so."""
    page = html_of(answer(MARKUP, "Almaly")).decode()
    assert "<script" not in page
    assert page.count("&lt;script&gt;") >= 2
    assert "-1,234,567" in page
    assert "default-src 'none'" in page
    assert not re.search(r"(?:src|href|xlink)\s*=|https?://|@import|url\(", page)


def test_a_chart_shows_lines_and_nothing_where_all_is_zero() -> None:
    """A bar a line; without values there is no picture."""
    assert svg_of(answer("a", "b")).count("<rect") == 2
    assert svg_of(answer()) == ""


@pytest.mark.parametrize(
    ("name", "value", "text"),
    [
        ("x_kzt", 1234567, "1,234,567"),
        ("x_ratio", 0.125, "12.5%"),
        ("x", None, "-"),
        ("x", 2.0, "2"),
        ("x", 0.5, "0.5"),
    ],
)
def test_figures_are_grouped_for_people(name: str, value: float | None, text: str) -> None:
    """Money in groups of three, ratios in percent, a dash where nothing is known."""
    assert shown(name, value) == text


def test_a_question_that_makes_no_sense_is_refused() -> None:
    """Days in the wrong order, lines that a report has not, a cash date where there is no cash."""
    day = date(2024, 1, 1)
    with pytest.raises(ReportError, match="earlier day first"):
        Question(REPORTS["revenue"], date(2024, 1, 2), day, "day")
    with pytest.raises(ReportError, match="expected day or month"):
        Question(REPORTS["revenue"], day, day, "colour")
    with pytest.raises(ReportError, match="always the same"):
        Question(REPORTS["waterfall"], day, day, "day")
    with pytest.raises(ReportError, match="no cash date"):
        Question(REPORTS["ageing"], day, day, "age", cash=True)
