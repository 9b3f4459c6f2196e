"""The entity diagram: views, their keys, and what names what, as Mermaid text. Pure.

A column `case_id` names a row of the view `cases`, whose key has it: identifiers are called so throughout the schemas.
"""

import re
from collections.abc import Mapping, Sequence
from typing import Final, Protocol

#: Wrappers that say how a value is stored, not what it is.
_WRAPPERS: Final = ("LowCardinality(", "Nullable(")


class Named(Protocol):
    """A column, as sinks.clickhouse.dictionary has it."""

    @property
    def name(self) -> str:
        """Its name."""

    @property
    def type(self) -> str:
        """Its ClickHouse type."""


def diagram(entities: Mapping[str, tuple[Sequence[Named], Sequence[str]]]) -> Sequence[str]:
    """Return the lines of an erDiagram.

    Args:
        entities: columns and key columns, by name of the view.
    """
    lines = ["erDiagram"]
    for name, (columns, _) in entities.items():
        for column in columns:
            target = referred(column.name, entities)
            if target is not None and target != name:
                lines.append(f"    {target} ||--o{{ {name} : {column.name}")
    for name, (columns, key) in entities.items():
        shown = [c for c in columns if c.name in key or referred(c.name, entities) not in {None, name}]
        lines.append(f"    {name} {{")
        for column in shown:
            marks = ["PK"] if column.name in key else []
            marks += ["FK"] if referred(column.name, entities) not in {None, name} else []
            lines.append(f"        {_type(column.type)} {column.name} {', '.join(marks)}")
        lines.append("    }")
    return lines


def referred(column: str, entities: Mapping[str, tuple[Sequence[Named], Sequence[str]]]) -> str | None:
    """Return the view whose rows a column names; None: it names none."""
    if not column.endswith("_id"):
        return None
    name = f"{column.removesuffix('_id')}s"
    return name if name in entities and column in entities[name][1] else None


def _type(text: str) -> str:
    """Return a type as one word."""
    for wrapper in (*_WRAPPERS, *_WRAPPERS):
        text = text.removeprefix(wrapper)
    return re.sub(r"\W.*", "", text)
