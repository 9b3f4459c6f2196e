"""Signal phases in force."""

from processors.perception.signal_board import SignalBoard
from processors.perception.signals import BoardSignals
from schemas.messages import Signal, SignalPhase, SignalState


def phase(at_us: int, signal: Signal = Signal.RED, *, heartbeat: bool = False, group_id: str = "g1") -> SignalPhase:
    """A change of one group, or a heartbeat."""
    return SignalPhase(
        junction_id="J",
        group_id="" if heartbeat else group_id,
        signal=signal,
        changed_at_us=at_us,
        observed_at_us=at_us,
        heartbeat=heartbeat,
    )


def test_the_phase_in_force_is_the_last_change_before() -> None:
    """By time of change, in whatever order they came; unknown until the controller was heard past the instant."""
    board = SignalBoard(3_600_000_000)
    board.add(phase(2_000, Signal.GREEN))
    board.add(phase(1_000, Signal.RED))
    assert board.in_force("J", 2_500) is None
    board.add(phase(3_000, heartbeat=True))
    assert board.in_force("J", 1_500) == (SignalState("g1", Signal.RED, 1_000),)
    assert board.in_force("J", 2_500) == (SignalState("g1", Signal.GREEN, 2_000),)
    assert board.in_force("J", 500) is None
    assert board.in_force("other", 500) is None


def test_the_board_forgets_what_is_too_old() -> None:
    """History is bounded; the phase at its edge stays known."""
    board = SignalBoard(1_000)
    for at_us in range(0, 100_000, 100):
        board.add(phase(at_us))
    assert len(board._junctions["J"].groups["g1"]) <= 12
    assert board.in_force("J", 99_000) is not None
    assert board.in_force("J", 50_000) is None


async def test_a_silent_controller_holds_nothing_up_in_a_backlog() -> None:
    """A group written long ago is not waited for."""
    board = SignalBoard(1_000)
    signals = BoardSignals(board, 60.0)
    assert await signals.in_force("J", 10, created_at_ms=0) is None
