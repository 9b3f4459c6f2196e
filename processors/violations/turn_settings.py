"""TurnSettings: when a vehicle beyond a stop line turns. Pure."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class TurnSettings:
    """When a vehicle beyond a stop line turns.

    Attributes:
        min_aside_m: way across the direction, from where it passed the line, metres: way - k * error must lie beyond.
            A vehicle that changes lanes at 8 m/s is not so far aside before the picture ends, 13 m beyond the line. A
            choice.
        min_turn_deg: its course off the direction in the last step, degrees: a lane change in 2.5 s at 8 m/s is at
            most 16 off it. A choice.
        coverage_k: k: 1.96, 97.5 % one-sided for a normal error (JCGM 100:2008, annex G).
        position_error_m: standard uncertainty of a vehicle's place across, metres; 0: the calibration's.
        least_looks: looks before the line.
        least_steps: steps aside that make up the way, each of least_step_m: a track that goes over to a vehicle in the
            next lane does so in one. A choice.
        least_step_m: see there, metres.
        most_mps2: most that the speed across may change, metres a second squared: a turn at 28 km/h over a radius of
            12 m takes 5; more is a track that goes over to a vehicle of the cross street. A choice.
        most_gap_s: between two looks from the line on, seconds: where one is missing, the track may have gone over to
            another vehicle, and only what MOST_HIDDEN_S allows is one. A choice for two looks a second.
        foot_error_m: standard deviation of a box's foot across from look to look, metres; measured 0.1 on the city's
            cars before a line.
    """

    min_aside_m: float = 2.4
    min_turn_deg: float = 20.0
    coverage_k: float = 1.96
    position_error_m: float = 0.0
    least_looks: float = 1.0
    least_steps: float = 2.0
    least_step_m: float = 0.5
    most_mps2: float = 5.0
    most_gap_s: float = 0.8
    foot_error_m: float = 0.15
