"""Schema resolution: what a new schema can and cannot read of an earlier one."""

import io
import json
from typing import Any

import pytest
from fastavro import parse_schema, schemaless_reader, schemaless_writer

from schemas.compatibility import breaks, breaks_any


def record(*fields: dict[str, Any], name: str = "R", **more: Any) -> dict[str, Any]:
    """Return a record schema."""
    return {"type": "record", "name": name, "namespace": "n", "fields": list(fields), **more}


def field(name: str, kind: Any, **more: Any) -> dict[str, Any]:
    """Return a field."""
    return {"name": name, "type": kind, **more}


def enum(*symbols: str, **more: Any) -> dict[str, Any]:
    """Return an enum schema."""
    return {"type": "enum", "name": "E", "namespace": "n", "symbols": list(symbols), **more}


A = field("a", "int")
NODE = record(field("next", ["null", "n.Node"]), A, name="Node")
# (what it is, reader, writer, a value of the writer, part of the reason or None where it is readable)
CASES: list[tuple[str, Any, Any, Any, str | None]] = [
    ("the same", record(A), record(A), {"a": 1}, None),
    ("a field added with a default", record(A, field("b", "int", default=2)), record(A), {"a": 1}, None),
    (
        "a field added without default",
        record(A, field("b", "int")),
        record(A),
        {"a": 1},
        "b: is new and has no default",
    ),
    ("a field removed", record(A), record(A, field("b", "int")), {"a": 1, "b": 2}, None),
    ("a field renamed", record(field("z", "int")), record(A), {"a": 1}, "z: is new and has no default"),
    ("a field renamed with an alias", record(field("z", "int", aliases=["a"])), record(A), {"a": 1}, None),
    ("int to long", record(field("a", "long")), record(A), {"a": 1}, None),
    ("long to int", record(A), record(field("a", "long")), {"a": 1}, "a: long was written, int reads"),
    ("int to double", record(field("a", "double")), record(A), {"a": 1}, None),
    ("float to int", record(A), record(field("a", "float")), {"a": 1.0}, "a: float was written"),
    ("int to string", record(field("a", "string")), record(A), {"a": 1}, "a: int was written, string reads"),
    ("string to bytes", record(field("a", "bytes")), record(field("a", "string")), {"a": "x"}, None),
    ("made nullable", record(field("a", ["null", "int"])), record(A), {"a": 1}, None),
    ("no longer nullable", record(A), record(field("a", ["null", "int"])), {"a": None}, "a: null was written"),
    (
        "a branch less",
        record(field("a", ["null", "int"])),
        record(field("a", ["null", "int", "string"])),
        {"a": "x"},
        "a: string was written, which no branch",
    ),
    (
        "a branch more",
        record(field("a", ["null", "int", "string"])),
        record(field("a", ["null", "int"])),
        {"a": 1},
        None,
    ),
    ("a symbol more", record(field("e", enum("X", "Y"))), record(field("e", enum("X"))), {"e": "X"}, None),
    (
        "a symbol less",
        record(field("e", enum("X"))),
        record(field("e", enum("X", "Y"))),
        {"e": "Y"},
        "e: enum E no longer has Y",
    ),
    (
        "a symbol less with a default",
        record(field("e", enum("X", default="X"))),
        record(field("e", enum("X", "Y"))),
        {"e": "Y"},
        None,
    ),
    (
        "array of another type",
        record(field("a", {"type": "array", "items": "string"})),
        record(field("a", {"type": "array", "items": "int"})),
        {"a": [1]},
        "a[]: int was written",
    ),
    (
        "array of a wider type",
        record(field("a", {"type": "array", "items": "double"})),
        record(field("a", {"type": "array", "items": "float"})),
        {"a": [1.0]},
        None,
    ),
    (
        "map of another type",
        record(field("a", {"type": "map", "values": "int"})),
        record(field("a", {"type": "map", "values": "string"})),
        {"a": {"k": "v"}},
        "a{}: string was written",
    ),
    (
        "fixed of another size",
        record(field("f", {"type": "fixed", "name": "F", "size": 4})),
        record(field("f", {"type": "fixed", "name": "F", "size": 8})),
        {"f": b"12345678"},
        "fixed n.F had 8 bytes, now 4",
    ),
    (
        "a nested record breaks",
        record(field("r", record(A, field("b", "int"), name="Q"))),
        record(field("r", record(A, name="Q"))),
        {"r": {"a": 1}},
        "r.b: is new and has no default",
    ),
    (
        "a nested record renamed",
        record(field("r", record(A, name="P"))),
        record(field("r", record(A, name="Q"))),
        {"r": {"a": 1}},
        "r: record n.Q is now called n.P",
    ),
    (
        "a nested record renamed with an alias",
        record(field("r", record(A, name="P", aliases=["Q"]))),
        record(field("r", record(A, name="Q"))),
        {"r": {"a": 1}},
        None,
    ),
    ("a recursive record", NODE, NODE, {"a": 1, "next": {"a": 2, "next": None}}, None),
    (
        "logical types are their underlying types",
        record(field("a", {"type": "long", "logicalType": "timestamp-micros"})),
        record(field("a", "long")),
        {"a": 1},
        None,
    ),
    ("a record becomes an array", {"type": "array", "items": "int"}, record(A), {"a": 1}, "record R was written"),
]


@pytest.mark.parametrize(("reader", "writer", "value", "reason"), [c[1:] for c in CASES], ids=[c[0] for c in CASES])
def test_rules_of_schema_resolution(reader: Any, writer: Any, value: Any, reason: str | None) -> None:
    """The verdict and its place are right, and fastavro, which resolves real bytes, agrees."""
    found = breaks(json.dumps(reader), json.dumps(writer))
    if reason is None:
        assert found == ()
    else:
        assert len(found) == 1
        assert reason in found[0]
    buffer = io.BytesIO()
    schemaless_writer(buffer, parse_schema(writer), value)
    buffer.seek(0)
    if reason is None:
        schemaless_reader(buffer, parse_schema(writer), parse_schema(reader))
    elif "renamed" not in reason and "called" not in reason:  # fastavro lets a record's name differ
        with pytest.raises(Exception, match=r".*"):
            schemaless_reader(buffer, parse_schema(writer), parse_schema(reader))


def test_a_name_used_again_is_the_type_defined_first() -> None:
    """A type referred to by its short name in the same namespace is compared as that type."""
    old = record(field("x", enum("X", "Y")), field("y", "E"))
    new = record(field("y", enum("X")))
    assert breaks(json.dumps(new), json.dumps(old)) == ("y: enum E no longer has Y, and no default for it",)


def test_transitive_means_each_version() -> None:
    """A schema that reads the last version but not the first is refused, and the version is named."""
    first = json.dumps(record(field("a", "string")))
    second = json.dumps(record())
    third = json.dumps(record(field("a", "int", default=0)))
    assert breaks(third, second) == ()
    assert breaks_any(third, [first, second]) == ("against version 1: a: string was written, int reads something else",)
