"""The engine's JSON of a report, also where nothing lies in the period."""

from collections.abc import Mapping
from typing import Any, Final

import orjson

#: How the engine begins the list of rows.
_ROWS: Final = b'"data":\n\t[\n'


def document_of(reply: bytes) -> Mapping[str, Any]:
    """Return a reply in the format JSONCompact as plain data.

    Where no row is found, the engine (26.9) writes the end of the rows and the totals before the document's head
    instead of behind it. They are put back in their place. A reply that is in order is read as it is.

    Raises:
        ValueError: it is neither.
    """
    displaced, brace, rest = reply.partition(b"{")
    head, rows, tail = rest.partition(_ROWS)
    if displaced.strip() and rows:
        reply = brace + head + rows + displaced + tail
    found: Mapping[str, Any] = orjson.loads(reply)
    return found
