"""A stage's metrics."""

from prometheus_client import generate_latest

from processors.stage.metrics import StageMetrics


def test_every_series_carries_its_stage_and_has_a_meaning() -> None:
    """One scrape of several stages can be told apart."""
    metrics = StageMetrics("counting")
    metrics.messages.inc(3)
    metrics.outputs("payments").inc()
    metrics.lag(2).set(7)
    text = generate_latest(metrics.registry).decode()
    samples = [line for line in text.splitlines() if not line.startswith("#")]
    assert samples
    assert all('stage="counting"' in line for line in samples)
    helps = [line.split(" ", 3) for line in text.splitlines() if line.startswith("# HELP")]
    assert all(len(line) == 4 and line[3] for line in helps)


def test_two_stages_in_one_process_do_not_share_a_registry() -> None:
    """Tests and tools make several."""
    one, other = StageMetrics("a"), StageMetrics("a")
    one.messages.inc()
    assert one.registry.get_sample_value("vigil_stage_messages_total", {"stage": "a"}) == 1
    assert other.registry.get_sample_value("vigil_stage_messages_total", {"stage": "a"}) == 0


def test_the_lag_of_a_partition_that_left_is_no_longer_shown() -> None:
    """It is another process' now."""
    metrics = StageMetrics("counting")
    metrics.lag(2).set(7)
    metrics.forget_lag(2)
    assert (
        metrics.registry.get_sample_value("vigil_stage_lag_messages", {"stage": "counting", "partition": "2"}) is None
    )


def test_a_partition_that_never_showed_a_lag_can_leave() -> None:
    """It may be revoked before the first look."""
    StageMetrics("counting").forget_lag(5)
