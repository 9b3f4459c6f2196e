"""Settings of the leads stage."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from schemas.messages import ClockSource, LeadKind


@dataclass(frozen=True, slots=True)
class LeadsSettings:
    """Settings of all rules; which articles apply, and from when on, is the law's (schemas/law/data/scope.toml).

    Attributes:
        articles: article of each kind that has one; leads of a kind are made on days on which cameras may find it.
        most_age_days: an entry that was drawn so long before the sighting says nothing any more: what was renewed since
            is not in it. A city that draws its tables nightly has 1; three leave room for a weekend ?.
        window_s: how far two sightings that are held against each other lie apart at most, in event time: in that time
            every part of a city of 40 km can be reached.
        most_lag_s: how much longer a sighting is kept, in event time: while a backlog is worked off, one camera's
            sightings may come so much later than another's. As section control's; a choice.
        least_apart_m: cameras nearer to each other see one vehicle at almost one time; a choice.
        reach_m: how far from its camera a vehicle may be when it is read: taken off the distance twice; a choice above
            the farthest plate that the test city's cameras read.
        fastest_kmh: speed along the straight line above which two sightings are two vehicles. Streets are longer than
            that line, and no road of the city is driven so fast; higher misses duplicates, lower suspects who speeds.
        own_clock_s, arrival_clock_s: how far a camera's own clock, and arrival times, may be off: as section control's,
            times three.
        ahead_s: how far a sighting may be later than its message's CreateTime; beyond, the camera's clock is wrong,
            and the sighting is compared with none. Longer than clocks of servers differ; a choice.
        class_sightings: sightings as another kind, by different cameras, that it takes: one camera's vote can err.
        most_waiting: sightings that wait, of one vehicle.
        most_vehicles: vehicles of one bucket (of 4,096) that are remembered; the longest unseen leave. A million
            vehicles that were all seen within the window are 250 a bucket.
    """

    most_age_days: int = 3
    window_s: int = 900
    most_lag_s: int = 900
    least_apart_m: float = 1_500.0
    reach_m: float = 150.0
    fastest_kmh: float = 200.0
    own_clock_s: float = 0.15
    arrival_clock_s: float = 1.5
    ahead_s: int = 600
    class_sightings: int = 2
    most_waiting: int = 16
    most_vehicles: int = 2_048
    articles: Mapping[LeadKind, str] = field(
        default_factory=lambda: {LeadKind.NO_INSPECTION: "KoAP 590.9", LeadKind.NO_INSURANCE: "KoAP 230.2"}
    )

    def clock_error_s(self, source: ClockSource) -> float:
        """Return how far a capture time may be off, seconds."""
        return self.arrival_clock_s if source is ClockSource.ARRIVAL else self.own_clock_s
