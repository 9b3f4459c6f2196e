"""Walks through an Avro datum as leniently as ClickHouse reads it, to tell what it cannot take for one. Pure.

ClickHouse 26.9 reads a null-or-value union as: the value where the index is that of the value, else null. A
flipped bit in the index of a null is read as null again, and nobody can see it in the table.
"""

from collections.abc import Mapping
from typing import Any, Final

#: Bytes of an Avro int or long, at most.
MOST_VARINT_BYTES: Final = 10
_FIXED: Final[Mapping[str, int]] = {"null": 0, "float": 4, "double": 8}


class DamagedError(ValueError):
    """The bytes are no datum."""


def walks(schema: Any, data: bytes) -> bool:
    """Tell whether bytes are exactly one datum of a schema, as ClickHouse would have it.

    Args:
        schema: parsed by fastavro: a named type is whole where it comes first, and a name afterwards.
        data: the bytes.
    """
    try:
        return _Walk(data).over(schema) == len(data)
    except DamagedError:
        return False


class _Walk:
    def __init__(self, data: bytes) -> None:
        self._data = data
        self._at = 0
        self._named: dict[str, Any] = {}

    def over(self, schema: Any) -> int:
        """Go over one value; return where it ends."""
        if isinstance(schema, list):
            index = self._number()
            self.over(schema[index] if 0 <= index < len(schema) else "null")
        elif isinstance(schema, str):
            if schema in self._named:
                self.over(self._named[schema])
            else:
                self._primitive(schema)
        else:
            self._complex(schema)
        return self._at

    def _complex(self, schema: Mapping[str, Any]) -> None:
        kind = schema["type"]
        if kind in {"record", "enum"}:
            self._named[schema["name"]] = schema
        if kind == "record":
            for field in schema["fields"]:
                self.over(field["type"])
        elif kind == "enum":
            if not 0 <= self._number() < len(schema["symbols"]):
                raise DamagedError("no such symbol")
        elif kind == "array":
            self._array(schema["items"])
        else:
            self.over(kind)

    def _array(self, items: Any) -> None:
        while count := self._number():
            if count < 0:
                self._number()  # the block's size in bytes, for readers that skip
            if abs(count) > len(self._data):
                raise DamagedError("more items than bytes")
            for _ in range(abs(count)):
                self.over(items)

    def _primitive(self, kind: str) -> None:
        if kind in {"int", "long"}:
            self._number()
        elif kind in {"string", "bytes"}:
            self._skip(self._number())
        elif kind == "boolean":
            self._skip(1)
            if self._data[self._at - 1] > 1:
                raise DamagedError("neither false nor true")
        else:
            self._skip(_FIXED[kind])

    def _number(self) -> int:
        value = shift = 0
        for _ in range(MOST_VARINT_BYTES):
            self._skip(1)
            byte = self._data[self._at - 1]
            value |= (byte & 0x7F) << shift
            if byte < 0x80:
                return (value >> 1) ^ -(value & 1)
            shift += 7
        raise DamagedError("a number without an end")

    def _skip(self, count: int) -> None:
        if count < 0 or self._at + count > len(self._data):
            raise DamagedError("beyond the end")
        self._at += count
