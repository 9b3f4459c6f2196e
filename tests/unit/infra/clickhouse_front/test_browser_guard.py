"""Pages that a browser has open do not reach the tables."""

from collections.abc import Mapping

import pytest
from multidict import CIMultiDict

from infra.local.clickhouse_front.browser_guard import foreign


@pytest.mark.parametrize(
    "headers",
    [
        {},
        {"Host": "127.0.0.1:28123"},
        {"host": "localhost:28123", "sec-fetch-site": "none"},
        {"Host": "[::1]:28123", "Origin": "http://[::1]:28123", "Sec-Fetch-Site": "same-origin"},
    ],
)
def test_clients_and_what_the_user_typed_are_served(headers: Mapping[str, str]) -> None:
    """clickhouse-connect and curl send none of a browser's headers."""
    assert foreign(CIMultiDict(headers), guarded=False) is None


@pytest.mark.parametrize(
    ("headers", "said"),
    [
        ({"Host": "127.0.0.1:28123", "Sec-Fetch-Site": "cross-site"}, "a cross-site page"),
        ({"Host": "localhost:28123", "sec-fetch-site": "same-site"}, "a same-site page"),
        ({"Host": "127.0.0.1:28123", "Origin": "https://evil.example"}, "another site"),
        ({"Host": "127.0.0.1:28123", "Origin": "null"}, "another site"),
        ({"Host": "127.0.0.1:28123", "Origin": "http://["}, "another site"),
    ],
)
def test_a_foreign_page_is_refused_with_a_password_too(headers: Mapping[str, str], said: str) -> None:
    """A form, an image, or a script of another site: a browser may know the password by itself."""
    for guarded in (False, True):
        assert said in (foreign(CIMultiDict(headers), guarded=guarded) or "")


def test_a_name_that_was_pointed_here_is_refused_where_no_password_is_asked() -> None:
    """DNS rebinding: to the browser the page and the front are one site then. A city's own name has a password."""
    headers = {"Host": "evil.example:28123"}
    assert "the name evil.example:28123" in (foreign(headers, guarded=False) or "")
    assert foreign(headers, guarded=True) is None
