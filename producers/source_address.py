"""Where a camera's stream is: addresses with and without credentials. Pure."""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final
from urllib.parse import SplitResult, quote, unquote, urlsplit, urlunsplit

SCHEMES: Final = ("rtsp", "rtsps", "http", "https", "file")
HIDDEN: Final = "***"
_USERINFO: Final = re.compile(r"(?i)\b([a-z][a-z0-9+.-]*://)[^/\s?#@]*(?:@[^/\s?#@]*)*@")
#: Query parameters in which cameras take credentials.
_SECRET_QUERY: Final = re.compile(
    r"(?i)([?&](?:user|usr|username|pwd|pass|passwd|password|token|auth|key|secret)=)[^&#\s'\"]*"
)


class BadAddressError(ValueError):
    """An address that no source can have; the text never holds credentials."""


@dataclass(frozen=True, slots=True)
class Credentials:
    """What a camera asks for before it streams.

    Attributes:
        user: user name.
        password: password; its repr never shows.
        query: further query parameters (`name=value&...`) that some cameras take credentials in.
    """

    user: str
    password: str
    query: str = ""

    def __repr__(self) -> str:
        return f"Credentials({HIDDEN})"


def redact(text: str, secrets: Iterable[str] = ()) -> str:
    """Return a text without the credentials of any URL in it, and without the given secrets, plain or encoded."""
    text = _USERINFO.sub(rf"\1{HIDDEN}@", text)
    text = _SECRET_QUERY.sub(rf"\1{HIDDEN}", text)
    for secret in secrets:
        if secret:
            for form in {secret, quote(secret, safe=""), quote(secret)}:
                text = text.replace(form, HIDDEN)
    return text


def split_credentials(uri: str) -> tuple[str, Credentials | None]:
    """Return an address without its credentials, and these.

    Raises:
        BadAddressError: the scheme is none of SCHEMES, the host is missing, or the address cannot be read.
    """
    try:
        parts: SplitResult = urlsplit(uri)
        port = parts.port
    except ValueError:
        raise BadAddressError(
            f"source address {redact(uri)!r} cannot be read; expected scheme://host:port/path"
        ) from None
    if parts.scheme not in SCHEMES:
        raise BadAddressError(
            f"source address {redact(uri)!r} has scheme {parts.scheme!r}; expected one of {', '.join(SCHEMES)}"
        )
    if parts.scheme == "file":
        return uri, None
    if not parts.hostname:
        raise BadAddressError(f"source address {redact(uri)!r} names no host; expected {parts.scheme}://host:port/path")
    host = f"[{parts.hostname}]" if ":" in parts.hostname else parts.hostname
    netloc = host if port is None else f"{host}:{port}"
    kept: list[str] = []
    secret: list[str] = []
    for pair in parts.query.split("&") if parts.query else []:
        (secret if _SECRET_QUERY.match("?" + pair) else kept).append(pair)
    bare = urlunsplit((parts.scheme, netloc, parts.path, "&".join(kept), parts.fragment))
    if parts.username is None and parts.password is None and not secret:
        return bare, None
    return bare, Credentials(unquote(parts.username or ""), unquote(parts.password or ""), "&".join(secret))


def join_credentials(uri: str, credentials: Credentials | None) -> str:
    """Return the address that is opened. Its only use is opening: it must not be logged or kept."""
    if credentials is None:
        return uri
    parts = urlsplit(uri)
    user = quote(credentials.user, safe="")
    password = quote(credentials.password, safe="")
    host = parts.netloc.rpartition("@")[2]
    netloc = f"{user}:{password}@{host}" if user or password else host
    query = "&".join(q for q in (parts.query, credentials.query) if q)
    return urlunsplit((parts.scheme, netloc, parts.path, query, parts.fragment))


def secret_texts(credentials: Credentials | None) -> tuple[str, ...]:
    """Return the texts that must never be seen."""
    if credentials is None:
        return ()
    values = [pair.partition("=")[2] for pair in credentials.query.split("&")]
    return tuple(s for s in (credentials.password, *values) if s)


def file_path(uri: str) -> str:
    """Return the path of a file address."""
    return unquote(urlsplit(uri).path)
