"""TrueEvent: one true event, or one scene that must not be taken for one, as the scorer needs it."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

Family = Literal["violation", "incident"]
#: x1, y1, x2, y2, pixels of a camera's picture.
Box = tuple[float, float, float, float]


@dataclass(frozen=True, slots=True)
class View:
    """How a camera sees an event.

    Attributes:
        camera_id: the camera.
        from_us, to_us: when it is in view, microseconds since the Unix epoch.
        region_xyxy_px: where in the picture; None: unknown.
    """

    camera_id: str
    from_us: int
    to_us: int
    region_xyxy_px: Box | None = None


@dataclass(frozen=True, slots=True)
class TrueEvent:
    """One true event or hard negative.

    Attributes:
        truth_id: its identifier.
        family: violation or incident.
        kind: the product's name of the kind.
        negative_of: kinds that it must not be taken for; empty: it is a true event.
        scenario: how it came about.
        started_us, due_us, ended_us: when the condition began, when the kind's definition held from, when it ended;
            microseconds since the Unix epoch.
        views: cameras that can see it, the best first.
        actors: true objects in it.
        measured: true value of what the kind measures; None: nothing.
    """

    truth_id: str
    family: Family
    kind: str
    negative_of: Sequence[str]
    scenario: str
    started_us: int
    due_us: int
    ended_us: int
    views: Sequence[View]
    actors: frozenset[int] = frozenset()
    measured: float | None = None

    @property
    def is_hard_negative(self) -> bool:
        """True: nothing of the kinds in negative_of may be found because of it."""
        return bool(self.negative_of)

    def view(self, camera_id: str) -> View | None:
        """Return how a camera sees it, or None."""
        return next((view for view in self.views if view.camera_id == camera_id), None)
