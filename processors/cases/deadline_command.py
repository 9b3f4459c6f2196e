"""DeadlineCommand: the content of a DEADLINE command, which relays no message."""

from dataclasses import dataclass
from typing import Final

import orjson

from processors.cases.terms import DeadlineName

#: Version of the payload.
FORMAT: Final = 1


@dataclass(frozen=True, slots=True)
class DeadlineCommand:
    """A deadline that has passed.

    Attributes:
        name: which.
        revision: the step of the case that it runs from; a case that has gone on is not concerned any more.
    """

    name: DeadlineName
    revision: int

    def to_bytes(self) -> bytes:
        """Return the command's payload."""
        return bytes([FORMAT]) + orjson.dumps([self.name.value, self.revision])

    @classmethod
    def from_bytes(cls, data: bytes) -> "DeadlineCommand":
        """Read what to_bytes wrote.

        Raises:
            ValueError: the bytes are none.
        """
        if not data or data[0] != FORMAT:
            raise ValueError(f"deadline of format {data[0] if data else 'nothing'}; this version reads {FORMAT}")
        name, revision = orjson.loads(data[1:])
        return cls(DeadlineName(name), int(revision))
