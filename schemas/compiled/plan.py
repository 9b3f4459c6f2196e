"""Plan: a schema as the op codes that the machine (machine.py) goes through, once for each datum.

A datum lies in two streams and a text: what is whole in int64, what is not in float64.

LONG, BOOLEAN, ENUM   one integer; an enum's is the index of its symbol
FLOAT                 one float
STRING                two integers when read, begin and end of its bytes in the data; its length when written
OPTIONAL              one integer, 0 for null, else 1 and the value
ARRAY                 its length, then the items; of LONGS, FLOATS and STRINGS in one op
OPTIONAL_FLOATS       its length, how many are null, the indices of those; a float for each item, 0 where null
"""

from typing import Final

import numpy as np
from numpy.typing import NDArray

from schemas.compiled.machine import (
    ARRAY,
    BOOLEAN,
    END,
    ENUM,
    FLOAT,
    FLOATS,
    LONG,
    LONGS,
    MOST_DEPTH,
    NEXT,
    OPTIONAL,
    OPTIONAL_FLOATS,
    STRING,
    STRINGS,
)
from schemas.compiled.shape import Kind, Shape, UnsupportedSchemaError

#: Columns of a plan: op; its symbols (ENUM), where to go on (OPTIONAL, ARRAY: behind it, NEXT: its body), null's
#: branch (OPTIONAL_FLOATS); null's branch (OPTIONAL).
COLUMNS: Final = 3
PLAIN: Final = {
    Kind.LONG: LONG,
    Kind.FLOAT: FLOAT,
    Kind.BOOLEAN: BOOLEAN,
    Kind.STRING: STRING,
}
RUNS: Final = {Kind.LONG: LONGS, Kind.FLOAT: FLOATS, Kind.STRING: STRINGS}


def is_optional_float(shape: Shape) -> bool:
    """Return whether a shape is a float that may be null: arrays of them have an op of their own."""
    return shape.kind is Kind.OPTIONAL and shape.item.kind is Kind.FLOAT


def plan_of(shape: Shape) -> NDArray[np.int64]:
    """Return the plan of a shape: int64 [ops, COLUMNS], C order.

    Raises:
        UnsupportedSchemaError: arrays within arrays beyond MOST_DEPTH.
    """
    rows: list[list[int]] = []
    _add(rows, shape, 0)
    rows.append([END, 0, 0])
    return np.array(rows, np.int64)


def _add(rows: list[list[int]], shape: Shape, depth: int) -> None:
    if shape.kind is Kind.RECORD:
        for part in shape.parts:
            _add(rows, part, depth)
    elif shape.kind is Kind.ENUM:
        rows.append([ENUM, len(shape.symbols), 0])
    elif shape.kind is Kind.OPTIONAL:
        row = [OPTIONAL, 0, shape.null_at]
        rows.append(row)
        _add(rows, shape.item, depth)
        row[1] = len(rows)
    elif shape.kind is not Kind.ARRAY:
        rows.append([PLAIN[shape.kind], 0, 0])
    elif shape.item.kind in RUNS:
        rows.append([RUNS[shape.item.kind], 0, 0])
    elif is_optional_float(shape.item):
        rows.append([OPTIONAL_FLOATS, shape.item.null_at, 0])
    else:
        if depth == MOST_DEPTH:
            raise UnsupportedSchemaError(f"arrays within arrays, more than {MOST_DEPTH} deep")
        row = [ARRAY, 0, 0]
        rows.append(row)
        body = len(rows)
        _add(rows, shape.item, depth + 1)
        rows.append([NEXT, body, 0])
        row[1] = len(rows)
