"""What perception remembers of a camera, as bytes."""

import dataclasses

import pytest

from processors.perception.state import CameraState, GopStart, SeenBox
from schemas.messages import DecodeStatus
from tests.unit.processors.perception.streams import EPOCH_US

STATE = CameraState(
    EPOCH_US,
    7,
    GopStart(3, 1_234, 5, 1),
    DecodeStatus.GOP_GONE,
    EPOCH_US + 5,
    EPOCH_US + 6,
    812.5,
    bytes(range(100)),
    10,
    (SeenBox(2, (1.5, 2.5, 3.5, 4.5)),),
)


@pytest.mark.parametrize("state", [CameraState(), STATE, dataclasses.replace(STATE, gop=None, broken=None)])
def test_a_state_makes_the_round_trip(state: CameraState) -> None:
    """Every field comes back."""
    assert CameraState.from_bytes(state.to_bytes()) == state


def test_a_damaged_state_is_refused() -> None:
    """Cut anywhere, or of another format: a sentence, never another state."""
    data = STATE.to_bytes()
    for end in range(len(data)):
        with pytest.raises(ValueError, match="state"):
            CameraState.from_bytes(data[:end])
    with pytest.raises(ValueError, match="has format 9; this version reads format 1"):
        CameraState.from_bytes(b"\x09" + data[1:])
