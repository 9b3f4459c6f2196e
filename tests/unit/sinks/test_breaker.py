"""The breaker lets single bad messages pass and stops a flood."""

import pytest

from sinks.clickhouse.backoff import pause_s
from sinks.clickhouse.breaker import Breaker, BreakerOpenError
from sinks.clickhouse.settings import BreakerSettings

SETTINGS = BreakerSettings(window_messages=100, share_ratio=0.1)


def test_single_bad_messages_pass() -> None:
    """One in twenty for ever opens nothing."""
    breaker = Breaker("tracks", SETTINGS)
    for _ in range(200):
        breaker.check(20, 1, "bad")
        breaker.count(20, 1)


def test_a_flood_opens_it_and_names_topic_and_reason() -> None:
    """More than the share within the window stops the sink; the sentence says where and why."""
    breaker = Breaker("tracks", SETTINGS)
    breaker.count(50, 8)
    breaker.check(10, 2, "cut in half")
    with pytest.raises(BreakerOpenError, match=r"tracks: 11 of the last 100 .* cut in half"):
        breaker.check(10, 3, "cut in half")


def test_old_dead_letters_are_forgotten() -> None:
    """What lies before the window no longer counts."""
    breaker = Breaker("tracks", SETTINGS)
    breaker.count(10, 10)
    breaker.count(100, 0)
    breaker.check(1, 10, "bad")


def test_a_large_range_counts_by_its_share() -> None:
    """A range larger than the window is judged by its own share."""
    breaker = Breaker("tracks", SETTINGS)
    breaker.check(10_000, 1_000, "bad")
    with pytest.raises(BreakerOpenError):
        breaker.check(10_000, 1_001, "bad")


@pytest.mark.parametrize("attempt", [1, 2, 5, 60])
def test_pauses_double_up_to_a_cap(attempt: int) -> None:
    """Half of a pause is jitter; none is longer than the cap."""
    whole = min(15.0, 0.2 * 2 ** (attempt - 1))
    assert pause_s(attempt, 0.2, 15.0, 0.0) == pytest.approx(whole / 2)
    assert pause_s(attempt, 0.2, 15.0, 0.999) <= whole
