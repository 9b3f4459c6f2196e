"""print_whole: a table for people in which no cell is cut."""

from collections.abc import Sequence

from rich.cells import cell_len
from rich.console import Console, RenderableType
from rich.measure import Measurement
from rich.table import Table
from rich.text import Text


def print_whole(table: Table, *, console: Console | None = None) -> None:
    """Print a table, wider than the terminal where it must be: a figure or a name that is cut is none.

    Columns that wrap do so between words; the console stays as wide as the table needs, for the lines that follow.

    Args:
        table: its columns' widths are set.
        console: where to; the terminal or pipe, without highlights, where it is left out.
    """
    console = Console(highlight=False) if console is None else console
    least, most = [], []
    for column in table.columns:
        texts = [_plain(cell, console) for cell in (column.header, *column.cells, column.footer)]
        lines = [line for text in texts for line in text.splitlines()]
        words = lines if column.no_wrap else [word for line in lines for word in line.split()]
        least.append(max(map(cell_len, words), default=0))
        most.append(max(map(cell_len, lines), default=0))
    _fix(table, least)
    left = max(console.width - _width(table, console), 0)
    wanted = [whole - word for whole, word in zip(most, least, strict=True)]
    # Who wants least has it; the others share what is left.
    widths = list(least)
    for sharers, (want, n) in zip(
        range(len(wanted), 0, -1), sorted((want, n) for n, want in enumerate(wanted)), strict=True
    ):
        widths[n] += min(want, left // sharers)
        left -= min(want, left // sharers)
    _fix(table, widths)
    console.width = max(console.width, _width(table, console))
    console.print(table)


def _fix(table: Table, widths: Sequence[int]) -> None:
    for column, width in zip(table.columns, widths, strict=True):
        column.width = width


def _width(table: Table, console: Console) -> int:
    """Return the width of a table whose columns have theirs, with its borders and paddings."""
    boundless = console.options.update(max_width=sum(column.width or 0 for column in table.columns) * 2 + 1000)
    return Measurement.get(console, boundless, table).maximum


def _plain(cell: RenderableType, console: Console) -> str:
    if isinstance(cell, str):
        return console.render_str(cell, highlight=False).plain
    # Another renderable is as wide as it says.
    return cell.plain if isinstance(cell, Text) else "x" * Measurement.get(console, console.options, cell).maximum
