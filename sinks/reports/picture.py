"""A small chart as SVG text: bars by line, or a waterfall's steps."""

from html import escape
from typing import Final

from sinks.reports.answer import Answer
from sinks.reports.figures import shown

WIDTH_PX: Final = 860
BAR_PX: Final = 18
_GAP_PX: Final = 4
_LABEL_PX: Final = 260
_FIGURE_PX: Final = 150
#: Lines that a chart shows; more would be no picture.
MOST: Final = 40


def svg_of(answer: Answer) -> str:
    """Return the chart of a report's leading column; empty where there is nothing to show."""
    column = list(answer.columns).index(answer.question.report.chart)
    waterfall = answer.question.report.name == "waterfall"
    bars = []
    for row in answer.rows[:MOST]:
        label = f"{row[2]}: {row[3]}" if waterfall and row[3] else str(row[2] if waterfall else row[0])
        bars.append((label, float(row[column] or 0), waterfall and row[0] == "loss"))
    top = max((abs(value) for _, value, _ in bars), default=0.0)
    if not top:
        return ""
    height = len(bars) * (BAR_PX + _GAP_PX) + _GAP_PX
    room = WIDTH_PX - _LABEL_PX - _FIGURE_PX
    name = escape(answer.question.report.chart, quote=True)
    lines = [f'<svg viewBox="0 0 {WIDTH_PX} {height}" role="img" aria-label="{name}">']
    for number, (label, value, loss) in enumerate(bars):
        y = _GAP_PX + number * (BAR_PX + _GAP_PX)
        length = max(round(abs(value) / top * room), 1 if value else 0)
        kind = "loss" if loss else "bar"
        figure = escape(shown(answer.question.report.chart, round(value)))
        lines += [
            f'<text class="label" x="{_LABEL_PX - 8}" y="{y + 14}" text-anchor="end">{escape(label[:44])}</text>',
            f'<rect class="{kind}" x="{_LABEL_PX}" y="{y}" width="{length}" height="{BAR_PX}"/>',
            f'<text class="figure" x="{_LABEL_PX + length + 6}" y="{y + 14}">{figure}</text>',
        ]
    return "\n".join([*lines, "</svg>"])
