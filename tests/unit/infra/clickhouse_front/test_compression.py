"""Content encodings: every frame of a body is read, and nothing unpacks without bound."""

import gzip

import lz4.frame
import pytest
import zstandard

from infra.local.clickhouse_front.compression import BodyTooLargeError, choose, pack, unpack

PARTS = (b"first" * 1000, b"", b"second" * 5000)
PACK = {
    "lz4": lz4.frame.compress,
    "zstd": zstandard.ZstdCompressor().compress,
    "gzip": gzip.compress,
}


@pytest.mark.parametrize("encoding", PACK)
def test_every_frame_is_read(encoding: str) -> None:
    """A client that streams sends a frame a block; all of them count."""
    body = b"".join(PACK[encoding](part) for part in PARTS)
    assert unpack(encoding, body, 1 << 20) == b"".join(PARTS)


@pytest.mark.parametrize("encoding", PACK)
def test_a_cut_body_is_an_error(encoding: str) -> None:
    """A body that ends inside a frame is refused, never read as shorter data."""
    body = b"".join(PACK[encoding](part) for part in PARTS)
    with pytest.raises(ValueError, match="damaged"):
        unpack(encoding, body[:-7], 1 << 20)


@pytest.mark.parametrize("encoding", PACK)
def test_a_bomb_is_refused(encoding: str) -> None:
    """What unpacks to more than the limit is refused."""
    with pytest.raises(BodyTooLargeError):
        unpack(encoding, PACK[encoding](bytes(50_000_000)), 1 << 20)


def test_unknown_encoding_is_named() -> None:
    """The error says what was found and what is known."""
    with pytest.raises(ValueError, match="'br'"):
        unpack("br", b"x", 10)


@pytest.mark.parametrize(
    ("accepted", "chosen"), [("gzip, lz4;q=0.5", "lz4"), ("br, gzip", "gzip"), ("", None), ("identity", None)]
)
def test_choice_by_accept_encoding(accepted: str, chosen: str | None) -> None:
    """The fastest encoding that the client takes; none where it takes none."""
    assert choose(accepted) == chosen
    if chosen is not None:
        assert unpack(chosen, pack(chosen, b"answer"), 100) == b"answer"
