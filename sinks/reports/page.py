"""A report as one HTML file: a chart and a table, nothing from anywhere else."""

from importlib import resources

import jinja2
from markupsafe import Markup

from sinks.reports.answer import Answer
from sinks.reports.figures import freshness_of, shown, title_of
from sinks.reports.picture import MOST, svg_of


def html_of(answer: Answer) -> bytes:
    """Return the bytes of the page; every text of the tables is escaped."""
    text = resources.files("sinks.reports").joinpath("templates/report.html.j2").read_text(encoding="utf-8")
    template = jinja2.Environment(autoescape=True, undefined=jinja2.StrictUndefined).from_string(text)
    rows = [
        [(shown(name, value), name in answer.texts) for name, value in zip(answer.columns, row, strict=True)]
        for row in answer.rows
    ]
    names = answer.columns if set(answer.totals) <= set(answer.columns) else ()
    page = template.render(
        title=title_of(answer),
        says=answer.question.report.says,
        dated=answer.question.report.group,
        freshness=freshness_of(answer),
        notes=answer.notes,
        columns=[(name, name in answer.texts) for name in answer.columns],
        rows=rows,
        totals=[shown(name, answer.totals[name]) if name in answer.totals else "" for name in names],
        chart=Markup(svg_of(answer)),  # noqa: S704  every text in it is escaped where it is made
        chart_of=answer.question.report.chart,
        cut=len(answer.rows) > MOST,
        most=MOST,
    )
    return page.encode()
