"""Columns of rows, as arrays, and how each is written in ClickHouse's Native format.

Source of the layout: ClickHouse's documentation, "Native" format, and its serialisation of LowCardinality (keys version
1, a dictionary with each block). Each column also gives the bytes of some of its rows alone, for the digest.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from producers.simulator.history.texts import Packed

_KEYS_VERSION = (1).to_bytes(8, "little")
_HAS_KEYS = 1 << 9 | 1 << 10


class Column(Protocol):
    """One column of N rows."""

    @property
    def name(self) -> str:
        """Name in the table."""

    @property
    def type(self) -> str:
        """ClickHouse's type of what is written; the engine converts it to the table's."""

    def prefix(self) -> bytes:
        """Return what stands before the data."""

    def body(self) -> Iterator[Any]:
        """Give the data of all rows, as buffers."""

    def rows(self, begin: int, end: int) -> Iterator[Any]:
        """Give the content of some rows, as buffers: equal wherever the rows stand."""


@dataclass(frozen=True, slots=True, eq=False)
class Numbers:
    """Values of one size; booleans, integers, floats, or (N, 16) bytes of a UUID."""

    name: str
    type: str
    values: NDArray[Any]

    def prefix(self) -> bytes:
        """Return nothing."""
        return b""

    def body(self) -> Iterator[Any]:
        """Give the values."""
        yield np.ascontiguousarray(self.values).data

    def rows(self, begin: int, end: int) -> Iterator[Any]:
        """Give the values of some rows."""
        yield np.ascontiguousarray(self.values[begin:end]).data


@dataclass(frozen=True, slots=True, eq=False)
class NumbersOrNull:
    """Values that may be missing; what stands where one is missing is 0."""

    name: str
    inner: str
    values: NDArray[Any]
    missing: NDArray[np.bool_]

    @property
    def type(self) -> str:
        """Nullable."""
        return f"Nullable({self.inner})"

    def prefix(self) -> bytes:
        """Return nothing."""
        return b""

    def body(self) -> Iterator[Any]:
        """Give the map of missing ones, and the values."""
        yield from self.rows(0, len(self.values))

    def rows(self, begin: int, end: int) -> Iterator[Any]:
        """Give map and values of some rows."""
        yield self.missing[begin:end].astype(np.uint8).data
        yield np.where(self.missing[begin:end], 0, self.values[begin:end]).astype(self.values.dtype).data


@dataclass(frozen=True, slots=True, eq=False)
class Texts:
    """Texts of their own in each row.

    Attributes:
        name: in the table.
        data: (B,) uint8, each text behind its length (texts.Packed).
        ends: (N,) int64, where each ends.
    """

    name: str
    data: NDArray[np.uint8]
    ends: NDArray[np.int64]

    @classmethod
    def of(cls, name: str, found: Packed) -> "Texts":
        """Return a column of texts."""
        return cls(name, found.data, found.ends)

    @property
    def type(self) -> str:
        """String."""
        return "String"

    def prefix(self) -> bytes:
        """Return nothing."""
        return b""

    def body(self) -> Iterator[Any]:
        """Give the texts."""
        yield self.data.data

    def rows(self, begin: int, end: int) -> Iterator[Any]:
        """Give the texts of some rows."""
        first = int(self.ends[begin - 1]) if begin else 0
        yield self.data[first : int(self.ends[end - 1]) if end else 0].data


@dataclass(frozen=True, slots=True, eq=False)
class Words:
    """Texts out of a list that is the same in every block.

    Attributes:
        name: in the table.
        codes: (N,) integers, places in the list.
        words: the list; None: missing, only as the first of a list.
    """

    name: str
    codes: NDArray[np.integer[Any]]
    words: Sequence[str | None]

    @property
    def type(self) -> str:
        """LowCardinality, which the engine turns into a plain String where the table has one."""
        return "LowCardinality(Nullable(String))" if self.words[0] is None else "LowCardinality(String)"

    def prefix(self) -> bytes:
        """Return the version of the dictionary's form."""
        return _KEYS_VERSION

    def body(self) -> Iterator[Any]:
        """Give the dictionary and the codes."""
        if not len(self.codes):
            return
        index = next(number for number, limit in enumerate((1 << 8, 1 << 16, 1 << 32)) if len(self.words) <= limit)
        yield (index | _HAS_KEYS).to_bytes(8, "little")
        yield len(self.words).to_bytes(8, "little")
        yield b"".join(text(word or "") for word in self.words)
        yield len(self.codes).to_bytes(8, "little")
        yield self.codes.astype((np.uint8, np.uint16, np.uint32)[index], copy=False).data

    def rows(self, begin: int, end: int) -> Iterator[Any]:
        """Give the codes of some rows; the list is the same for all."""
        yield self.codes[begin:end].astype(np.uint32).data


