"""What a message schema holds, field by field: what a newer version adds, and which columns that needs. Pure."""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

#: ClickHouse's types for Avro's primitive ones.
_TYPES: Final[Mapping[str, str]] = {
    "boolean": "Bool",
    "int": "Int32",
    "long": "Int64",
    "float": "Float32",
    "double": "Float64",
    "bytes": "String",
    "string": "String",
}
_NAMED: Final = frozenset({"record", "enum", "fixed"})
#: Names of a Tuple's elements in the text of a type.
_ELEMENT: Final = re.compile(r"[(,]\s*`?(\w+)`? [A-Z]")

Names = dict[str, Mapping[str, Any]]


@dataclass(frozen=True, slots=True)
class MissingColumn:
    """A field of a message that its landing table has no place for.

    Attributes:
        path: its name; of a record inside, the names on the way to it, with dots.
        statement: the change of the landing table that makes the place.
    """

    path: str
    statement: str


def missing_columns(schema: Mapping[str, Any], columns: Mapping[str, str], table: str) -> Sequence[MissingColumn]:
    """Return the fields of a schema that a landing table has no place for.

    Args:
        schema: of the messages.
        columns: ClickHouse's type by name of the table's columns.
        table: its name, for the statements.
    """
    names: Names = {}
    found = []
    for field in schema["fields"]:
        name, kind = field["name"], _type(field["type"], names)
        if name not in columns:
            comment = str(field.get("doc") or "Say what it means.").replace("\\", "\\\\").replace("'", "\\'")
            found.append(
                MissingColumn(name, f"ALTER TABLE {table} ADD COLUMN IF NOT EXISTS `{name}` {kind} COMMENT '{comment}'")
            )
            continue
        there = set(_ELEMENT.findall(columns[name]))
        found += [
            MissingColumn(f"{name}.{path}", f"ALTER TABLE {table} MODIFY COLUMN `{name}` {kind}")
            for path in _paths(field["type"], names)
            if path.rpartition(".")[2] not in there
        ]
    return found


def holds(newer: Any, older: Any) -> bool:
    """Tell whether a schema has every field of another one, each of the same type; it may have more."""
    return _contains(_shape(newer, {}), _shape(older, {}))


def added(newer: Mapping[str, Any], older: Mapping[str, Any]) -> Sequence[str]:
    """Return the paths of the fields that a schema has and another one lacks, in its order."""
    known = set(_paths(older, {}))
    return [path for path in _paths(newer, {}) if path not in known]


def _resolved(schema: Any, names: Names) -> Any:
    """Return the definition behind a name; note those that are defined here, by full and by short name."""
    if isinstance(schema, str):
        return names.get(schema, schema)
    if isinstance(schema, Mapping):
        if schema["type"] in _NAMED:
            short = schema["name"].rpartition(".")[2]
            names[short] = names[f"{schema.get('namespace', '')}.{short}".lstrip(".")] = names[schema["name"]] = schema
            return schema
        if schema["type"] not in {"array", "map"}:
            # a logical type on a primitive one, or a type in further braces
            return _resolved(schema["type"], names)
    return schema


def _paths(schema: Any, names: Names) -> Iterator[str]:
    schema = _resolved(schema, names)
    if isinstance(schema, list):
        for branch in schema:
            yield from _paths(branch, names)
    elif isinstance(schema, Mapping):
        if schema["type"] == "record":
            for field in schema["fields"]:
                yield field["name"]
                yield from (f"{field['name']}.{path}" for path in _paths(field["type"], names))
        elif schema["type"] in {"array", "map"}:
            yield from _paths(schema["items" if schema["type"] == "array" else "values"], names)


def _shape(schema: Any, names: Names) -> Any:
    schema = _resolved(schema, names)
    if isinstance(schema, list):
        return "union", tuple(_shape(branch, names) for branch in schema)
    if not isinstance(schema, Mapping):
        return schema
    kind = schema["type"]
    if kind == "record":
        return "record", {field["name"]: _shape(field["type"], names) for field in schema["fields"]}
    if kind == "enum":
        return "enum", tuple(schema["symbols"])
    if kind == "fixed":
        return "fixed", schema["size"]
    return kind, (_shape(schema["items" if kind == "array" else "values"], names),)


def _contains(newer: Any, older: Any) -> bool:
    if not isinstance(newer, tuple) or not isinstance(older, tuple) or newer[0] != older[0]:
        return bool(newer == older)
    if newer[0] == "record":
        return all(name in newer[1] and _contains(newer[1][name], shape) for name, shape in older[1].items())
    if newer[0] in {"union", "array", "map"}:
        return len(newer[1]) == len(older[1]) and all(map(_contains, newer[1], older[1]))
    return bool(newer == older)


def _type(schema: Any, names: Names) -> str:
    """Return ClickHouse's type for one of Avro, as the landing tables have them."""
    schema = _resolved(schema, names)
    if isinstance(schema, list):
        branches = [branch for branch in schema if branch != "null"]
        kind = _type(branches[0], names) if branches else "String"
        if "null" not in schema or kind.startswith(("Array", "Map")):
            return kind
        low = re.fullmatch(r"LowCardinality\((.+)\)", kind)
        return f"LowCardinality(Nullable({low[1]}))" if low else f"Nullable({kind})"
    if not isinstance(schema, Mapping):
        return _TYPES.get(str(schema), "String")
    kind = schema["type"]
    if kind == "record":
        fields = ", ".join(f"{field['name']} {_type(field['type'], names)}" for field in schema["fields"])
        return f"Tuple({fields})"
    if kind == "enum":
        return "LowCardinality(String)"
    if kind == "fixed":
        return f"FixedString({schema['size']})"
    inner = _type(schema["items" if kind == "array" else "values"], names)
    return f"Array({inner})" if kind == "array" else f"Map(LowCardinality(String), {inner})"
