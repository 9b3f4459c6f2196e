"""The clips of the study, and their frames at the rate of the noise file."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import av

from infra.noise.model_session import NoiseStudyError
from infra.settings import ROOT

SHIPPED: Final = ROOT / "infra/demo/footage"
#: Frames a second at which run lengths and correlations are measured.
ANALYSIS_FPS: Final = 5.0


@dataclass(frozen=True, slots=True)
class Clip:
    """A clip.

    Attributes:
        name: in the noise file and of its truth file.
        file: in infra/demo/footage, or else in the folder of further footage.
        fps: frames a second that its pictures are played at; file headers are wrong for some.
        step: every so many frames one is taken: fps / ANALYSIS_FPS.
        most_frames: so many are taken at most.
        fitted: the noise file is fitted on it; else it is checked on it.
        shows: in words.
    """

    name: str
    file: str
    fps: float
    step: int
    most_frames: int
    fitted: bool
    shows: str


CLIPS: Final[Mapping[str, Clip]] = {
    clip.name: clip
    for clip in (
        Clip("street", "street.mp4", 24.0, 5, 300, True, "residential street, cars passing and parked"),
        Clip("plaza", "plaza.mp4", 10.0, 2, 250, True, "plaza with pedestrians"),
        Clip("queue", "queue.mp4", 10.0, 2, 250, True, "parked cars, a queue at a stop sign, a school bus"),
        Clip("road", "road.mp4", 30.0, 6, 300, False, "divided road, cars approaching"),
        Clip("persons", "persons_oneatatime.mp4", 10.0, 2, 200, False, "single persons walk through, from above"),
        Clip("carpark", "incidents/parking_person_bike_car.mp4", 12.5, 2, 300, False, "a person, a bicycle, a car"),
    )
}


def path_of(clip: Clip, more: Path | None) -> Path | None:
    """Return where a clip lies, or None where it is not at hand.

    Args:
        clip: the clip.
        more: folder of further footage, which is not part of the repository.
    """
    for folder in (SHIPPED, more):
        if folder is not None and (folder / clip.file).exists():
            return folder / clip.file
    return None


def pictures(clip: Clip, path: Path) -> Iterator[tuple[int, Any]]:
    """Yield (number in the clip, decoded frame) of the sampled frames.

    Raises:
        NoiseStudyError: the file cannot be read.
    """
    try:
        with av.open(str(path)) as container:
            for number, picture in enumerate(container.decode(video=0)):
                if number >= clip.step * clip.most_frames:
                    return
                if number % clip.step == 0:
                    yield number, picture
    except (OSError, av.FFmpegError) as error:
        raise NoiseStudyError(f"clip {clip.name}: {path}: {error}") from error
