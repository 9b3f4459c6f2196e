"""Lines of a CSV file that an office imports: what is wrong with one, in a sentence."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Problem:
    """What is wrong with a line. What is printed is kept in logs: `found` never holds a plate.

    Attributes:
        line: its number in the file, from 1.
        field: the column.
        found: what stands there.
        expected: what should, and what to do.
    """

    line: int
    field: str
    found: str
    expected: str

    def __str__(self) -> str:
        """Return one sentence."""
        return f"line {self.line}: {self.field} is {self.found}; expected {self.expected}"


class BadFieldError(Exception):
    """A field cannot be used.

    Args:
        field, found, expected: as Problem has them.
    """

    def __init__(self, field: str, found: str, expected: str) -> None:
        super().__init__(field)
        self.parts = (field, found, expected)


def texts_of(values: Mapping[str | None, str | list[str] | None], columns: Sequence[str]) -> dict[str, str]:
    """Return the texts of a line that csv.DictReader read, without spaces around them, by column.

    Raises:
        BadFieldError: the line has more or fewer fields than there are columns.
    """
    if None in values:
        raise BadFieldError("the line", f"longer than {len(columns)} columns", "texts with commas within quotes")
    texts = {str(name).strip(): value.strip() for name, value in values.items() if isinstance(value, str)}
    if len(texts) < len(columns):
        raise BadFieldError("the line", f"of {len(texts)} columns", f"{len(columns)}: {','.join(columns)}")
    return texts


def bound(texts: Mapping[str, str], names: Sequence[str], longest: int) -> None:
    """Refuse texts of more than so many characters.

    Raises:
        BadFieldError: one is longer.
    """
    for name in names:
        if len(texts[name]) > longest:
            raise BadFieldError(name, f"{len(texts[name])} characters long", f"at most {longest}")
