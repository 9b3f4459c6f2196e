"""Errors of Vigil's settings as one sentence for a person."""

import tomllib

from pydantic import ValidationError

from infra.settings import Settings


def settings_sentence(error: ValueError) -> str | None:
    """Return which setting is wrong, what was found and what was expected; None where it is another error."""
    if isinstance(error, tomllib.TOMLDecodeError):
        return f"vigil.toml is no TOML: {error}"
    if not isinstance(error, ValidationError) or error.title != Settings.__name__:
        return None
    parts = []
    for wrong in error.errors(include_url=False):
        name = ".".join(str(part) for part in wrong["loc"])
        if wrong["type"] == "extra_forbidden":
            parts.append(f"vigil.toml has {name!r}, which is no setting")
        else:
            parts.append(f"VIGIL_{name.upper()} (environment or vigil.toml): {wrong['msg']}")
    return "; ".join(parts) + "; infra/settings.py names them all"
