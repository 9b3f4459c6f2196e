"""Outlet: where a shard's messages go; and the datums that they become."""

from typing import Any, Protocol

from producers.simulator.city_message import CityMessage
from schemas.codec import encode_datum
from schemas.compiled import CompiledDatum

#: Topics with messages of every camera's every second.
COMPILED = ("detections", "truth-tracks")


class Outlet(Protocol):
    """Takes messages in order."""

    def put(self, message: CityMessage, datum: bytes) -> None:
        """Take a message and its datum; blocks while there is no room."""

    def close(self) -> Any:
        """Finish; return what the process that started the run needs to know of it."""


class Encoder:
    """Turns messages into Avro datums, those of every second by machine code."""

    def __init__(self) -> None:
        self._compiled = {topic: CompiledDatum(topic) for topic in COMPILED}

    def datum(self, message: CityMessage) -> bytes:
        """Return a message's datum, which may be there already.

        Raises:
            ValueError, TypeError: the message does not fit its schema (a programming error).
        """
        if message.datum is not None:
            return message.datum
        compiled = self._compiled.get(message.topic)
        found = compiled.write(message.message) if compiled is not None else None
        return encode_datum(message.topic, message.message) if found is None else found


class Counting:
    """Keeps nothing: counts messages and bytes by topic."""

    def __init__(self) -> None:
        self._counts: dict[str, list[int]] = {}

    def put(self, message: CityMessage, datum: bytes) -> None:
        """Count a message."""
        count = self._counts.setdefault(message.topic, [0, 0])
        count[0] += 1
        count[1] += len(datum)

    def close(self) -> dict[str, list[int]]:
        """Return messages and bytes by topic."""
        return self._counts
