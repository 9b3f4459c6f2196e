"""CompiledDatum: reads and writes the datums of one topic's current schema by machine code.

What it cannot read or write it leaves to fastavro, which is the reference: damaged bytes, and a value that is not of
its field's plain type, come to what fastavro makes of them, whatever that is. What it does read and write is the same.
"""

import struct
from typing import Any

import numpy as np
from numpy.typing import NDArray

from schemas.avro import reader_schema
from schemas.compiled.builder import builder_of
from schemas.compiled.machine import LONG_BYTES, machine_code
from schemas.compiled.plan import plan_of
from schemas.compiled.shape import shape_of
from schemas.compiled.streams import Streams, putter_of
from schemas.messages import MESSAGES

#: What taking a message apart raises where it does not fit its schema.
MISFITS = (TypeError, ValueError, OverflowError, LookupError, AttributeError, struct.error)


class CompiledDatum:
    """One topic's datums. Loads the machine code, or compiles it where this version has not run here before.

    Args:
        topic: name without prefix.

    Raises:
        UnsupportedSchemaError: the topic's schema has a type that plans do not know.
    """

    def __init__(self, topic: str) -> None:
        shape = shape_of(reader_schema(topic), MESSAGES[topic])
        self._cls = MESSAGES[topic]
        self._plan = plan_of(shape)
        self._plan.flags.writeable = False
        self._build = builder_of(shape)
        self._put = putter_of(shape)
        self._code = machine_code()
        self.read(b"", 0)
        self._written(Streams(), self._plan[-1:])

    def read(self, data: bytes, start: int) -> Any:
        """Return the message in the datum that begins at `start` and fills the rest of `data`; None: ask fastavro."""
        size = len(data)
        ints, floats = np.empty(2 * size + 8, np.int64), np.empty(size + 8, np.float64)
        n, m = self._code.read(self._plan, np.frombuffer(data, np.uint8), start, ints, floats)
        if n < 0:
            return None
        try:
            return self._build(ints[:n].tolist(), floats[:m].tolist(), data)
        except UnicodeDecodeError:
            return None

    def write(self, message: Any) -> bytes | None:
        """Return a message as a datum; None: ask fastavro."""
        if type(message) is not self._cls:
            return None
        streams = Streams()
        try:
            self._put(streams, message)
            return self._written(streams, self._plan)
        except MISFITS:
            return None

    def _written(self, streams: Streams, plan: NDArray[np.int64]) -> bytes:
        n, m, text = len(streams.ints), len(streams.floats), b"".join(streams.texts)
        ints, floats = struct.pack(f"={n}q", *streams.ints), struct.pack(f"={m}d", *streams.floats)
        out = np.empty((LONG_BYTES + 1) * n + 5 * m + len(text) + 8, np.uint8)
        size = self._code.write(
            plan,
            np.frombuffer(ints, np.int64),
            np.frombuffer(floats, np.float64),
            np.frombuffer(text, np.uint8),
            out,
        )
        return out[:size].tobytes()
