"""The health check of the front: a query through HTTP, as any client would send it."""

import os
import urllib.request
from base64 import b64encode


def answers(host: str, port: int) -> bool:
    """Tell whether the engine answers a query."""
    user, password = os.environ.get("VIGIL_CLICKHOUSE_USER", "default"), os.environ.get("VIGIL_CLICKHOUSE_PASSWORD", "")
    token = b64encode(f"{user}:{password}".encode()).decode()
    request = urllib.request.Request(
        f"http://{host}:{port}/?query=SELECT+1", headers={"Authorization": f"Basic {token}"}
    )
    with urllib.request.urlopen(request, timeout=3) as answer:  # noqa: S310  the stack's own http address
        return bool(answer.read().strip() == b"1")
