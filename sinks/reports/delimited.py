"""CSV as RFC 4180 has it; no text can become a formula in a spreadsheet."""

import csv
import io
from typing import Any, Final

from sinks.reports.answer import Answer

#: A cell that begins so is read as a formula by spreadsheets (OWASP, CSV injection).
DANGEROUS: Final = ("=", "+", "-", "@", "\t", "\r")


def csv_of(answer: Answer) -> bytes:
    """Return the lines with a head, and no totals: what a program reads must be lines of one kind."""
    out = io.StringIO(newline="")
    writer = csv.writer(out, lineterminator="\r\n")
    writer.writerow(answer.columns)
    for row in answer.rows:
        writer.writerow([safe(value) for value in row])
    return out.getvalue().encode()


def safe(value: Any) -> Any:
    """Return a value as a cell: a text that would be a formula gets an apostrophe before it; nothing is empty."""
    if isinstance(value, str) and value.startswith(DANGEROUS):
        return f"'{value}"
    return "" if value is None else value
