"""A report as a workbook: a sheet of lines, and one that says what was asked."""

import io
from datetime import datetime
from typing import Final

import xlsxwriter

from sinks.reports.answer import Answer
from sinks.reports.figures import title_of

_WIDTH: Final = 18
_NUMBER: Final = "#,##0"
_RATIO: Final = "0.0%"


def xlsx_of(answer: Answer) -> bytes:
    """Return the bytes of the file; texts are written as texts, never as formulas or links."""
    out = io.BytesIO()
    options = {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False}
    book = xlsxwriter.Workbook(out, options)
    # the file's own times: what is asked twice gives the same bytes
    book.set_properties({"created": answer.made_at or datetime(2000, 1, 1)})  # noqa: DTZ001  the library takes it so
    bold = book.add_format({"bold": True})
    forms = {"": book.add_format(), "ratio": book.add_format({"num_format": _RATIO})}
    forms["number"] = book.add_format({"num_format": _NUMBER})
    sums = {name: book.add_format({"bold": True, "top": 1, "num_format": form}) for name, form in
            (("", "@"), ("ratio", _RATIO), ("number", _NUMBER))}  # fmt: skip
    sheet = book.add_worksheet(answer.question.report.name)
    sheet.freeze_panes(1, 1)
    sheet.set_column(0, len(answer.columns) - 1, _WIDTH)
    for place, name in enumerate(answer.columns):
        kind = "" if name in answer.texts else "ratio" if name.endswith("_ratio") else "number"
        sheet.write_string(0, place, name, bold)
        for line, row in enumerate(answer.rows, 1):
            value = row[place]
            if isinstance(value, str):
                sheet.write_string(line, place, value)
            elif value is not None:
                sheet.write_number(line, place, value, forms[kind])
        total = answer.totals.get(name)
        if total is not None:
            sheet.write_number(len(answer.rows) + 1, place, total, sums[kind])
    if answer.totals and answer.columns[0] in answer.texts and answer.columns[0] not in answer.totals:
        sheet.write_string(len(answer.rows) + 1, 0, "total", sums[""])
    about = book.add_worksheet("about")
    about.set_column(0, 0, _WIDTH)
    document = answer.document()
    facts = [("title", title_of(answer)), *((key, document[key]) for key in document if key not in {"rows", "totals"})]
    for line, (key, value) in enumerate(facts):
        about.write_string(line, 0, key, bold)
        about.write_string(line, 1, " ".join(value) if isinstance(value, list) else "" if value is None else str(value))
    book.close()
    return out.getvalue()
