"""States of tracking go through bytes unchanged, and what cannot be a state is refused with a reason."""

import struct

import pytest

from processors.tracking.core import TrackingCore
from processors.tracking.plates import PlateVote
from processors.tracking.state import FORMAT, HEADER, CameraTracks
from tests.unit.processors.tracking.scene import Box, run, seconds


def grown() -> CameraTracks:
    """Return the state of a camera with tracks, paths and a plate."""
    frames = [[Box(300 + 5 * n, 400), Box(700 - 5 * n, 700)] for n in range(25)]
    state = run({"cam-1": seconds(frames)})["cam-1"].state
    state.plates = {(0, 0, 0): PlateVote(2, {"123ABC02": 1.25, "128ABC02": 0.5})}
    return state


def test_bytes_hold_the_whole_state() -> None:
    """Tracks, paths, plates and epoch; the fresh state too."""
    core, state = TrackingCore(), grown()
    assert state.tracks == 2
    assert state.points
    assert core.from_bytes("cam-1", core.to_bytes(state)) == state
    assert core.from_bytes("cam-1", core.to_bytes(core.initial("cam-1"))) == core.initial("cam-1")


def test_another_format_is_refused() -> None:
    """It says which format it is, which one is read, and what to do."""
    data = bytes([FORMAT + 1]) + grown().to_bytes()[1:]
    with pytest.raises(ValueError, match=rf"camera cam-1 has format {FORMAT + 1}, this version reads {FORMAT};"):
        CameraTracks.from_bytes("cam-1", data)
    with pytest.raises(ValueError, match="has format nothing"):
        CameraTracks.from_bytes("cam-1", b"")


def test_every_cut_is_refused() -> None:
    """However many bytes are left, and bytes too many."""
    data = grown().to_bytes()
    for length in (1, HEADER.size - 1, HEADER.size, HEADER.size + 1, len(data) // 2, len(data) - 1):
        with pytest.raises(ValueError, match="bytes; its header"):
            CameraTracks.from_bytes("cam-1", data[:length])
    with pytest.raises(ValueError, match="its header announces"):
        CameraTracks.from_bytes("cam-1", data + b"\0")


def test_a_header_that_lies_is_refused() -> None:
    """Another number of tracks than there are."""
    data = bytearray(grown().to_bytes())
    struct.pack_into("<H", data, 9, 3)
    with pytest.raises(ValueError, match="its header announces"):
        CameraTracks.from_bytes("cam-1", bytes(data))


def test_damage_inside_is_refused() -> None:
    """A track that announces more path points than a path has, or than are there; plates that are no JSON."""
    state = grown()
    rows = bytearray(state.ints)
    for count in (200, 3):
        (flags,) = struct.unpack_from("<q", rows, 40)
        struct.pack_into("<q", rows, 40, flags & ~0xFF00 | count << 8)
        damaged = CameraTracks(state.epoch_us, bytes(rows), state.floats, state.points, {}).to_bytes()
        with pytest.raises(ValueError, match="path points"):
            CameraTracks.from_bytes("cam-1", damaged)
    data = state.to_bytes()
    with pytest.raises(ValueError, match="plate votes"):
        CameraTracks.from_bytes("cam-1", data[:-1] + b"\xff")
