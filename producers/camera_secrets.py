"""The file of camera credentials: JSON by camera id, readable by its owner alone."""

import json
import os
import tempfile
from collections.abc import Mapping
from pathlib import Path

from producers.source_address import Credentials

#: Credentials may also come from VIGIL_CAMERA_SECRETS: the same JSON, for containers.
ENVIRONMENT = "VIGIL_CAMERA_SECRETS"
_FIELDS = {"user", "password", "query"}


class SecretsFileError(ValueError):
    """The file of credentials cannot be used; the text holds none of them."""


def read_secrets(path: Path, environment: Mapping[str, str] = os.environ) -> dict[str, Credentials]:
    """Return the credentials by camera id: those of the file, then those of the environment; none where neither is.

    Raises:
        SecretsFileError: others can read the file, or it is not what `write_secrets` writes.
    """
    out: dict[str, Credentials] = {}
    if path.exists():
        if path.stat().st_mode & 0o077:
            raise SecretsFileError(f"camera secrets {path} can be read by others; run 'chmod 600 {path}'")
        out |= _parse(path.read_text(encoding="utf-8"), f"camera secrets {path}")
    if ENVIRONMENT in environment:
        out |= _parse(environment[ENVIRONMENT], f"environment variable {ENVIRONMENT}")
    return out


def write_secrets(path: Path, secrets: Mapping[str, Credentials]) -> None:
    """Replace the file, whole or not at all, with mode 0600."""
    path.parent.mkdir(parents=True, exist_ok=True)
    entries = {
        camera: {name: getattr(c, name) for name in ("user", "password", "query") if getattr(c, name)}
        for camera, c in sorted(secrets.items())
    }
    handle, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")  # made with mode 0600
    try:
        with os.fdopen(handle, "w", encoding="utf-8") as file:
            json.dump(entries, file, indent=1)
            file.flush()
            os.fsync(file.fileno())
        Path(name).replace(path)
    except BaseException:
        Path(name).unlink(missing_ok=True)
        raise


def _parse(text: str, where: str) -> dict[str, Credentials]:
    try:
        data = json.loads(text)
    except json.JSONDecodeError as error:
        raise SecretsFileError(
            f"{where} is not JSON (line {error.lineno}); expected camera id to user, password"
        ) from None
    if not isinstance(data, dict):
        raise SecretsFileError(f"{where} is not an object; expected camera id to user, password")
    out = {}
    for camera, entry in data.items():
        if not isinstance(entry, dict) or set(entry) - _FIELDS or not all(isinstance(v, str) for v in entry.values()):
            raise SecretsFileError(f"{where}: camera {camera}: expected texts named {', '.join(sorted(_FIELDS))}")
        out[camera] = Credentials(entry.get("user", ""), entry.get("password", ""), entry.get("query", ""))
    return out
