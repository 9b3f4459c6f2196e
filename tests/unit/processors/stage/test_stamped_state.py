"""The stamped state's bytes."""

import pytest

from processors.stage.stamped_state import Stamped, is_older, pack, unpack


def test_round_trip() -> None:
    """What is packed comes back."""
    assert unpack(pack((5, -3), 7, b"state")) == Stamped((5, -3), 7, b"state")


@pytest.mark.parametrize("data", [b"", b"\x01", b"\x02" + bytes(24)])
def test_other_formats_are_refused_with_what_was_found(data: bytes) -> None:
    """Nothing is guessed."""
    with pytest.raises(ValueError, match="this version reads format 1"):
        unpack(data)


def test_older_goes_by_epoch_then_sequence() -> None:
    """Used in recovery: a record written by a process that had lost the partition does not win."""
    assert is_older(pack((1, 9), 0, b""), pack((2, 0), 0, b""))
    assert is_older(pack((1, 8), 0, b""), pack((1, 9), 0, b""))
    assert not is_older(pack((1, 9), 0, b""), pack((1, 9), 0, b""))
    assert not is_older(b"\x07", pack((1, 9), 0, b""))
