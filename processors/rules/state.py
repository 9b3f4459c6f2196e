"""The state of a rules stage for one camera: plain JSON values behind a format version."""

from typing import Any

import orjson

FORMAT = 1


def to_bytes(state: dict[str, Any]) -> bytes:
    """Serialise a state: a version byte, then JSON with sorted keys, so that equal states are equal bytes."""
    return bytes([FORMAT]) + orjson.dumps(state, option=orjson.OPT_SORT_KEYS)


def from_bytes(key: str, data: bytes) -> dict[str, Any]:
    """Restore a state.

    Raises:
        ValueError: another format version, or no JSON object.
    """
    if not data or data[0] != FORMAT:
        found = data[0] if data else "nothing"
        raise ValueError(f"state of {key} has format {found}; this version reads format {FORMAT}")
    state = orjson.loads(data[1:])
    if not isinstance(state, dict):
        raise ValueError(f"state of {key} is no JSON object")  # noqa: TRY004  damaged data, not a wrong call
    return state
