"""A head's phases over time: a state counts when seen again, its begin is bracketed, and unknown stays unknown."""

import pytest

from processors.perception.heads.head_track import (
    MOST_AMBER_US,
    SUSPECT_US,
    HeadTrack,
    in_force,
    observed,
)
from processors.perception.heads.reading import NOT_READABLE, HeadReading
from schemas.messages import PhaseSource, Signal, SignalState

#: Four frames a second.
STEP_US = 250_000
BEGIN_US = 1_700_000_000_000_000
OF = {"R": Signal.RED, "r": Signal.RED_AMBER, "A": Signal.AMBER, "G": Signal.GREEN, "D": Signal.DARK}


def seen(frames: str, *, lamps: str = "rag", track: HeadTrack | None = None, first: int = 0) -> HeadTrack:
    """Return a track after frames: R, r (red-amber), A, G, D(ark), ? (not readable), w (too unsure a red)."""
    track = track or HeadTrack()
    for n, letter in enumerate(frames):
        reading = HeadReading(OF[letter], 1.0) if letter in OF else NOT_READABLE
        reading = HeadReading(Signal.RED, 0.4) if letter == "w" else reading
        track = observed(track, BEGIN_US + (first + n) * STEP_US, reading, lamps)
    return track


def state(track: HeadTrack, frame: float) -> SignalState:
    """Return what is told at a frame's time."""
    return in_force(track, "NS", round(BEGIN_US + frame * STEP_US))


def test_a_phase_begins_between_two_frames() -> None:
    """Red is told from the middle of the step in which amber ended, give or take half of it, as the picture's word."""
    told = state(seen("GGGGAAAAAAAAAAAARRRRRRRR"), 20)
    since_us = BEGIN_US + 15 * STEP_US + STEP_US // 2
    assert told == SignalState("NS", Signal.RED, since_us, PhaseSource.PICTURE, STEP_US // 2)


def test_a_state_before_any_change_has_no_begin_and_is_not_told() -> None:
    """Who looks for the first time at red does not know how long it has been red: unknown until a change is seen."""
    assert state(seen("RRRRRRRR"), 4).signal is Signal.UNKNOWN
    assert state(seen("RRRRRRRRrrrrGGGG"), 14).signal is Signal.GREEN


def test_one_frame_changes_nothing() -> None:
    """A reflection in a single frame, of any state, is no change and no failure."""
    before = seen("GGGGAAAAAAAAAAAARRRR")
    for letter in "rAGDw?":
        after = seen(f"{letter}RRRR", track=before, first=20)
        assert state(after, 22) == state(before, 19)


def test_a_change_that_does_not_count_yet_is_unknown() -> None:
    """A group that begins after the first frame of green, with one more frame yet to come, is not told red."""
    red = seen("GGGGAAAAAAAAAAAARRRR")
    waiting = seen("G", track=red, first=20)
    assert state(waiting, 20).signal is Signal.UNKNOWN
    assert state(waiting, 19).signal is Signal.RED
    green = seen("GG", track=red, first=20)
    assert state(green, 20).signal is Signal.GREEN
    assert state(green, 19).signal is Signal.RED


@pytest.mark.parametrize("red", ["RDRRDRRRDRRD", "RRDDRRDDRRDD", "RDRDRDRDRDRD"])
def test_leds_that_flicker_are_lit(red: str) -> None:
    """Lamps that a short exposure finds off in every second or third frame are one unbroken red."""
    track = seen(f"GGGGAAAAAAAAAAAA{red}RR")
    assert state(track, 28) == state(seen("GGGGAAAAAAAAAAAARRRRRRRRRRRRRR"), 28)
    assert state(track, 28).signal is Signal.RED


def test_a_green_that_flashes_is_green() -> None:
    """Lit and dark by half a second before amber, as greens end: still green, with the same begin."""
    track = seen("RRRRGGGGGGGGDDGGDDGG")
    assert state(track, 18) == state(seen("RRRRGGGGGGGG"), 10)
    assert state(seen("AAAAAAAAAAAA", track=track, first=20), 24).signal is Signal.AMBER


def test_an_amber_that_does_not_end_is_out_of_order() -> None:
    """Flashing by half a second, or lit for longer than any programme has it: told as flashing."""
    for frames in ("AADDAADD" * 6, "A" * 48):
        assert state(seen(frames), 46).signal is Signal.FLASHING
    assert MOST_AMBER_US / STEP_US < 46


def test_a_head_goes_dark_when_no_lamp_was_lit_for_long() -> None:
    """Six frames of darkness are 1.25 s: not yet; then it is dark, since the first of them."""
    before = seen("RRRRGGGGGGGG")
    assert state(seen("DDDDDD", track=before, first=12), 11).signal is Signal.GREEN
    dark = seen("DDDDDDDDD", track=before, first=12)
    told = state(dark, 19)
    assert (told.signal, told.since_us) == (Signal.DARK, BEGIN_US + 11 * STEP_US + STEP_US // 2)


def test_what_hides_a_head_hides_its_phase_and_not_more() -> None:
    """Hidden for 3 s it is unknown meanwhile, then the same red as before; after 6 s nobody knows what lay between."""
    red = seen("GGGGAAAAAAAAAAAARRRRRRRR")
    hidden = seen("?" * 12, track=red, first=24)
    assert state(hidden, 30) == SignalState("NS", Signal.UNKNOWN, BEGIN_US + 23 * STEP_US, PhaseSource.PICTURE)
    again = seen("RRRR", track=hidden, first=36)
    assert state(again, 38) == state(red, 22)
    long = seen("?" * 24 + "RRRR", track=red, first=24)
    assert state(long, 50).signal is Signal.UNKNOWN


def test_a_change_while_hidden_is_told_with_all_it_may_have_taken() -> None:
    """Amber, a bus for 2 s, red: red began somewhere in those."""
    told = state(seen("GGGGAAAA????????RRRR"), 18)
    assert (told.signal, told.since_within_us) == (Signal.RED, 9 * STEP_US // 2)
    assert told.since_us == BEGIN_US + 7 * STEP_US + 9 * STEP_US // 2


@pytest.mark.parametrize(
    ("frames", "failed"),
    [
        ("AAAARRRRrrrrGGGGAAAARRRR", False),
        ("AAAARRRRGGGGAAAARRRRGGGG", False),
        ("AAAAGGGGRRRRRRRRRRRRRRRR", True),  # green, then red without an amber
        ("AAAARRRRAAAARRRRRRRRRRRR", True),  # red, then amber without a green
        ("AAAARRRRGGGG????RRRRRRRR", False),  # amber may have been hidden
    ],
)
def test_an_order_that_no_signal_has_makes_it_suspect(frames: str, failed: bool) -> None:  # noqa: FBT001
    """Told with every state from then on for two cycles, and not where something may have been missed."""
    track = seen(frames)
    assert state(track, 22).failed is failed
    assert state(track, 22 + SUSPECT_US / STEP_US + 24).failed is False


def test_heads_without_amber_go_from_green_to_red() -> None:
    """A head of two lamps has no other way."""
    assert not state(seen("RRRRGGGGRRRR", lamps="rg"), 10).failed
    assert state(seen("RRRRGGGGRRRR", lamps="rag"), 10).failed
