"""Random messages of every schema whose instants a table believes."""

import dataclasses
from typing import Any, Final

from hypothesis import HealthCheck, given
from hypothesis import settings as trying

from tests.unit.schemas.random_messages import messages

NOON_US: Final = 1_790_000_000_000_000


def random_messages(topic: str, count: int) -> list[Any]:
    """Return random messages of a topic, the same in each run."""
    out: list[Any] = []

    @trying(max_examples=count, derandomize=True, database=None, deadline=None, suppress_health_check=list(HealthCheck))
    @given(messages(topic))
    def collect(message: Any) -> None:
        out.append(message)

    collect()
    return out[:count]


def plausible(message: Any) -> Any:
    """Return a message whose instants, nested ones too, lie in our time."""
    changes: dict[str, Any] = {}
    for field in dataclasses.fields(message):
        value = getattr(message, field.name)
        if field.name.endswith(("_us", "_ms")) and isinstance(value, int):
            changes[field.name] = NOON_US if field.name.endswith("_us") else NOON_US // 1_000
        elif dataclasses.is_dataclass(value):
            changes[field.name] = plausible(value)
        elif isinstance(value, list | tuple):
            if field.name.endswith("_us"):
                changes[field.name] = [NOON_US for _ in value]
            elif value and dataclasses.is_dataclass(value[0]):
                changes[field.name] = [plausible(one) for one in value]
    return dataclasses.replace(message, **changes)
