"""Signal phases as the controllers of junctions tell them, and as detections carry them. Pure."""

from collections.abc import Iterator, Sequence

from producers.simulator.level_crossing import LevelCrossing
from producers.simulator.signals import Programme
from schemas.messages import Signal, SignalPhase, SignalState


def told(junction_id: str, programme: Programme | LevelCrossing, at_s: int, *, first: bool) -> Iterator[SignalPhase]:
    """Yield what a controller sends in a second: changes that happen in it, then its heartbeat.

    Args:
        junction_id: the junction.
        programme: its programme, or a level crossing in place of a junction.
        at_s: the second, of the Unix epoch.
        first: it is the run's first second: every group's state is told, whenever it began.
    """
    for group, name in enumerate(programme.groups):
        signal, since_s = programme.state(group, at_s)
        if first or since_s == at_s:
            yield SignalPhase(junction_id, name, signal, False, since_s * 1_000_000, at_s * 1_000_000)
    yield SignalPhase(junction_id, "", Signal.UNKNOWN, True, at_s * 1_000_000, at_s * 1_000_000)


def in_force(programme: Programme | LevelCrossing, at_us: int) -> Sequence[SignalState]:
    """Return the states of a junction's groups at an instant, as detections carry them."""
    states = (programme.state(group, at_us // 1_000_000) for group in range(len(programme.groups)))
    named = zip(programme.groups, states, strict=True)
    return [SignalState(name, signal, since_s * 1_000_000) for name, (signal, since_s) in named]
