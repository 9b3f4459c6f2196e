"""A camera's state comes back as it was, and damaged bytes are refused."""

import dataclasses

import pytest
from hypothesis import given
from hypothesis import strategies as st

from processors.perception.heads.head_track import HeadTrack, Shown
from processors.perception.state import FORMAT, MOST_BOXES, CameraState, GopStart, SeenBox
from schemas.messages import DecodeStatus, Signal

LONGS = st.integers(-(2**63), 2**63 - 1)
INTS = st.integers(-(2**31), 2**31 - 1)
EDGES = st.floats(width=32, allow_nan=False)
FULL = CameraState(
    epoch_us=1_700_000_000_000_000,
    sequence=7,
    gop=GopStart(2, 40, 5, 3),
    broken=DecodeStatus.GOP_GONE,
    sampled_at_us=1_700_000_007_000_000,
    active_until_us=1_700_000_010_000_000,
    packet_bytes=812.25,
    grey=bytes(range(80)) * 45,
    grey_width=80,
    boxes=(SeenBox(2, (1.5, 2.0, 30.25, 40.0)), SeenBox(0, (0.0, 0.0, 5.0, 9.0))),
    heads=(
        ("head-north", HeadTrack(Shown(Signal.RED, 1_700_000_000_500_000, 100_000), seen_us=1_700_000_001_000_000)),
    ),
)

SIGNALS = st.sampled_from(list(Signal))
SHORTS = st.integers(0, 60_000)
SHOWN = st.builds(Shown, SIGNALS, LONGS, LONGS)
states = st.builds(
    CameraState,
    epoch_us=LONGS,
    sequence=LONGS,
    gop=st.none() | st.builds(GopStart, INTS, LONGS, LONGS, INTS),
    broken=st.sampled_from([None, DecodeStatus.UNDECODABLE, DecodeStatus.GOP_GONE]),
    sampled_at_us=LONGS,
    active_until_us=LONGS,
    packet_bytes=st.floats(allow_nan=False),
    grey=st.binary(max_size=200),
    grey_width=st.integers(0, 200),
    heads=st.lists(
        st.tuples(st.text(max_size=20), st.builds(HeadTrack, SHOWN, SHOWN, LONGS, SIGNALS, LONGS, SHORTS, LONGS)),
        max_size=3,
    ).map(tuple),
    boxes=st.lists(st.builds(SeenBox, INTS, st.tuples(EDGES, EDGES, EDGES, EDGES)), max_size=5).map(tuple),
)


@given(states)
def test_round_trip(state: CameraState) -> None:
    """Every state comes back equal, and its bytes are the same again."""
    data = state.to_bytes()
    assert CameraState.from_bytes(data) == state
    assert CameraState.from_bytes(data).to_bytes() == data


def test_cut_anywhere_or_extended_is_refused() -> None:
    """No prefix of a state, and nothing longer, is another state."""
    data = FULL.to_bytes()
    for end in range(len(data)):
        with pytest.raises(ValueError, match="perception's state"):
            CameraState.from_bytes(data[:end])
    with pytest.raises(ValueError, match="1 bytes left over"):
        CameraState.from_bytes(data + b"\0")


def test_a_state_of_before_there_were_heads_is_read() -> None:
    """Format 1 ended with the picture: it is the same state without heads."""
    plain = dataclasses.replace(FULL, heads=())
    data = plain.to_bytes()
    assert CameraState.from_bytes(b"\1" + data[1:-1]) == plain
    with pytest.raises(ValueError, match=f"holds {len(FULL.grey) + 1} bytes of picture"):
        CameraState.from_bytes(b"\1" + data[1:])


def test_another_format_and_an_unknown_reason_are_refused() -> None:
    """A state of a newer version is named, not guessed at."""
    data = FULL.to_bytes()
    with pytest.raises(ValueError, match=f"format {FORMAT + 1}"):
        CameraState.from_bytes(bytes([FORMAT + 1]) + data[1:])
    at = 1 + 8 + 8
    with pytest.raises(ValueError, match="damaged"):
        CameraState.from_bytes(data[:at] + b"\x09" + data[at + 1 :])


def test_a_state_stays_small() -> None:
    """Boxes beyond the bound are not stored."""
    box = SeenBox(2, (1.0, 2.0, 3.0, 4.0))
    many = dataclasses.replace(FULL, boxes=(box,) * (MOST_BOXES + 5))
    assert len(CameraState.from_bytes(many.to_bytes()).boxes) == MOST_BOXES
