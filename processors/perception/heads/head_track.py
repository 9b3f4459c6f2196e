"""HeadTrack: what one signal head showed over time, and since when. Pure.

A state counts once it was read in two frames and no other lamp between; until then it is the one before that may be
over. Frames that cannot be read, and single dark ones (LED lamps are driven in pulses, and a short exposure may fall
between two), say nothing. A green that flashes is green; an amber that does not end flashes, or is stuck.
"""

from dataclasses import dataclass, replace
from typing import Final

from processors.perception.heads.reading import HeadReading
from schemas.messages import PhaseSource, Signal, SignalState

#: Readings below this confidence say nothing. A choice.
LEAST_CONFIDENCE_RATIO: Final = 0.5
#: Frames that must show a state. A choice: one frame may be of a reflection or of what passes before the head.
LEAST_FRAMES: Final = 2
#: A head is dark when no lamp was seen lit for so long: a flashing one is dark for half a second at a time.
DARK_US: Final = 1_500_000
#: The same state seen again within this went on meanwhile, and a change within it was one change: no other phase fits
#: in. A shortest green of 5 s (RiLSA 2015, 2.7) and its amber of 3 s lie between two reds.
BRIDGE_US: Final = 5_000_000
#: Amber and red-amber may be missed between frames further apart than this: red-amber lasts 1 s at least (RiLSA).
ORDER_US: Final = 900_000
#: An amber that lasts longer flashes or is stuck: programmes have 3 to 5 s (RiLSA 2015, 2.5).
MOST_AMBER_US: Final = 6_000_000
#: How long an impossible order of lights makes a head suspect: two of the longest cycles that planners build, 120 s.
SUSPECT_US: Final = 240_000_000
#: What may follow what at a head with an amber lamp (red-amber may be left out).
ORDER: Final = {
    Signal.RED: frozenset({Signal.RED_AMBER, Signal.GREEN}),
    Signal.RED_AMBER: frozenset({Signal.GREEN}),
    Signal.GREEN: frozenset({Signal.AMBER}),
    Signal.AMBER: frozenset({Signal.RED}),
}
#: The begin of a phase was not seen.
UNSEEN: Final = -1


@dataclass(frozen=True, slots=True)
class Shown:
    """One phase that a head showed.

    Attributes:
        signal: the state; UNKNOWN: none yet.
        since_us: when it began, microseconds since the Unix epoch; where that was not seen, when it was first seen.
        within_us: it began at most so long before or after since_us; UNSEEN: its begin was not seen.
    """

    signal: Signal = Signal.UNKNOWN
    since_us: int = 0
    within_us: int = UNSEEN


@dataclass(frozen=True, slots=True)
class HeadTrack:
    """What is remembered of one head; a new one for each frame.

    Attributes:
        now: the phase that counts.
        before: the one before it.
        seen_us: last frame that showed `now`.
        coming: a state that was read since but does not count yet; UNKNOWN: none.
        coming_us: first frame that showed it.
        frames: frames that did.
        suspect_us: when an impossible order was last seen; UNSEEN: never.
    """

    now: Shown = Shown()
    before: Shown = Shown()
    seen_us: int = 0
    coming: Signal = Signal.UNKNOWN
    coming_us: int = 0
    frames: int = 0
    suspect_us: int = UNSEEN


def observed(track: HeadTrack, at_us: int, reading: HeadReading, lamps: str) -> HeadTrack:
    """Return a track after one more frame.

    Args:
        track: before it.
        at_us: the frame's capture time, microseconds since the Unix epoch, after those before.
        reading: what it shows.
        lamps: the head's lamps, as for read_head.
    """
    signal = reading.signal
    if signal is Signal.UNKNOWN or reading.confidence_ratio < LEAST_CONFIDENCE_RATIO:
        return track
    if signal is track.now.signal and at_us - track.seen_us <= BRIDGE_US:
        return replace(track, seen_us=at_us, coming=Signal.UNKNOWN, frames=0)
    if signal is Signal.DARK and track.coming in ORDER and at_us - track.coming_us < DARK_US:
        return track
    if signal is not track.coming or at_us - track.coming_us > BRIDGE_US:
        track = replace(track, coming=signal, coming_us=at_us, frames=0)
    track = replace(track, frames=track.frames + 1)
    lasts = signal is not Signal.DARK or at_us - track.coming_us >= DARK_US
    return _changed(track, at_us, lamps) if track.frames >= LEAST_FRAMES and lasts else track


def _changed(track: HeadTrack, at_us: int, lamps: str) -> HeadTrack:
    """Return a track whose coming state counts."""
    now, coming, first_us = track.now, track.coming, track.coming_us
    apart_us = first_us - track.seen_us
    begun = now.signal is not Signal.UNKNOWN and apart_us <= BRIDGE_US
    # Half the time, rounded up: the interval's ends stay in it.
    shown = Shown(coming, first_us - apart_us // 2, (apart_us + 1) // 2) if begun else Shown(coming, first_us)
    wrong = (
        begun
        and apart_us <= ORDER_US
        and "a" in lamps
        and now.signal in ORDER
        and coming in ORDER
        and coming not in ORDER[now.signal]
    )
    return HeadTrack(
        now=shown,
        before=now,
        seen_us=at_us,
        suspect_us=first_us if wrong else track.suspect_us,
    )


def in_force(track: HeadTrack, group_id: str, at_us: int) -> SignalState:
    """Return what is known of a head's phase at an instant.

    Args:
        track: after the frames of the group that begins at the instant.
        group_id: the head's signal group.
        at_us: the begin of the group, microseconds since the Unix epoch.
    """
    shown = track.now if track.now.since_us <= at_us else track.before
    signal, since_us, within_us = shown.signal, shown.since_us, shown.within_us
    if shown is track.now and track.seen_us < at_us and not _flashes(track, at_us):
        # It may be over since it was last seen, and what may come does not count yet.
        signal, since_us, within_us = Signal.UNKNOWN, track.seen_us, 0
    elif signal is Signal.AMBER and at_us - since_us > MOST_AMBER_US:
        signal = Signal.FLASHING
    elif within_us == UNSEEN and signal is not Signal.DARK:
        signal = Signal.UNKNOWN
    suspect = track.suspect_us != UNSEEN and at_us - track.suspect_us <= SUSPECT_US
    return SignalState(group_id, signal, since_us, PhaseSource.PICTURE, max(0, within_us), failed=suspect)


def _flashes(track: HeadTrack, at_us: int) -> bool:
    """Say whether a darkness now may be a flash's; a red that nobody sees is none that a fine could rest on."""
    return (
        track.now.signal in {Signal.GREEN, Signal.AMBER}
        and track.coming is Signal.DARK
        and at_us - track.seen_us < DARK_US
    )
