"""Identifiers laid out by compiled code are those that Python would write, in the partition that Kafka would choose."""

import numpy as np
import pytest

from producers.kafka_partition import partition_of
from producers.simulator.history.draws import Draws
from producers.simulator.history.texts import Packed, hexadecimal, packed, partitions_of

NUMBERS = np.arange(200, dtype=np.int64)


def unpacked(found: Packed) -> list[bytes]:
    """Return the texts."""
    data, out, begin = found.data.tobytes(), [], 0
    for end in found.ends.tolist():
        assert data[begin] == end - begin - 1
        out.append(data[begin + 1 : end])
        begin = end
    return out


def test_heads_and_tails_are_joined() -> None:
    """Every length of a tail, with and without a head, rows in any order and repeated."""
    words = [Draws(1).wide(str(part), NUMBERS) for part in (1, 2)]
    tails = hexadecimal(words, 22)
    python = [(f"{int(a):016x}" + f"{int(b):016x}")[:22] for a, b in zip(*words, strict=True)]
    row = (NUMBERS * 7) % 50
    length = (NUMBERS % 23).astype(np.int64)
    heads = ["", "speeding-", "straße-"]
    expected = [(heads[n % 3] + python[r][: length[r]]).encode() for n, r in zip(NUMBERS, row, strict=True)]
    found = packed(heads, NUMBERS % 3, tails, row, length)
    assert unpacked(found) == expected
    assert partitions_of(found, 7).tolist() == [partition_of(text, 7) for text in expected]


def test_a_text_that_needs_two_bytes_of_length_is_refused() -> None:
    """It would be written with a wrong length, and all behind it misread."""
    with pytest.raises(ValueError, match="less than 128"):
        packed(["x" * 64], NUMBERS * 0, np.zeros((200, 64), np.uint8), NUMBERS)
