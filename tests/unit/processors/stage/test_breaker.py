"""The breaker's window."""

from processors.stage.breaker import Breaker


def test_a_few_dead_letters_after_a_start_do_not_open_it() -> None:
    """The share is of a full window, so 10 of 10 are still below 10 % of 1,000."""
    breaker = Breaker(1_000, 0.1)
    breaker.add(10, 10)
    assert not breaker.opens(90)
    assert breaker.opens(91)


def test_dead_letters_leave_the_window_with_the_messages_around_them() -> None:
    """After a window of good messages the old ones are forgotten."""
    breaker = Breaker(100, 0.1)
    breaker.add(50, 10)
    assert breaker.opens(1)
    breaker.add(100, 0)
    assert not breaker.opens(10)


def test_no_dead_letter_never_opens_it() -> None:
    """An open window that has seen too many stays passable for good batches."""
    breaker = Breaker(10, 0.1)
    breaker.add(10, 1)
    assert breaker.opens(1)
    assert not breaker.opens(0)
