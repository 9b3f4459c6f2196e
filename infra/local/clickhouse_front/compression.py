"""Content encodings of ClickHouse's HTTP interface.

A client that streams sends one LZ4 (or zstd) frame a block, one after the other: every frame of a body is read, or rows
would vanish without an error.
"""

import gzip
import zlib
from collections.abc import Callable, Mapping

import lz4.frame
import zstandard

_ZSTD_PIECE_BYTES = 4096


class BodyTooLargeError(ValueError):
    """A body unpacks to more than is allowed."""


def _lz4(data: bytes, most: int) -> bytes:
    out = bytearray()
    while data:
        unpacker = lz4.frame.LZ4FrameDecompressor()
        while not unpacker.eof:
            out += unpacker.decompress(data, max_length=1 << 24)
            _check(len(out), most)
            data = b""
            if unpacker.needs_input and not unpacker.eof:
                raise EOFError("the last LZ4 frame is cut short")
        data = unpacker.unused_data or b""
    return bytes(out)


def _zstd(data: bytes, most: int) -> bytes:
    out = bytearray()
    rest = memoryview(data)
    while rest:
        unpacker = zstandard.ZstdDecompressor(max_window_size=1 << 27).decompressobj()
        # a piece at a time, for this library cannot be told how much to unpack: 4 kB give at most 128 MB
        while rest and not unpacker.eof:
            piece, rest = rest[:_ZSTD_PIECE_BYTES], rest[_ZSTD_PIECE_BYTES:]
            out += unpacker.decompress(piece)
            _check(len(out), most)
        if not unpacker.eof:
            raise EOFError("the last zstd frame is cut short")
        unused = len(unpacker.unused_data)
        rest = memoryview(data)[len(data) - len(rest) - unused :]
    return bytes(out)


def _zlib(data: bytes, most: int) -> bytes:
    out = bytearray()
    while data:
        unpacker = zlib.decompressobj(wbits=47)  # gzip or zlib, told by the header
        out += unpacker.decompress(data, most + 1 - len(out))
        _check(len(out), most)
        if not unpacker.eof:
            raise EOFError("the last gzip member is cut short")
        data = unpacker.unused_data
    return bytes(out)


def _check(size: int, most: int) -> None:
    if size > most:
        raise BodyTooLargeError(f"the body unpacks to more than {most} bytes; send smaller inserts")


_UNPACK: Mapping[str, Callable[[bytes, int], bytes]] = {"lz4": _lz4, "zstd": _zstd, "gzip": _zlib, "deflate": _zlib}
_PACK: Mapping[str, Callable[[bytes], bytes]] = {
    "lz4": lambda data: bytes(lz4.frame.compress(data)),
    "zstd": lambda data: zstandard.ZstdCompressor(level=1).compress(data),
    "gzip": lambda data: gzip.compress(data, 1),
}


def unpack(encoding: str, data: bytes, most: int) -> bytes:
    """Return a body without its content encoding.

    Raises:
        BodyTooLargeError: it unpacks to more than `most` bytes.
        ValueError: the encoding is unknown, or the data is damaged.
    """
    if encoding in {"", "identity"}:
        return data
    if encoding not in _UNPACK:
        raise ValueError(f"content encoding {encoding!r}; this server knows {', '.join(_UNPACK)}")
    try:
        return _UNPACK[encoding](data, most)
    except BodyTooLargeError:
        raise
    except (RuntimeError, EOFError, zlib.error, zstandard.ZstdError) as error:
        raise ValueError(f"damaged {encoding} body: {error}") from error


def choose(accepted: str) -> str | None:
    """Return the content encoding for an answer, by the client's Accept-Encoding."""
    names = [part.partition(";")[0].strip() for part in accepted.split(",")]
    return next((name for name in ("lz4", "zstd", "gzip") if name in names), None)


def pack(encoding: str, data: bytes) -> bytes:
    """Return an answer in a content encoding that `choose` gave."""
    return _PACK[encoding](data)
