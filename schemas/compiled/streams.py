"""Streams: a message taken apart for the machine to write (plan.py says what lies in them)."""

from collections.abc import Callable
from dataclasses import dataclass, field
from operator import attrgetter
from types import NoneType
from typing import Any, Final

from schemas.compiled.plan import is_optional_float
from schemas.compiled.shape import Kind, Shape


@dataclass(frozen=True, slots=True)
class Streams:
    """A message taken apart.

    Attributes:
        ints: what becomes int64.
        floats: what becomes float64.
        texts: the strings as UTF-8.
    """

    ints: list[int] = field(default_factory=list)
    floats: list[float] = field(default_factory=list)
    texts: list[bytes] = field(default_factory=list)


FLOAT_OR_NULL: Final = frozenset({float, NoneType})
#: Puts a value into streams.
Put = Callable[[Streams, Any], None]


def putter_of(shape: Shape) -> Put:
    """Return what puts a value of a shape into streams.

    A value that is not of the shape raises TypeError, ValueError, OverflowError, LookupError or AttributeError here, or
    struct.error when the streams are packed.
    """
    if shape.kind is Kind.LONG:
        return _long
    if shape.kind is Kind.FLOAT:
        return _float
    if shape.kind is Kind.BOOLEAN:
        return _boolean
    if shape.kind is Kind.STRING:
        return _string
    if shape.kind is Kind.ENUM:
        return _enum({symbol: index for index, symbol in enumerate(shape.symbols)})
    if shape.kind is Kind.OPTIONAL:
        return _optional(putter_of(shape.item))
    if shape.kind is Kind.ARRAY:
        return _array(shape.item)
    return _record(shape)


def _long(streams: Streams, value: Any) -> None:
    streams.ints.append(value)


def _float(streams: Streams, value: Any) -> None:
    if type(value) is not float:
        raise TypeError(f"{value!r} is no float")
    streams.floats.append(value)


def _boolean(streams: Streams, value: Any) -> None:
    if value is not True and value is not False:
        raise TypeError(f"{value!r} is no boolean")
    streams.ints.append(value)


def _string(streams: Streams, value: Any) -> None:
    text = value.encode()
    streams.ints.append(len(text))
    streams.texts.append(text)


def _enum(indices: dict[str, int]) -> Put:
    def put(streams: Streams, value: Any) -> None:
        streams.ints.append(indices[value])

    return put


def _optional(inner: Put) -> Put:
    def put(streams: Streams, value: Any) -> None:
        if value is None:
            streams.ints.append(0)
        else:
            streams.ints.append(1)
            inner(streams, value)

    return put


def _record(shape: Shape) -> Put:
    get = attrgetter(*shape.names)
    putters = tuple(putter_of(part) for part in shape.parts)
    if len(putters) == 1:
        return lambda streams, value: putters[0](streams, get(value))

    def put(streams: Streams, value: Any) -> None:
        for part, inner in zip(putters, get(value), strict=True):
            part(streams, inner)

    return put


def _array(item: Shape) -> Put:
    if item.kind is Kind.LONG:
        return _longs
    if item.kind is Kind.FLOAT:
        return _floats
    if is_optional_float(item):
        return _optional_floats
    inner = putter_of(item)

    def put(streams: Streams, value: Any) -> None:
        at = len(streams.ints)
        streams.ints.append(0)
        count = 0
        for one in value:
            inner(streams, one)
            count += 1
        streams.ints[at] = count

    return put


def _longs(streams: Streams, value: Any) -> None:
    ints = streams.ints
    at = len(ints)
    ints.append(0)
    ints.extend(value)
    ints[at] = len(ints) - at - 1


def _floats(streams: Streams, value: Any) -> None:
    floats = streams.floats
    before = len(floats)
    floats.extend(value)
    streams.ints.append(len(floats) - before)


def _optional_floats(streams: Streams, value: Any) -> None:
    types = set(map(type, value))
    if not types <= FLOAT_OR_NULL:
        raise TypeError(f"{value!r} holds more than floats and null")
    nulls: list[int] = []
    if NoneType in types:
        nulls = [index for index, one in enumerate(value) if one is None]
        value = [0.0 if one is None else one for one in value]
    before = len(streams.floats)
    streams.floats.extend(value)
    streams.ints.append(len(streams.floats) - before)
    streams.ints.append(len(nulls))
    streams.ints.extend(nulls)
