"""A head's lamps are read as drawn by any light and exposure, or not at all: never another state."""

import numpy as np
import pytest

from processors.perception.heads.reading import NOT_READABLE, read_head
from schemas.messages import Signal
from tests.unit.processors.perception.heads import drawn
from tests.unit.processors.perception.heads.drawn import Scene, covered, draw

SCENES = {
    "day": drawn.DAY,
    "clouds": drawn.CLOUDS,
    "night": drawn.NIGHT,
    "overexposed day": drawn.OVEREXPOSED_DAY,
    "underexposed day": drawn.UNDEREXPOSED_DAY,
    "underexposed night": drawn.UNDEREXPOSED_NIGHT,
}
STATES = {"r": Signal.RED, "ra": Signal.RED_AMBER, "a": Signal.AMBER, "g": Signal.GREEN}


@pytest.mark.parametrize("scene", SCENES.values(), ids=SCENES)
@pytest.mark.parametrize("lamp_px", [6, 8, 12, 30])
@pytest.mark.parametrize("lit", STATES)
def test_each_state_is_read_by_every_light(scene: Scene, lamp_px: int, lit: str) -> None:
    """From the least size on, surely, whatever the noise; lying heads, from left to right, too."""
    for seed in range(3):
        reading = read_head(draw(lit, scene, lamp_px=lamp_px, seed=seed), "rag")
        assert (reading.signal, reading.confidence_ratio >= 0.9) == (STATES[lit], True)
    assert read_head(draw(lit, scene, lamp_px=lamp_px, wide=True), "rag").signal is STATES[lit]


@pytest.mark.parametrize("lit", ["", *STATES])
@pytest.mark.parametrize("lamp_px", [6, 12])
def test_glare_that_fills_the_head_is_read_right_or_not(lit: str, lamp_px: int) -> None:
    """A night camera thirty times overexposed: red and green are still told, what is not told is unknown."""
    signal = read_head(draw(lit, drawn.OVEREXPOSED_NIGHT, lamp_px=lamp_px), "rag").signal
    assert signal in {STATES.get(lit, Signal.DARK), Signal.UNKNOWN}
    assert signal is not Signal.UNKNOWN or lit not in {"r", "g"}


@pytest.mark.parametrize("scene", [drawn.DAY, drawn.CLOUDS, drawn.NIGHT, drawn.UNDEREXPOSED_NIGHT])
def test_a_head_that_is_off_is_dark(scene: Scene) -> None:
    """No lamp stands out from a dark housing."""
    assert read_head(draw("", scene), "rag").signal is Signal.DARK


@pytest.mark.parametrize("phantom_ratio", [0.06, 0.1, 0.15])
@pytest.mark.parametrize("lit", ["", *STATES])
def test_the_suns_reflection_in_unlit_lenses_is_no_signal(lit: str, phantom_ratio: float) -> None:
    """Lenses throw back up to five times what the housing does: what is lit is still told, or nothing is."""
    sunny = Scene(100_000, drawn.DAY.gain, phantom_ratio=phantom_ratio)
    assert read_head(draw(lit, sunny), "rag").signal in {STATES.get(lit, Signal.DARK), Signal.UNKNOWN}


@pytest.mark.parametrize("lit", ["rg", "ag", "rag"])
def test_lamps_that_are_never_lit_together_say_nothing(lit: str) -> None:
    """Red beside green is a reflection, a fault, or the zone is wrong."""
    assert read_head(draw(lit), "rag") == NOT_READABLE


@pytest.mark.parametrize("rgb", [(200, 30, 25), (230, 190, 20), (30, 160, 90), (220, 220, 220), (120, 120, 120)])
@pytest.mark.parametrize("lit", ["", *STATES])
def test_what_stands_before_a_head_is_no_signal(rgb: tuple[int, int, int], lit: str) -> None:
    """A bus of any colour before all of it or from one side over some of it, by day: the lit state, or unknown."""
    picture = draw(lit, drawn.DAY)
    assert read_head(covered(picture, slice(None), rgb), "rag") == NOT_READABLE
    for upper in range(2, 36, 3):
        for rows in (slice(0, upper), slice(upper, None)):
            signal = read_head(covered(picture, rows, rgb), "rag").signal
            assert signal in {STATES.get(lit, Signal.DARK), Signal.UNKNOWN}, (rows, signal)


def test_a_white_light_is_no_lamp() -> None:
    """A lamp without any colour, such as the sun in the lens, has no state."""
    picture = draw("")
    picture[2:10, 2:10] = 255
    assert read_head(picture, "rag") == NOT_READABLE


def test_a_lamp_of_anothers_colour_is_none() -> None:
    """Red light where green belongs: the zone's lamps are in another order, or it is a tail light behind."""
    assert read_head(draw("r"), "gar") == NOT_READABLE
    assert read_head(draw("g"), "gar") == NOT_READABLE


def test_two_reds_of_a_rail_crossing_are_red_by_turns() -> None:
    """Whichever of them is lit closes it; with none it is dark."""
    left = draw("r", lamps="rr", wide=True)
    assert read_head(left, "rr").signal is Signal.RED
    assert read_head(np.ascontiguousarray(left[:, ::-1]), "rr").signal is Signal.RED
    assert read_head(draw("", lamps="rr", wide=True), "rr").signal is Signal.DARK


def test_too_small_a_head_is_not_read() -> None:
    """Below six pixels a lamp there is no housing around it to hold it against."""
    assert read_head(draw("r", lamp_px=5), "rag") == NOT_READABLE
