"""Finding: one incident or violation that the product found, as the scorer needs it."""

from collections.abc import Sequence
from dataclasses import dataclass

from infra.evaluation.true_event import Box, Family


@dataclass(frozen=True, slots=True)
class Finding:
    """One incident (in its latest revision) or violation.

    Attributes:
        finding_id: incident_id or violation_id.
        family: violation or incident.
        kind: which rule found it.
        camera_id: whose picture it was found in.
        from_us, to_us: what it says of: an incident from its start to its last step, a violation's moment of
            measurement; microseconds since the Unix epoch.
        alert_us: event time at which it was said: an incident opened, a violation proposed.
        boxes_xyxy_px: boxes of its evidence.
        tracks: numbers of its tracks, as in CameraTracks.
        actors: true objects that its tracks are of in its time, by most boxes; empty: unknown.
        measured, measured_error: what was measured, and its standard uncertainty; None: nothing.
        dropped: a ground excuses it: it is recorded, and proposed to nobody.
    """

    finding_id: str
    family: Family
    kind: str
    camera_id: str
    from_us: int
    to_us: int
    alert_us: int
    boxes_xyxy_px: Sequence[Box] = ()
    tracks: Sequence[int] = ()
    actors: frozenset[int] = frozenset()
    measured: float | None = None
    measured_error: float | None = None
    dropped: bool = False


def boxes_of(flat: Sequence[float]) -> Sequence[Box]:
    """Return boxes from their sides one after the other."""
    sides = [float(side) for side in flat]
    return [(sides[n], sides[n + 1], sides[n + 2], sides[n + 3]) for n in range(0, len(sides) - 3, 4)]
