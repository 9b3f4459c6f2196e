"""Staged: what a scenario staged, as its truth needs it."""

from collections.abc import Sequence
from dataclasses import dataclass

from producers.simulator.outlook import Area
from producers.simulator.scene_change import SceneChange
from schemas.messages import TruthFamily


@dataclass(frozen=True, slots=True)
class Staged:
    """One event or hard negative.

    Attributes:
        family, kind, scenario, notes: as in schemas.messages.Truth.
        negative_of: kinds that it must not be taken for; empty: a true event.
        started_us, due_us, ended_us: as in Truth.
        free_us: when the stage is free again.
        along_m, right_m: where it began, frame of the camera's street.
        actors: numbers of the objects in it; the first is the one that counts.
        vehicle: the vehicle that did it; None where none did.
        measured, limit, unit, article: as in Truth.
        spot, height_m: ground it takes up (the street's frame) and how high it rises, where no actor shows it, or where
            something stays when its actors have gone.
        change: what it does to the scene measurements of the camera before which it is staged, from begin to end.
        also: what else is true of the same scene, e.g. that the vehicles of an accident stand in the way.
    """

    family: TruthFamily
    kind: str
    scenario: str
    started_us: int
    due_us: int
    ended_us: int
    free_us: int
    along_m: float
    right_m: float
    actors: Sequence[int]
    notes: str
    negative_of: Sequence[str] = ()
    vehicle: int | None = None
    measured: float | None = None
    limit: float | None = None
    unit: str | None = None
    article: str | None = None
    spot: Area | None = None
    height_m: float = 0.0
    change: SceneChange | None = None
    also: Sequence["Staged"] = ()
