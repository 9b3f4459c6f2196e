"""Builder: makes a message of the streams that the machine filled (plan.py says what lies in them)."""

from collections.abc import Callable, Iterator
from itertools import islice
from typing import Any

from schemas.compiled.plan import is_optional_float
from schemas.compiled.shape import Kind, Shape

Ints = Iterator[int]
Floats = Iterator[float]
#: Takes a value from the streams; the bytes are the data that strings lie in.
Build = Callable[[Ints, Floats, bytes], Any]


def builder_of(shape: Shape) -> Build:
    """Return what takes a value of a shape from streams.

    It raises UnicodeDecodeError where a string is no UTF-8.
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
        return _enum(tuple(shape.cls(symbol) for symbol in shape.symbols))
    if shape.kind is Kind.OPTIONAL:
        return _optional(builder_of(shape.item))
    if shape.kind is Kind.ARRAY:
        return _array(shape.item)
    return _record(shape.cls, tuple(builder_of(part) for part in shape.parts))


def _long(ints: Ints, floats: Floats, data: bytes) -> int:
    del floats, data
    return next(ints)


def _float(ints: Ints, floats: Floats, data: bytes) -> float:
    del ints, data
    return next(floats)


def _boolean(ints: Ints, floats: Floats, data: bytes) -> bool:
    del floats, data
    return next(ints) == 1


def _string(ints: Ints, floats: Floats, data: bytes) -> str:
    del floats
    return data[next(ints) : next(ints)].decode()


def _enum(members: tuple[Any, ...]) -> Build:
    def build(ints: Ints, floats: Floats, data: bytes) -> Any:
        del floats, data
        return members[next(ints)]

    return build


def _optional(inner: Build) -> Build:
    def build(ints: Ints, floats: Floats, data: bytes) -> Any:
        return inner(ints, floats, data) if next(ints) else None

    return build


def _record(cls: Any, parts: tuple[Build, ...]) -> Build:
    def build(ints: Ints, floats: Floats, data: bytes) -> Any:
        return cls(*[part(ints, floats, data) for part in parts])

    return build


def _array(item: Shape) -> Build:
    if item.kind is Kind.LONG:
        return _longs
    if item.kind is Kind.FLOAT:
        return _floats
    if item.kind is Kind.STRING:
        return _strings
    if is_optional_float(item):
        return _optional_floats
    inner = builder_of(item)

    def build(ints: Ints, floats: Floats, data: bytes) -> list[Any]:
        return [inner(ints, floats, data) for _ in range(next(ints))]

    return build


def _longs(ints: Ints, floats: Floats, data: bytes) -> list[int]:
    del floats, data
    return list(islice(ints, next(ints)))


def _floats(ints: Ints, floats: Floats, data: bytes) -> list[float]:
    del data
    return list(islice(floats, next(ints)))


def _strings(ints: Ints, floats: Floats, data: bytes) -> list[str]:
    del floats
    return [data[next(ints) : next(ints)].decode() for _ in range(next(ints))]


def _optional_floats(ints: Ints, floats: Floats, data: bytes) -> list[float | None]:
    del data
    count, nulls = next(ints), next(ints)
    values: list[float | None] = list(islice(floats, count))
    for _ in range(nulls):
        values[next(ints)] = None
    return values
