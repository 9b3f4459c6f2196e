"""Unseen: whether a vehicle that was long unseen at a line is the one that is found beyond it. Pure."""

from typing import Final

from processors.violations.way import Passing, Way

#: Unseen at the line for longer than this, microseconds (two frames at two a second), a vehicle must have driven before
#: at no less than this share of the speed that it had meanwhile, and have kept its place across the lane to so much,
#: metres. Choices.
SEEN_US: Final = 1_100_000
LEAST_RATIO: Final = 0.5
MOST_ASIDE_M: Final = 0.6


def unseen(way: Way, passing: Passing) -> bool:
    """Say whether a vehicle was long unseen where it passed the line."""
    return way.looks[passing.before + 1].at_us - way.looks[passing.before].at_us > SEEN_US


def drove_on(way: Way, passing: Passing) -> bool:
    """Say whether a vehicle that was long unseen at the line drove before as it must have meanwhile.

    One that waits there and loses its track to a box beyond the line did not. Second boxes of a vehicle, and boxes of
    nothing, do not keep to a lane.
    """
    last, beyond = way.looks[passing.before], way.looks[passing.before + 1]
    unseen_us = beyond.at_us - last.at_us
    if unseen_us <= SEEN_US:
        return True
    if abs(beyond.across_m - last.across_m) > MOST_ASIDE_M:
        return False
    first = way.looks[way.unbroken(passing.before, SEEN_US / 1e6)]
    before_us = last.at_us - first.at_us
    meanwhile_mps = (beyond.along_m - last.along_m) / unseen_us * 1e6
    return before_us > 0 and (last.along_m - first.along_m) / before_us * 1e6 >= LEAST_RATIO * meanwhile_mps
