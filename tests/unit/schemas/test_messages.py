"""The dataclasses and the .avsc files are two writings of one contract."""

import json
import typing
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import fields, is_dataclass
from enum import StrEnum
from importlib import resources
from types import UnionType
from typing import Any

import pytest

from schemas.avro import schema_text
from schemas.messages import MESSAGES

PYTHON: dict[str, Any] = {
    "int": int,
    "long": int,
    "float": float,
    "double": float,
    "string": str,
    "bytes": bytes,
    "boolean": bool,
}
INSTANTS = {"timestamp-micros": "_us", "timestamp-millis": "_ms"}


def named_types(schema: Any, hint: Any) -> Iterator[tuple[dict[str, Any], Any]]:
    """Yield each record and enum that a schema defines, with the class beside it."""
    if isinstance(schema, list):
        inner = next(a for a in typing.get_args(hint) if a is not type(None))
        for branch in schema:
            yield from named_types(branch, inner)
    elif isinstance(schema, dict):
        kind = schema["type"]
        if kind == "array":
            yield from named_types(schema["items"], typing.get_args(hint)[0])
        elif kind == "map":
            yield from named_types(schema["values"], typing.get_args(hint)[1])
        elif kind in {"record", "enum"}:
            yield schema, hint
            hints = typing.get_type_hints(hint) if kind == "record" else {}
            for field in schema.get("fields", ()):
                yield from named_types(field["type"], hints[field["name"]])


def types_of(topic: str) -> list[tuple[dict[str, Any], Any]]:
    """Return each record and enum of a topic's schema with the class beside it."""
    return list(named_types(json.loads(schema_text(topic)), MESSAGES[topic]))


def fits(schema: Any, hint: Any) -> bool:
    """Return whether a type hint says what an Avro type says."""
    if isinstance(schema, list):
        inner = [b for b in schema if b != "null"]
        arguments = typing.get_args(hint)
        plain = [a for a in arguments if a is not type(None)]
        return (
            isinstance(hint, UnionType)
            and ("null" in schema) == (type(None) in arguments)
            and len(inner) == len(plain) == 1
            and fits(inner[0], plain[0])
        )
    if isinstance(schema, str):
        return PYTHON.get(schema) is hint if schema in PYTHON else hint.__name__ == schema.rpartition(".")[2]
    kind = schema["type"]
    if kind == "array":
        return typing.get_origin(hint) is Sequence and fits(schema["items"], typing.get_args(hint)[0])
    if kind == "map":
        arguments = typing.get_args(hint)
        return typing.get_origin(hint) is Mapping and arguments[0] is str and fits(schema["values"], arguments[1])
    if kind == "record":
        return bool(is_dataclass(hint)) and getattr(hint, "__name__", None) == schema["name"]
    if kind == "enum":
        return isinstance(hint, type) and issubclass(hint, StrEnum) and hint.__name__ == schema["name"]
    return fits(kind, hint)


@pytest.mark.parametrize("topic", MESSAGES)
def test_fields_are_those_of_the_schema(topic: str) -> None:
    """Names, order, types and nullability are the same in the .avsc and the dataclass."""
    for schema, cls in types_of(topic):
        if schema["type"] == "record":
            assert [f.name for f in fields(cls)] == [f["name"] for f in schema["fields"]], cls
            hints = typing.get_type_hints(cls)
            wrong = [f["name"] for f in schema["fields"] if not fits(f["type"], hints[f["name"]])]
            assert not wrong, (cls, wrong)
        else:
            assert [e.value for e in cls] == schema["symbols"], cls


@pytest.mark.parametrize("topic", MESSAGES)
def test_everything_is_explained(topic: str) -> None:
    """Each record, enum and field says in its schema what it is; the dataclass says the same of each field."""
    for schema, cls in types_of(topic):
        assert schema.get("doc", "").endswith("."), schema["name"]
        docstring = " ".join(str(cls.__doc__).split())
        for field in schema.get("fields", ()):
            assert len(field.get("doc", "")) > 4, (schema["name"], field["name"])
            assert f"{field['name']}: {field['doc']}" in docstring, (schema["name"], field["name"])


@pytest.mark.parametrize("topic", MESSAGES)
def test_messages_are_frozen_and_slotted(topic: str) -> None:
    """No message can be changed after it was made, and none grows attributes."""
    for schema, cls in types_of(topic):
        if schema["type"] == "record":
            assert cls.__dataclass_params__.frozen, cls
            assert "__slots__" in vars(cls), cls


@pytest.mark.parametrize("topic", MESSAGES)
def test_units_are_in_the_names(topic: str) -> None:
    """A field with an instant ends in the unit of its logical type, so nobody reads milliseconds as microseconds."""
    for schema, _ in types_of(topic):
        for field in schema.get("fields", ()):
            kind = field["type"]
            while isinstance(kind, (list, dict)):
                logical = kind.get("logicalType") if isinstance(kind, dict) else None
                if logical is not None:
                    assert field["name"].endswith(INSTANTS[logical]), (schema["name"], field["name"])
                    break
                if isinstance(kind, dict) and kind["type"] != "array":
                    break
                kind = kind["items"] if isinstance(kind, dict) else next(k for k in kind if k != "null")


def test_every_schema_file_has_a_message() -> None:
    """No .avsc lies about that no message class belongs to, and none is missing."""
    files = {p.name.removesuffix(".avsc") for p in resources.files("schemas").iterdir() if p.name.endswith(".avsc")}
    assert files == set(MESSAGES)
