"""Grounds that may excuse a measured average speed, and what came of checking each.

They are those of every violation (processors/violations/exculpations); what both cameras matter to is checked here.
"""

from collections.abc import Callable, Mapping
from typing import Final

from processors.violations.exculpations import exculpations_of as those_of_one_camera
from processors.violations.exculpations import plate_owner
from processors.violations.offence import Offence
from schemas.messages import ClockSource, Exculpation, Passage


def exculpations_of(kind: str, offence: Offence, start: Passage, end: Passage) -> list[Exculpation]:
    """Return what came of every ground for a pair of passages, in the order of their names."""
    return [
        _OF_BOTH[one.ground](one, start, end) if one.ground in _OF_BOTH else one
        for one in those_of_one_camera(kind, offence)
    ]


def _calibration(one: Exculpation, start: Passage, end: Passage) -> Exculpation:
    """Clear a survey at both ends."""
    surveyed = all(passage.calibration_method.lower().startswith("survey") for passage in (start, end))
    return Exculpation(
        one.ground,
        "cleared" if surveyed else "flagged",
        f"start: calibration v{start.calibration_version}, {start.calibration_method}; "
        f"end: v{end.calibration_version}, {end.calibration_method}",
    )


def _camera_moved(one: Exculpation, start: Passage, end: Passage) -> Exculpation:
    """Leave it to an officer: a passage carries no scene measurements."""
    del start, end
    return Exculpation(
        one.ground, "unknown", "nothing compares the two views with their calibrations: look at the pictures"
    )


def _clock(one: Exculpation, start: Passage, end: Passage) -> Exculpation:
    """Clear two cameras' own clocks: the average rests on their difference."""
    own = all(passage.clock_source is ClockSource.RTCP for passage in (start, end))
    return Exculpation(
        one.ground,
        "cleared" if own else "flagged",
        f"capture times: {start.clock_source.value} at the start, {end.clock_source.value} at the end; the average "
        "rests on their difference",
    )


def _plate_owner(one: Exculpation, start: Passage, end: Passage) -> Exculpation:
    """Flag two cameras whose best readings differ; else what the surer one read decides."""
    if start.candidates[0].text != end.candidates[0].text:
        return Exculpation(
            one.ground, "flagged", "the two cameras' best readings differ: compare the plates on the two pictures"
        )
    return Exculpation(one.ground, one.outcome, f"both cameras read it best; of the surer one: {one.reason}")


_OF_BOTH: Final[Mapping[str, Callable[[Exculpation, Passage, Passage], Exculpation]]] = {
    "calibration": _calibration,
    "camera_moved": _camera_moved,
    "clock": _clock,
    plate_owner.GROUND: _plate_owner,
}
