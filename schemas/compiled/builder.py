"""Builder: makes a message of the streams that the machine filled (plan.py says what lies in them).

What takes a shape from the streams is written as Python and compiled, as dataclasses' own methods are: one function
without a call for each field, which took two thirds of decoding a second of tracks.
"""

from collections.abc import Callable, Sequence
from dataclasses import fields
from types import MemberDescriptorType
from typing import Any, cast

from schemas.compiled.plan import is_optional_float
from schemas.compiled.shape import Kind, Shape

#: Takes a value from the streams, integers and floats; the bytes are the data that strings lie in.
Build = Callable[[Sequence[int], Sequence[float], bytes], Any]


def builder_of(shape: Shape) -> Build:
    """Return what takes a value of a shape from streams.

    It raises UnicodeDecodeError where a string is no UTF-8.
    """
    writer = _Writer()
    value = writer.value(shape)
    source = "\n".join(["def build(ints, floats, data):", "    i = f = 0", *writer.lines, f"    return {value}"])
    exec(source, writer.known)  # noqa: S102 (made of a schema that ships with this version, not of a message)
    return cast("Build", writer.known["build"])


class _Writer:
    """Writes the body of a build function: `i` and `f` are where it stands in the streams.

    Attributes:
        lines: the body.
        known: what it names.
    """

    def __init__(self) -> None:
        self.lines: list[str] = []
        self.known: dict[str, Any] = {}
        self._indent = 1
        self._names = 0
        # How far it stands behind `i` and `f`: what has a fixed size does not move them.
        self._ints = self._floats = 0

    def value(self, shape: Shape) -> str:
        """Write what takes a value of a shape; return the name that it has then."""
        if shape.kind is Kind.RECORD:
            return self._record(shape.cls, [self.value(part) for part in shape.parts])
        if shape.kind is Kind.ARRAY:
            return self._array(shape.item)
        if shape.kind is Kind.OPTIONAL:
            return self._optional(shape.item)
        if shape.kind is Kind.STRING:
            return self._let(f"data[{self._int()}:{self._int()}].decode()")
        if shape.kind is Kind.FLOAT:
            self._floats += 1
            return self._let(f"floats[f + {self._floats - 1}]")
        if shape.kind is Kind.BOOLEAN:
            return self._let(f"{self._int()} == 1")
        if shape.kind is Kind.ENUM:
            return self._let(f"{self._knows(tuple(shape.cls(symbol) for symbol in shape.symbols))}[{self._int()}]")
        return self._let(self._int())

    def _record(self, cls: Any, parts: Sequence[str]) -> str:
        """Write what makes a message of its fields.

        A frozen dataclass sets each of its fields by name, which takes twice as long as by its slot.
        """
        slots: list[Any] = [getattr(cls, field.name, None) for field in fields(cls)]
        if hasattr(cls, "__post_init__") or not all(isinstance(slot, MemberDescriptorType) for slot in slots):
            return self._let(f"{self._knows(cls)}({', '.join(parts)})")
        out = self._let(f"{self._knows(object.__new__)}({self._knows(cls)})")
        for slot, part in zip(slots, parts, strict=True):
            self._write(f"{self._knows(slot.__set__)}({out}, {part})")
        return out

    def _array(self, item: Shape) -> str:
        count = self._let(self._int())
        if item.kind is Kind.FLOAT or is_optional_float(item):
            nulls = self._let(self._int()) if item.kind is Kind.OPTIONAL else None
            out = self._run("floats", count)
            if nulls is not None:
                self._write(f"for k in {self._run('ints', nulls)}:", f"    {out}[k] = None")
            return out
        if item.kind is Kind.LONG:
            return self._run("ints", count)
        if item.kind is Kind.STRING:
            ends = self._run("ints", f"2 * {count}")
            return self._let(f"[data[a:b].decode() for a, b in zip({ends}[::2], {ends}[1::2])]")
        out = self._let("[]")
        self._settle()
        self._write(f"for _ in range({count}):")
        self._indent += 1
        self._write(f"{out}.append({self.value(item)})")
        self._settle()
        self._indent -= 1
        return out

    def _optional(self, item: Shape) -> str:
        there, out = self._let(self._int()), self._let("None")
        self._settle()
        self._write(f"if {there}:")
        self._indent += 1
        self._write(f"{out} = {self.value(item)}")
        self._settle()
        self._indent -= 1
        return out

    def _run(self, stream: str, count: str) -> str:
        """Write what takes so many items of a stream at once."""
        at, beyond = ("i", self._ints) if stream == "ints" else ("f", self._floats)
        begin = self._let(f"{at} + {beyond}")
        self._write(f"{at} = {begin} + {count}")
        if stream == "ints":
            self._ints = 0
        else:
            self._floats = 0
        return self._let(f"{stream}[{begin}:{at}]")

    def _settle(self) -> None:
        """Move `i` and `f` to where it stands: what follows may not be come to, or more than once."""
        for at, beyond in (("i", self._ints), ("f", self._floats)):
            if beyond:
                self._write(f"{at} += {beyond}")
        self._ints = self._floats = 0

    def _int(self) -> str:
        self._ints += 1
        return f"ints[i + {self._ints - 1}]"

    def _let(self, expression: str) -> str:
        name = self._name()
        self._write(f"{name} = {expression}")
        return name

    def _knows(self, thing: Any) -> str:
        name = f"of_{self._name()}"
        self.known[name] = thing
        return name

    def _name(self) -> str:
        self._names += 1
        return f"v{self._names}"

    def _write(self, *lines: str) -> None:
        self.lines += ["    " * self._indent + line for line in lines]
