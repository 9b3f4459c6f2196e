"""Where two messages of one kind differ, field by field. Pure."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, fields, is_dataclass
from typing import Any, Final

#: Characters of a value that a difference shows.
SHOWN: Final = 120


@dataclass(frozen=True, slots=True)
class Difference:
    """One field.

    Attributes:
        field: its path, such as evidence[1].boxes_xyxy_px[2].
        recorded, recomputed: its values as text.
    """

    field: str
    recorded: str
    recomputed: str

    def __str__(self) -> str:
        return f"{self.field}: recorded {self.recorded}, recomputed {self.recomputed}"


def differences(recorded: Any, recomputed: Any, path: str = "") -> Iterator[Difference]:
    """Yield every field that differs, in the messages' order.

    Args:
        recorded: a message, or a part of one.
        recomputed: its counterpart.
        path: where the two lie.
    """
    if is_dataclass(recorded) and type(recorded) is type(recomputed):
        for one in fields(recorded):
            inner = f"{path}.{one.name}" if path else one.name
            yield from differences(getattr(recorded, one.name), getattr(recomputed, one.name), inner)
    elif isinstance(recorded, Mapping) and isinstance(recomputed, Mapping):
        for key in sorted({*recorded, *recomputed}):
            yield from differences(recorded.get(key), recomputed.get(key), f"{path}[{key}]")
    elif isinstance(recorded, list) and isinstance(recomputed, list):
        if len(recorded) != len(recomputed):
            yield Difference(path, f"{len(recorded)} entries", f"{len(recomputed)} entries")
        for number, (a, b) in enumerate(zip(recorded, recomputed, strict=False)):
            yield from differences(a, b, f"{path}[{number}]")
    elif recorded != recomputed:
        yield Difference(path, _short(recorded), _short(recomputed))


def _short(value: Any) -> str:
    text = repr(value)
    return text if len(text) <= SHOWN else text[:SHOWN] + "..."
