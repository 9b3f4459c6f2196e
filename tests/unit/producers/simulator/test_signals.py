"""Signal programmes: safe, complete, and told as a controller tells them."""

import pytest

from processors.perception.signal_board import SignalBoard
from producers.simulator.phases import in_force, told
from producers.simulator.signals import GREEN_S, GROUPS, Programme, programme_of
from schemas.messages import Signal

MOVING = {Signal.GREEN, Signal.AMBER}


@pytest.mark.parametrize("node", range(6))
def test_the_two_groups_never_go_together(node: int) -> None:
    """At no second of a cycle may both approaches drive, and each is green for its time."""
    programme = programme_of(101, node)
    greens = [0, 0]
    for second in range(programme.cycle_s):
        states = [programme.state(group, second)[0] for group in range(2)]
        assert not (states[0] in MOVING and states[1] in MOVING)
        for group, state in enumerate(states):
            greens[group] += state is Signal.GREEN
    assert tuple(greens) == programme.green_s
    assert all(GREEN_S[0] <= green <= GREEN_S[1] for green in greens)


def test_a_state_began_when_it_changed() -> None:
    """The second in which a state is said to have begun is the first of it, over the cycle's border too."""
    programme = Programme((25, 30), 7)
    for group in range(2):
        for second in range(1_000, 1_000 + 2 * programme.cycle_s):
            signal, since = programme.state(group, second)
            assert programme.state(group, since) == (signal, since)
            assert programme.state(group, since - 1)[0] is not signal
            assert all(programme.state(group, s)[0] is signal for s in range(since, second))


def test_what_controllers_tell_gives_what_detections_carry() -> None:
    """The product's own board, fed with the messages, answers as the city stamps its detections."""
    programme, board = programme_of(101, 3), SignalBoard(600_000_000)
    for second in range(5_000, 5_200):
        for phase in told("J-0003", programme, second, first=second == 5_000):
            board.add(phase)
        found = board.in_force("J-0003", second * 1_000_000)
        assert list(found or ()) == list(in_force(programme, second * 1_000_000 + 400_000))
    assert [state.group_id for state in in_force(programme, 0)] == list(GROUPS)
