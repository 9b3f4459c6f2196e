"""Settings of section control."""

from dataclasses import dataclass

from schemas.messages import ClockSource


@dataclass(frozen=True, slots=True)
class SectionSettings:
    """Settings of all sections; defaults and sources: docs/section-speed.md.

    Attributes:
        floor_kmh: excess from which on it is an offence: 10 km/h, the statute's own margin (KoAP 592.1).
        coverage_k: measured - k * error must lie beyond: 1.96, 97.5 % one-sided for a normal error.
        most_kmh: average above which two plates are taken for two vehicles.
        max_error_kmh: standard uncertainty above which an average is not trusted, however high.
        least_match_ratio: probability that both plates are one text, below which they are not paired. Higher: fewer
            cases; lower: the margin alone keeps strangers apart.
        rival_ratio: share of the best match that the second best may reach. Above it nobody is proposed.
        length_error_ratio: standard uncertainty of a surveyed length, as a share of it; a choice, to be replaced by the
            survey's own.
        own_clock_s: standard uncertainty of a camera's own clock (RTCP, NTP behind it) or a file's; a choice.
        arrival_clock_s: the same for arrival times at the producer; a choice.
        late_s: how much later than another passage of its own camera one may come, in event time: it is written when
            its vehicle has left the view; a choice.
        most_lag_s: how far one camera's passages may lag behind the other's in event time, as they do while a backlog
            is worked off. A camera that lags more, or says nothing, is not waited for; a choice.
        most_waiting: passages that wait at one end of one section; the oldest leave. Two a second, as many as a street
            of four lanes carries, all through most_lag_s.
    """

    floor_kmh: float = 10.0
    coverage_k: float = 1.96
    most_kmh: float = 250.0
    max_error_kmh: float = 10.0
    least_match_ratio: float = 0.1
    rival_ratio: float = 0.25
    length_error_ratio: float = 0.002
    own_clock_s: float = 0.05
    arrival_clock_s: float = 0.5
    late_s: float = 30.0
    most_lag_s: float = 900.0
    most_waiting: int = 2_048

    def clock_error_s(self, source: ClockSource) -> float:
        """Return the standard uncertainty of a capture time, seconds."""
        return self.arrival_clock_s if source is ClockSource.ARRIVAL else self.own_clock_s

    def keep_us(self, length_m: float, limit_kmh: float) -> int:
        """Return how long a passage is kept once both cameras have shown what came after it, microseconds.

        Who takes longer than the section takes at its limit has kept to it: nothing is kept of that vehicle then.
        """
        return round((3.6 * length_m / limit_kmh + self.late_s) * 1e6)
