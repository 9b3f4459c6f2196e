"""Truth: One true event, or one scene that must not be taken for one: what the test city staged or did."""

from collections.abc import Sequence
from dataclasses import dataclass

from schemas.messages.truth_family import TruthFamily


@dataclass(frozen=True, slots=True)
class Truth:
    """One true event, or one scene that must not be taken for one: what the test city staged or did.

    Attributes:
        truth_id: Identifier, derived from seed, scenario and number.
        seed: Seed of the city's run.
        family: What it is to the product.
        kind: The product's name of the kind: crowd, speeding, ...; of a hard negative: what it looks
            like most.
        is_hard_negative: True: nothing of the kinds in negative_of may be found because of it.
        negative_of: Kinds that a hard negative must not be taken for; empty for a true event.
        scenario: How it came about, e.g. parked_in_lane, queue_at_signal, bus_at_stop, traffic.
        site_id: The site (junction, yard, square) it happened at.
        district: District of the site.
        started_at_us: When the condition began, microseconds since the Unix epoch.
        due_at_us: From when on the definition of the kind holds, e.g. after 60 s of standing; the start
            where it has no time, microseconds since the Unix epoch.
        ended_at_us: When it ended, or the run did, microseconds since the Unix epoch.
        x_m: Where it began: metres east of the city's origin.
        y_m: Where it began: metres north of the city's origin.
        actor_ids: The true objects in it, as in truth-tracks; empty where it has none.
        vehicle_class: COCO-80 class id of the vehicle; null where there is none.
        plate: Plate of the vehicle, invented; null where there is none.
        measured: True value of what the kind measures; null where it measures nothing.
        limit: Limit that it is held against, same unit.
        unit: Unit of the two, e.g. km/h, people, s.
        article: Article and part, e.g. KoAP 592.2; null where it has none.
        camera_ids: Cameras that can see it, the best first.
        view_zone_id: For each camera: zone of its registry entry that it lies in; empty text: none.
        view_x1_px: For each camera: left edge of the region in its picture, pixels.
        view_y1_px: For each camera: top edge, pixels.
        view_x2_px: For each camera: right edge, pixels.
        view_y2_px: For each camera: bottom edge, pixels.
        view_from_us: For each camera: when it is first in view, microseconds since the Unix epoch.
        view_to_us: For each camera: when it is last in view, microseconds since the Unix epoch.
        notes: In words, for people.
    """

    truth_id: str
    seed: int
    family: TruthFamily
    kind: str
    is_hard_negative: bool
    negative_of: Sequence[str]
    scenario: str
    site_id: str
    district: str
    started_at_us: int
    due_at_us: int
    ended_at_us: int
    x_m: float
    y_m: float
    actor_ids: Sequence[int]
    vehicle_class: int | None
    plate: str | None
    measured: float | None
    limit: float | None
    unit: str | None
    article: str | None
    camera_ids: Sequence[str]
    view_zone_id: Sequence[str]
    view_x1_px: Sequence[float]
    view_y1_px: Sequence[float]
    view_x2_px: Sequence[float]
    view_y2_px: Sequence[float]
    view_from_us: Sequence[int]
    view_to_us: Sequence[int]
    notes: str
