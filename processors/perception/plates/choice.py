"""Which vehicles' plates are looked for: the largest, so many a frame and a group. Pure."""

from collections.abc import Sequence
from dataclasses import dataclass

from processors.perception.merge import VEHICLES, Boxes


@dataclass(frozen=True, slots=True)
class ChoiceLimits:
    """What is looked at.

    Attributes:
        least_vehicle_px: narrowest vehicle, pixels.
        most_per_sample, most_per_group: vehicles at most.
    """

    least_vehicle_px: float
    most_per_sample: int
    most_per_group: int


@dataclass(frozen=True, slots=True)
class Chosen:
    """A vehicle to look at.

    Attributes:
        sample: number of its sampled frame in the group.
        box: index among the group's boxes, as a PlateRead names it.
        xyxy_px: the box.
    """

    sample: int
    box: int
    xyxy_px: tuple[float, float, float, float]

    @property
    def width_px(self) -> float:
        """Width of the box."""
        return self.xyxy_px[2] - self.xyxy_px[0]


def choose(boxes: Sequence[Boxes], kept: Sequence[bool], limits: ChoiceLimits) -> list[Chosen]:
    """Return the vehicles to look at, by box.

    Args:
        boxes: of each sampled frame of one group.
        kept: of each, whether its picture is at hand.
        limits: what is looked at.
    """
    first, wide = 0, []
    for sample, found in enumerate(boxes):
        here = []
        for n, (xyxy, class_id) in enumerate(zip(found.xyxy_px.tolist(), found.class_ids.tolist(), strict=True)):
            if kept[sample] and class_id in VEHICLES and xyxy[2] - xyxy[0] >= limits.least_vehicle_px:
                here.append(Chosen(sample, first + n, (xyxy[0], xyxy[1], xyxy[2], xyxy[3])))
        wide += sorted(here, key=lambda one: (-one.width_px, one.box))[: limits.most_per_sample]
        first += len(found.scores)
    widest = sorted(wide, key=lambda one: (-one.width_px, one.box))[: limits.most_per_group]
    return sorted(widest, key=lambda one: one.box)
