"""No cell of a table for people is cut, however narrow the terminal is."""

import io
from datetime import UTC, date, datetime
from pathlib import Path

import pytest
from rich.console import Console
from rich.table import Table

from infra.cli.report import _print
from infra.cli.whole_table import print_whole
from sinks.reports.answer import Answer, Question
from sinks.reports.catalogue import REPORTS


def written(table: Table, width: int, *, markup: bool = True) -> str:
    """Return a table as a terminal of this width shows it."""
    page = io.StringIO()
    print_whole(table, console=Console(file=page, width=width, highlight=False, markup=markup))
    return page.getvalue()


@pytest.mark.parametrize("width", [20, 80, 170])
def test_names_and_figures_are_whole(width: int) -> None:
    """A case's name is what every other command asks for: it stands in one piece; words may go to the next line."""
    table = Table(title="cases that wait")
    table.add_column("case")
    table.add_column("offence at", no_wrap=True)
    table.add_column("says")
    table.add_column("sum", justify="right", no_wrap=True)
    table.add_row("case-0123456789abcdef0123", "2026-05-04 07:00:00", "stood on a crossing " * 9, "18,709,769,338")
    page = written(table, width)
    assert "…" not in page
    for whole in ("case-0123456789abcdef0123", "2026-05-04 07:00:00", "18,709,769,338", "offence at"):
        assert whole in page
    assert page.count("crossing") == 9


def test_a_wide_terminal_is_used() -> None:
    """Where there is room a sentence stays in one line."""
    table = Table("says")
    table.add_row("a sentence of some ten words that a terminal can hold in a line")
    assert "a sentence of some ten words that a terminal can hold in a line" in written(table, 100)


def test_brackets_are_not_taken_for_markup_where_none_is_asked_for() -> None:
    """A cell with a bracket is measured as it is shown."""
    table = Table("plate")
    table.add_row("[/unread]-0123456789-0123456789")
    assert "[/unread]-0123456789-0123456789" in written(table, 10, markup=False)


REVENUE = {
    "violations": 3_000_000, "detected_kzt": 50_916_874_112, "confirmed": 2_895_940, "issued": 2_890_115,
    "imposed_kzt": 49_181_327_676, "discounted": 1_660_618, "discounted_kzt": 14_135_901_910, "paid": 268_399,
    "paid_kzt": 4_573_867_428, "collected_kzt": 18_709_769_338, "refunded_kzt": 0, "net_kzt": 18_709_769_338,
}  # fmt: skip


def test_nine_months_of_revenue_are_shown_to_the_tenge(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """The first report at the size of a city, on a terminal and in a file: every day and every sum can be read."""
    days = [["2024-01-01", *REVENUE.values()], ["2024-01-02", *REVENUE.values()]]
    now = datetime(2024, 10, 1, tzinfo=UTC)
    question = Question(REPORTS["revenue"], date(2024, 1, 1), date(2024, 9, 30), "day")
    answer = Answer(question, ["group", *REVENUE], days, REVENUE, frozenset({"group"}), now, now, [])
    _print(answer, None)
    _print(answer, tmp_path / "revenue.txt")
    for page in (capsys.readouterr().out, (tmp_path / "revenue.txt").read_text(encoding="utf-8")):
        assert "…" not in page
        assert "2024-01-02" in page
        # Of two days and of the total, net and collected.
        assert page.count("18,709,769,338") == 6
