"""A topic's messages have a field that its table lacks: they wait in Kafka."""

from collections.abc import Sequence


class ColumnsMissingError(RuntimeError):
    """The landing table has no place for a field; the text names fields and the DDL that is needed.

    Attributes:
        columns: the fields; of records inside, with dots.
    """

    def __init__(self, columns: Sequence[str], text: str) -> None:
        super().__init__(text)
        self.columns = columns
