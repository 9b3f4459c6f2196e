"""Addresses: credentials are split off, joined only to open, and never seen elsewhere."""

import pytest

from producers.source_address import (
    BadAddressError,
    Credentials,
    join_credentials,
    redact,
    secret_texts,
    split_credentials,
)

SENTINEL = "s3nt!nel/p@ss"
ENCODED = "s3nt%21nel%2Fp%40ss"


@pytest.mark.parametrize(
    "uri",
    [
        f"rtsp://admin:{ENCODED}@10.0.0.1:554/ch1",
        f"rtsp://admin:{ENCODED}@[fe80::1]/ch1?x=1",
        f"http://10.0.0.1/video?user=admin&pwd={ENCODED}&ch=1",
        f"https://u:{ENCODED}@host/v?token={ENCODED}",
    ],
)
def test_split_and_join_are_inverse_and_the_split_address_holds_nothing(uri: str) -> None:
    """What goes to the registry has no credentials; what is opened has them again."""
    bare, credentials = split_credentials(uri)
    assert credentials is not None
    assert "s3nt" not in bare
    assert "@" not in bare
    opened = join_credentials(bare, credentials)
    assert ENCODED in opened
    assert split_credentials(opened) == (bare, credentials)


def test_an_address_without_credentials_stays_as_it_is() -> None:
    """Nothing to split: nothing changes."""
    for uri in ("rtsp://10.0.0.1:554/ch1?subtype=1", "file:///srv/a.mp4", "http://h/x"):
        assert split_credentials(uri) == (uri, None)
        assert join_credentials(uri, None) == uri


@pytest.mark.parametrize("uri", ["ftp://u:s3ntinel@h/x", "rtsp://u:s3ntinel@/x", "rtsp://u:s3ntinel@h:99999/x"])
def test_a_bad_address_is_refused_without_its_credentials(uri: str) -> None:
    """The error names what is wrong and never the password."""
    with pytest.raises(BadAddressError) as caught:
        split_credentials(uri)
    assert "s3ntinel" not in str(caught.value)
    assert caught.value.__cause__ is None


@pytest.mark.parametrize(
    "text",
    [
        f"Connection to rtsp://admin:{ENCODED}@h/x refused",
        "401 for RTSP://admin:s3nt@inel@h/x and again rtsp://admin:s3ntinel@h2/y",
        f"GET http://h/x?user=a&pwd={ENCODED}&c=1 failed",
        f"plain {SENTINEL} and encoded {ENCODED}",
    ],
)
def test_redact_leaves_no_password(text: str) -> None:
    """URLs, query parameters, and the known secrets wherever they stand."""
    cleaned = redact(text, (SENTINEL,))
    assert "s3nt" not in cleaned
    assert "***" in cleaned


def test_credentials_do_not_show_themselves() -> None:
    """Repr and str of credentials hold none."""
    credentials = Credentials("admin", SENTINEL, f"token={SENTINEL}")
    assert "s3nt" not in f"{credentials!r} {credentials}"
    assert secret_texts(credentials) == (SENTINEL, SENTINEL)
    assert secret_texts(None) == ()
