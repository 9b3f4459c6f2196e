"""The gauge of the law's data: after its last day no violation can be priced and no prescription sent."""

from collections.abc import Callable
from datetime import date

from prometheus_client import Gauge

from processors.stage.metrics import StageMetrics
from schemas.law import Law


def watch_law(metrics: StageMetrics, law: Law, today: Callable[[], date]) -> None:
    """Show for how many days after this one the law's dated tables reach.

    Args:
        metrics: of the stage.
        law: the law that it was started with.
        today: the country's day; asked at each scrape.
    """
    gauge = Gauge(
        "vigil_law_left_days",
        "Days after today for which the law's data has the monthly index (mrp), or single days off (calendar).",
        ["stage", "table"],
        registry=metrics.registry,
    )
    for table, last in law.last_days.items():
        gauge.labels(metrics.stage, table).set_function(_left(last, today))


def _left(last: date, today: Callable[[], date]) -> Callable[[], float]:
    return lambda: float((last - today()).days)
