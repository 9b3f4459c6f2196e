"""PlateNoise: how plates are read, and misread."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from producers.simulator.noise.checked_table import CheckedTable, NoiseFileError
from producers.simulator.noise.class_noise import TALLEST_PX


@dataclass(frozen=True, slots=True)
class PlateNoise:
    """Reading of plates; lists are by bin of the plate's height.

    Attributes:
        height_px_edges: edges of the n bins, pixels of the picture; a plate lower than the first is not read.
        read_rate: share of plates for which a text is given.
        character_accuracy: share of characters that are right, of plates that are read.
        confusions: for a wrong character, what it is taken for and how often; a character without an entry is taken
            for any other of its kind (digit or letter).
        second_rank_right: share of wrong readings whose second candidate is right.
        source: where the figures come from.
    """

    height_px_edges: Sequence[float]
    read_rate: Sequence[float]
    character_accuracy: Sequence[float]
    confusions: Mapping[str, Mapping[str, float]]
    second_rank_right: float
    source: str

    @classmethod
    def from_table(cls, table: CheckedTable) -> "PlateNoise":
        """Read the table [plates].

        Raises:
            NoiseFileError: a field is missing, unknown or out of range.
        """
        table.only(*cls.__dataclass_fields__)
        edges = table.edges("height_px_edges", 0.0, TALLEST_PX)
        n = len(edges) - 1
        inner = table.table("confusions")
        confusions = {true: inner.shares(true) for true in inner.values}
        for true, shares in confusions.items():
            for text in (true, *shares):
                if len(text) != 1 or not (text.isascii() and (text.isdigit() or text.isupper())):
                    raise NoiseFileError(
                        f"noise file, {inner.where}: {text!r} is no character of a plate; expected one of 0-9, A-Z"
                    )
            if true in shares:
                raise NoiseFileError(f"noise file, {inner.where}: {true!r} is confused with itself; leave it out")
        return cls(
            height_px_edges=edges,
            read_rate=table.numbers("read_rate", n, 0.0, 1.0),
            character_accuracy=table.numbers("character_accuracy", n, 0.0, 1.0),
            confusions=confusions,
            second_rank_right=table.number("second_rank_right", 0.0, 1.0),
            source=table.text("source"),
        )
