"""FalseAlarms: boxes of one class that belong to nothing."""

from dataclasses import dataclass

from producers.simulator.noise.checked_table import CheckedTable
from producers.simulator.noise.doubles import LONGEST_RUN

#: Most false boxes of one class in a frame, on average: more would be a broken detector.
MOST_PER_FRAME = 4.0


@dataclass(frozen=True, slots=True)
class FalseAlarms:
    """False boxes of one class.

    Attributes:
        per_frame: mean number in a frame.
        height_px_log_mean, height_px_log_sd: the natural logarithm of the height, pixels of the detector's
            canvas, is normal with these.
        aspect_mean, aspect_sd: width / height.
        score_mean, score_sd: of their scores.
        run_frames: mean number of frames that one stays at its place, at the file's rate.
    """

    per_frame: float
    height_px_log_mean: float
    height_px_log_sd: float
    aspect_mean: float
    aspect_sd: float
    score_mean: float
    score_sd: float
    run_frames: float

    @classmethod
    def from_table(cls, table: CheckedTable) -> "FalseAlarms":
        """Read a table of [false_alarms].

        Raises:
            NoiseFileError: a field is missing, unknown or out of range.
        """
        table.only(*cls.__dataclass_fields__)
        return cls(
            per_frame=table.number("per_frame", 0.0, MOST_PER_FRAME),
            height_px_log_mean=table.number("height_px_log_mean", 0.0, 8.0),
            height_px_log_sd=table.number("height_px_log_sd", 0.0, 2.0),
            aspect_mean=table.number("aspect_mean", 0.05, 10.0),
            aspect_sd=table.number("aspect_sd", 0.0, 5.0),
            score_mean=table.number("score_mean", 0.0, 1.0),
            score_sd=table.number("score_sd", 0.0, 0.5),
            run_frames=table.number("run_frames", 1.0, LONGEST_RUN),
        )
