"""Signal phases of a camera-second: in force at its start, unknown where the controller was not heard."""

import asyncio
import itertools
import time

import pytest

from processors.perception.signal_board import SignalBoard
from processors.perception.signals import BoardSignals
from schemas.messages import Signal, SignalPhase, SignalState

HOUR_US = 3_600_000_000


def phase(group_id: str, signal: Signal, at_us: int) -> SignalPhase:
    """Return a change, observed as it happened."""
    return SignalPhase("J", group_id, signal, heartbeat=False, changed_at_us=at_us, observed_at_us=at_us)


def heartbeat(at_us: int) -> SignalPhase:
    """Return a heartbeat."""
    return SignalPhase("J", "", Signal.UNKNOWN, heartbeat=True, changed_at_us=at_us, observed_at_us=at_us)


PHASES = [
    phase("b", Signal.GREEN, 1_000_000),
    phase("a", Signal.RED, 2_000_000),
    phase("a", Signal.GREEN, 5_000_000),
    heartbeat(9_000_000),
]


@pytest.mark.parametrize("order", list(itertools.permutations(PHASES)))
def test_the_last_change_is_in_force_whatever_the_order_of_arrival(order: tuple[SignalPhase, ...]) -> None:
    """At the very instant of a change the new state holds."""
    board = SignalBoard(HOUR_US)
    for one in order:
        board.add(one)
    green_b = SignalState("b", Signal.GREEN, 1_000_000)
    assert board.in_force("J", 4_999_999) == (SignalState("a", Signal.RED, 2_000_000), green_b)
    assert board.in_force("J", 5_000_000) == (SignalState("a", Signal.GREEN, 5_000_000), green_b)
    assert board.in_force("J", 1_500_000) == (green_b,)
    assert board.in_force("J", 999_999) is None


def test_what_was_not_heard_is_unknown() -> None:
    """Beyond the last heartbeat a change may still come; another junction was never heard."""
    board = SignalBoard(HOUR_US)
    for one in PHASES:
        board.add(one)
    assert board.in_force("J", 9_000_000) is not None
    assert board.in_force("J", 9_000_001) is None
    assert board.in_force("other", 5_000_000) is None
    assert board.passed("J", 9_000_000)
    assert not board.passed("J", 9_000_001)


def test_history_is_bounded_and_a_long_phase_stays_known() -> None:
    """Old changes go, save the one that is still in force."""
    board = SignalBoard(10)
    for at_us in range(1, 1001):
        board.add(phase("a", Signal.RED if at_us % 2 else Signal.GREEN, at_us))
    assert len(board._junctions["J"].groups["a"]) <= 12
    board.add(heartbeat(5_000))
    assert board.in_force("J", 5_000) == (SignalState("a", Signal.GREEN, 1000),)
    assert board.in_force("J", 4_000) is None


async def test_a_group_waits_until_its_controller_is_heard() -> None:
    """The answer is that of the heartbeat that came meanwhile."""
    board = SignalBoard(HOUR_US)
    board.add(PHASES[1])
    signals = BoardSignals(board, wait_s=60)
    asking = asyncio.ensure_future(signals.in_force("J", 3_000_000, int(time.time() * 1000)))
    await asyncio.sleep(0)
    assert not asking.done()
    board.add(heartbeat(3_000_000))
    assert await asking == (SignalState("a", Signal.RED, 2_000_000),)


async def test_a_backlog_is_not_held_up() -> None:
    """A group written longer ago than the wait is answered at once, a silent controller's as unknown."""
    signals = BoardSignals(SignalBoard(HOUR_US), wait_s=3_600)
    created_at_ms = int((time.time() - 3_601) * 1000)
    assert await asyncio.wait_for(signals.in_force("J", 1, created_at_ms), 30) is None


async def test_a_clock_ahead_of_ours_waits_no_longer() -> None:
    """CreateTime of a producer a day ahead."""
    signals = BoardSignals(SignalBoard(HOUR_US), wait_s=0.05)
    assert await asyncio.wait_for(signals.in_force("J", 1, int((time.time() + 86_400) * 1000)), 30) is None
