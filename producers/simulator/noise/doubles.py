"""Doubles: boxes that lie on an object without finding it, beside the one that does or in place of it."""

from dataclasses import dataclass

from producers.simulator.noise.checked_table import CheckedTable

#: Longest run of frames that a parameter may state.
LONGEST_RUN = 1_000.0


@dataclass(frozen=True, slots=True)
class Doubles:
    """Further boxes on the objects of a true class; a pair is for x and y.

    Attributes:
        share_found: share of boxes of found objects that have a further box.
        share_missed: share of boxes of missed objects that have one: a find that is placed too badly to count.
        centre_bias_ratio, centre_sd_ratio: offset of its centre, shares of the true box's width and height.
        size_bias_ratio, size_sd_ratio: its width and height against the true ones.
        score_mean, score_sd: of their scores.
        run_frames: mean number of frames until one is drawn anew, at the file's rate.
    """

    share_found: float
    share_missed: float
    centre_bias_ratio: tuple[float, float]
    centre_sd_ratio: tuple[float, float]
    size_bias_ratio: tuple[float, float]
    size_sd_ratio: tuple[float, float]
    score_mean: float
    score_sd: float
    run_frames: float

    @classmethod
    def from_table(cls, table: CheckedTable) -> "Doubles":
        """Read the table `doubles` of a class.

        Raises:
            NoiseFileError: a field is missing, unknown or out of range.
        """
        table.only(*cls.__dataclass_fields__)
        return cls(
            share_found=table.number("share_found", 0.0, 1.0),
            share_missed=table.number("share_missed", 0.0, 1.0),
            centre_bias_ratio=table.pair("centre_bias_ratio", -1.0, 1.0),
            centre_sd_ratio=table.pair("centre_sd_ratio", 0.0, 1.0),
            size_bias_ratio=table.pair("size_bias_ratio", -0.9, 2.0),
            size_sd_ratio=table.pair("size_sd_ratio", 0.0, 2.0),
            score_mean=table.number("score_mean", 0.0, 1.0),
            score_sd=table.number("score_sd", 0.0, 0.5),
            run_frames=table.number("run_frames", 1.0, LONGEST_RUN),
        )
