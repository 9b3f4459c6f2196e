"""ClassNoise: how the detector finds, misses, places and labels objects of one true class."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from producers.simulator.noise.checked_table import CheckedTable
from producers.simulator.noise.doubles import LONGEST_RUN, Doubles

Pairs = Sequence[tuple[float, float]]
#: Tallest picture there is, pixels; bins end there.
TALLEST_PX = 10_000.0


@dataclass(frozen=True, slots=True)
class ClassNoise:
    """One true class. All lists but those by visible share are by bin of the true box's height.

    Attributes:
        name: COCO's name of the class.
        height_px_edges: edges of the n bins, pixels of the canvas; heights beyond belong to the outermost bins.
        recall: share of true boxes found, of those that are at least 0.9 visible.
        visible_ratio_edges: edges of bins of the visible share, 0 to 1.
        recall_factor: factor on recall by visible share.
        missed_run_frames: mean length of a run of misses, frames at the file's rate; at least 1 / recall, which
            independent misses would have.
        centre_bias_ratio, centre_sd_ratio: error of the centre (x, y), shares of the true box's width and height.
        size_bias_ratio, size_sd_ratio: error of width and height, shares of the true ones.
        error_correlation: of a box's errors from one frame to the next, at the file's rate.
        score_mean, score_sd: of the scores of found boxes.
        confusion: share of found boxes that get each class's name.
        label_run_frames: mean number of frames until a label is drawn anew, at the file's rate.
        doubles: further boxes on an object, beside it or on a part of it.
    """

    name: str
    height_px_edges: Sequence[float]
    recall: Sequence[float]
    visible_ratio_edges: Sequence[float]
    recall_factor: Sequence[float]
    missed_run_frames: Sequence[float]
    centre_bias_ratio: Pairs
    centre_sd_ratio: Pairs
    size_bias_ratio: Pairs
    size_sd_ratio: Pairs
    error_correlation: Sequence[float]
    score_mean: Sequence[float]
    score_sd: Sequence[float]
    confusion: Mapping[str, float]
    label_run_frames: float
    doubles: Doubles

    @classmethod
    def from_table(cls, table: CheckedTable, names: Sequence[str]) -> "ClassNoise":
        """Read a table of the file.

        Args:
            table: of [[class]].
            names: classes that may be named.

        Raises:
            NoiseFileError: a field is missing, unknown or out of range.
        """
        table.only(*cls.__dataclass_fields__)
        edges = table.edges("height_px_edges", 0.0, TALLEST_PX)
        n = len(edges) - 1
        visible = table.edges("visible_ratio_edges", 0.0, 1.0)
        return cls(
            name=table.text("name"),
            height_px_edges=edges,
            recall=table.numbers("recall", n, 0.0, 1.0),
            visible_ratio_edges=visible,
            recall_factor=table.numbers("recall_factor", len(visible) - 1, 0.0, 1.0),
            missed_run_frames=table.numbers("missed_run_frames", n, 1.0, LONGEST_RUN),
            centre_bias_ratio=table.pairs("centre_bias_ratio", n, -0.5, 0.5),
            centre_sd_ratio=table.pairs("centre_sd_ratio", n, 0.0, 0.5),
            size_bias_ratio=table.pairs("size_bias_ratio", n, -0.5, 0.5),
            size_sd_ratio=table.pairs("size_sd_ratio", n, 0.0, 0.5),
            error_correlation=table.numbers("error_correlation", n, 0.0, 0.99),
            score_mean=table.numbers("score_mean", n, 0.0, 1.0),
            score_sd=table.numbers("score_sd", n, 0.0, 0.5),
            confusion=table.shares("confusion", names),
            label_run_frames=table.number("label_run_frames", 1.0, LONGEST_RUN),
            doubles=Doubles.from_table(table.table("doubles")),
        )
