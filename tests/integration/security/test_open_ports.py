"""What an attacker on another machine, or a page in a browser on this one, reaches of the local stack."""

import urllib.error
import urllib.request

import psutil
import pytest

from infra.local.control import LocalStack
from infra.local.marked import marked
from infra.local.stack import ports

pytestmark = pytest.mark.integration


def test_no_port_of_the_stack_is_open_to_pages_or_other_machines(stack: LocalStack) -> None:
    """Its processes listen on this machine's own address alone; no page has a statement run or a model loaded."""
    found = [
        connection.laddr
        for pid in marked(stack.settings.data_dir)
        for connection in psutil.Process(pid).net_connections(kind="inet")
        if connection.status == psutil.CONN_LISTEN
    ]
    assert {one.port for one in found} >= set(ports(stack.settings).values())
    assert {one.ip.removeprefix("::ffff:") for one in found} == {"127.0.0.1"}
    assert stack.settings.data_dir.stat().st_mode & 0o077 == 0
    tables, triton, registry = (
        f"http://127.0.0.1:{port}"
        for port in (stack.settings.clickhouse_port, stack.settings.triton_http_port, stack.settings.registry_port)
    )
    page = {"Origin": "https://page.example", "Content-Type": "text/plain"}
    assert _status(f"{tables}/", page, b"SELECT 1") == 403
    assert _status(f"{tables}/", {}, b"SELECT 1") == 200
    assert _status(f"{triton}/v2/repository/models/page/load", page, b"{}") == 403
    assert _status(f"{triton}/v2/systemsharedmemory/region/page/register", page, b"{}") == 403
    assert _status(f"{registry}/apis/ccompat/v7/subjects/page/versions", page, b"{}") == 403


def _status(url: str, headers: dict[str, str], body: bytes) -> int:
    """Return the status of a POST."""
    try:
        with urllib.request.urlopen(urllib.request.Request(url, body, headers), timeout=10) as answer:
            return int(answer.status)
    except urllib.error.HTTPError as error:
        return error.code
