"""Shape: one type of an Avro schema beside the Python type that carries it, as plans and messages are made from it."""

import typing
from collections.abc import Sequence
from dataclasses import dataclass, field, fields, is_dataclass
from enum import Enum, auto
from types import NoneType
from typing import Any, Final


class UnsupportedSchemaError(ValueError):
    """A schema uses a type that compiled datums do not know."""


class Kind(Enum):
    """What a shape is."""

    LONG = auto()
    FLOAT = auto()
    BOOLEAN = auto()
    STRING = auto()
    ENUM = auto()
    OPTIONAL = auto()
    ARRAY = auto()
    RECORD = auto()


PRIMITIVES: Final = {
    "int": Kind.LONG,  # the same bytes
    "long": Kind.LONG,
    "float": Kind.FLOAT,
    "boolean": Kind.BOOLEAN,
    "string": Kind.STRING,
}
#: What may be null, alone or as a field of a record.
PLAIN: Final = {Kind.FLOAT, Kind.BOOLEAN, Kind.STRING}


@dataclass(frozen=True, slots=True)
class Shape:
    """One type of a schema.

    Attributes:
        kind: what it is.
        cls: class of a record or an enum.
        symbols: an enum's symbols, in the schema's order.
        null_at: index of an optional's null branch, 0 or 1.
        inner: type of an array's items, or of an optional that is not null.
        names: a record's fields.
        parts: their types.
    """

    kind: Kind
    cls: Any = None
    symbols: tuple[str, ...] = ()
    null_at: int = 0
    inner: "Shape | None" = None
    names: tuple[str, ...] = ()
    parts: Sequence["Shape"] = field(default=())

    @property
    def item(self) -> "Shape":
        """Type of an array's items, or of an optional that is not null."""
        assert self.inner is not None
        return self.inner


def shape_of(schema: Any, hint: Any, named: dict[str, Any] | None = None) -> Shape:
    """Return the shape of a schema.

    Args:
        schema: parsed by fastavro, so that names are full ones.
        hint: the Python type of its values.
        named: named types met so far; filled.

    Raises:
        UnsupportedSchemaError: a double, bytes, fixed, a map, a union other than one of null and another type that the
            value's Python type alone tells apart, a record without fields or within itself, or a class that does not
            fit.
    """
    named = {} if named is None else named
    if isinstance(schema, str):
        if schema in PRIMITIVES:
            return Shape(PRIMITIVES[schema])
        if named.get(schema) is None:
            raise UnsupportedSchemaError(f"type {schema} is not known here, or holds itself")
        return shape_of(named[schema], hint, named)
    if isinstance(schema, list):
        return _optional(schema, hint, named)
    kind = schema["type"]
    if kind == "array":
        (inner,) = typing.get_args(hint)
        return Shape(Kind.ARRAY, inner=shape_of(schema["items"], inner, named))
    if kind == "enum":
        named[schema["name"]] = schema
        return Shape(Kind.ENUM, cls=hint, symbols=tuple(schema["symbols"]))
    if kind == "record":
        return _record(schema, hint, named)
    if kind in PRIMITIVES:
        return Shape(PRIMITIVES[kind])
    raise UnsupportedSchemaError(f"type {kind} is not supported")


def _optional(schema: list[Any], hint: Any, named: dict[str, Any]) -> Shape:
    if len(schema) != 2 or "null" not in schema:
        raise UnsupportedSchemaError(f"union of {len(schema)} types; expected null and another one")
    null_at = schema.index("null")
    (inner,) = (a for a in typing.get_args(hint) if a is not NoneType)
    shape = shape_of(schema[1 - null_at], inner, named)
    if any(part.kind not in PLAIN for part in (shape.parts or (shape,))):
        # Which branch such a value belongs to is more than its type: fastavro looks whether it is in range.
        raise UnsupportedSchemaError(f"union of null and {schema[1 - null_at]} is not supported")
    return Shape(Kind.OPTIONAL, null_at=null_at, inner=shape)


def _record(schema: Any, hint: Any, named: dict[str, Any]) -> Shape:
    names = tuple(f["name"] for f in schema["fields"])
    if not names or not is_dataclass(hint) or names != tuple(f.name for f in fields(hint)):
        raise UnsupportedSchemaError(f"record {schema['name']} is not what {hint} is")
    named[schema["name"]] = None
    hints = typing.get_type_hints(hint)
    parts = tuple(shape_of(f["type"], hints[f["name"]], named) for f in schema["fields"])
    named[schema["name"]] = schema
    return Shape(Kind.RECORD, cls=hint, names=names, parts=parts)
