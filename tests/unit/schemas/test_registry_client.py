"""The registry's password stays out of what is logged."""

import pytest

from infra.topics.connection import RegistryAwayError
from infra.topics.subjects import Subjects
from schemas.registry_client import config_of


@pytest.mark.parametrize(
    ("url", "bare", "userinfo"),
    [
        ("http://127.0.0.1:28081/apis/ccompat/v7", "http://127.0.0.1:28081/apis/ccompat/v7", None),
        ("https://me:s3cret@r.example:8081/apis", "https://r.example:8081/apis", "me:s3cret"),
        ("https://me:a%40b%3Ac@r.example", "https://r.example", "me:a@b:c"),
        ("https://me@[::1]:8081/apis", "https://[::1]:8081/apis", "me:"),
    ],
)
def test_user_and_password_are_taken_out_of_the_address(url: str, bare: str, userinfo: str | None) -> None:
    """The client's HTTP library logs each address as it is given."""
    found = config_of(url)
    assert (found["url"], found.get("basic.auth.user.info")) == (bare, userinfo)


def test_an_error_names_the_registry_without_the_password() -> None:
    """It is printed for an operator, and kept in a log."""
    with pytest.raises(RegistryAwayError, match=r"registry at http://127\.0\.0\.1:9/apis") as caught:
        Subjects("http://me:s3cret@127.0.0.1:9/apis").names()
    assert "s3cret" not in str(caught.value)
