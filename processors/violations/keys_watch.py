"""The gauge of the keys that plates are sealed with: a quarter without one loses its plates for good."""

from collections.abc import Callable

from prometheus_client import Gauge

from processors.stage.metrics import StageMetrics


def watch_keys(metrics: StageMetrics, keys_left: Callable[[], float] | None) -> None:
    """Show for how many days there are keys; without a key store nothing is shown.

    Args:
        metrics: of the stage that seals.
        keys_left: asked at each scrape; returns days.
    """
    if keys_left is None:
        return
    gauge = Gauge(
        "vigil_keys_left_days",
        "Days until the first quarter without a key in the key store.",
        ["stage"],
        registry=metrics.registry,
    )
    gauge.labels(metrics.stage).set_function(keys_left)
