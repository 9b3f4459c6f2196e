"""Confluent's registry client as Vigil uses it: its names, and which of its errors mean that the registry is away."""

import warnings
from typing import Any, Final
from urllib.parse import unquote, urlsplit, urlunsplit

from authlib.deprecate import AuthlibDeprecationWarning  # type: ignore[import-untyped]

# It tells the client's authors which HTTP library to import; nobody who runs Vigil can act on it.
warnings.simplefilter("ignore", AuthlibDeprecationWarning)

from confluent_kafka.schema_registry import Schema, SchemaRegistryClient  # noqa: E402  after the filter
from confluent_kafka.schema_registry.error import SchemaRegistryError  # noqa: E402

NOT_FOUND: Final = 404
SERVER_FAILS: Final = 500
#: Their errors are no OSError, and the client lets them through.
HTTP_LIBRARIES: Final = frozenset({"httpx", "httpx2", "httpcore"})

__all__ = ["NOT_FOUND", "Schema", "SchemaRegistryClient", "SchemaRegistryError", "config_of", "is_absent", "is_away"]


def config_of(url: str) -> dict[str, Any]:
    """Return the client's settings for an address: user and password apart from it, for it stands in logs and errors.

    Args:
        url: such as https://USER:PASSWORD@registry.example/apis/ccompat/v7; without a user, nobody logs in.
    """
    parts = urlsplit(url)
    userinfo, _, host = parts.netloc.rpartition("@")
    if not userinfo:
        return {"url": url}
    user, _, password = userinfo.partition(":")
    bare = urlunsplit(parts._replace(netloc=host))
    return {"url": bare, "basic.auth.user.info": f"{unquote(user)}:{unquote(password)}"}


def is_absent(error: Exception) -> bool:
    """Return whether an error is the registry's answer that it has no such thing."""
    return isinstance(error, SchemaRegistryError) and error.http_status_code == NOT_FOUND


def is_away(error: Exception) -> bool:
    """Return whether an error means that the registry did not answer, or answered that it fails itself."""
    if isinstance(error, SchemaRegistryError):
        return bool(error.http_status_code >= SERVER_FAILS or error.http_status_code < 0)
    return isinstance(error, OSError) or type(error).__module__.partition(".")[0] in HTTP_LIBRARIES
