"""One topic's messages, and their content as a text that Python and ClickHouse write alike."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

#: A message as fastavro writes it: field name -> value.
Record = Mapping[str, Any]
#: Stands for null in a content text.
NULL: Final = "~"
#: Fractions of messages are whole multiples of this part, which Float32 and a text carry exactly.
PARTS: Final = 1024
#: Instants of messages lie in the half hour from here, microseconds since the Unix epoch (2026-09-21 14:13:20 UTC).
BEGIN_US: Final = 1_790_000_000_000_000


@dataclass(frozen=True, slots=True)
class Shape:
    """One topic's messages.

    Attributes:
        topic: name without prefix.
        make: (number, 64 random bits, bytes of padding) -> the message of that number; the same arguments give the same
            message, another number another business key. Padding makes it large.
        text: a message's content: all its fields.
        landing_sql: the same text of a row of the topic's landing table.
        view_sql: the same text of a row of the people's view, which holds one row a business key.
        instants: fields whose instant a table refuses outside 2000-2100.
    """

    topic: str
    make: Callable[[int, int, int], Record]
    text: Callable[[Record], str]
    landing_sql: str
    view_sql: str
    instants: Sequence[str]

    @property
    def table(self) -> str:
        """Name of the people's view; the landing table's has `_messages` behind it."""
        return self.topic.replace("-", "_")


def joined(*parts: str) -> str:
    """Return the SQL of a content text: expressions, the nullable ones through `nullable`."""
    return f"concatWithSeparator('|', {', '.join(f'toString({part})' for part in parts)})"


def nullable(expression: str) -> str:
    """Return the SQL of an expression that may be null."""
    return f"ifNull(toString({expression}), '{NULL}')"


def or_null(value: object) -> str:
    """Return a value that may be None as it stands in a content text."""
    return NULL if value is None else str(value)
