"""Whether a request comes from a page that a browser on this machine has open. Pure.

The front answers whoever reaches its loopback port, and a browser reaches it for every page: a form or an image of a
foreign site sends a statement without asking (no preflight), and a name that such a site points at 127.0.0.1 makes it
readable too (DNS rebinding). Clients of ClickHouse send none of these headers, so what comes with them is refused.
"""

from collections.abc import Mapping
from typing import Final
from urllib.parse import urlsplit

#: Names by which this machine calls itself.
LOOPBACK: Final = frozenset({"127.0.0.1", "localhost", "::1"})
#: Sec-Fetch-Site of what the user typed, and of the front's own pages.
OWN: Final = frozenset({"none", "same-origin"})


def foreign(headers: Mapping[str, str], *, guarded: bool) -> str | None:
    """Return what gives a request away as a foreign page's, as a sentence; None: nothing does.

    Args:
        headers: the request's, found in any case of letters.
        guarded: whether the front asks for a password, which no foreign page has; then a name may point here.
    """
    site = headers.get("Sec-Fetch-Site")
    if site is not None and site not in OWN:
        return f"a browser says that a {site} page sent this"
    origin = headers.get("Origin")
    if origin is not None and _host(origin) not in LOOPBACK:
        return "a page of another site sent this"
    host = headers.get("Host")
    if not guarded and host is not None and _host(f"//{host}") not in LOOPBACK:
        return f"it was sent to the name {host[:100]}, and without a password only 127.0.0.1 and localhost are served"
    return None


def _host(address: str) -> str:
    """Return an address's host; an empty text where there is none or it cannot be read."""
    try:
        return urlsplit(address).hostname or ""
    except ValueError:
        return ""