@dataclass(frozen=True, slots=True, eq=False)
class Lists:
    """Lists of records of words, each row's one of a few that are the same in every block.

    Attributes:
        name: in the table.
        fields: names of a record's fields.
        codes: (N,) integers, places among the choices.
        choices: lists of records.
    """

    name: str
    fields: Sequence[str]
    codes: NDArray[np.integer[Any]]
    choices: Sequence[Sequence[Sequence[str]]]

    @property
    def type(self) -> str:
        """Array of named tuples."""
        return f"Array(Tuple({', '.join(f'{field} LowCardinality(String)' for field in self.fields)}))"

    def prefix(self) -> bytes:
        """Return the versions of the fields' dictionaries."""
        return _KEYS_VERSION * len(self.fields)

    def body(self) -> Iterator[Any]:
        """Give where each list ends, and the records field by field."""
        lengths = np.array([len(choice) for choice in self.choices])
        starts = np.cumsum(lengths) - lengths
        counts = lengths[self.codes]
        ends = np.cumsum(counts)
        yield ends.astype(np.uint64).data
        records = [record for choice in self.choices for record in choice]
        if not len(ends) or not ends[-1]:
            return
        at = np.arange(int(ends[-1])) + np.repeat(starts[self.codes] - (ends - counts), counts)
        for number in range(len(self.fields)):
            yield from Words("", at, [record[number] for record in records]).body()

    def rows(self, begin: int, end: int) -> Iterator[Any]:
        """Give the codes of some rows."""
        yield self.codes[begin:end].astype(np.uint32).data


@dataclass(frozen=True, slots=True, eq=False)
class Measures:
    """A map with one entry or none in each row.

    Attributes:
        name: in the table.
        codes: (N,) integers, places of the key in the list; -1: the map is empty.
        words: the keys.
        values: (N,) float64.
    """

    name: str
    codes: NDArray[np.integer[Any]]
    words: Sequence[str]
    values: NDArray[np.float64]

    @property
    def type(self) -> str:
        """Map."""
        return "Map(LowCardinality(String), Float64)"

    def prefix(self) -> bytes:
        """Return the version of the keys' dictionary."""
        return _KEYS_VERSION

    def body(self) -> Iterator[Any]:
        """Give where each map ends, the keys, the values."""
        there = self.codes >= 0
        yield np.cumsum(there).astype(np.uint64).data
        yield from Words("", self.codes[there], self.words).body()
        yield np.ascontiguousarray(self.values[there]).data

    def rows(self, begin: int, end: int) -> Iterator[Any]:
        """Give keys and values of some rows."""
        yield self.codes[begin:end].astype(np.int32).data
        yield np.where(self.codes[begin:end] >= 0, self.values[begin:end], 0.0).data


def text(word: str) -> bytes:
    """Return a text behind its length."""
    data = word.encode()
    return varint(len(data)) + data


def varint(number: int) -> bytes:
    """Return an unsigned integer, seven bits a byte, the lowest first."""
    out = bytearray()
    while number > 0x7F:
        out.append(number & 0x7F | 0x80)
        number >>= 7
    out.append(number)
    return bytes(out)


def native(columns: Sequence[Column], rows: int) -> bytes:
    """Return a block in ClickHouse's Native format.

    Args:
        columns: of that many rows each.
        rows: how many.
    """
    out: list[Any] = [varint(len(columns)), varint(rows)]
    for column in columns:
        out += [text(column.name), text(column.type)]
        if rows:
            out += [column.prefix(), *column.body()]
    return b"".join(out)
