"""PlateScore: what was read of plates, held against the true ones, track by track. Pure."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final

from infra.evaluation.assignment import Assignment
from infra.evaluation.camera_tracks import CameraTracks
from infra.evaluation.stated_plate import StatedPlate
from processors.tracking.plates import is_confident
from schemas.city_time import day_of

#: Formats of Kazakh plates that are certain (ST RK 986: of 2012, and of 1993, which stay in use); R is the region.
REGION: Final = "(0[1-9]|1[0-9]|20)"
FORMATS: Final[Mapping[str, str]] = {
    "2012 private": r"\d{3}[A-Z]{3}" + REGION,
    "2012 legal entity": r"\d{3}[A-Z]{2}" + REGION,
    "1993 private": r"[A-FHK-PR-XZ]\d{3}[A-Z]{3}",
    "1993 legal entity": r"[A-FHK-PR-XZ]\d{3}[A-Z]{2}",
}


@dataclass(frozen=True, slots=True)
class PlateScore:
    """What was read of one format's plates.

    Attributes:
        n_tracks: tracks of vehicles with such a plate, before cameras that read plates.
        n_read: of those, tracks with a voted plate.
        n_right: of those, right to the last character.
        n_confident: votes that are confident.
        n_confident_right: of those, right.
    """

    n_tracks: int = 0
    n_read: int = 0
    n_right: int = 0
    n_confident: int = 0
    n_confident_right: int = 0

    def __add__(self, other: "PlateScore") -> "PlateScore":
        """Return both as one."""
        return PlateScore(
            self.n_tracks + other.n_tracks,
            self.n_read + other.n_read,
            self.n_right + other.n_right,
            self.n_confident + other.n_confident,
            self.n_confident_right + other.n_confident_right,
        )

    @property
    def read_ratio(self) -> float | None:
        """Share of tracks with a vote; None where there was no track."""
        return self.n_read / self.n_tracks if self.n_tracks else None

    @property
    def right_ratio(self) -> float | None:
        """Share of votes that are right; None where there was none."""
        return self.n_right / self.n_read if self.n_read else None

    @property
    def confident_ratio(self) -> float | None:
        """Share of votes that are confident; None where there was none."""
        return self.n_confident / self.n_read if self.n_read else None

    @property
    def confident_right_ratio(self) -> float | None:
        """Share of confident votes that are right; None where there was none."""
        return self.n_confident_right / self.n_confident if self.n_confident else None


@dataclass(slots=True)
class PlateTally:
    """Counts of the cameras so far, by format.

    Attributes:
        by_format: name of the format to its counts.
    """

    by_format: dict[str, PlateScore] = field(default_factory=dict)

    def add(self, camera: CameraTracks, assignment: Assignment) -> None:
        """Count a camera's tracks; of a track's votes the last one holds."""
        if not camera.votes:
            return
        last = {vote.track: vote for vote in sorted(camera.votes, key=lambda one: one.at_us)}
        for track, actor in assignment.actor_of.items():
            plate = camera.plate_of.get(actor)
            if plate is None:
                continue
            vote = last.get(track)
            right = vote is not None and vote.text == plate
            sure = vote is not None and _confident(vote)
            one = PlateScore(1, int(vote is not None), int(right), int(sure), int(sure and right))
            name = format_of(plate)
            self.by_format[name] = self.by_format.get(name, PlateScore()) + one

    def scores(self) -> Mapping[str, PlateScore]:
        """Return the counts by format in the order of names, then those of all."""
        if not self.by_format:
            return {}
        every = sum(self.by_format.values(), PlateScore())
        return {**dict(sorted(self.by_format.items())), "all": every}


def format_of(plate: str) -> str:
    """Return the name of a plate's format; "other" where it has none of those known."""
    return next((name for name, pattern in FORMATS.items() if re.fullmatch(pattern, plate)), "other")


def _confident(vote: StatedPlate) -> bool:
    return is_confident(vote.text, vote.probability_ratio, vote.reads, day_of(vote.at_us))
