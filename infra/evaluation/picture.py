"""A picture of one kind: true events against findings on a line of time for each camera, as SVG. Pure."""

from collections.abc import Sequence
from html import escape
from typing import Final

from infra.evaluation.kind_score import KindCase

WIDTH_PX: Final = 1100
LEFT_PX: Final = 120
ROW_PX: Final = 16
TOP_PX: Final = 44
#: Cameras that are drawn; those with the most misses and false alarms first.
MOST_ROWS: Final = 40
FONT: Final = 'font-family="sans-serif" font-size="11"'
FOUND, MISSED, TAKEN, NEGATIVE = "#1a7f4b", "#b3261e", "#d97706", "#c4ccd4"


def picture(case: KindCase, from_us: int, to_us: int) -> str:
    """Return the SVG of a kind's events and findings between two instants, microseconds since the Unix epoch."""
    found = {event for event, _ in case.pairing.pairs}
    right = {finding for _, finding in case.pairing.pairs}
    taken = set(case.pairing.negatives.values())
    rows: dict[str, list[str]] = {}
    trouble: dict[str, int] = {}

    def place(at_us: int) -> float:
        share = (min(max(at_us, from_us), to_us) - from_us) / max(1, to_us - from_us)
        return LEFT_PX + share * (WIDTH_PX - LEFT_PX - 12)

    def bar(camera: str, first: int, last: int, colour: str, text: str) -> None:
        left, width = place(first), max(3.0, place(last) - place(first))
        rows.setdefault(camera, []).append(
            f'<rect x="{left:.1f}" y="4" width="{width:.1f}" height="8" rx="2" fill="{colour}">'
            f"<title>{escape(text)}</title></rect>"
        )

    for number, negative in enumerate(case.negatives):
        for view in negative.views[:1]:
            colour = TAKEN if number in taken else NEGATIVE
            bar(view.camera_id, view.from_us, view.to_us, colour, f"{negative.truth_id} {negative.scenario}: no event")
    for number, event in enumerate(case.events):
        view = event.views[0]
        hit = number in found
        word = "found" if hit else "missed"
        bar(view.camera_id, view.from_us, view.to_us, FOUND if hit else MISSED, f"{event.truth_id} {word}")
        trouble[view.camera_id] = trouble.get(view.camera_id, 0) + (not hit)
    for number, finding in enumerate(case.findings):
        colour = "#17202b" if number in right else MISSED
        x = place(finding.alert_us)
        word = "right" if number in right else "false"
        rows.setdefault(finding.camera_id, []).append(
            f'<path d="M{x:.1f} 0v16" stroke="{colour}" stroke-width="1.6">'
            f"<title>{escape(finding.finding_id)} {word}</title></path>"
        )
        trouble[finding.camera_id] = trouble.get(finding.camera_id, 0) + (number not in right)
    order = sorted(rows, key=lambda camera: (-trouble.get(camera, 0), camera))
    return _svg(case, order[:MOST_ROWS], rows, len(order))


def _svg(case: KindCase, cameras: Sequence[str], rows: dict[str, list[str]], total: int) -> str:
    score = case.score
    height = TOP_PX + ROW_PX * max(1, len(cameras)) + 8
    title = f"{score.kind}: {score.n_found} of {score.n_true} true events found, {score.n_false} false findings"
    more = f" ({len(cameras)} of {total} cameras, the worst first)" if total > len(cameras) else ""
    legend = [
        (FOUND, "true event, found"),
        (MISSED, "true event, missed; false finding (line)"),
        (NEGATIVE, "hard negative"),
        (TAKEN, "hard negative, taken for an event"),
    ]
    out = [
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{WIDTH_PX}" height="{height}" {FONT}>',
        f'<rect width="{WIDTH_PX}" height="{height}" fill="#fff"/>',
        f'<text x="8" y="15" font-size="13" font-weight="600">{escape(title + more)}</text>',
    ]
    x = 8
    for colour, text in legend:
        out.append(
            f'<rect x="{x}" y="24" width="10" height="8" fill="{colour}"/><text x="{x + 14}" y="32">{text}</text>'
        )
        x += 24 + 6 * len(text)
    for number, camera in enumerate(cameras):
        y = TOP_PX + ROW_PX * number
        out.append(f'<text x="8" y="{y + 12}">{escape(camera)}</text><g transform="translate(0 {y})">')
        out.append(f'<path d="M{LEFT_PX} 8H{WIDTH_PX - 12}" stroke="#eef1f4"/>')
        out += [*rows[camera], "</g>"]
    return "\n".join([*out, "</svg>", ""])
