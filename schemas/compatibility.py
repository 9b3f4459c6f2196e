"""Whether one Avro schema reads what another wrote: schema resolution of the Avro specification, decided without data.

Source: Apache Avro 1.12 specification, "Schema Resolution". A registry's BACKWARD_TRANSITIVE asks it of a new schema
(the reader) against each earlier version (the writers).
"""

import json
from collections.abc import Sequence
from typing import Any, Final

#: Writer type -> reader types that take its values.
PROMOTIONS: Final[dict[str, frozenset[str]]] = {
    "int": frozenset({"long", "float", "double"}),
    "long": frozenset({"float", "double"}),
    "float": frozenset({"double"}),
    "string": frozenset({"bytes"}),
    "bytes": frozenset({"string"}),
}
PRIMITIVES: Final = frozenset({"null", "boolean", "int", "long", "float", "double", "bytes", "string"})
NAMED: Final = frozenset({"record", "enum", "fixed"})

Names = dict[str, dict[str, Any]]


def breaks(reader: str, writer: str) -> Sequence[str]:
    """Return why data of one schema cannot be read with another; empty where it always can.

    Args:
        reader: JSON text of the schema that reads (the new one).
        writer: JSON text of the schema that wrote (an earlier one).

    Returns:
        Sentences, each beginning with the path of the field it is about.
    """
    new, old = json.loads(reader), json.loads(writer)
    comparison = _Comparison(_names(new), _names(old))
    return tuple(comparison.breaks("", new, "", old, ""))


def breaks_any(reader: str, writers: Sequence[str]) -> Sequence[str]:
    """Return why a schema cannot read all earlier versions (BACKWARD_TRANSITIVE); versions are counted from 1."""
    return tuple(
        f"against version {number}: {reason}"
        for number, writer in enumerate(writers, 1)
        for reason in breaks(reader, writer)
    )


def _full_name(schema: dict[str, Any], namespace: str) -> str:
    name = str(schema["name"])
    if "." in name:
        return name
    space = schema.get("namespace", namespace)
    return f"{space}.{name}" if space else name


def _namespace(schema: dict[str, Any], namespace: str) -> str:
    return _full_name(schema, namespace).rpartition(".")[0]


def _names(schema: Any, namespace: str = "", into: Names | None = None) -> Names:
    """Collect the named types that a schema defines, by full name; each remembers the namespace inside it."""
    names: Names = {} if into is None else into
    if isinstance(schema, list):
        for branch in schema:
            _names(branch, namespace, names)
    elif isinstance(schema, dict):
        kind = schema["type"]
        if kind in NAMED:
            names[_full_name(schema, namespace)] = schema
            for field in schema.get("fields", ()):
                _names(field["type"], _namespace(schema, namespace), names)
        elif kind == "array":
            _names(schema["items"], namespace, names)
        elif kind == "map":
            _names(schema["values"], namespace, names)
        elif isinstance(kind, (dict, list)):
            _names(kind, namespace, names)
    return names


