"""The Avro schemas beside this module, parsed for use in Python."""

import json
from functools import cache
from importlib import resources
from typing import Any

from fastavro import parse_schema

Schema = dict[str, Any] | list[Any] | str


@cache
def schema_text(topic: str) -> str:
    """Return the .avsc of a topic (name without prefix) as it is registered.

    Raises:
        KeyError: there is no such topic.
    """
    path = resources.files("schemas") / f"{topic}.avsc"
    if not path.is_file():
        raise KeyError(f"no schema for topic {topic!r}: schemas/{topic}.avsc does not exist")
    return path.read_text(encoding="utf-8")


def without_logical_types(schema: Schema) -> Schema:
    """Copy a schema without logicalType, so that instants stay integers in Python."""
    if isinstance(schema, dict):
        return {k: without_logical_types(v) for k, v in schema.items() if k != "logicalType"}
    if isinstance(schema, list):
        return [without_logical_types(s) for s in schema]
    return schema


@cache
def reader_schema(topic: str) -> Any:
    """Return a topic's schema as fastavro wants it: parsed, instants as plain integers."""
    return parse_schema(without_logical_types(json.loads(schema_text(topic))))


def parse_writer_schema(text: str) -> Any:
    """Parse a schema from the registry, instants as plain integers."""
    return parse_schema(without_logical_types(json.loads(text)))
