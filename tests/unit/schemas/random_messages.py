"""Random messages of every schema, by the .avsc and the dataclasses beside it; Avro carries every value exactly."""

import json
import typing
from functools import cache
from typing import Any

from hypothesis import strategies as st

from schemas.avro import schema_text
from schemas.messages import MESSAGES

TEXT = st.text(st.characters(codec="utf-8"), max_size=12)
PRIMITIVES: dict[str, st.SearchStrategy[Any]] = {
    "int": st.integers(-(2**31), 2**31 - 1),
    "long": st.integers(-(2**63), 2**63 - 1),
    "float": st.floats(width=32, allow_nan=False),
    "double": st.floats(allow_nan=False),
    "string": TEXT,
    "bytes": st.binary(max_size=24),
    "boolean": st.booleans(),
    "null": st.none(),
}


@cache
def messages(topic: str) -> st.SearchStrategy[Any]:
    """Return random messages of one topic."""
    return _values(json.loads(schema_text(topic)), MESSAGES[topic], {})


def _values(schema: Any, hint: Any, named: dict[str, Any]) -> st.SearchStrategy[Any]:
    if isinstance(schema, str):
        return PRIMITIVES[schema] if schema in PRIMITIVES else _values(named[schema], hint, named)
    if isinstance(schema, list):
        inner = next(a for a in typing.get_args(hint) if a is not type(None))
        return st.one_of([_values(branch, inner, named) for branch in schema])
    kind = schema["type"]
    if kind == "array":
        return st.lists(_values(schema["items"], typing.get_args(hint)[0], named), max_size=4)
    if kind == "map":
        return st.dictionaries(TEXT, _values(schema["values"], typing.get_args(hint)[1], named), max_size=3)
    if kind == "enum":
        named[f"{schema['namespace']}.{schema['name']}"] = schema
        return st.sampled_from(list(hint))
    if kind == "record":
        named[f"{schema['namespace']}.{schema['name']}"] = schema
        hints = typing.get_type_hints(hint)
        parts = {f["name"]: _values(f["type"], hints[f["name"]], named) for f in schema["fields"]}
        return st.builds(hint, **parts)
    return _values(kind, hint, named)