class _Comparison:
    """Walks two schemas side by side; a pair of named types is entered once, so recursive types end."""

    def __init__(self, reader_names: Names, writer_names: Names) -> None:
        self._reader_names = reader_names
        self._writer_names = writer_names
        self._seen: set[tuple[str, str]] = set()

    def breaks(self, path: str, reader: Any, reader_space: str, writer: Any, writer_space: str) -> list[str]:
        reader, reader_space = _resolve(reader, reader_space, self._reader_names)
        writer, writer_space = _resolve(writer, writer_space, self._writer_names)
        if isinstance(writer, list):
            return [
                reason for branch in writer for reason in self.breaks(path, reader, reader_space, branch, writer_space)
            ]
        if isinstance(reader, list):
            tries = [self._attempt(path, branch, reader_space, writer, writer_space) for branch in reader]
            if not tries or all(tries):
                return [_at(path, f"{_title(writer)} was written, which no branch of {_title(reader)} reads")]
            return []
        old, new = _kind(writer), _kind(reader)
        if old != new:
            if new in PROMOTIONS.get(old, ()):
                return []
            return [_at(path, f"{_title(writer)} was written, {_title(reader)} reads something else")]
        return self._same_kind(path, reader, reader_space, writer, writer_space)

    def _attempt(self, path: str, reader: Any, reader_space: str, writer: Any, writer_space: str) -> list[str]:
        """Compare without keeping what was entered: a branch that does not fit must not hide a later one."""
        seen = set(self._seen)
        reasons = self.breaks(path, reader, reader_space, writer, writer_space)
        if reasons:
            self._seen = seen
        return reasons

    def _same_kind(self, path: str, reader: Any, reader_space: str, writer: Any, writer_space: str) -> list[str]:
        kind = _kind(reader)
        if kind in PRIMITIVES:
            return []
        if kind == "array":
            return self.breaks(f"{path}[]", reader["items"], reader_space, writer["items"], writer_space)
        if kind == "map":
            return self.breaks(f"{path}{{}}", reader["values"], reader_space, writer["values"], writer_space)
        return self._named(path, reader, reader_space, writer, writer_space)

    def _named(self, path: str, reader: Any, reader_space: str, writer: Any, writer_space: str) -> list[str]:
        new_name, old_name = _full_name(reader, reader_space), _full_name(writer, writer_space)
        aliases = {a if "." in a else f"{new_name.rpartition('.')[0]}.{a}" for a in reader.get("aliases", ())}
        if new_name != old_name and old_name not in aliases:
            return [_at(path, f"{reader['type']} {old_name} is now called {new_name}; add an alias or keep the name")]
        if (new_name, old_name) in self._seen:
            return []
        self._seen.add((new_name, old_name))
        if reader["type"] == "enum":
            return _enum_breaks(path, reader, writer)
        if reader["type"] == "fixed":
            same = reader["size"] == writer["size"]
            return [] if same else [_at(path, f"fixed {old_name} had {writer['size']} bytes, now {reader['size']}")]
        inner_new, inner_old = _namespace(reader, reader_space), _namespace(writer, writer_space)
        written = {f["name"]: f for f in writer["fields"]}
        reasons: list[str] = []
        for field in reader["fields"]:
            where = f"{path}.{field['name']}" if path else field["name"]
            old = next((written[n] for n in (field["name"], *field.get("aliases", ())) if n in written), None)
            if old is not None:
                reasons += self.breaks(where, field["type"], inner_new, old["type"], inner_old)
            elif "default" not in field:
                reasons.append(
                    _at(where, "is new and has no default, so earlier messages cannot be read; add a default")
                )
        return reasons


def _enum_breaks(path: str, reader: dict[str, Any], writer: dict[str, Any]) -> list[str]:
    gone = [s for s in writer["symbols"] if s not in reader["symbols"]]
    if not gone or "default" in reader:
        return []
    return [_at(path, f"enum {reader['name']} no longer has {', '.join(gone)}, and no default for it")]


def _resolve(schema: Any, namespace: str, names: Names) -> tuple[Any, str]:
    """Follow names and wrappers to a primitive name, a list (union) or the dict of a complex type."""
    while True:
        if isinstance(schema, str):
            if schema in PRIMITIVES:
                return schema, namespace
            full = schema if "." in schema or not namespace else f"{namespace}.{schema}"
            full = full if full in names else schema
            return names[full], full.rpartition(".")[0]
        if isinstance(schema, dict) and isinstance(schema["type"], (dict, list)):
            schema = schema["type"]
        elif isinstance(schema, dict) and schema["type"] in PRIMITIVES:
            return schema["type"], namespace
        elif isinstance(schema, dict) and schema["type"] not in NAMED | {"array", "map"}:
            schema = schema["type"]
        else:
            return schema, namespace


def _kind(schema: Any) -> str:
    return schema if isinstance(schema, str) else str(schema["type"])


def _title(schema: Any) -> str:
    if isinstance(schema, list):
        return f"union of {', '.join(_title(s) for s in schema)}"
    if isinstance(schema, str):
        return schema
    return f"{schema['type']} {schema['name']}" if "name" in schema else str(schema["type"])


def _at(path: str, reason: str) -> str:
    return f"{path}: {reason}" if path else reason
